//! Notes become mails here, and the relay's answers what became of the notes.

use super::{
    BadSettings, EmailAddress, Encryption, Limits, Login, Mail, MailSettings, Mailbox, Mailer, NotAnAddress,
    Unsubscribe, Unwritable, Whose, Written, outcome,
};
use crate::{
    config,
    delivery::{BadFarSide, Secret, Trust, letter::address},
    domain::{
        commands::notes::Outcome,
        customer::{Channel, ContactAddress, Purpose},
        note::Letter,
        one_click::{OneClick, Withdrawal, words},
    },
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// What a test's subject begins with.
const TEST: &str = "[test] ";

/// Room for what the limits of the stages leave out: waiting for a free connection, answering for the mail in our own
/// books.
const SPARE: SignedDuration = SignedDuration::from_secs(10);

/// Writes notes as mails, in the name of their location, and hands them to the relay. Cheap to clone.
#[derive(Clone)]
pub struct MailRoom {
    mailer: Mailer,
    connections: usize,
    longest: SignedDuration,
    from: EmailAddress,
    public_url: String,
    links: OneClick,
    test_address: Option<EmailAddress>,
}

impl MailRoom {
    /// Whether the far side recognises what it gets twice.
    pub const DEDUPLICATES: bool = Mailer::DEDUPLICATES;

    /// With the relay and the sender that are configured.
    ///
    /// # Errors
    /// [`BadFarSide`] names the key that can't be right.
    pub fn new(delivery: &config::Delivery, links: OneClick) -> Result<Self, BadFarSide> {
        let from: EmailAddress = delivery.smtp.from.parse().map_err(BadFarSide::From)?;
        let test_address = Some(&delivery.test_address).filter(|address| !address.is_empty());
        let test_address = test_address.map(|address| address.parse()).transpose().map_err(BadFarSide::TestAddress)?;
        let settings = settings(&delivery.smtp, &from)?;
        let longest = SignedDuration::try_from(settings.limits.longest()).unwrap_or(SignedDuration::MAX);
        let longest = longest.saturating_add(SPARE);
        let connections = settings.connections;
        let public_url = delivery.public_url.clone();
        Ok(Self { mailer: Mailer::new(settings)?, connections, longest, from, public_url, links, test_address })
    }

    /// How many mails may be on their way at once.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.connections
    }

    /// How long sending one may take at most.
    #[must_use]
    pub const fn longest(&self) -> SignedDuration {
        self.longest
    }

    /// Offers a note to the relay once.
    pub(in crate::delivery) async fn offer(&self, letter: &Letter, for_test: bool, now: Timestamp) -> Outcome {
        match self.write(letter, for_test, now) {
            Ok(written) => said(letter, self.mailer.send(&written).await),
            Err(instead) => instead,
        }
    }

    /// Closes the connections that nobody uses.
    pub(in crate::delivery) async fn rest(&self) {
        self.mailer.rest().await;
    }

    /// The mail of a note as it leaves now; what becomes of the note where there can't be one.
    fn write(&self, letter: &Letter, for_test: bool, now: Timestamp) -> Result<Written, Outcome> {
        let addressee = letter.customer.addressee();
        let name = addressee.profile.shown_as(&letter.note.words.language);
        let to = match (for_test, &self.test_address, address(letter)) {
            (true, Some(test_address), _) => test_address.clone(),
            (false, _, Some(email @ ContactAddress::Email(typed))) => {
                typed.parse().map_err(|why| unreachable(email, why))?
            }
            (true, None, _) => return Err(unavailable("there is no test address")),
            (false, ..) => return Err(Outcome::Unwritable { why: "there is no address any more".to_owned() }),
        };
        let place = &letter.location.settings;
        let person = place.reply_contact.name.as_deref();
        let shown = match place.sensitive {
            // Whoever glances at the list of mails learns nothing of what kind of place it is.
            true => person.unwrap_or_default(),
            false => place.brand.as_deref().unwrap_or(&place.display_name),
        };
        let reply_to = place.reply_contact.email.as_deref().and_then(|email| email.parse().ok());
        let reply_to = reply_to.map(|email| Mailbox::new(person.unwrap_or(shown), email));
        let note = &letter.note;
        let id = note.message_id();
        let mail = Mail {
            // What is tried out is another mail than the one that is meant.
            message_id: if for_test { id.replacen('<', "<test.", 1) } else { id },
            date: now,
            from: Mailbox::new(shown, self.from.clone()),
            reply_to,
            to: Mailbox::new(&name, to),
            language: note.words.language.clone(),
            subject: if for_test { format!("{TEST}{}", note.words.subject) } else { note.words.subject.clone() },
            text: note.words.text.clone(),
            unsubscribe: self.unsubscribe(letter, for_test),
        };
        mail.write().map_err(|why| unwritable(&why))
    }

    /// The link by which the reader says "no more"; of a test, one that does nothing. What settles something that they
    /// began needs none.
    fn unsubscribe(&self, letter: &Letter, for_test: bool) -> Option<Unsubscribe> {
        if letter.purpose == Purpose::Service {
            return None;
        }
        let customer = letter.customer.addressee().id;
        let withdrawal = Withdrawal { customer, channel: Channel::Email, purpose: letter.purpose };
        let token = if for_test { words::TEST_TOKEN.to_owned() } else { self.links.seal(&withdrawal) };
        let words = words::of(&letter.note.words.language).link.to_owned();
        Some(Unsubscribe { url: format!("{}/u/{token}", self.public_url), words })
    }
}

