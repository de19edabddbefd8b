//! The sentences of section 4.4, each as a case.

use super::*;
use crate::domain::when::{LocationCalendar, WeeklyHours, Window, ZoneSource, default_call_hours};
use jiff::civil::{Date, Weekday, date};

mod around_the_world;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn time(text: &str) -> ClockTime {
    text.parse().expect("a time of day")
}

fn every_day(open: &str, close: &str) -> WeeklyHours {
    let week: Vec<_> = Weekday::Monday.cycle_forward().take(7).collect();
    WeeklyHours::on(&week, time(open), time(close)).expect("hours")
}

const BERLIN: &[ZoneCandidate<'_>] = &[ZoneCandidate { source: ZoneSource::Customer, id: "Europe/Berlin" }];

/// A plan for an owner of hours and calendar, with what most cases share.
struct Case {
    window: Option<WeeklyHours>,
    customer_hours: Option<WeeklyHours>,
    calendar: LocationCalendar,
    business_days: bool,
    no_holidays: bool,
    wait: Wait,
    deadline: SignedDuration,
    fresh_until: Option<Timestamp>,
    promised: bool,
    moment: Timestamp,
    occasion: Option<Occasion>,
    now: Timestamp,
    zones: Vec<ZoneCandidate<'static>>,
}

impl Case {
    /// A call by the default hours, Berlin time, due at once, for a day; now is the moment.
    fn call(moment: &str) -> Self {
        Self {
            window: Some(default_call_hours()),
            customer_hours: None,
            calendar: LocationCalendar::default(),
            business_days: false,
            no_holidays: true,
            wait: Wait::Exact(SignedDuration::ZERO),
            deadline: SignedDuration::from_hours(24),
            fresh_until: None,
            promised: false,
            moment: instant(moment),
            occasion: None,
            now: instant(moment),
            zones: BERLIN.to_vec(),
        }
    }

    fn plan(&self) -> Result<Schedule, NotPlannable> {
        let allowed = AllowedTimes {
            window: self.window.as_ref(),
            customer_hours: self.customer_hours.as_ref(),
            calendar: &self.calendar,
            business_days: self.business_days,
            no_holidays: self.no_holidays,
        };
        let input = PlanInput {
            moment: self.moment,
            wait: self.wait,
            occasion: self.occasion,
            allowed,
            zones: &self.zones,
            deadline: self.deadline,
            fresh_until: self.fresh_until,
            promised: self.promised,
            now: self.now,
        };
        plan(&Zones::bundled(), &input)
    }

    fn due_local(&self) -> String {
        self.plan().expect("a plan").planned_local
    }
}

fn texts(schedule: &Schedule) -> Vec<&str> {
    schedule.steps.iter().map(|step| step.text.as_str()).collect()
}

#[test]
fn p5_a_call_at_21_40_waits_for_the_morning() {
    let plan = Case::call("2026-11-23T21:40:00+01:00").plan().expect("a plan");
    assert_eq!(plan.due_at, instant("2026-11-24T09:00:00+01:00"));
    assert_eq!(plan.deadline_at, instant("2026-11-25T09:00:00+01:00"), "counted from the opening");
    assert_eq!((plan.planned_local.as_str(), plan.zone.as_str()), ("2026-11-24T09:00", "Europe/Berlin"));
    assert_eq!(plan.tzdb, Zones::bundled().version());
    assert_eq!(
        texts(&plan),
        [
            "Counted from Mon 23 Nov 2026 21:40, by the customer's zone (Europe/Berlin).",
            "Outside the window (Mon–Sat 09:00–20:00): moved to Tue 24 Nov 2026 09:00.",
            "Due Tue 24 Nov 2026 09:00; makes sense until Wed 25 Nov 2026 09:00.",
        ]
    );
}

#[test]
fn p5_windows_are_half_open() {
    assert_eq!(Case::call("2026-11-23T19:59:59+01:00").due_local(), "2026-11-23T19:59");
    assert_eq!(Case::call("2026-11-23T20:00:00+01:00").due_local(), "2026-11-24T09:00");
    assert_eq!(Case::call("2026-11-24T08:59:59+01:00").due_local(), "2026-11-24T09:00");
}

#[test]
fn p5_no_calls_on_sundays_and_holidays() {
    let mut case = Case::call("2026-12-24T21:00:00+01:00");
    case.calendar = LocationCalendar::new(None, [date(2026, 12, 25), date(2026, 12, 26)]);
    // 25 and 26 December are holidays, the 27th is a Sunday.
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.planned_local, "2026-12-28T09:00");
    assert!(texts(&plan).iter().any(|text| text.starts_with("A holiday at the location")), "{:?}", texts(&plan));
}

