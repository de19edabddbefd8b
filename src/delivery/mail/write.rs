//! Writing a mail as it goes over the wire.

use super::{
    address::{EmailAddress, Mailbox},
    clean, html,
};
use jiff::Timestamp;
use lettre::{
    Message,
    message::{
        MessageBuilder, MultiPart, MultiPartKind, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use std::fmt;

/// RFC 5322, 2.1.1: no line may be longer than 998 bytes; this leaves room for a header's name.
const UNFOLDED_MAX_BYTES: usize = 900;

/// A mail to one person. All texts may hold anything; what could harm is taken out.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// `<something@somewhere>`, the same for ever, also when it is sent again.
    pub message_id: String,
    /// When it was written. The same when it is sent again, so that its bytes are.
    pub date: Timestamp,
    /// In whose name.
    pub from: Mailbox,
    /// Whom an answer reaches, if not [`from`](Self::from).
    pub reply_to: Option<Mailbox>,
    /// To whom. There is only ever one.
    pub to: Mailbox,
    /// BCP 47 tag of the text; what is none is left out.
    pub language: String,
    /// The subject, of which 250 characters are kept.
    pub subject: String,
    /// The text, plain, with line breaks; an empty line ends a paragraph.
    pub text: String,
    /// How the reader says "no more"; every mail that needs a consent has it.
    pub unsubscribe: Option<Unsubscribe>,
}

/// How a reader says "no more" with one click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// An `https` address that takes a POST (RFC 8058). A GET must show a page with a button and change nothing, since
    /// mail scanners open every link.
    pub url: String,
    /// What stands over the link below the text, in the language of the text. Empty: only the header has it.
    pub words: String,
}

/// A mail that can't be written, by the fault of whoever composed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The Message-ID.
    #[error("message_id: must be <left@right> of printed ASCII, at most 900 bytes")]
    MessageId,
    /// The address for saying "no more".
    #[error("unsubscribe.url: must be an https address of printed ASCII without < > and commas, at most 900 bytes")]
    UnsubscribeUrl,
    /// The date.
    #[error("date: must be a time between 1970 and 9999")]
    Date,
    /// It says nothing.
    #[error("text: must not be empty")]
    Empty,
}

/// A mail as it goes over the wire: ASCII, lines of at most 998 bytes, each ended by CR LF.
///
/// The same mail gives the same bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    pub(super) from: EmailAddress,
    pub(super) to: EmailAddress,
    pub(super) content: Vec<u8>,
}

impl Written {
    /// The headers and the body.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

/// What it says is personal: it is not shown in logs by accident.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({})", self.message_id)
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Written({} bytes)", self.content.len())
    }
}

impl Mail {
    /// Writes the mail: plain text and HTML side by side, and headers that keep other machines from answering it.
    ///
    /// # Errors
    /// [`Unwritable`] names what must be mended first; no such mail ever left.
    pub fn write(&self) -> Result<Written, Unwritable> {
        let id = Some(self.message_id.as_str()).filter(|id| is_message_id(id)).ok_or(Unwritable::MessageId)?;
        if self.unsubscribe.as_ref().is_some_and(|unsubscribe| !is_link(&unsubscribe.url)) {
            return Err(Unwritable::UnsubscribeUrl);
        }
        if !(0..253_402_300_800).contains(&self.date.as_second()) {
            return Err(Unwritable::Date);
        }
        let message = self.headers(id).multipart(self.body(id)?).expect("a sender and a recipient are set");
        Ok(Written { from: self.from.address().clone(), to: self.to.address().clone(), content: message.formatted() })
    }

    fn headers(&self, id: &str) -> MessageBuilder {
        let mut message = Message::builder()
            .date(self.date.into())
            .raw_header(as_it_is("Message-ID", id))
            .from(self.from.to_header())
            .to(self.to.to_header())
            .subject(clean::line(&self.subject));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.to_header());
        }
        for (name, somebody) in
            [("From", Some(&self.from)), ("To", Some(&self.to)), ("Reply-To", self.reply_to.as_ref())]
        {
            if let Some(quoted) = somebody.and_then(Mailbox::in_quotes) {
                message = message.raw_header(as_it_is(name, &quoted));
            }
        }
        if is_language(&self.language) {
            message = message.raw_header(as_it_is("Content-Language", &self.language));
        }
        if let Some(Unsubscribe { url, .. }) = &self.unsubscribe {
            message = message
                .raw_header(as_it_is("List-Unsubscribe", &format!("<{url}>")))
                .raw_header(as_it_is("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        message
            // RFC 3834: no machine answers. Exchange looks at the second one only.
            .raw_header(as_it_is("Auto-Submitted", "auto-generated"))
            .raw_header(as_it_is("X-Auto-Response-Suppress", "OOF, AutoReply"))
    }

    fn body(&self, id: &str) -> Result<MultiPart, Unwritable> {
        let mut text = clean::text(&self.text);
        if text.trim().is_empty() {
            return Err(Unwritable::Empty);
        }
        let unsubscribe = self
            .unsubscribe
            .as_ref()
            .map(|unsubscribe| Unsubscribe { url: unsubscribe.url.clone(), words: clean::line(&unsubscribe.words) });
        let language = if is_language(&self.language) { self.language.as_str() } else { "" };
        let html = html::page(language, &text, unsubscribe.as_ref());
        if let Some(Unsubscribe { url, words }) = unsubscribe.filter(|unsubscribe| !unsubscribe.words.is_empty()) {
            // Readers fold away what stands below "-- ".
            text.push_str("\n\n-- \n");
            text.push_str(&words);
            text.push_str(":\n");
            text.push_str(&url);
        }
        text.push('\n');
        let boundary = boundary(id, &[&text, &html]);
        let both = MultiPart::builder().kind(MultiPartKind::Alternative).boundary(boundary);
        Ok(both.singlepart(SinglePart::plain(text)).singlepart(SinglePart::html(html)))
    }
}

/// What stands between the parts and in none of them (RFC 2046, 5.1.1: at most 70 characters). Not drawn at random, so
/// that the same mail has the same bytes.
fn boundary(id: &str, parts: &[&str]) -> String {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let mut candidates = (0u32..).map(|n| format!("=_{n}_{id}"));
    let is_free = |candidate: &String| !parts.iter().any(|part| part.contains(candidate.as_str()));
    candidates.find(is_free).expect("a text holds no more of them than it has bytes")
}

/// A header that needs no encoding, unfolded: some readers don't find an id or a link on a second line.
fn as_it_is(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}

fn is_message_id(id: &str) -> bool {
    let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    let parts = inner.filter(|id| id.len() <= UNFOLDED_MAX_BYTES).and_then(|id| id.split_once('@'));
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@".contains(&b));
    parts.is_some_and(|(left, right)| is_part(left) && is_part(right))
}

fn is_link(url: &str) -> bool {
    let rest = url.strip_prefix("https://").filter(|_| url.len() <= UNFOLDED_MAX_BYTES);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"<>,\"".contains(&b)))
}

fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn mailbox(name: &str, address: &str) -> Mailbox {
        Mailbox::new(name, address.parse().unwrap())
    }

    fn mail() -> Mail {
        Mail {
            message_id: "<0192@gratitude>".into(),
            date: "2026-11-22T10:00:00Z".parse().unwrap(),
            from: mailbox("Bea, Zürich", "bea@shop.example"),
            reply_to: Some(mailbox("", "bea.reply@shop.example")),
            to: mailbox("Ana \"A.\" Meier", "ana@example.com"),
            language: "de-CH".into(),
            subject: "Danke für Ihren Besuch".into(),
            text: "Liebe Frau Meier,\n\ndanke.\n.\nFrom here\n\nBea".into(),
            unsubscribe: Some(Unsubscribe { url: "https://shop.example/u/abc".into(), words: "Nicht mehr".into() }),
        }
    }

    fn written(mail: &Mail) -> String {
        String::from_utf8(mail.write().unwrap().content).unwrap()
    }

    #[test]
    fn p4_the_same_mail_has_the_same_bytes_and_one_id() {
        assert_eq!(mail().write(), mail().write());
        assert_eq!(written(&mail()).matches("Message-ID: <0192@gratitude>\r\n").count(), 1);
    }

    #[test]
    fn a_name_with_dots_stands_in_quotes() {
        let named = |name: &str| mailbox(name, "ana@example.com");
        let mail = Mail { to: named("J.R."), from: named("."), reply_to: Some(named("Dr. Ellis")), ..mail() };
        let written = written(&mail);
        for header in [
            "To: \"J.R.\" <ana@example.com>\r\n",
            "From: \".\" <ana@example.com>\r\n",
            "Reply-To: \"Dr. Ellis\" <ana@example.com>\r\n",
        ] {
            assert_eq!(written.matches(header).count(), 1, "{header} in\n{written}");
        }
    }

    #[test]
    fn p8_a_text_that_knows_its_mail_s_boundary_does_not_end_there() {
        let text = "--=_0_0192gratitude--\n\n--=_1_0192gratitude\nContent-Type: text/html\n\n<script>";
        let written = written(&Mail { text: text.into(), ..mail() });
        assert!(written.contains("boundary=\"=_2_0192gratitude\""), "{written}");
        assert_eq!(written.matches("\r\n--=_2_0192gratitude").count(), 3, "{written}");
    }

    #[test]
    fn the_headers_are_those_of_a_mail_that_no_machine_answers_and_every_reader_can_stop() {
        let written = written(&mail());
        for header in [
            "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n",
            "Reply-To: bea.reply@shop.example\r\n",
            "Content-Language: de-CH\r\n",
            "List-Unsubscribe: <https://shop.example/u/abc>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Type: multipart/alternative;",
        ] {
            assert!(written.contains(header), "{header} in\n{written}");
        }
        assert!(written.contains("-- \r\nNicht mehr:\r\nhttps://shop.example/u/abc\r\n"), "{written}");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        for id in [
            "",
            "0192@gratitude",
            "<0192>",
            "<a@b>\r\nBcc: <c@d>",
            "<a b@c>",
            "<ä@b>",
            "<a@b@c>",
            &format!("<{}@b>", "a".repeat(999)),
        ] {
            assert_eq!(Mail { message_id: id.into(), ..mail() }.write(), Err(Unwritable::MessageId), "{id}");
        }
        for url in [
            "",
            "http://shop.example/",
            "https://",
            "https://shop.example/\r\nBcc: x",
            "https://a.b/>,<mailto:c@d>",
            "mailto:a@b",
        ] {
            let unsubscribe = Some(Unsubscribe { url: url.into(), words: String::new() });
            assert_eq!(Mail { unsubscribe, ..mail() }.write(), Err(Unwritable::UnsubscribeUrl), "{url}");
        }
        assert_eq!(Mail { text: " \r\n\u{0}".into(), ..mail() }.write(), Err(Unwritable::Empty));
        assert_eq!(Mail { date: Timestamp::MIN, ..mail() }.write(), Err(Unwritable::Date));
    }

    #[test]
    fn a_language_that_is_none_is_left_out() {
        let written = written(&Mail { language: "de\r\nX: y".into(), ..mail() });
        assert!(!written.contains("Content-Language") && !written.contains(" lang="));
    }
}
