//! `import` and the verbs that show what came of it.

use std::{
    fs,
    path::PathBuf,
    process::{Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::{Serving, gratitude, stderr, stdout};

/// A service on a database of its own, and a folder for files.
struct Desk {
    serving: Serving,
    folder: TempDir,
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("there is room for temporary files");
        let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
        Self { serving: Serving::start(&url, &[]), folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        gratitude(arguments).env("GRATITUDE_SERVER", self.serving.url()).output().expect("the binary runs")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--output", "json"]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("there is room for temporary files");
        path.display().to_string()
    }
}

fn example(path: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(path).display().to_string()
}

/// Purchases as CDNOW has them, of three customers; two of them came back on another day.
const PURCHASES: &str = "customer_id,date,cds,dollars\n\
    00001,19970101,1,11.77\n\
    00002,19970112,1,12.00\n\
    00002,19970112,1,12.00\n\
    00002,19970330,5,77.00\n\
    00003,19970102,2,20.76\n\
    00003,19970330,2,20.76\n";

#[test]
fn p2_a_second_import_changes_nothing() {
    let desk = Desk::open();
    let (file, mapping) = (desk.file("purchases.csv", PURCHASES), example("mappings/cdnow.toml"));
    let first = desk.json(&["import", &file, "--mapping", &mapping]);
    assert_eq!((&first["recorded"], &first["replayed"], &first["rejected"]), (&6.into(), &0.into(), &0.into()));

    let before = desk.json(&["coverage"]);
    assert_eq!((&before["customers"], &before["returningCustomers"]), (&"3".into(), &"2".into()), "{before}");
    assert_eq!(before["bought"]["interactions"], "6", "rows that are equal are purchases of their own: {before}");

    let second = desk.json(&["import", &file, "--mapping", &mapping]);
    assert_eq!((&second["recorded"], &second["replayed"]), (&0.into(), &6.into()));
    assert_eq!(desk.json(&["coverage"]), before);
}

#[test]
fn p2_an_import_goes_on_where_it_was() {
    let desk = Desk::open();
    let mapping = example("mappings/cdnow.toml");
    let half: String = PURCHASES.split_inclusive('\n').take(4).collect();
    desk.json(&["import", &desk.file("half.csv", &half), "--mapping", &mapping]);
    let whole = desk.json(&["import", &desk.file("whole.csv", PURCHASES), "--mapping", &mapping]);
    assert_eq!((&whole["recorded"], &whole["replayed"]), (&3.into(), &3.into()));
}

#[test]
fn p1_p2_an_import_outlives_a_service_that_is_killed_and_started_again() {
    const ROWS: usize = 3_000;
    let desk = Desk::open();
    let rows: String = (0..ROWS).map(|row| format!("{:05},19970101,1,{row}.50\n", row % 700)).collect();
    let file = desk.file("purchases.csv", &format!("customer_id,date,cds,dollars\n{rows}"));
    let mapping = example("mappings/cdnow.toml");
    let mut import = gratitude(&["import", &file, "--mapping", &mapping])
        .env("GRATITUDE_SERVER", desk.serving.url())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    // In JSON a count of nothing is left out.
    while desk.json(&["coverage"])["bought"]["interactions"].is_null() {
        assert!(import.try_wait().expect("our own child").is_none(), "it ended before anything was in");
    }

    let Desk { serving, folder } = desk;
    let address = serving.address.to_string();
    serving.kill();
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let desk = Desk { serving: Serving::start_at(&address, &url, &[]), folder };
    assert!(import.wait().expect("our own child").success());
    let coverage = desk.json(&["coverage"]);
    assert_eq!(coverage["bought"]["interactions"], ROWS.to_string(), "{coverage}");
    assert_eq!(coverage["customers"], "700");
}

#[test]
fn bad_rows_are_listed_and_the_good_go_in() {
    let desk = Desk::open();
    let mapping = example("mappings/cdnow.toml");
    let wrong = PURCHASES.replace("00001,19970101", "00001,19971301").replace("77.00", "-77.00");
    let file = desk.file("purchases.csv", &wrong);
    let summary = desk.json(&["import", &file, "--mapping", &mapping]);
    assert_eq!((&summary["recorded"], &summary["rejected"]), (&4.into(), &2.into()));
    let rejects = fs::read_to_string(format!("{file}.rejects.csv")).expect("they are listed");
    let lines: Vec<_> = rejects.lines().collect();
    assert_eq!(lines.len(), 3, "{rejects}");
    assert!(lines.iter().any(|line| line.starts_with("2,") && line.contains("interaction.start_time")), "{rejects}");
    assert!(lines.iter().any(|line| line.starts_with("5,") && line.contains("purchase.total")), "{rejects}");

    // Corrected, the same file goes in again.
    let file = desk.file("purchases.csv", PURCHASES);
    let summary = desk.json(&["import", &file, "--mapping", &mapping]);
    assert_eq!((&summary["recorded"], &summary["replayed"]), (&2.into(), &4.into()));
    assert!(!PathBuf::from(format!("{file}.rejects.csv")).exists());
}

#[test]
fn when_nothing_can_go_in_the_exit_code_says_so() {
    let desk = Desk::open();
    let file = desk.file("purchases.csv", "customer_id,date,cds,dollars\n00001,yesterday,1,11.77\n");
    let output = desk.run(&["import", &file, "--mapping", &example("mappings/cdnow.toml")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("rejects.csv says why"), "{}", stderr(&output));
}

#[test]
fn p9_sessions_without_a_purchase_are_counted_beside_those_with_one() {
    let desk = Desk::open();
    let (file, mapping) = (example("demo/sessions.csv"), example("mappings/online_shoppers.toml"));
    let rejects = desk.folder.path().join("rejects.csv").display().to_string();
    desk.json(&["import", &file, "--mapping", &mapping, "--rejects", &rejects]);
    let coverage = desk.json(&["coverage", "--location", "web-shop"]);
    assert_eq!(coverage["bought"]["interactions"], "4");
    assert_eq!(coverage["notBought"]["interactions"], "8");
}

#[test]
fn what_came_in_is_recognised() {
    let desk = Desk::open();
    let (file, mapping) = (desk.file("purchases.csv", PURCHASES), example("mappings/cdnow.toml"));
    desk.json(&["import", &file, "--mapping", &mapping]);
    let known = desk.json(&["recognize", "cdnow:00002"]);
    assert_eq!(known["card"]["visitDays"], 2, "{known}");
    let unknown = stdout(&desk.run(&["recognize", "cdnow:00099"]));
    assert_eq!(unknown, "Nobody known: welcome somebody new.\n");
    assert_eq!(stdout(&desk.run(&["queue"])), "Nothing to do.\n");
}

#[test]
fn a_dry_run_needs_no_service() {
    let (file, mapping) = (example("demo/sessions.csv"), example("mappings/online_shoppers.toml"));
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let rejects = folder.path().join("rejects.csv").display().to_string();
    let arguments = ["import", &file, "--mapping", &mapping, "--rejects", &rejects, "--dry-run", "--output", "json"];
    let output = gratitude(&arguments).output().expect("the binary runs");
    let forecast: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&forecast["rows"], &forecast["rejected"], &forecast["anonymous"]), (&12.into(), &0.into(), &12.into()));
    assert_eq!(forecast["kinds"]["visit, purchased"], 4);
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let output = gratitude(&["queue", "--server", "http://127.0.0.1:1"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("is `gratitude serve` running there?"), "{}", stderr(&output));
}