#[test]
fn p5_business_days_are_kept_where_the_rule_asks() {
    let weekdays = [Weekday::Tuesday, Weekday::Thursday];
    let opening = WeeklyHours::on(&weekdays, time("10:00"), time("12:00")).expect("hours");
    let mut case = Case::call("2026-11-20T12:00:00+01:00");
    case.calendar = LocationCalendar::new(Some(&opening), [Date::constant(2026, 11, 24)]);
    assert_eq!(case.due_local(), "2026-11-20T12:00", "a Friday is fine if the rule does not ask");
    case.business_days = true;
    assert_eq!(case.due_local(), "2026-11-26T09:00", "Tuesday is a holiday, so Thursday, in the window's hours");
}

#[test]
fn p5_customer_hours_and_window_must_both_be_open() {
    let mut case = Case::call("2026-11-23T10:00:00+01:00");
    // Reachable at night only: 19:30 to 01:00 on the days the window has until 20:00.
    case.customer_hours = Some(every_day("19:30", "01:00"));
    assert_eq!(case.due_local(), "2026-11-23T19:30");
    case.customer_hours = Some(every_day("20:00", "09:00"));
    let from = case.moment;
    assert_eq!(case.plan(), Err(NotPlannable::NoOpening { from }));
}

#[test]
fn p5_a_window_over_midnight_belongs_to_the_day_it_opens_on() {
    let friday = Window::new(Weekday::Friday, time("22:00"), time("06:00")).expect("a window");
    let mut case = Case::call("2026-11-21T05:59:00+01:00");
    case.window = Some(WeeklyHours::new(vec![friday]).expect("hours"));
    assert_eq!(case.due_local(), "2026-11-21T05:59", "Saturday morning is still Friday's window");
    case.moment = instant("2026-11-21T06:00:00+01:00");
    case.now = case.moment;
    assert_eq!(case.due_local(), "2026-11-27T22:00");
    case.business_days = true;
    let saturday_off = WeeklyHours::on(&[Weekday::Friday], time("09:00"), time("18:00")).expect("hours");
    case.calendar = LocationCalendar::new(Some(&saturday_off), []);
    case.moment = instant("2026-11-21T00:00:00+01:00");
    case.now = case.moment;
    assert_eq!(case.due_local(), "2026-11-27T22:00", "a business day ends at midnight");
}

#[test]
fn p5_a_night_window_is_shorter_or_longer_when_the_clocks_change() {
    let zones = Zones::bundled();
    let berlin = zones.get("Europe/Berlin").expect("known");
    let (calendar, nights) = (LocationCalendar::default(), every_day("22:00", "06:00"));
    let allowed = AllowedTimes {
        window: Some(&nights),
        customer_hours: None,
        calendar: &calendar,
        business_days: false,
        no_holidays: false,
    };
    let openings = Openings::new(&berlin, &allowed);
    for (evening, hours) in [("2026-03-28T21:00:00Z", 7), ("2026-10-24T20:00:00Z", 9), ("2026-11-22T21:00:00Z", 8)] {
        let opens = instant(evening);
        let closes = opens + SignedDuration::from_hours(hours);
        assert_eq!(openings.next_opening(opens - SignedDuration::from_secs(1)), Some(opens));
        assert_eq!(openings.closes_at(opens), super::super::Closing::At(closes), "{evening}");
    }
}

#[test]
fn p5_the_next_day_is_a_calendar_day_and_24_hours_are_exact() {
    // The clocks go back on 25 October 2026: that day has 25 hours.
    let mut case = Case::call("2026-10-24T12:00:00+02:00");
    case.window = None;
    case.wait = Wait::Days { days: 1, at: time("10:00") };
    assert_eq!(case.due_local(), "2026-10-25T10:00");
    assert_eq!(case.plan().expect("a plan").due_at, instant("2026-10-25T10:00:00+01:00"));
    case.wait = Wait::Exact(SignedDuration::from_hours(24));
    assert_eq!(case.due_local(), "2026-10-25T11:00");
    case.wait = Wait::Days { days: 1, at: ClockTime::END_OF_DAY };
    assert_eq!(case.due_local(), "2026-10-26T00:00");
}

#[test]
fn p5_a_skipped_or_doubled_time_is_said_to_be_one() {
    let mut case = Case::call("2026-03-28T12:00:00+01:00");
    case.window = None;
    case.wait = Wait::Days { days: 1, at: time("02:30") };
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.due_at, instant("2026-03-29T01:00:00Z"), "the change itself");
    assert!(texts(&plan)[1].contains("clocks go forward"), "{:?}", texts(&plan));
    case.moment = instant("2026-10-24T12:00:00+02:00");
    case.now = case.moment;
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.due_at, instant("2026-10-25T00:30:00Z"), "the first pass");
    assert!(texts(&plan)[1].contains("comes twice"), "{:?}", texts(&plan));
}

