//! How a file of notes is written.

use crate::{
    app::Letter,
    proto::v1::Channel as Wire,
    rpc::{
        convert::{destination::destination, enums::to_wire_or_zero},
        names::{NoteName, ResourceId},
    },
};
use csv::{Terminator, WriterBuilder};
use serde::Serialize;
use std::{borrow::Cow, io};

/// What a spreadsheet takes for the beginning of a formula, also in full width, or skips before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

/// One note in the file: its fields are the keys and the columns.
#[derive(Serialize)]
struct Line<'a> {
    name: String,
    customer: String,
    display_name: Cow<'a, str>,
    channel: &'static str,
    destination: Cow<'a, str>,
    language_code: Cow<'a, str>,
    subject: Cow<'a, str>,
    text: Cow<'a, str>,
    message_id: String,
}

/// Writes notes in one of the formats.
pub(super) enum Letters {
    Ndjson,
    Csv {
        /// Whether the heading was written.
        begun: bool,
    },
}

impl Letters {
    pub(super) fn ndjson() -> Self {
        Self::Ndjson
    }

    pub(super) fn csv() -> Self {
        Self::Csv { begun: false }
    }

    /// The bytes of the next notes; the first ones of a CSV file begin with its heading, also when there are none.
    ///
    /// # Errors
    /// None that happen: writing goes to memory.
    pub(super) fn write(&mut self, letters: &[Letter]) -> io::Result<Vec<u8>> {
        match self {
            Self::Ndjson => {
                let mut bytes = Vec::new();
                for letter in letters {
                    serde_json::to_writer(&mut bytes, &Line::of(letter))?;
                    bytes.push(b'\n');
                }
                Ok(bytes)
            }
            Self::Csv { begun } => {
                let mut rows = WriterBuilder::new().has_headers(false).terminator(Terminator::CRLF).from_writer(vec![]);
                if !std::mem::replace(begun, true) {
                    rows.write_record(COLUMNS)?;
                }
                for letter in letters {
                    rows.serialize(Line::of(letter).harmless())?;
                }
                rows.into_inner().map_err(|error| io::Error::other(error.to_string()))
            }
        }
    }
}

/// The fields of a [`Line`], in order.
const COLUMNS: [&str; 9] =
    ["name", "customer", "display_name", "channel", "destination", "language_code", "subject", "text", "message_id"];

impl<'a> Line<'a> {
    fn of(letter: &'a Letter) -> Self {
        let (note, words) = (&letter.note, &letter.note.words);
        let channel = Wire::try_from(to_wire_or_zero(note.channel)).unwrap_or_default().as_str_name();
        let destination = note.channel.map(|channel| destination(&letter.customer, channel)).unwrap_or_default();
        Self {
            name: NoteName { batch: note.batch, note: note.id }.to_string(),
            customer: note.customer.name(),
            display_name: Cow::Owned(letter.customer.addressee().profile.shown_as(&words.language)),
            channel: channel.strip_prefix("CHANNEL_").unwrap_or(channel),
            destination: Cow::Owned(destination),
            language_code: Cow::Borrowed(&words.language),
            subject: Cow::Borrowed(&words.subject),
            text: Cow::Borrowed(&words.text),
            message_id: note.message_id(),
        }
    }

    /// The same for a spreadsheet, which would calculate what begins like a formula. Names of resources, channels and
    /// Message-IDs are ours, and begin with letters or `<`.
    fn harmless(mut self) -> Self {
        let texts =
            [&mut self.display_name, &mut self.destination, &mut self.language_code, &mut self.subject, &mut self.text];
        for text in texts {
            if text.starts_with(FORMULA) {
                text.to_mut().insert(0, '\'');
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        customer::{Channel, ContactAddress, ContactPoint, Purpose},
        ids::{NoteBatchId, NoteId},
        note::{Note, NoteState, Tries, Words},
        testkit::{customer, shop},
    };
    use jiff::Timestamp;
    use std::sync::Arc;
    use uuid::Uuid;

    fn letter(subject: &str, text: &str) -> Letter {
        let mut customer = customer(7);
        customer.profile.display_name = "Ömer \"Ö\" Şahin".to_owned();
        let phone = ContactAddress::Phone("+4930123456".to_owned());
        customer.profile.contact_points = vec![ContactPoint { address: phone, label: String::new(), bad: false }];
        let note = Note {
            id: NoteId(Uuid::from_u128(2)),
            batch: NoteBatchId(Uuid::from_u128(1)),
            customer: customer.id,
            gestures: Vec::new(),
            channel: Some(Channel::Message),
            words: Words { subject: subject.to_owned(), text: text.to_owned(), ..Words::default() },
            state: NoteState::Composed,
            reason: None,
            explanation: String::new(),
            problems: Vec::new(),
            due_at: Timestamp::UNIX_EPOCH,
            chunk: None,
            printed: None,
            tries: Tries::default(),
            created_at: Timestamp::UNIX_EPOCH,
            delivered_at: None,
            edit: None,
            version: 1,
        };
        Letter { note, customer, location: Arc::new(shop()), purpose: Purpose::Gratitude }
    }

    const TEXT: &str = "Liebe \"Grüße\",\nzum Jubiläum; 3 Größen";

    #[test]
    fn a_line_of_json_holds_a_note_as_it_is() {
        let bytes = Letters::ndjson().write(&[letter("=1+1", TEXT), letter("", "b")]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().count(), 2);
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&first["subject"], &first["text"]), (&"=1+1".into(), &TEXT.into()));
        assert_eq!((&first["channel"], &first["destination"]), (&"MESSAGE".into(), &"+4930123456".into()));
        assert_eq!(first.as_object().unwrap().keys().count(), COLUMNS.len());
    }

    #[test]
    fn a_row_keeps_quotes_line_breaks_and_umlauts_and_calculates_nothing() {
        let mut letters = Letters::csv();
        let mut bytes = letters.write(&[letter("=HYPERLINK(1)", TEXT)]).unwrap();
        assert!(letters.write(&[]).unwrap().is_empty(), "one heading");
        let mut unsaid = letter("＝1", "-- \nx");
        unsaid.customer.profile.display_name.clear();
        unsaid.customer.profile.given_name = "Ömer".to_owned();
        bytes.extend(letters.write(&[unsaid]).unwrap());
        assert!(bytes.starts_with(b"name,customer,display_name,channel,destination"));
        assert!(bytes.windows(2).any(|pair| pair == b"\r\n"));
        let mut rows = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(rows.headers().unwrap(), COLUMNS.as_slice());
        let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
        assert_eq!((&rows[0][2], &rows[0][7]), ("Ömer \"Ö\" Şahin", TEXT));
        assert_eq!((&rows[0][4], &rows[0][6]), ("'+4930123456", "'=HYPERLINK(1)"));
        assert_eq!((&rows[1][2], &rows[1][6], &rows[1][7]), ("Ömer", "'＝1", "'-- \nx"));
    }

    #[test]
    fn a_file_without_notes_has_its_heading() {
        let bytes = Letters::csv().write(&[]).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap().trim_end(), COLUMNS.join(","));
    }
}
