//! Openings against a model that knows nothing but a list of minutes and what the local clock shows at each.

use super::*;
use crate::domain::{
    gesture::Schedule,
    when::{NotPlannable, PlanInput, Wait, ZoneCandidate, ZoneSource, Zones, plan},
};
use jiff::civil::{DateTime, Weekday, date};
use proptest::prelude::*;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How far the model sees: some days back for windows already open, and a good week ahead.
const DAYS_BACK: i32 = 4;
const DAYS_AHEAD: i32 = 10;

/// Zones with changes of one hour, half an hour and two, at midnight and by day, on both halves of the earth.
const ZONES: [&str; 10] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Auckland",
];

/// The minutes around a day, and the latest time that the clock has shown by each: "that time or later" is a search.
struct Minutes {
    first: Timestamp,
    shown_by: Vec<DateTime>,
}

impl Minutes {
    fn around(zone: &TimeZone, day: Date) -> Self {
        let midnight = day.to_zoned(TimeZone::UTC).expect("a day").timestamp();
        let first = midnight - SignedDuration::from_hours(24 * i64::from(DAYS_BACK));
        let mut latest = DateTime::MIN;
        let shown_by = (0..(DAYS_BACK + DAYS_AHEAD) * 24 * 60)
            .map(|minute| {
                latest = latest.max(zone.to_datetime(first + MINUTE * minute));
                latest
            })
            .collect();
        Self { first, shown_by }
    }

    /// The first minute at which the clock shows `local` or later.
    fn first_showing(&self, local: DateTime) -> usize {
        self.shown_by.partition_point(|shown| *shown < local)
    }

    /// Whether each minute is allowed.
    fn open(&self, day: Date, allowed: &AllowedTimes<'_>) -> Vec<bool> {
        let dates = || (-DAYS_BACK - 1..=DAYS_AHEAD + 1).map(|offset| day + offset.days());
        let mut open = vec![true; self.shown_by.len()];
        let mut keep = |spans: Vec<(usize, usize)>| {
            let mut inside = vec![false; open.len()];
            for (start, end) in spans {
                inside[start..end.max(start)].fill(true);
            }
            for (is_open, inside) in open.iter_mut().zip(inside) {
                *is_open &= inside;
            }
        };
        for hours in [allowed.window, allowed.customer_hours].into_iter().flatten() {
            let spans = dates().flat_map(|date| {
                let windows = hours.windows().iter().filter(move |window| window.weekday() == date.weekday());
                windows.map(move |window| {
                    let next_day = if window.crosses_midnight() { date + 1.day() } else { date };
                    let local = |date: Date, time: ClockTime| {
                        date.at(0, 0, 0, 0) + (i32::from(time.hour()) * 60 + i32::from(time.minute())).minutes()
                    };
                    (
                        self.first_showing(local(date, window.open())),
                        self.first_showing(local(next_day, window.close())),
                    )
                })
            });
            keep(spans.collect());
        }
        if allowed.business_days {
            let days = dates().filter(|date| allowed.calendar.is_business_day(*date)).map(|date| {
                let midnight = |date: Date| self.first_showing(date.at(0, 0, 0, 0));
                (midnight(date), midnight(date + 1.day()))
            });
            keep(days.collect());
        }
        open
    }
}

fn clock_time() -> impl Strategy<Value = ClockTime> {
    // Around the hours at which clocks change as often as anywhere else.
    prop_oneof![(0..24u8, prop::sample::select(vec![0, 15, 30, 59])), (0..4u8, 0..60u8)]
        .prop_map(|(hour, minute)| ClockTime::new(hour, minute).expect("a time of day"))
}

fn hours() -> impl Strategy<Value = WeeklyHours> {
    let close = prop_oneof![9 => clock_time(), 1 => Just(ClockTime::END_OF_DAY)];
    let window = (0..7i8, clock_time(), close).prop_filter_map("open = close", |(weekday, open, close)| {
        Window::new(Weekday::from_monday_zero_offset(weekday).ok()?, open, close).ok()
    });
    prop::collection::vec(window, 1..12).prop_map(|windows| WeeklyHours::new(windows).expect("hours"))
}