#[test]
fn a_time_of_today_that_has_passed_means_at_once() {
    let mut case = Case::call("2026-11-23T12:00:00+01:00");
    case.wait = Wait::Days { days: 0, at: time("10:00") };
    assert_eq!(case.due_local(), "2026-11-23T12:00");
}

#[test]
fn the_first_known_zone_is_taken_and_the_plan_says_which() {
    let mut case = Case::call("2026-11-23T21:40:00Z");
    case.zones = vec![
        ZoneCandidate { source: ZoneSource::Customer, id: "" },
        ZoneCandidate { source: ZoneSource::Visit, id: "Europe/Atlantis" },
        ZoneCandidate { source: ZoneSource::Location, id: "America/New_York" },
    ];
    let plan = case.plan().expect("a plan");
    assert_eq!((plan.zone.as_str(), plan.planned_local.as_str()), ("America/New_York", "2026-11-23T16:40"));
    assert!(texts(&plan)[0].starts_with("Passed over the zone of the place they are visiting"));
    assert!(texts(&plan)[1].ends_with("by the location's zone (America/New_York)."));
    case.zones.truncate(2);
    assert!(matches!(case.plan(), Err(NotPlannable::NoZone(zone)) if zone.id == "Europe/Atlantis"));
}

#[test]
fn what_comes_after_its_deadline_is_too_late() {
    let mut case = Case::call("2026-11-23T12:00:00+01:00");
    case.deadline = SignedDuration::from_hours(2);
    let deadline = instant("2026-11-23T14:00:00+01:00");
    case.now = deadline;
    assert_eq!(case.plan(), Err(NotPlannable::TooLate { deadline }));
    case.now = deadline - SignedDuration::from_micros(1);
    assert_eq!(case.plan().expect("a plan").due_at, case.moment, "late, but in time");
}

#[test]
fn what_is_planned_late_is_held_to_the_next_opening() {
    let mut case = Case::call("2026-11-23T19:30:00+01:00");
    case.deadline = SignedDuration::from_hours(2);
    case.now = instant("2026-11-23T20:30:00+01:00");
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.due_at, instant("2026-11-24T09:00:00+01:00"));
    assert_eq!(plan.deadline_at, instant("2026-11-24T11:00:00+01:00"));
}

#[test]
fn p5_a_promise_is_due_before_quiet_hours_begin() {
    // "We call you within 12 hours", said at 18:00: quiet hours begin at 20:00.
    let mut case = Case::call("2026-11-23T18:00:00+01:00");
    case.promised = true;
    case.deadline = SignedDuration::from_hours(12);
    let plan = case.plan().expect("a plan");
    assert_eq!((plan.due_at, plan.deadline_at), (case.moment, instant("2026-11-23T20:00:00+01:00")));
    // "We call you tomorrow at 6": before the quiet hours that 06:00 lies in.
    case.wait = Wait::Days { days: 1, at: time("06:00") };
    case.deadline = SignedDuration::from_hours(1);
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.due_at, instant("2026-11-23T19:00:00+01:00"));
    assert_eq!(plan.deadline_at, instant("2026-11-23T20:00:00+01:00"));
    assert!(texts(&plan).iter().any(|text| text.contains("before they begin at Mon 23 Nov 2026 20:00")));
}

#[test]
fn p5_a_promise_in_an_opening_keeps_its_time() {
    let mut case = Case::call("2026-11-23T18:00:00+01:00");
    case.promised = true;
    case.wait = Wait::Days { days: 1, at: time("15:00") };
    case.deadline = SignedDuration::from_hours(1);
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.planned_local, "2026-11-24T15:00");
    assert_eq!(plan.deadline_at, instant("2026-11-24T16:00:00+01:00"));
}

#[test]
fn p5_a_promise_that_no_minute_can_keep_names_the_next_time() {
    let mut case = Case::call("2026-11-23T21:00:00+01:00");
    case.promised = true;
    case.deadline = SignedDuration::from_hours(3);
    let by = instant("2026-11-24T00:00:00+01:00");
    let next = instant("2026-11-24T09:00:00+01:00");
    assert_eq!(case.plan(), Err(NotPlannable::PromiseCannotBeKept { by, next: Some(next) }));
    case.deadline = SignedDuration::from_hours(13);
    let plan = case.plan().expect("a plan");
    assert_eq!((plan.due_at, plan.deadline_at), (next, instant("2026-11-24T10:00:00+01:00")));
    case.now = instant("2026-11-24T10:00:00+01:00");
    assert_eq!(case.plan(), Err(NotPlannable::TooLate { deadline: case.now }));
}

