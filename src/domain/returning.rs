//! How far somebody is on the way of returning (section 4.11 of the design).

use super::{summary::Summary, text_enum::text_enum};
use jiff::{ToSpan, civil::Date};

/// Visit days from which on somebody has a rhythm of their own.
const REGULAR_FROM: u32 = 4;
/// Silence longer than this many gaps is a lapse.
const LAPSED_AFTER_GAPS: u32 = 2;
/// Who stayed away for so long and came back comes in seasons.
const SEASON_DAYS: u32 = 180;

text_enum! {
    /// Where a customer stands on the way of returning.
    pub enum ReturnStatus {
        /// At the first visit day.
        New = "new",
        /// At the second or third.
        Returning = "returning",
        /// At the fourth or later, within their own rhythm.
        Regular = "regular",
        /// Silent for longer than twice the usual gap.
        Lapsed = "lapsed",
    }
}

/// Where a customer stands on a day; `None` before the first visit day.
///
/// The gap that is usual for them is the median of their own from the fourth visit day on, `location_gap_days` below.
#[must_use]
pub fn return_status(summary: &Summary, today: Date, location_gap_days: u32) -> Option<ReturnStatus> {
    let last = summary.last_visit?;
    let rhythm = Rhythm { visit_days: summary.visit_days, median_gap: summary.median_gap() };
    Some(match summary.visit_days {
        _ if rhythm.is_broken(last, today, location_gap_days) => ReturnStatus::Lapsed,
        0 | 1 => ReturnStatus::New,
        2..REGULAR_FROM => ReturnStatus::Returning,
        _ => ReturnStatus::Regular,
    })
}

/// The day on which staying away becomes longer than is the customer's own way: more than twice their median gap and,
/// for who comes in seasons, more than they ever stayed away before. `None` below four visit days, when nobody has a
/// rhythm of their own.
#[must_use]
pub fn silence_begins(summary: &Summary) -> Option<Date> {
    let last = summary.last_visit.filter(|_| summary.visit_days >= REGULAR_FROM)?;
    let usual = summary.median_gap()?.saturating_mul(LAPSED_AFTER_GAPS);
    let season = summary.gaps.last_key_value().map_or(0, |(longest, _)| *longest);
    let bound = if season >= SEASON_DAYS { usual.max(season) } else { usual };
    last.checked_add(i64::from(bound).saturating_add(1).days()).ok()
}

/// Whether somebody who is here today had lapsed before. `previous` is their last visit day before today.
#[must_use]
pub fn is_welcome_back(summary: &Summary, previous: Option<Date>, today: Date, location_gap_days: u32) -> bool {
    let Some(previous) = previous.filter(|previous| *previous < today) else { return false };
    let mut rhythm = Rhythm { visit_days: summary.visit_days, median_gap: summary.median_gap() };
    if summary.last_visit == Some(today) {
        // Today's visit is counted already: what it broke is the rhythm before it.
        let mut before = summary.clone();
        if let Some(times) = before.gaps.get_mut(&days_between(previous, today)) {
            *times = times.saturating_sub(1);
        }
        rhythm = Rhythm { visit_days: summary.visit_days.saturating_sub(1), median_gap: before.median_gap() };
    }
    rhythm.is_broken(previous, today, location_gap_days)
}

/// The number of the visit day that today is, counted or not yet.
#[must_use]
pub fn visit_day_today(summary: &Summary, today: Date) -> u32 {
    summary.visit_days + u32::from(summary.last_visit != Some(today))
}

/// Whole days from one date to a later one; 0 when it is not later.
pub(super) fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(0)
}

struct Rhythm {
    visit_days: u32,
    median_gap: Option<u32>,
}

