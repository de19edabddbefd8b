//! Every worked conversion of `tests/data/time_zones`, which was computed by another implementation.

use super::*;
use flate2::read::GzDecoder;
use jiff::SignedDuration;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
};

fn rows(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/time_zones").join(name);
    let file = File::open(path).expect("the data lies in the repository");
    csv::Reader::from_reader(GzDecoder::new(file)).records().collect::<Result<_, _>>().expect("readable rows")
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn zone(id: &str) -> TimeZone {
    Zones::bundled().get(id).expect("a known zone")
}

/// The first seconds of the new offsets, by zone.
fn transitions() -> BTreeMap<String, Vec<Timestamp>> {
    let mut by_zone: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for row in rows("transitions.csv.gz") {
        by_zone.entry(row[0].to_owned()).or_default().push(instant(&row[1]));
    }
    by_zone
}

#[test]
fn p5_every_worked_conversion_agrees() {
    let transitions = transitions();
    let (mut zones, mut gaps, mut folds, mut plain) = (BTreeSet::new(), 0, 0, 0);
    for row in rows("local_to_utc.csv.gz") {
        let (id, local, kind) = (&row[0], &row[1], &row[2]);
        let local: DateTime = local.parse().expect("a local time");
        let expected = match kind {
            "gap" => {
                gaps += 1;
                // The file gives the instants by the offset before and after; the change lies between them.
                let (late, early) = (instant(&row[3]), instant(&row[4]));
                let change = transitions[id].iter().find(|at| (early..=late).contains(*at));
                *change.expect("the change that skips this time")
            }
            "overlap" => {
                folds += 1;
                instant(&row[3])
            }
            _ => {
                plain += 1;
                instant(&row[3])
            }
        };
        assert_eq!(resolve_local(&zone(id), local), Some(expected), "{id} {local} {kind}");
        zones.insert(id.to_owned());
    }
    assert_eq!((zones.len(), plain, gaps, folds), (217, 2489, 58, 57), "the figures of expected.json");
}

#[test]
fn p5_a_skipped_time_is_the_change_itself() {
    let mut gaps = 0;
    for row in rows("transitions.csv.gz").iter().filter(|row| &row[4] == "gap") {
        let (zone, change) = (zone(&row[0]), instant(&row[1]));
        let before: i64 = row[2].parse().expect("an offset in seconds");
        let after: i64 = row[3].parse().expect("an offset in seconds");
        for skipped in [0, (after - before) / 2, after - before - 1, after - before] {
            let local = jiff::tz::Offset::UTC.to_datetime(change)
                + SignedDuration::from_secs(before)
                + SignedDuration::from_secs(skipped);
            assert_eq!(resolve_local(&zone, local), Some(change), "{} {local}", &row[0]);
        }
        gaps += 1;
    }
    assert_eq!(gaps, 289, "the figure of expected.json");
}

#[test]
fn a_skipped_day_is_the_change_itself() {
    // Samoa went from 29 to 31 December 2011.
    let apia = zone("Pacific/Apia");
    let change = instant("2011-12-30T10:00:00Z");
    assert_eq!(resolve_local(&apia, "2011-12-30T12:00".parse().expect("a local time")), Some(change));
    assert_eq!(local_date(&apia, change).to_string(), "2011-12-31");
}

#[test]
fn names_are_found_in_any_case_and_unknown_ones_named() {
    let zones = Zones::bundled();
    assert_eq!(zones.get("europe/berlin").expect("known").iana_name(), Some("Europe/Berlin"));
    for id in ["", "Europe/Atlantis", "Etc/Unknown", "+02:00", "CEST", "../etc/passwd"] {
        let unknown = zones.get(id).expect_err("unknown");
        assert_eq!(unknown.id, id);
        assert_eq!(unknown.tzdb, zones.version());
    }
    assert!(zones.version().starts_with("20"), "a version like 2026e: {}", zones.version());
}