#[test]
fn extremes_end_in_an_answer() {
    let mut case = Case::call("2026-11-23T18:00:00+01:00");
    case.wait = Wait::Exact(SignedDuration::MAX);
    assert_eq!(case.plan(), Err(NotPlannable::BeyondCalendar));
    case.wait = Wait::Exact(SignedDuration::MIN);
    case.deadline = SignedDuration::MIN;
    case.now = case.moment - SignedDuration::from_secs(1);
    let plan = case.plan().expect("a plan");
    assert_eq!((plan.due_at, plan.deadline_at), (case.moment, case.moment));
    case.moment = Timestamp::MAX;
    case.wait = Wait::Days { days: u16::MAX, at: time("10:00") };
    assert_eq!(case.plan(), Err(NotPlannable::BeyondCalendar));
}

/// Ana's birthday card: post takes four business days of a shop that opens from Monday to Friday.
fn card(now: &str, birthday: Date, lead_days: u8) -> Case {
    use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
    let week = [Monday, Tuesday, Wednesday, Thursday, Friday];
    let hours = WeeklyHours::on(&week, time("09:00"), time("18:00")).expect("hours");
    Case {
        window: None,
        calendar: LocationCalendar::new(Some(&hours), [date(2026, 5, 14)]),
        no_holidays: false,
        occasion: Some(Occasion { date: birthday, lead_days }),
        wait: Wait::Days { days: 0, at: time("10:00") },
        ..Case::call(now)
    }
}

#[test]
fn p5_post_leaves_so_early_that_it_arrives_on_the_day() {
    // 2026-05-20 is a Wednesday; the 14th is a holiday of the shop.
    let planned = card("2026-05-01T12:00:00Z", date(2026, 5, 20), 4).plan().expect("a plan");
    assert_eq!(planned.planned_local, "2026-05-13T10:00", "before 15, 18, 19 and 20");
    let told = texts(&planned).join(" ");
    assert!(told.contains("on its way for 4 business days, so it leaves on Wed 13 May 2026"), "{told}");
    // What is meant for a Sunday is there on the Friday.
    assert_eq!(card("2026-05-01T12:00:00Z", date(2026, 5, 24), 4).due_local(), "2026-05-18T10:00");
    assert_eq!(card("2026-05-01T12:00:00Z", date(2026, 5, 24), 0).due_local(), "2026-05-24T10:00", "no lead time");
}

#[test]
fn p5_post_that_would_come_too_late_is_not_planned() {
    let birthday = date(2026, 5, 20);
    assert_eq!(card("2026-05-13T15:00:00Z", birthday, 4).due_local(), "2026-05-13T17:00", "at once, the last day");
    let late = card("2026-05-14T06:00:00Z", birthday, 4).plan();
    assert_eq!(late, Err(NotPlannable::LeavesTooLate { leaves: date(2026, 5, 13), arrives: birthday }));
    // A window that opens only later is too late as well.
    let tuesdays = WeeklyHours::on(&[Weekday::Tuesday], time("09:00"), time("12:00")).expect("hours");
    let late = Case { window: Some(tuesdays), ..card("2026-05-01T12:00:00Z", birthday, 4) }.plan();
    assert_eq!(late, Err(NotPlannable::LeavesTooLate { leaves: date(2026, 5, 13), arrives: birthday }));
}

#[test]
fn p5_what_is_for_a_day_makes_no_sense_when_it_is_over() {
    // An e-mail, told at eight in the evening, after which no hour of the day is left.
    let birthday = date(2026, 5, 20);
    let mut case = Case { window: Some(every_day("08:00", "21:00")), ..card("2026-05-20T20:00:00+02:00", birthday, 0) };
    let planned = case.plan().expect("a plan");
    assert_eq!(planned.deadline_at, instant("2026-05-21T00:00:00+02:00"), "though its rule says a day");
    case.moment = instant("2026-05-20T21:00:00+02:00");
    case.now = case.moment;
    assert_eq!(case.plan(), Err(NotPlannable::LeavesTooLate { leaves: birthday, arrives: birthday }));
    // A rule that speaks the day after has that day.
    case.wait = Wait::Days { days: 1, at: time("10:00") };
    let planned = case.plan().expect("a plan");
    assert_eq!(planned.planned_local, "2026-05-21T10:00");
    assert_eq!(planned.deadline_at, instant("2026-05-22T00:00:00+02:00"));
}

#[test]
fn p5_the_steps_say_the_deadline_that_holds() {
    let mut case = Case::call("2026-11-23T10:00:00+01:00");
    case.fresh_until = Some(instant("2026-11-23T18:00:00+01:00"));
    for promised in [false, true] {
        case.promised = promised;
        let planned = case.plan().expect("a plan");
        assert_eq!(Some(planned.deadline_at), case.fresh_until);
        let last = texts(&planned).last().copied().unwrap_or_default().to_owned();
        assert!(last.ends_with("Mon 23 Nov 2026 18:00."), "{last}");
    }
}
