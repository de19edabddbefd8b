//! The instants at which a gesture may be carried out, as an intersection of several kinds of hours.

use super::{
    calendar::LocationCalendar,
    hours::{ClockTime, WeeklyHours, Window},
    zones::{local_date, resolve_local},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// How many days ahead an opening is looked for.
pub const SEARCH_DAYS: i32 = 400;

const SEARCH: SignedDuration = SignedDuration::from_hours(24 * SEARCH_DAYS as i64);

/// How many days before the local day of an instant a window that still holds it may have opened. One is enough in
/// zones as they are; the second costs nothing.
const LOOK_BACK_DAYS: i32 = 2;

/// Which times are allowed; what is `None` or `false` allows all.
#[derive(Debug, Clone, Copy)]
pub struct AllowedTimes<'a> {
    /// The window of the rule or of its channel.
    pub window: Option<&'a WeeklyHours>,
    /// The hours that the customer wishes.
    pub customer_hours: Option<&'a WeeklyHours>,
    /// The location's days.
    pub calendar: &'a LocationCalendar,
    /// Only on business days of the location.
    pub business_days: bool,
    /// Not on holidays of the location. Business days are no holidays anyway.
    pub no_holidays: bool,
}

/// When the opening that holds an instant ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The instant is in no opening.
    NotOpen,
    /// At this instant, which is no longer in it.
    At(Timestamp),
    /// Not within [`SEARCH_DAYS`].
    Never,
}

/// One of the things that must all be open.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit<'a> {
    /// The window of the rule or of its channel.
    Window(&'a WeeklyHours),
    /// The customer's hours.
    CustomerHours(&'a WeeklyHours),
    /// The location's business days, from midnight to midnight.
    BusinessDays(&'a LocationCalendar),
    /// All days but the location's holidays, from midnight to midnight.
    NoHolidays(&'a LocationCalendar),
}

/// The instants that are allowed, by the clock of one zone.
#[derive(Debug, Clone)]
pub struct Openings<'a> {
    zone: &'a TimeZone,
    limits: Vec<Limit<'a>>,
}

impl<'a> Openings<'a> {
    /// The openings of these times by the clock of `zone`.
    #[must_use]
    pub fn new(zone: &'a TimeZone, allowed: &AllowedTimes<'a>) -> Self {
        let days = if allowed.business_days {
            Some(Limit::BusinessDays(allowed.calendar))
        } else if allowed.no_holidays && !allowed.calendar.has_no_holidays() {
            Some(Limit::NoHolidays(allowed.calendar))
        } else {
            None
        };
        let window = allowed.window.map(Limit::Window);
        let customer_hours = allowed.customer_hours.map(Limit::CustomerHours);
        Self { zone, limits: [window, customer_hours, days].into_iter().flatten().collect() }
    }

    /// Whether an instant is allowed.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.limits.iter().all(|limit| limit.first_open(self.zone, at, at) == Some(at))
    }

    /// The first allowed instant at or after `at`; `None` when there is none within [`SEARCH_DAYS`].
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        self.search(at, |_, _| ())
    }

    /// When the opening that holds `at` ends.
    #[must_use]
    pub fn closes_at(&self, at: Timestamp) -> Closing {
        if !self.is_open(at) {
            return Closing::NotOpen;
        }
        let horizon = at.checked_add(SEARCH).unwrap_or(Timestamp::MAX);
        let ends = self.limits.iter().filter_map(|limit| limit.end(self.zone, at, horizon));
        ends.min().map_or(Closing::Never, Closing::At)
    }

    /// The last opening in `[from, until)`, cut to it, as `(start, end)`. Of a longer range only the last
    /// [`SEARCH_DAYS`] are looked at.
    #[must_use]
    pub(super) fn last_opening(&self, from: Timestamp, until: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let from = until.checked_sub(SEARCH).map_or(from, |earliest| earliest.max(from));
        let mut last = None;
        let mut next = self.next_opening(from);
        while let Some(start) = next.filter(|start| *start < until) {
            match self.closes_at(start) {
                Closing::At(end) if end < until => {
                    last = Some((start, end));
                    next = self.next_opening(end);
                }
                _ => return Some((start, until)),
            }
        }
        last
    }

    /// As [`Openings::next_opening`]; tells `moved` of each limit that was closed and to when it moved the instant.
    pub(super) fn search(&self, at: Timestamp, mut moved: impl FnMut(&Limit<'a>, Timestamp)) -> Option<Timestamp> {
        let horizon = at.checked_add(SEARCH).ok()?;
        let mut instant = at;
        loop {
            let before = instant;
            for limit in &self.limits {
                let open = limit.first_open(self.zone, instant, horizon)?;
                if open > instant {
                    instant = open;
                    moved(limit, instant);
                }
            }
            if instant == before {
                return Some(instant);
            }
        }
    }
}

/// A half-open stretch of instants, `start < end`.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl<'a> Limit<'a> {
    /// The first instant at or after `at`, at most `horizon`, at which this is open.
    fn first_open(&self, zone: &TimeZone, at: Timestamp, horizon: Timestamp) -> Option<Timestamp> {
        let span = self.spans(zone, at, horizon).find(|span| span.end > at)?;
        Some(span.start.max(at)).filter(|open| *open <= horizon)
    }

    /// When the open stretch that holds `at` ends, if that is before `horizon`. Spans that touch are one stretch.
    fn end(&self, zone: &TimeZone, at: Timestamp, horizon: Timestamp) -> Option<Timestamp> {
        let mut end = at;
        for span in self.spans(zone, at, horizon).filter(|span| span.end > at) {
            if span.start > end {
                break;
            }
            end = end.max(span.end);
        }
        Some(end).filter(|end| *end < horizon)
    }

    /// The spans that may hold `at` and those after it up to about `horizon`, by their start. They may touch and
    /// overlap.
    fn spans(self, zone: &'a TimeZone, at: Timestamp, horizon: Timestamp) -> impl Iterator<Item = Span> {
        days(zone, at, horizon).flat_map(move |date| {
            self.windows_on(date).filter_map(move |(open, close)| {
                let closing_day = if close <= open { date.tomorrow().ok()? } else { date };
                let start = resolve_local(zone, open.on(date)?)?;
                let end = resolve_local(zone, close.on(closing_day)?)?;
                // A window that the clocks skip holds nothing.
                (start < end).then_some(Span { start, end })
            })
        })
    }

    /// What opens on a date, by the time it opens.
    fn windows_on(self, date: Date) -> impl Iterator<Item = (ClockTime, ClockTime)> {
        let (windows, whole_day): (&[Window], bool) = match self {
            Self::Window(hours) | Self::CustomerHours(hours) => (hours.windows(), false),
            Self::BusinessDays(calendar) => (&[], calendar.is_business_day(date)),
            Self::NoHolidays(calendar) => (&[], !calendar.is_holiday(date)),
        };
        let weekday = date.weekday();
        let weekly = windows.iter().filter(move |window| window.weekday() == weekday);
        let whole_day = whole_day.then_some((ClockTime::START_OF_DAY, ClockTime::END_OF_DAY));
        weekly.map(|window| (window.open(), window.close())).chain(whole_day)
    }
}

/// The dates on which something may open that matters between two instants.
fn days(zone: &TimeZone, at: Timestamp, horizon: Timestamp) -> impl Iterator<Item = Date> + use<> {
    let first = local_date(zone, at).saturating_sub(LOOK_BACK_DAYS.days());
    let last = local_date(zone, horizon).saturating_add(1.day());
    first.series(1.day()).take_while(move |date| *date <= last)
}

#[cfg(test)]
mod tests;
