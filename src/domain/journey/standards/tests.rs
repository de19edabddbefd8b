use super::*;
use crate::domain::{
    interaction::{Direction, InteractionChannel, InteractionKind},
    testkit,
    when::{ClockTime, WeeklyHours},
};
use jiff::civil::Weekday;
use proptest::prelude::*;

const START: &str = "2026-03-06T16:30:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn call() -> Detail {
    Detail::new(InteractionKind::Support, InteractionChannel::Phone, Direction::Inbound)
}

fn within(seconds: i64) -> TimeLimit {
    TimeLimit { within: SignedDuration::from_secs(seconds), business_hours: false }
}

/// Judged at the shop of the test kit, in Lisbon, as the first contact, from [`START`].
fn verdicts(standards: &Standards, detail: &Detail) -> Vec<Verdict> {
    verdicts_in("Europe/Lisbon", standards, detail)
}

fn verdicts_in(zone: &str, standards: &Standards, detail: &Detail) -> Vec<Verdict> {
    let zone = TimeZone::get(zone).expect("a zone");
    let location = testkit::shop().settings;
    judge(standards, &Contact { detail, start_at: at(START), zone: &zone, location: &location, earlier: 0 })
}

fn only(verdicts: Vec<Verdict>) -> Verdict {
    let [verdict] = <[Verdict; 1]>::try_from(verdicts).expect("one verdict");
    verdict
}

#[test]
fn a_call_answered_after_42_s_breaks_a_standard_of_10_s() {
    let standards = Standards { respond: Some(within(10)), ..Standards::default() };
    let mut detail = call();
    assert_eq!(verdicts(&standards, &detail), [], "nobody said how long it took");
    detail.response = Some(SignedDuration::from_secs(10));
    let verdict = only(verdicts(&standards, &detail));
    assert_eq!((verdict.kept, verdict.over), (true, None), "exactly as long keeps it");
    detail.response = Some(SignedDuration::from_secs(42));
    let verdict = only(verdicts(&standards, &detail));
    assert_eq!(verdict.evidence, "answered after 42 s (standard: 10 s)");
    assert_eq!((verdict.kept, verdict.over), (false, Some(Excess::Time(SignedDuration::from_secs(32)))));
}

#[test]
fn only_opening_hours_count_where_the_standard_says_so() {
    let hours = |open: &str, close: &str| {
        let time = |text: &str| text.parse::<ClockTime>().expect("a time");
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        WeeklyHours::on(&[Monday, Tuesday, Wednesday, Thursday, Friday], time(open), time(close)).expect("hours")
    };
    let mut location = testkit::shop().settings;
    location.opening_hours = Some(hours("09:00", "17:30"));
    let zone = TimeZone::get("Europe/Lisbon").expect("a zone");
    let mut detail = call();
    // Friday half past four to Monday ten o'clock: an hour and an hour.
    detail.fulfilled_at = Some(at("2026-03-09T10:00:00Z"));
    let judged = |business_hours, minutes| {
        let limit = TimeLimit { within: SignedDuration::from_mins(minutes), business_hours };
        let standards = Standards { fulfil: Some(limit), ..Standards::default() };
        let contact = Contact { detail: &detail, start_at: at(START), zone: &zone, location: &location, earlier: 0 };
        only(judge(&standards, &contact))
    };
    assert!(judged(true, 120).kept);
    assert!(!judged(false, 120).kept);
    let verdict = judged(true, 90);
    assert_eq!(verdict.evidence, "fulfilled after 2 h (standard: 1 h 30 min of opening hours)");
    assert_eq!(verdict.over, Some(Excess::Time(SignedDuration::from_mins(30))));
}

#[test]
fn the_promised_day_ends_at_midnight_of_the_place() {
    let standards = Standards { promise: Some(PromiseKept::OnTheDay), ..Standards::default() };
    let mut detail = call();
    detail.promised_at = Some(at("2026-05-04T12:00:00Z"));
    let mut judged = |zone, fulfilled| {
        detail.fulfilled_at = Some(at(fulfilled));
        only(verdicts_in(zone, &standards, &detail))
    };
    // Berlin is two hours ahead of UTC in May, New York four behind.
    assert!(judged("Europe/Berlin", "2026-05-04T21:59:59Z").kept);
    let late = judged("Europe/Berlin", "2026-05-04T22:00:00Z");
    assert_eq!((late.kept, late.over), (false, Some(Excess::Count(1))));
    assert_eq!(late.evidence, "fulfilled 1 day after the promised day");
    assert!(judged("America/New_York", "2026-05-05T03:59:59Z").kept);
    assert!(!judged("America/New_York", "2026-05-05T04:00:00Z").kept);
    assert_eq!(judged("Europe/Berlin", "2026-05-02T08:00:00Z").evidence, "fulfilled before the promised day");
}

#[test]
fn the_promised_day_may_be_one_on_which_clocks_change() {
    let standards = Standards { promise: Some(PromiseKept::OnTheDay), ..Standards::default() };
    let mut detail = call();
    // In Berlin 2026-10-25 has 25 hours, 22:00Z the day before to 23:00Z.
    detail.promised_at = Some(at("2026-10-24T22:00:00Z"));
    detail.fulfilled_at = Some(at("2026-10-25T22:59:59Z"));
    assert!(only(verdicts_in("Europe/Berlin", &standards, &detail)).kept);
    detail.fulfilled_at = Some(at("2026-10-25T23:00:00Z"));
    assert!(!only(verdicts_in("Europe/Berlin", &standards, &detail)).kept);
}

