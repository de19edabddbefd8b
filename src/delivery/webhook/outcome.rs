//! What became of a webhook at one attempt.

use std::{fmt, io, time::Duration};

/// What became of a webhook. Shown with `Display` it holds codes and our own words only, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The far side took it: it answered 2xx.
    Delivered {
        /// What it answered.
        status: u16,
    },
    /// The far side wants no webhooks any more (410): nothing should be sent there until a person says so.
    Gone,
    /// Not sent, since the endpoint leads to where none may: trying again is useless until it or the settings change.
    Forbidden,
    /// Not taken: to be tried again, by the schedule, but not before what the far side asked for.
    Later {
        /// How long it asked to be left alone (`Retry-After`), at most a day.
        asked: Option<Duration>,
        /// Why.
        trouble: Trouble,
    },
    /// Sent, and no answer of who should take it: it may have been taken. As its id is the same, it is tried again like
    /// [`Later`](Self::Later).
    Uncertain {
        /// As in [`Later`](Self::Later).
        asked: Option<Duration>,
        /// What came instead of an answer.
        trouble: Trouble,
    },
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It answered something else than 2xx. Redirects (3xx) are not followed: the endpoint must be changed.
    Status(u16),
    /// Its name is not known.
    Unknown,
    /// It took longer than [`WebhookLimits`](super::WebhookLimits) allow.
    TimedOut,
    /// The network failed.
    Network(io::ErrorKind),
    /// No encrypted connection came about; for example, nobody we trust vouches for its certificate.
    NotTrusted,
    /// The connection ended, or what came isn't HTTP.
    Broken,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the endpoint answered {status}"),
            Self::Unknown => f.write_str("the endpoint's name is not known"),
            Self::TimedOut => f.write_str("the endpoint did not answer in time"),
            Self::Network(kind) => write!(f, "the network failed ({kind})"),
            Self::NotTrusted => f.write_str("no encrypted connection came about"),
            Self::Broken => f.write_str("the connection ended without an answer"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { status } => write!(f, "delivered: the endpoint answered {status}"),
            Self::Gone => f.write_str("refused: the endpoint wants no webhooks any more (410)"),
            Self::Forbidden => f.write_str("not sent: the endpoint leads to a private address"),
            Self::Later { trouble, .. } => write!(f, "not taken: {trouble}"),
            Self::Uncertain { trouble, .. } => write!(f, "perhaps taken: {trouble}"),
        }
    }
}
