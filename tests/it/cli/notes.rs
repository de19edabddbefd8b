//! `notes`, from a template on paper to letters in a folder, as a person would go about it.

use std::{fs, path::PathBuf, process::Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::{Serving, gratitude, stderr, stdout};

/// A service on a database of its own, whose notes go to a folder of its own, with three people's purchases.
pub(super) struct Desk {
    pub(super) serving: Serving,
    folder: TempDir,
}

/// Purchases as CDNOW has them; two of the three customers came back on another day.
const PURCHASES: &str = "customer_id,date,cds,dollars\n\
    00001,19970101,1,11.77\n\
    00002,19970112,1,12.00\n\
    00002,19970330,5,77.00\n\
    00003,19970102,2,20.76\n\
    00003,19970330,2,20.76\n";

const WORDS: &str = "\
display_name = \"Autumn thanks\"
occasion = \"customer\"

[[texts]]
language = \"en\"
opening = \"{% if customer.name %}Dear {{ customer.name }},{% else %}Hello,{% endif %}\"
body = '''
Thank you for coming{% if history.visit_days %} on {{ history.visit_days }} days{% endif %}.
We hope to see you in autumn.
'''
closing = \"{{ location.team or 'the whole team' }}\"
";

impl Desk {
    fn open() -> Self {
        Self::with("")
    }

    /// With more lines of configuration.
    pub(super) fn with(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room for temporary files");
        let path = |name: &str| folder.path().join(name);
        let config = format!("[delivery]\nspool = {:?}\n{more}", path("letters").display().to_string());
        fs::write(path("gratitude.toml"), config).expect("there is room for temporary files");
        fs::write(path("purchases.csv"), PURCHASES).expect("there is room for temporary files");
        let url = format!("sqlite:{}", path("gratitude.db").display());
        let config = path("gratitude.toml").display().to_string();
        let desk = Self { serving: Serving::start(&url, &["--config", &config]), folder };
        let mapping = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/mappings/cdnow.toml");
        desk.done(&["import", &desk.path("purchases.csv"), "--mapping", &mapping.display().to_string()]);
        desk
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn file(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).expect("there is room for temporary files");
        self.path(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        gratitude(arguments).env("GRATITUDE_SERVER", self.serving.url()).output().expect("the binary runs")
    }

    pub(super) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[arguments, &["--output", "json"]].concat())).expect("JSON")
    }

    pub(super) fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
        stderr(&output)
    }

    /// A batch to those who came back, written.
    pub(super) fn written(&self) -> Value {
        let template = "thanks-for-being-our-customer";
        let segment = ["notes", "create", "segment", "--filter", "summary.visit_days >= 2", "--template", template];
        self.json(&[&segment[..], &["--channel", "hand-over", "--name", "Those who came back", "--watch"]].concat())
    }
}