impl Rhythm {
    fn is_broken(&self, last: Date, today: Date, location_gap_days: u32) -> bool {
        let own = self.median_gap.filter(|_| self.visit_days >= REGULAR_FROM);
        days_between(last, today) > own.unwrap_or(location_gap_days).saturating_mul(LAPSED_AFTER_GAPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CustomerId;
    use jiff::civil::date;
    use proptest::prelude::*;

    const START: Date = date(2026, 1, 1);
    const LOCATION_GAP: u32 = 90;

    /// A summary of visit days, given as days after the first of January.
    fn visited(days: &[i64]) -> Summary {
        let mut summary = Summary::new(CustomerId(uuid::Uuid::nil()));
        summary.visit_days = u32::try_from(days.len()).expect("a few days");
        summary.first_visit = days.first().map(|day| START + day.days());
        summary.last_visit = days.last().map(|day| START + day.days());
        for pair in days.windows(2) {
            *summary.gaps.entry(u32::try_from(pair[1] - pair[0]).expect("in order")).or_default() += 1;
        }
        summary
    }

    fn status_after(days: &[i64], silent: i64) -> Option<ReturnStatus> {
        let today = START + (days.last().copied().unwrap_or(0) + silent).days();
        return_status(&visited(days), today, LOCATION_GAP)
    }

    #[test]
    fn each_status_begins_where_the_design_says() {
        assert_eq!(status_after(&[], 0), None);
        assert_eq!(status_after(&[0], 0), Some(ReturnStatus::New));
        assert_eq!(status_after(&[0, 7], 0), Some(ReturnStatus::Returning));
        assert_eq!(status_after(&[0, 7, 14], 0), Some(ReturnStatus::Returning));
        assert_eq!(status_after(&[0, 7, 14, 28], 0), Some(ReturnStatus::Regular));
    }

    #[test]
    fn silence_longer_than_twice_the_gap_is_a_lapse() {
        assert_eq!(status_after(&[0, 7, 14, 28], 14), Some(ReturnStatus::Regular), "the median gap is 7");
        assert_eq!(status_after(&[0, 7, 14, 28], 15), Some(ReturnStatus::Lapsed));
        assert_eq!(status_after(&[0, 7, 14], 180), Some(ReturnStatus::Returning), "the location's gap counts");
        assert_eq!(status_after(&[0, 7, 14], 181), Some(ReturnStatus::Lapsed));
        assert_eq!(status_after(&[0], 181), Some(ReturnStatus::Lapsed));
    }

    #[test]
    fn a_lapsed_one_who_comes_is_welcome_back_before_and_after_check_in() {
        let before = visited(&[0, 7, 14, 21]);
        let previous = before.last_visit;
        for (silent, expected) in [(14, false), (15, true)] {
            let today = START + (21 + silent).days();
            assert_eq!(is_welcome_back(&before, previous, today, LOCATION_GAP), expected);
            let counted = visited(&[0, 7, 14, 21, 21 + silent]);
            assert_eq!(is_welcome_back(&counted, previous, today, LOCATION_GAP), expected);
            assert_eq!(return_status(&counted, today, LOCATION_GAP), Some(ReturnStatus::Regular));
        }
        assert!(!is_welcome_back(&visited(&[0]), None, START, LOCATION_GAP), "the first visit is no return");
        // Three visit days and a fourth today: before it, the location's gap counted.
        let counted = visited(&[0, 7, 14, 100]);
        assert!(!is_welcome_back(&counted, Some(START + 14.days()), START + 100.days(), LOCATION_GAP));
    }

    #[test]
    fn today_is_counted_once() {
        let summary = visited(&[0, 7]);
        assert_eq!(visit_day_today(&summary, START + 7.days()), 2);
        assert_eq!(visit_day_today(&summary, START + 8.days()), 3);
    }

    proptest! {
        #[test]
        fn the_median_is_that_of_the_sorted_gaps(mut gaps in prop::collection::vec(1..40u32, 1..60)) {
            let mut summary = visited(&[]);
            for gap in &gaps {
                *summary.gaps.entry(*gap).or_default() += 1;
            }
            gaps.sort_unstable();
            prop_assert_eq!(summary.median_gap(), Some(gaps[(gaps.len() - 1) / 2]));
        }
    }
}
