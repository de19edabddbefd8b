//! What became of a mail that was offered, and what is known about it.

use super::answer::Answer;
use std::{fmt, io};

/// What became of a mail. Shown with `Display` it holds codes and our own words only, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The relay took it, and answers for it from now on.
    Delivered {
        /// What it said.
        answer: Answer,
    },
    /// Not taken, and never will be.
    Refused {
        /// Nobody is reached at this address: it must not be used again.
        mailbox_unknown: bool,
        /// Where it was refused.
        at: Stage,
        /// Why.
        trouble: Trouble,
    },
    /// Certainly not taken: it may be offered again, later.
    Later {
        /// Whether this mail alone must wait.
        whose: Whose,
        /// How far it came.
        at: Stage,
        /// Why.
        trouble: Trouble,
    },
    /// Offered whole, and no answer: it may have been taken. It must not be offered again unless a person says so.
    Uncertain {
        /// What came instead of an answer.
        trouble: Trouble,
    },
}

/// Whom a trouble concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This mail, as far as can be seen; the next one may well be taken.
    Mail,
    /// The relay, or how we are set up with it: no mail gets through now. It is no failure of the mail.
    Relay,
}

/// How far a mail came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The relay's address is looked up and called.
    Connect,
    /// The relay greets us.
    Greeting,
    /// We say who we are, and it says what it can.
    Hello,
    /// The connection is encrypted.
    Encryption,
    /// We log in.
    Login,
    /// It hears who sends.
    Sender,
    /// It hears to whom.
    Recipient,
    /// It is asked to take the mail.
    Data,
    /// It gets the mail, but not yet its end.
    Content,
    /// It has the end of the mail, and must answer.
    Answer,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "while connecting",
            Self::Greeting => "at the greeting",
            Self::Hello => "at EHLO",
            Self::Encryption => "while encrypting",
            Self::Login => "at the login",
            Self::Sender => "at the sender",
            Self::Recipient => "at the recipient",
            Self::Data => "at DATA",
            Self::Content => "while the mail was handed over",
            Self::Answer => "after the mail was handed over",
        })
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The relay said no.
    Answer(Answer),
    /// The relay took longer than [`Limits`](super::Limits) allow.
    TimedOut,
    /// The connection ended.
    Cut,
    /// The network failed in another way.
    Network(io::ErrorKind),
    /// What came isn't SMTP.
    Garbled,
    /// No encrypted connection came about; for example, nobody we trust vouches for the relay's certificate.
    NotTrusted(String),
    /// The relay doesn't offer what we need of it.
    NotOffered(&'static str),
}

impl Trouble {
    fn code(&self) -> Option<u16> {
        match self {
            Self::Answer(answer) => Some(answer.code),
            _ => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(answer) => write!(f, "the relay answered {answer}"),
            Self::TimedOut => f.write_str("the relay did not answer in time"),
            Self::Cut => f.write_str("the connection ended"),
            Self::Network(kind) => write!(f, "the network failed ({kind})"),
            Self::Garbled => f.write_str("what answered does not speak SMTP"),
            Self::NotTrusted(why) => write!(f, "no encrypted connection came about ({why})"),
            Self::NotOffered(what) => write!(f, "the relay does not offer {what}"),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Self::Cut,
            kind => Self::Network(kind),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { answer } => write!(f, "delivered: the relay answered {answer}"),
            Self::Refused { at, trouble, .. } => write!(f, "refused {at}: {trouble}"),
            Self::Later { at, trouble, .. } => write!(f, "not taken {at}: {trouble}"),
            Self::Uncertain { trouble } => write!(f, "perhaps taken: {trouble} {}", Stage::Answer),
        }
    }
}

/// What stopped a mail.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) at: Stage,
    pub(super) trouble: Trouble,
}

impl Failure {
    /// Whether the relay had hung up before this mail began, as it does with connections that were idle for long.
    pub(super) fn is_hang_up(&self) -> bool {
        let is_gone = matches!(self.trouble, Trouble::Cut | Trouble::Network(_)) || self.trouble.code() == Some(421);
        self.at == Stage::Sender && is_gone
    }
}

