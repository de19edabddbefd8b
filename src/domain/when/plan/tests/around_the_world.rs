//! The planner itself, by the worked conversions of `tests/data/time_zones` and through the odd nights of the year.

use super::*;
use flate2::read::GzDecoder;
use std::{collections::BTreeSet, fs::File, path::Path};

fn rows(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/time_zones").join(name);
    let file = File::open(path).expect("the data lies in the repository");
    csv::Reader::from_reader(GzDecoder::new(file)).records().collect::<Result<_, _>>().expect("readable rows")
}

/// Something that may be done at any time, told a day before, "in 1 day at" a time on the clock of a zone.
fn next_day_at(zone: &str, local: DateTime) -> Result<Schedule, NotPlannable> {
    let zones = Zones::bundled();
    let known = zones.get(zone).expect("a known zone");
    let part = |part: i8| u8::try_from(part).expect("a part of a time is not negative");
    let day_before = local.date().yesterday().expect("in range");
    let told = resolve_local(&known, day_before.at(12, 0, 0, 0)).expect("in range");
    let input = PlanInput {
        moment: told,
        wait: Wait::Days { days: 1, at: ClockTime::new(part(local.hour()), part(local.minute())).expect("a time") },
        occasion: None,
        allowed: AllowedTimes {
            window: None,
            customer_hours: None,
            calendar: &LocationCalendar::default(),
            business_days: false,
            no_holidays: false,
        },
        zones: &[ZoneCandidate { source: ZoneSource::Customer, id: zone }],
        deadline: SignedDuration::from_hours(24),
        fresh_until: None,
        promised: false,
        now: told,
    };
    plan(&zones, &input)
}

#[test]
fn p5_the_planner_agrees_with_every_worked_conversion() {
    let changes = rows("transitions.csv.gz");
    let (mut zones, mut planned) = (BTreeSet::new(), 0);
    for row in rows("local_to_utc.csv.gz") {
        let (zone, local, kind) = (&row[0], &row[1], &row[2]);
        let local: DateTime = local.parse().expect("a local time");
        let expected = if kind == "gap" {
            let (late, early) = (instant(&row[3]), instant(&row[4]));
            let of_zone = changes.iter().filter(|change| &change[0] == zone).map(|change| instant(&change[1]));
            of_zone.into_iter().find(|at| (early..=late).contains(at)).expect("the change that skips this time")
        } else {
            // What comes twice means its first pass.
            instant(&row[3])
        };
        let due = next_day_at(zone, local).expect("a plan").due_at;
        assert_eq!(due, expected, "{zone} {local} {kind}");
        zones.insert(zone.to_owned());
        planned += 1;
    }
    assert_eq!((zones.len(), planned), (217, 2604), "the figures of expected.json");
}

/// A night shift that may be called from 22:00 to 06:00, told at an instant.
fn night_call(zone: &'static str, told: &str) -> (String, String) {
    let case = Case {
        window: Some(every_day("22:00", "06:00")),
        no_holidays: false,
        zones: vec![ZoneCandidate { source: ZoneSource::Customer, id: zone }],
        ..Case::call(told)
    };
    let planned = case.plan().expect("a plan");
    (planned.planned_local, planned.due_at.to_string())
}

#[test]
fn p5_overnight_windows_hold_where_the_clocks_change_in_either_hemisphere() {
    let cases = [
        // Berlin goes forward on 29 March 2026 at 02:00, back on 25 October at 03:00.
        ("Europe/Berlin", "2026-03-28T19:30:00Z", "2026-03-28T22:00", "2026-03-28T21:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:59:59Z", "2026-03-29T05:59", "2026-03-29T03:59:59Z"),
        ("Europe/Berlin", "2026-03-29T04:00:00Z", "2026-03-29T22:00", "2026-03-29T20:00:00Z"),
        ("Europe/Berlin", "2026-10-25T04:59:59Z", "2026-10-25T05:59", "2026-10-25T04:59:59Z"),
        ("Europe/Berlin", "2026-10-25T05:00:00Z", "2026-10-25T22:00", "2026-10-25T21:00:00Z"),
        // Sydney goes back on 5 April 2026 at 03:00, forward on 4 October at 02:00.
        ("Australia/Sydney", "2026-04-04T19:59:59Z", "2026-04-05T05:59", "2026-04-04T19:59:59Z"),
        ("Australia/Sydney", "2026-04-04T20:00:00Z", "2026-04-05T22:00", "2026-04-05T12:00:00Z"),
        ("Australia/Sydney", "2026-10-03T19:00:00Z", "2026-10-04T22:00", "2026-10-04T11:00:00Z"),
        // Lord Howe changes by half an hour, Chatham lies on a quarter.
        ("Australia/Lord_Howe", "2026-04-04T19:29:59Z", "2026-04-05T05:59", "2026-04-04T19:29:59Z"),
        ("Australia/Lord_Howe", "2026-04-04T19:30:00Z", "2026-04-05T22:00", "2026-04-05T11:30:00Z"),
        ("Pacific/Chatham", "2026-06-01T00:00:00Z", "2026-06-01T22:00", "2026-06-01T09:15:00Z"),
    ];
    for (zone, told, local, due) in cases {
        assert_eq!(night_call(zone, told), (local.to_owned(), due.to_owned()), "{zone}, told at {told}");
    }
}

#[test]
fn p5_a_day_that_a_place_skipped_means_its_end() {
    // Samoa went from 29 to 31 December 2011: the 30th never was.
    let skipped: DateTime = "2011-12-30T10:00".parse().expect("a local time");
    let planned = next_day_at("Pacific/Apia", skipped).expect("a plan");
    assert_eq!(planned.planned_local, "2011-12-31T00:00", "the first instant that shows that time or later");
    assert_eq!(planned.due_at, instant("2011-12-30T10:00:00Z"));
}
