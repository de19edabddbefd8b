//! How long what is kept is kept. What is counted (interactions, obligations, gestures, contacts) stays for ever; what
//! people wrote about people, and who did or read what, can have an end.

use super::text_enum::text_enum;
use jiff::{SignedDuration, Timestamp};

text_enum! {
    /// What can be forgotten after a time.
    pub enum Kept {
        /// What staff wrote about an interaction, and how a stranger was described.
        Remarks = "remarks",
        /// Who changed what (P12); also the feed of events.
        Events = "events",
        /// Who read whose data (P12).
        Reads = "reads",
        /// By what repeated calls are recognised (P2): always for seven days.
        RequestKeys = "request_keys",
    }
}

/// How long is kept what the operator may have forgotten; `None` is for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Remarks, and descriptions of strangers, since the interaction began.
    pub remarks: Option<SignedDuration>,
    /// Changes.
    pub events: Option<SignedDuration>,
    /// Readings.
    pub reads: Option<SignedDuration>,
}

impl Retention {
    /// How long something is kept. Of request keys each knows its own end.
    #[must_use]
    pub const fn of(&self, kept: Kept) -> Option<SignedDuration> {
        match kept {
            Kept::Remarks => self.remarks,
            Kept::Events => self.events,
            Kept::Reads => self.reads,
            Kept::RequestKeys => Some(SignedDuration::ZERO),
        }
    }

    /// Before when something is too old at an instant; `None` if it never is.
    #[must_use]
    pub fn horizon(&self, kept: Kept, now: Timestamp) -> Option<Timestamp> {
        // Before the beginning of time nothing happened.
        self.of(kept).and_then(|time| now.checked_sub(time).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testkit::at;

    #[test]
    fn what_has_no_end_is_never_too_old() {
        let now = at("2026-11-22T10:00");
        let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
        let retention = Retention { remarks: days(30), reads: days(9_000_000), ..Retention::default() };
        assert_eq!(retention.horizon(Kept::Remarks, now), Some(now - SignedDuration::from_hours(720)));
        assert_eq!(retention.horizon(Kept::Events, now), None);
        assert_eq!(retention.horizon(Kept::Reads, now), None, "longer than time has been");
        assert_eq!(retention.horizon(Kept::RequestKeys, now), Some(now), "each has its own end");
    }
}