impl From<Failure> for Outcome {
    fn from(Failure { at, trouble }: Failure) -> Self {
        let code = trouble.code();
        let later = |whose, trouble| Self::Later { whose, at, trouble };
        match (code, at) {
            // RFC 5321, 3.8: the relay goes; at any stage this says that the mail was not taken.
            (Some(421), _) => later(Whose::Relay, trouble),
            (Some(400..=499), Stage::Recipient | Stage::Data | Stage::Content | Stage::Answer) => {
                later(Whose::Mail, trouble)
            }
            (Some(500..=599), Stage::Recipient | Stage::Data | Stage::Content | Stage::Answer) => {
                Self::refused(at, trouble)
            }
            (Some(500..=599), Stage::Sender) if too_large(&trouble) => Self::refused(at, trouble),
            (_, Stage::Answer) => Self::Uncertain { trouble },
            // Whether only this mail made the connection end shows with the next one.
            (_, Stage::Recipient | Stage::Data | Stage::Content) => later(Whose::Mail, trouble),
            (_, _) => later(Whose::Relay, trouble),
        }
    }
}

impl Outcome {
    fn refused(at: Stage, trouble: Trouble) -> Self {
        let mailbox_unknown = match &trouble {
            Trouble::Answer(answer) => answer.says_mailbox_unknown(),
            _ => false,
        };
        Self::Refused { mailbox_unknown, at, trouble }
    }
}

fn too_large(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Answer(answer) if answer.says_too_large())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::delivery::mail::{EmailAddress, wire::Reply};

    fn answer(code: u16, line: &str) -> Answer {
        let ana: EmailAddress = "ana.meier@example.com".parse().unwrap();
        Answer::new(&Reply { code, lines: line.split('|').map(str::to_owned).collect() }, Some(&ana))
    }

    fn outcome(at: Stage, code: u16, line: &str) -> Outcome {
        Failure { at, trouble: Trouble::Answer(answer(code, line)) }.into()
    }

    fn is_unknown(code: u16, line: &str) -> bool {
        matches!(outcome(Stage::Recipient, code, line), Outcome::Refused { mailbox_unknown: true, .. })
    }

    #[test]
    fn a_mailbox_is_unknown_only_where_the_relay_says_so() {
        for line in [
            "5.1.1 <ana.meier@example.com>: Recipient address rejected",
            "5.1.10 null MX",
            "5.2.1 disabled",
            "No such user here",
            "Requested action not taken: mailbox not found",
        ] {
            assert!(is_unknown(550, line), "{line}");
        }
        assert!(is_unknown(551, "try elsewhere"));
        for line in [
            "5.7.1 no such user, says our policy",
            "5.7.26 unauthenticated",
            "5.2.2 mailbox full",
            "blocked using a list",
            "",
            "5.1.8 bad sender",
        ] {
            assert!(!is_unknown(550, line), "{line}");
        }
        assert!(!is_unknown(450, "4.1.1 user unknown"), "perhaps tomorrow");
    }

    #[test]
    fn p4_only_silence_behind_the_final_dot_is_uncertain() {
        for at in [Stage::Connect, Stage::Sender, Stage::Recipient, Stage::Data, Stage::Content] {
            for trouble in [Trouble::TimedOut, Trouble::Cut, Trouble::Garbled] {
                let outcome: Outcome = Failure { at, trouble }.into();
                let expected = if at < Stage::Recipient { Whose::Relay } else { Whose::Mail };
                assert!(matches!(outcome, Outcome::Later { whose, .. } if whose == expected), "{outcome}");
            }
        }
        for trouble in [Trouble::TimedOut, Trouble::Cut, Trouble::Garbled, Trouble::Answer(answer(354, "go on"))] {
            assert!(matches!(Failure { at: Stage::Answer, trouble }.into(), Outcome::Uncertain { .. }));
        }
        assert!(matches!(outcome(Stage::Answer, 452, "full"), Outcome::Later { whose: Whose::Mail, .. }));
        assert!(matches!(outcome(Stage::Answer, 554, "spam"), Outcome::Refused { mailbox_unknown: false, .. }));
        assert!(matches!(outcome(Stage::Answer, 421, "bye"), Outcome::Later { whose: Whose::Relay, .. }));
    }

    #[test]
    fn what_the_relay_has_against_us_is_no_fault_of_the_mail() {
        for (at, code) in [(Stage::Greeting, 554), (Stage::Login, 535), (Stage::Sender, 550), (Stage::Sender, 530)] {
            assert!(matches!(outcome(at, code, "no"), Outcome::Later { whose: Whose::Relay, .. }), "{at}");
        }
        assert!(matches!(outcome(Stage::Sender, 552, "5.3.4 too big"), Outcome::Refused { .. }));
    }

    #[test]
    fn what_is_logged_holds_codes_only() {
        let shown = outcome(Stage::Recipient, 550, "5.1.1 Ana Meier is not here").to_string();
        assert_eq!(shown, "refused at the recipient: the relay answered 550 5.1.1");
    }
}
