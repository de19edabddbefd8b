//! Visits at the desk, by the command line.

use std::path::Path;

use crate::support::binary::{Serving, run, stderr, stdout};

#[test]
fn a_stranger_comes_and_leaves_and_a_slip_is_taken_back() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let serving = Serving::start(&url, &["--manual-clock", "2026-11-23T09:00:00Z"]);
    let server = serving.url();
    let call = |arguments: &[&str]| run(&[arguments, &["--server", &server]].concat());

    let nowhere = call(&["checkin", "--stranger", "a blue coat"]);
    assert_eq!(nowhere.status.code(), Some(2), "{}", stderr(&nowhere));
    let purchases = folder.path().join("purchases.csv");
    std::fs::write(&purchases, "customer_id,date,cds,dollars\n00001,19970101,1,11.77\n").expect("written");
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mappings/cdnow.toml");
    let (purchases, mapping) = (purchases.display().to_string(), mapping.display().to_string());
    let imported = call(&["import", &purchases, "--mapping", &mapping]);
    assert!(imported.status.success(), "{}", stderr(&imported));

    let unknown = call(&["checkin", "020", "7946", "0012"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", stderr(&unknown));
    let came = call(&["checkin", "--stranger", "a blue coat", "--output", "json"]);
    assert!(came.status.success(), "{}", stderr(&came));
    let came: serde_json::Value = serde_json::from_str(&stdout(&came)).expect("JSON");
    let visit = came["interaction"]["name"].as_str().expect("a name");
    let ending = &visit[visit.len() - 6..];

    let left = stdout(&call(&["checkout", ending, "purchased", "--mood", "-1"]));
    let action = left.split_whitespace().last().expect("it says how to take it back").to_owned();
    assert!(action.starts_with("deskActions/"), "{left}");
    let undone = call(&["undo", &action]);
    assert!(stdout(&undone).contains("as it was"), "{}", stderr(&undone));
    let left = call(&["checkout", ending, "not-purchased", "--thanked"]);
    assert!(stdout(&left).contains("fulfilled"), "{}{}", stdout(&left), stderr(&left));
    let explained = call(&["explain", visit]);
    assert!(stdout(&explained).contains("fulfilled"), "{}{}", stdout(&explained), stderr(&explained));
    for short in [format!("interactions/{ending}"), format!("interactions/…{ending}")] {
        let short = call(&["explain", &short]);
        assert_eq!(short.status.code(), Some(2), "{}", stdout(&short));
        assert!(stderr(&short).contains("events list --about customers/… --output json"), "{}", stderr(&short));
    }
    let nobody = call(&["explain", "customers/7a10"]);
    assert!(stderr(&nobody).contains("gratitude search"), "{}", stderr(&nobody));
    let again = call(&["checkout", visit, "purchased"]);
    assert_eq!(again.status.code(), Some(4), "it is closed: {}", stderr(&again));
}