fn settings(smtp: &config::Smtp, from: &EmailAddress) -> Result<MailSettings, BadFarSide> {
    let authorities = config::read_file(&smtp.authorities_file)?;
    let trust = Trust::new(authorities.as_deref().map(str::as_bytes));
    let password = config::secret(&smtp.password, &smtp.password_file)?;
    let seconds = |number: u32| Duration::from_secs(number.into());
    let settings = MailSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        encryption: match smtp.encryption {
            config::Encryption::Implicit => Encryption::Implicit,
            config::Encryption::Starttls => Encryption::StartTls,
            config::Encryption::None => Encryption::None,
        },
        trust: trust.map_err(|why| BadFarSide::Authorities("smtp", why))?,
        login: (!smtp.user.is_empty()).then(|| Login { user: smtp.user.clone(), password: Secret::new(password) }),
        hello_name: if smtp.hello_name.is_empty() { from.domain().to_owned() } else { smtp.hello_name.clone() },
        connections: usize::try_from(smtp.connections).unwrap_or(usize::MAX),
        mails_per_connection: smtp.mails_per_connection,
        limits: Limits {
            connect: seconds(smtp.connect_seconds),
            command: seconds(smtp.command_seconds),
            content: seconds(smtp.content_seconds),
            answer: seconds(smtp.answer_seconds),
        },
    };
    settings.check().map(|()| settings).map_err(|why: BadSettings| why.into())
}

/// What an outcome at the relay means for a note. Only codes and our own words go on.
fn said(letter: &Letter, outcome: outcome::Outcome) -> Outcome {
    let why = outcome.to_string();
    match outcome {
        outcome::Outcome::Delivered { .. } => Outcome::Delivered,
        outcome::Outcome::Refused { mailbox_unknown: true, .. } => {
            Outcome::Refused { unreachable: address(letter).cloned(), why }
        }
        outcome::Outcome::Refused { .. } => Outcome::Refused { unreachable: None, why },
        outcome::Outcome::Later { whose: Whose::Mail, .. } => Outcome::Later { asked: None, perhaps: false, why },
        outcome::Outcome::Later { whose: Whose::Relay, .. } => unavailable(&why),
        outcome::Outcome::Uncertain { .. } => Outcome::Uncertain { why },
    }
}

fn unavailable(why: &str) -> Outcome {
    Outcome::Unavailable { for_good: false, why: why.to_owned() }
}

fn unreachable(address: &ContactAddress, why: NotAnAddress) -> Outcome {
    Outcome::Refused { unreachable: Some(address.clone()), why: format!("it {why}") }
}

