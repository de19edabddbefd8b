//! What moved a plan, in sentences for people.

use super::{
    hours::ClockTime,
    openings::Limit,
    zones::{UnknownZone, ZoneSource},
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Writes the steps of a plan by the clock of its zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording<'a> {
    zone: &'a TimeZone,
}

impl<'a> Wording<'a> {
    pub(super) const fn new(zone: &'a TimeZone) -> Self {
        Self { zone }
    }

    pub(super) fn unknown_zone(source: ZoneSource, unknown: &UnknownZone) -> String {
        format!("Passed over {}: {unknown}.", owner(source))
    }

    pub(super) fn moment(&self, at: Timestamp, source: ZoneSource) -> String {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        format!("Counted from {}, by {} ({zone}).", self.clock(at), owner(source))
    }

    pub(super) fn occasion(&self, date: Date, leaves: Date, lead_days: u8) -> String {
        let (date, leaves) = (date.strftime("%a %-d %b %Y"), leaves.strftime("%a %-d %b %Y"));
        match lead_days {
            0 => format!("Meant for {date}."),
            1 => format!("Meant for {date}: it is on its way for 1 business day, so it leaves on {leaves}."),
            days => format!("Meant for {date}: it is on its way for {days} business days, so it leaves on {leaves}."),
        }
    }

    pub(super) fn waited(&self, wait: SignedDuration, until: Timestamp) -> String {
        format!("After a wait of {wait:#}: {}.", self.clock(until))
    }

    pub(super) fn days_later(&self, days: u16, at: ClockTime, wanted: DateTime, target: Timestamp) -> String {
        let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        let shown = self.zone.to_datetime(target);
        let why = if shown == wanted {
            if self.zone.to_ambiguous_timestamp(wanted).is_ambiguous() {
                " (the clocks go back, so that time comes twice; the first counts)"
            } else {
                ""
            }
        } else if self.zone.to_ambiguous_timestamp(wanted).is_ambiguous() {
            " (the clocks go forward over that time; the first instant after it counts)"
        } else {
            " (that time had passed, so at once)"
        };
        format!("In {days} at {at}: {}{why}.", self.clock(target))
    }

    pub(super) fn moved(&self, limit: &Limit<'_>, to: Timestamp) -> String {
        let closed = match limit {
            Limit::Window(hours) => format!("Outside the window ({hours})"),
            Limit::CustomerHours(hours) => format!("Outside the customer's hours ({hours})"),
            Limit::BusinessDays(_) => "Not a business day of the location".to_owned(),
            Limit::NoHolidays(_) => "A holiday at the location".to_owned(),
        };
        format!("{closed}: moved to {}.", self.clock(to))
    }

    pub(super) fn late(&self, now: Timestamp) -> String {
        format!("Planned only at {}, when that opening was over: held to the next.", self.clock(now))
    }

    pub(super) fn deadline(&self, due: Timestamp, deadline: Timestamp) -> String {
        format!("Due {}; makes sense until {}.", self.clock(due), self.clock(deadline))
    }

    pub(super) fn promise_starts(&self, due: Timestamp) -> String {
        format!("Possible from {} on.", self.clock(due))
    }

    pub(super) fn promise(&self, by: Timestamp, deadline: Timestamp) -> String {
        if by == deadline {
            format!("Promised by {}.", self.clock(by))
        } else {
            format!(
                "Promised by {}; quiet hours begin before, so it has to be kept by {}.",
                self.clock(by),
                self.clock(deadline)
            )
        }
    }

    pub(super) fn promise_moved_back(&self, by: Timestamp, due: Timestamp, quiet: Timestamp) -> String {
        format!(
            "Promised by {}, which is within quiet hours: due from {}, before they begin at {}.",
            self.clock(by),
            self.clock(due),
            self.clock(quiet)
        )
    }

    /// "Mon 23 Nov 2026 09:00" by the clock of the zone.
    fn clock(&self, at: Timestamp) -> String {
        self.zone.to_datetime(at).strftime("%a %-d %b %Y %H:%M").to_string()
    }
}

const fn owner(source: ZoneSource) -> &'static str {
    match source {
        ZoneSource::Customer => "the customer's zone",
        ZoneSource::Visit => "the zone of the place they are visiting",
        ZoneSource::Location => "the location's zone",
        ZoneSource::Configured => "the configured zone",
    }
}