#[test]
fn p8_notes_are_written_read_approved_and_taken_away() {
    let desk = Desk::open();
    assert_eq!(desk.done(&["notes", "list"]), "No batch yet; `gratitude notes create due` makes one.\n");
    let batch = desk.written();
    assert_eq!((&batch["state"], &batch["customerCount"]), (&"STATE_READY".into(), &"2".into()), "{batch}");
    let name = batch["name"].as_str().expect("a name");
    let ending = &name[name.len() - 6..];

    let shown = desk.done(&["notes", "show", ending]);
    assert!(shown.contains("waits for approval") && shown.contains("2 written"), "{shown}");
    assert!(shown.contains("gratitude notes approve"), "the next step: {shown}");
    assert!(desk.done(&["notes", "list", "--waiting"]).contains(&name[name.len() - 4..]));
    let read = desk.done(&["notes", "read"]);
    assert_eq!(read.matches("rests on").count(), 2, "{read}");
    assert!(!read.contains('\u{1b}'), "colours are for terminals");
    let refused = desk.refused(&["notes", "download", "--out", &desk.path("early.csv")], 4);
    assert!(refused.contains("approved"), "{refused}");
    assert!(!PathBuf::from(desk.path("early.csv")).exists(), "nothing half done");

    let over = desk.json(&["notes", "approve", name, "--watch", "--staff", "mina"]);
    assert_eq!((&over["state"], &over["deliveredCount"]), (&"STATE_COMPLETED".into(), &"2".into()), "{over}");
    let letters: Vec<_> = fs::read_dir(desk.path("letters")).expect("the spool").collect();
    assert_eq!(letters.len(), 1, "a folder for the batch");
    let customer = desk.json(&["notes", "read", name])["notes"][0]["customer"].as_str().expect("to whom").to_owned();
    let read = desk.json(&["notes", "read", "--customer", &customer, "--state", "delivered"]);
    assert_eq!(read["notes"].as_array().map(Vec::len), Some(1));

    let out = desk.path("letters.csv");
    assert!(desk.done(&["notes", "download", "--format", "csv", "--out", &out]).starts_with(&out));
    let rows = fs::read_to_string(&out).expect("it was written");
    assert_eq!(csv::Reader::from_reader(rows.as_bytes()).records().count(), 2, "{rows}");
    let lines = desk.done(&["notes", "download", ending, "--out", "-"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_batch_is_taken_back_with_its_reason_and_a_wrong_one_is_not_found() {
    let desk = Desk::open();
    let batch = desk.written();
    let name = batch["name"].as_str().expect("a name");
    desk.done(&["notes", "cancel", name, "--reason", "Printed the wrong year."]);
    let over = desk.json(&["notes", "watch", name]);
    assert_eq!((&over["state"], &over["cancelledCount"]), (&"STATE_CANCELLED".into(), &"2".into()), "{over}");
    assert!(desk.done(&["notes", "show", name]).contains("Printed the wrong year."));
    assert!(desk.refused(&["notes", "approve", name], 4).contains("cancelled"));
    assert!(desk.refused(&["notes", "show", "zzzz"], 2).contains("none ends so; there are: "));
    let mistaken = ["notes", "create", "due", "--filter", "gesture.chanel = EMAIL"];
    assert!(desk.refused(&mistaken, 4).contains("gesture.channel"), "the nearest right name");
}

#[test]
fn words_are_worked_on_as_a_file() {
    let desk = Desk::open();
    assert!(desk.done(&["notes", "templates", "list"]).contains("thanks-for-being-our-customer"));
    let file = desk.file("thanks.toml", WORDS);
    let preview = ["notes", "templates", "preview", "--file", &file, "--customer", "cdnow:00002"];
    assert!(desk.done(&preview).contains("on 2 days"));

    let wrong = desk.file("wrong.toml", &WORDS.replace("{{ history.visit_days", "{{ history.visit_dais"));
    let refused = desk.refused(&["notes", "templates", "create", "autumn-thanks", "--file", &wrong], 4);
    assert!(refused.contains("texts[0].body (en), line 1, column "), "{refused}");
    let lines: Vec<_> = refused.lines().collect();
    let source = lines.iter().position(|line| line.contains("| Thank you for coming")).expect("the line is shown");
    let caret = lines[source + 1].find('^').expect("a caret below it");
    assert_eq!(&lines[source][caret..caret + 18], "history.visit_dais", "{refused}");
    assert!(refused.contains("did you mean `history.visit_days`?"), "{refused}");

    let made = desk.json(&["notes", "templates", "create", "autumn-thanks", "--file", &file]);
    assert_eq!((&made["name"], &made["version"]), (&"templates/autumn-thanks".into(), &1.into()));
    let written = desk.done(&["notes", "templates", "show", "autumn-thanks", "--as-file"]);
    let again = desk.file("again.toml", &written.replace("autumn.", "spring."));
    let changed = desk.json(&["notes", "templates", "update", "autumn-thanks", "--file", &again]);
    assert_eq!(changed["version"], 2);
    assert!(desk.done(&["notes", "templates", "show", "autumn-thanks"]).contains("in spring."));
    assert!(desk.done(&["notes", "templates", "show", "autumn-thanks", "--version", "1"]).contains("in autumn."));
    assert!(desk.done(&["notes", "templates", "retire", "autumn-thanks"]).contains("is retired"));
    let segment = ["notes", "create", "segment", "--template", "autumn-thanks"];
    assert!(desk.refused(&segment, 4).contains("retired"));
}