fn calendar() -> impl Strategy<Value = LocationCalendar> {
    (prop::option::of(hours()), prop::collection::vec(day(), 0..3))
        .prop_map(|(hours, holidays)| LocationCalendar::new(hours.as_ref(), holidays))
}

/// Days near the changes of clocks in these zones, and others.
fn day() -> impl Strategy<Value = Date> {
    prop_oneof![
        (0..6i64).prop_map(|n| date(2026, 3, 5) + n.days()),
        (0..6i64).prop_map(|n| date(2026, 3, 26) + n.days()),
        (0..6i64).prop_map(|n| date(2026, 4, 2) + n.days()),
        (0..6i64).prop_map(|n| date(2026, 4, 22) + n.days()),
        (0..10i64).prop_map(|n| date(2026, 10, 22) + n.days()),
        (0..365i64).prop_map(|n| date(2026, 1, 1) + n.days()),
    ]
}

/// An owner of everything that an [`AllowedTimes`] borrows.
#[derive(Debug, Clone)]
struct Scene {
    zone: &'static str,
    day: Date,
    minute: i32,
    window: Option<WeeklyHours>,
    customer_hours: Option<WeeklyHours>,
    calendar: LocationCalendar,
    business_days: bool,
}

impl Scene {
    fn allowed(&self) -> AllowedTimes<'_> {
        AllowedTimes {
            window: self.window.as_ref(),
            customer_hours: self.customer_hours.as_ref(),
            calendar: &self.calendar,
            business_days: self.business_days,
            no_holidays: false,
        }
    }
}