fn unwritable(why: &Unwritable) -> Outcome {
    Outcome::Unwritable { why: why.to_string() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        customer::Customer,
        note::{Note, NoteState, Tries, Words},
        testkit::{at, customer, shop},
    };
    use std::sync::Arc;
    use uuid::Uuid;

    fn room(test_address: &str) -> MailRoom {
        let mut delivery = config::Config::default().delivery;
        delivery.smtp.host = "localhost".to_owned();
        delivery.smtp.from = "thanks@shop.example".to_owned();
        delivery.public_url = "https://shop.example".to_owned();
        delivery.test_address = test_address.to_owned();
        MailRoom::new(&delivery, OneClick::new(&[1; 32])).unwrap()
    }

    fn letter(customer: Customer) -> Letter {
        let at = at("2026-11-23T10:00");
        let note = Note {
            id: crate::domain::ids::NoteId(Uuid::from_u128(5)),
            batch: crate::domain::ids::NoteBatchId(Uuid::from_u128(7)),
            customer: customer.id,
            gestures: Vec::new(),
            channel: Some(Channel::Email),
            words: Words {
                language: "de-CH".to_owned(),
                subject: "Danke".to_owned(),
                text: "Liebe Ana, <script>alert(1)</script>".to_owned(),
                ..Words::default()
            },
            state: NoteState::Delivering,
            reason: None,
            explanation: String::new(),
            problems: Vec::new(),
            due_at: at,
            chunk: Some(1),
            printed: None,
            tries: Tries::default(),
            created_at: at,
            delivered_at: None,
            edit: None,
            version: 1,
        };
        let mut location = shop();
        location.settings.reply_contact.email = Some("bea@shop.example".to_owned());
        location.settings.reply_contact.name = Some("Bea Müller\r\nBcc: all@example.com".to_owned());
        Letter { note, customer, location: Arc::new(location), purpose: Purpose::Gratitude }
    }

    fn written(room: &MailRoom, letter: &Letter, for_test: bool) -> String {
        let written = room.write(letter, for_test, at("2026-11-24T09:30")).unwrap();
        String::from_utf8(written.content().to_vec()).unwrap()
    }

    #[test]
    fn p6_a_mail_leads_to_the_withdrawal_of_the_consent_by_which_it_came() {
        let letter = letter(customer(1));
        let written = written(&room(""), &letter, false);
        let link = written.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <https://shop.example/u/"));
        let withdrawal = OneClick::new(&[1; 32]).open(link.unwrap().trim_end_matches('>')).unwrap();
        let expected =
            Withdrawal { customer: letter.customer.id, channel: Channel::Email, purpose: Purpose::Gratitude };
        assert_eq!(withdrawal, expected);
        let settling = Letter { purpose: Purpose::Service, ..letter };
        assert!(!self::written(&room(""), &settling, false).contains("List-Unsubscribe"));
    }

    #[test]
    fn a_mail_is_in_the_name_of_the_location_and_no_name_adds_a_header() {
        let written = written(&room(""), &letter(customer(1)), false);
        assert!(written.contains("From: \"The Garden Shop\" <thanks@shop.example>\r\n"), "{written}");
        assert!(written.contains("<bea@shop.example>") && !written.contains("\r\nBcc:"), "{written}");
        assert!(written.contains("&lt;script&gt;"), "{written}");
    }

    #[test]
    fn a_mail_names_its_reader_as_they_like_or_by_their_whole_name() {
        let mut letter = letter(customer(1));
        assert!(written(&room(""), &letter, false).contains("To: \"Ana 1\" <ana1@example.com>\r\n"));
        letter.customer.profile.display_name.clear();
        (letter.customer.profile.given_name, letter.customer.profile.family_name) =
            ("Ana".to_owned(), "Costa".to_owned());
        assert!(written(&room(""), &letter, false).contains("To: \"Ana Costa\" <ana1@example.com>\r\n"));
    }

    #[test]
    fn a_mail_of_a_sensitive_place_says_nothing_of_it_in_its_sender() {
        let mut letter = letter(customer(1));
        let mut place = Arc::unwrap_or_clone(letter.location);
        (place.settings.sensitive, place.settings.brand) = (true, Some("Clinic for Skin".to_owned()));
        place.settings.reply_contact.name = Some("Bea".to_owned());
        letter.location = Arc::new(place.clone());
        let named = written(&room(""), &letter, false);
        assert!(named.contains("From: \"Bea\" <thanks@shop.example>\r\n") || named.contains("From: Bea <"), "{named}");
        place.settings.reply_contact.name = None;
        letter.location = Arc::new(place);
        let unnamed = written(&room(""), &letter, false);
        assert!(unnamed.contains("From: thanks@shop.example\r\n") || unnamed.contains("From: <thanks@"), "{unnamed}");
        for mail in [named, unnamed] {
            assert!(!mail.contains("Clinic") && !mail.contains("Garden Shop"), "{mail}");
        }
    }

    #[test]
    fn a_mail_bears_the_date_on_which_it_leaves_and_one_id_for_ever() {
        let letter = letter(customer(1));
        let written = written(&room(""), &letter, false);
        assert!(written.contains("Date: Tue, 24 Nov 2026 08:30:00 +0000\r\n"), "{written}");
        assert!(written.contains(&format!("Message-ID: {}\r\n", letter.note.message_id())), "{written}");
    }

    #[test]
    fn p6_what_is_tried_out_goes_to_the_test_address_and_its_link_withdraws_nothing() {
        let letter = letter(customer(1));
        let written = written(&room("test@example.org"), &letter, true);
        assert!(written.contains("<test@example.org>") && !written.contains("ana1@example.com"), "{written}");
        assert!(written.contains("Subject: [test] Danke\r\n") && written.contains("/u/test>"), "{written}");
        assert!(written.contains("Message-ID: <test."), "{written}");
        let now = at("2026-11-24T09:30");
        assert!(
            matches!(room("").write(&letter, true, now), Err(Outcome::Unavailable { .. })),
            "never to the customer"
        );
    }

    #[test]
    fn an_address_that_no_relay_takes_is_as_good_as_none() {
        let mut ana = customer(1);
        for point in ana.profile.all_contact_points_mut() {
            point.address = ContactAddress::Email("zoë@example.com".to_owned());
        }
        let outcome = room("").write(&letter(ana), false, at("2026-11-24T09:30")).unwrap_err();
        assert!(matches!(outcome, Outcome::Refused { unreachable: Some(_), .. }), "{outcome:?}");
    }
}