#[test]
fn the_promised_time_is_kept_to_the_instant() {
    let standards = Standards { promise: Some(PromiseKept::AtTheTime), ..Standards::default() };
    let mut detail = call();
    detail.promised_at = Some(at("2026-05-04T12:00:00Z"));
    assert_eq!(verdicts(&standards, &detail), [], "not fulfilled yet, as far as we know");
    detail.fulfilled_at = Some(at("2026-05-04T12:00:00Z"));
    assert!(only(verdicts(&standards, &detail)).kept);
    detail.fulfilled_at = Some(at("2026-05-04T15:00:00Z"));
    assert_eq!(only(verdicts(&standards, &detail)).evidence, "fulfilled 3 h later than promised");
}

#[test]
fn one_transfer_over_the_limit_breaks_it() {
    let mut detail = call();
    let mut judged = |most, count| {
        detail.transfers = Some(count);
        only(verdicts(&Standards { max_transfers: Some(most), ..Standards::default() }, &detail))
    };
    assert_eq!(judged(1, 0).evidence, "not passed on (standard: at most once)");
    assert!(judged(1, 1).kept);
    let over = judged(1, 2);
    assert_eq!((over.kept, over.over), (false, Some(Excess::Count(1))));
    assert_eq!(over.evidence, "passed on 2 times (standard: at most once)");
    assert_eq!(judged(0, 1).evidence, "passed on once (standard: never)");
}

#[test]
fn what_is_settled_later_was_not_settled_at_first_contact() {
    let standards = Standards { first_contact: true, ..Standards::default() };
    let zone = TimeZone::UTC;
    let location = testkit::shop().settings;
    let judged = |outcome, earlier| {
        let mut detail = call();
        detail.outcome = Some(outcome);
        let contact = Contact { detail: &detail, start_at: at(START), zone: &zone, location: &location, earlier };
        judge(&standards, &contact)
    };
    assert!(only(judged(Outcome::Resolved, 0)).kept);
    assert!(!only(judged(Outcome::Unresolved, 0)).kept);
    assert!(!only(judged(Outcome::Abandoned, 0)).kept);
    let third = only(judged(Outcome::Resolved, 2));
    assert_eq!((third.evidence.as_str(), third.over), ("settled only after 3 contacts", Some(Excess::Count(2))));
    assert_eq!(judged(Outcome::Informed, 0), [], "nothing to settle");
}

#[test]
fn a_fault_speaks_where_nothing_was_measured_and_only_there() {
    let standards = Standards {
        respond: Some(within(10)),
        fulfil: Some(within(60)),
        promise: Some(PromiseKept::OnTheDay),
        max_transfers: Some(0),
        first_contact: false,
    };
    let broken_by = |fault| {
        let mut detail = call();
        detail.fault = Some(fault);
        verdicts(&standards, &detail).iter().map(|verdict| (verdict.standard, verdict.kept)).collect::<Vec<_>>()
    };
    assert_eq!(broken_by(FaultKind::Wait), [(Standard::Respond, false)]);
    assert_eq!(broken_by(FaultKind::PassedOn), [(Standard::Transfers, false)]);
    assert_eq!(broken_by(FaultKind::Late), [(Standard::Fulfil, false), (Standard::Promise, false)]);
    assert_eq!(broken_by(FaultKind::Rude), []);

    let mut detail = call();
    (detail.fault, detail.response) = (Some(FaultKind::Wait), Some(SignedDuration::from_secs(3)));
    assert!(only(verdicts(&standards, &detail)).kept, "the clock knows better");
}

proptest! {
    #[test]
    fn longer_never_turns_broken_into_kept(limit in 1_i64..100_000, first in 0_i64..200_000, more in 0_i64..200_000) {
        let standards = Standards { respond: Some(within(limit)), ..Standards::default() };
        let judged = |seconds| {
            let mut detail = call();
            detail.response = Some(SignedDuration::from_secs(seconds));
            only(verdicts(&standards, &detail))
        };
        let (short, long) = (judged(first), judged(first + more));
        prop_assert!(short.kept || !long.kept);
        prop_assert_eq!(short.kept, first <= limit);
        let over = (first > limit).then(|| Excess::Time(SignedDuration::from_secs(first - limit)));
        prop_assert_eq!(short.over, over);
    }

    #[test]
    fn the_promised_day_is_kept_by_every_instant_of_it(hour in 0_i64..24, minute in 0_i64..60, days in 0_i64..4) {
        let standards = Standards { promise: Some(PromiseKept::OnTheDay), ..Standards::default() };
        let day = at("2026-05-04T00:00:00Z");
        let mut detail = call();
        detail.promised_at = Some(day);
        let after = SignedDuration::from_mins(days * 24 * 60 + hour * 60 + minute);
        detail.fulfilled_at = Some(day.checked_add(after).expect("in range"));
        prop_assert_eq!(only(verdicts_in("UTC", &standards, &detail)).kept, days == 0);
    }

    #[test]
    fn standards_survive_storage(
        respond in proptest::option::of((1_i64..1_000_000, any::<bool>())),
        transfers in proptest::option::of(0_u16..1_000),
        first_contact in any::<bool>(),
    ) {
        let respond = respond.map(|(seconds, business_hours)| TimeLimit { business_hours, ..within(seconds) });
        let standards = Standards {
            respond,
            fulfil: None,
            promise: first_contact.then_some(PromiseKept::AtTheTime),
            max_transfers: transfers,
            first_contact,
        };
        let json = serde_json::to_string(&standards).expect("json");
        prop_assert_eq!(serde_json::from_str::<Standards>(&json).expect("standards"), standards);
    }
}