fn scene() -> impl Strategy<Value = Scene> {
    let hours = || prop::option::weighted(0.8, hours());
    (prop::sample::select(ZONES.to_vec()), day(), 0..24 * 60, hours(), hours(), calendar(), any::<bool>()).prop_map(
        |(zone, day, minute, window, customer_hours, calendar, business_days)| Scene {
            zone,
            day,
            minute,
            window,
            customer_hours,
            calendar,
            business_days,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p5_openings_are_those_of_a_minute_by_minute_model(scene in scene()) {
        let zone = Zones::bundled().get(scene.zone).expect("a known zone");
        let allowed = scene.allowed();
        let openings = Openings::new(&zone, &allowed);
        let minutes = Minutes::around(&zone, scene.day);
        let open = minutes.open(scene.day, &allowed);
        let from = (DAYS_BACK * 24 * 60 + scene.minute) as usize;
        let instant = |minute: usize| minutes.first + MINUTE * i32::try_from(minute).expect("a few days");

        prop_assert_eq!(openings.is_open(instant(from)), open[from]);
        let expected = (from..open.len()).find(|minute| open[*minute]);
        let found = openings.next_opening(instant(from));
        match expected {
            Some(minute) => prop_assert_eq!(found, Some(instant(minute))),
            None => prop_assert!(found.is_none_or(|found| found >= instant(open.len()))),
        }
        if let Some(start) = expected {
            let closing = (start..open.len()).find(|minute| !open[*minute]);
            match (openings.closes_at(instant(start)), closing) {
                (Closing::At(end), Some(minute)) => prop_assert_eq!(end, instant(minute)),
                (Closing::At(end), None) => prop_assert!(end >= instant(open.len())),
                (other, _) => prop_assert!(other == Closing::Never && closing.is_none(), "{:?}", other),
            }
        }
    }

    #[test]
    fn p5_a_plan_is_due_at_the_first_allowed_minute_after_its_wait(
        scene in scene(),
        wait in 0..3 * 24 * 60i64,
        deadline in 0..2 * 24 * 60i64,
        late in 0..24 * 60i64,
        promised in any::<bool>(),
    ) {
        let zones = Zones::bundled();
        let zone = zones.get(scene.zone).expect("a known zone");
        let moment = scene.day.to_zoned(TimeZone::UTC).expect("a day").timestamp() + MINUTE * scene.minute;
        let (wait, deadline) = (SignedDuration::from_mins(wait), SignedDuration::from_mins(deadline));
        let input = PlanInput {
            moment,
            wait: Wait::Exact(wait),
            occasion: None,
            allowed: scene.allowed(),
            zones: &[ZoneCandidate { source: ZoneSource::Customer, id: scene.zone }],
            deadline,
            fresh_until: None,
            promised,
            now: moment + SignedDuration::from_mins(late),
        };
        let openings = Openings::new(&zone, &input.allowed);
        match plan(&zones, &input) {
            Ok(planned) if promised => check_promise(&openings, &input, &planned)?,
            Ok(planned) => check_wish(&openings, &input, &planned)?,
            Err(NotPlannable::TooLate { deadline }) => prop_assert!(deadline <= input.now),
            Err(NotPlannable::NoOpening { from }) => prop_assert_eq!(openings.next_opening(from), None),
            Err(NotPlannable::PromiseCannotBeKept { by, next }) => {
                prop_assert_eq!(by, moment + wait + deadline);
                prop_assert!(next.is_none_or(|next| next >= by && openings.is_open(next)));
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

fn check_wish(openings: &Openings<'_>, input: &PlanInput<'_>, planned: &Schedule) -> Result<(), TestCaseError> {
    let Wait::Exact(wait) = input.wait else {
        return Err(TestCaseError::reject("only exact waits"));
    };
    prop_assert!(openings.is_open(planned.due_at));
    prop_assert!(planned.due_at >= input.moment + wait);
    prop_assert_eq!(planned.deadline_at, planned.due_at + input.deadline);
    let target = input.moment + wait;
    let first = openings.next_opening(target);
    let held = openings.next_opening(target.max(input.now));
    prop_assert!([first, held].contains(&Some(planned.due_at)), "the first opening, or the first from now on");
    prop_assert!(planned.due_at >= input.now || openings.is_open(input.now), "can be carried out");
    Ok(())
}

fn check_promise(openings: &Openings<'_>, input: &PlanInput<'_>, planned: &Schedule) -> Result<(), TestCaseError> {
    let Wait::Exact(wait) = input.wait else {
        return Err(TestCaseError::reject("only exact waits"));
    };
    prop_assert!(openings.is_open(planned.due_at));
    prop_assert!(openings.is_open(planned.deadline_at - MINUTE), "its last minute is allowed");
    prop_assert!(planned.due_at >= input.moment.max(input.now));
    prop_assert!(planned.due_at < planned.deadline_at);
    prop_assert!(planned.deadline_at <= input.moment + wait + input.deadline, "kept in its time");
    Ok(())
}

#[test]
fn a_search_ends() {
    let zone = Zones::bundled().get("Europe/Berlin").expect("known");
    let time = |hour| ClockTime::new(hour, 0).expect("a time of day");
    let mornings = WeeklyHours::on(&[Weekday::Monday], time(8), time(9)).expect("hours");
    let evenings = WeeklyHours::on(&[Weekday::Monday], time(9), time(10)).expect("hours");
    let calendar = LocationCalendar::default();
    let allowed = AllowedTimes {
        window: Some(&mornings),
        customer_hours: Some(&evenings),
        calendar: &calendar,
        business_days: true,
        no_holidays: false,
    };
    let openings = Openings::new(&zone, &allowed);
    for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        assert_eq!(openings.next_opening(at), None);
        assert_eq!(openings.closes_at(at), Closing::NotOpen);
    }
    let free = AllowedTimes { window: None, customer_hours: None, ..allowed };
    assert_eq!(Openings::new(&zone, &free).closes_at(Timestamp::UNIX_EPOCH), Closing::Never);
}
