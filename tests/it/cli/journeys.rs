//! `journeys`: the map that ships comes in, is shown, and goes out as it came.

use std::{fs, path::PathBuf, process::Output};

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
        let arguments = [&["journeys"], arguments].concat();
        gratitude(&arguments).env("GRATITUDE_SERVER", self.serving.url()).output().expect("the binary runs")
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--output", "json"]].concat())).expect("JSON")
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("there is room for temporary files");
        path.display().to_string()
    }
}

fn example(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/journeys").join(name).display().to_string()
}

/// What an import did, or would do, without what is as it was.
fn changes(told: &Value) -> Vec<(String, String)> {
    let files = told["files"].as_array().expect("files");
    let steps = files.iter().flat_map(|file| file["steps"].as_array().expect("steps"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    steps.map(|step| (text(&step["name"]), text(&step["change"]))).filter(|(_, change)| change != "SAME").collect()
}

#[test]
fn p2_the_map_that_ships_comes_in_once_and_goes_out_as_it_came() {
    let desk = Desk::open();
    let files = [example("order.toml"), example("application.toml")];
    let import: Vec<_> = ["import"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let dry = changes(&desk.json(&[import.as_slice(), &["--dry-run"]].concat()));
    assert!(dry.len() > 10 && dry.iter().all(|(_, change)| change == "CREATE"), "{dry:?}");
    assert_eq!(desk.json(&["list"]), serde_json::json!({}), "nothing came in yet");

    assert_eq!(changes(&desk.json(&import)), dry);
    assert_eq!(changes(&desk.json(&import)), []);
    let shown = desk.json(&["show", "order"]);
    assert_eq!(shown["touchpoints"][0]["standards"]["respond"]["withinDuration"], "10s");

    let exported = desk.text(&["export", "order"]);
    let again = desk.file("order.toml", &exported);
    assert_eq!(changes(&desk.json(&["import", &again])), []);
    let elsewhere = Desk::open();
    elsewhere.text(&["import", &again]);
    assert_eq!(elsewhere.text(&["export", "journeys/order"]), exported);
    let map = |desk: &Desk| {
        let mut shown = desk.json(&["show", "order"]);
        let touchpoints = shown["touchpoints"].as_array_mut().expect("touchpoints");
        touchpoints.iter_mut().for_each(forget_times);
        forget_times(&mut shown["journey"]);
        shown
    };
    assert_eq!(map(&elsewhere), map(&desk));
}

/// Leaves out what says when something was made.
fn forget_times(resource: &mut Value) {
    let fields = resource.as_object_mut().expect("an object");
    fields.retain(|field, _| !["createTime", "updateTime"].contains(&field.as_str()));
}

#[test]
fn p7_a_call_that_waited_too_long_is_apologised_for() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let serving = Serving::start(&url, &["--manual-clock", "2026-11-22T11:00:00Z"]);
    let desk = Desk { serving, folder };
    desk.text(&["import", &example("order.toml")]);
    let first = &desk.json(&["show", "order"])["touchpoints"][0]["name"];
    assert_eq!(first, "touchpoints/phone-answered", "in the order of the file, though the clock stands still");
    let shop = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/tea-house");
    let (calls, mapping) = (shop.join("calls.csv"), shop.join("calls.toml"));
    let rejects = desk.folder.path().join("rejects.csv");
    let told = |arguments: &[&str]| {
        let output =
            gratitude(arguments).env("GRATITUDE_SERVER", desk.serving.url()).output().expect("the binary runs");
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let [calls, mapping, rejects] = [calls, mapping, rejects].map(|path| path.display().to_string());
    told(&["import", &calls, "--mapping", &mapping, "--rejects", &rejects]);
    let card = told(&["recognize", "020 7946 0345"]);
    assert!(card.contains("Apologise first: answered after 42 s (standard: 10 s)"), "{card}");
    let card = told(&["recognize", "020 7946 0012"]);
    assert!(!card.contains("Apologise"), "eight seconds are what is expected: {card}");
}

const SMALL: &str = r#"journey_id = "small"
display_name = "A small one"
[[stages]]
stage_id = "asking"
display_name = "Asking"
[[stages.touchpoints]]
touchpoint_id = "chat"
display_name = "A chat"
respond = { within = "30s" }
[[stages.touchpoints]]
touchpoint_id = "letter"
display_name = "A letter"
"#;

#[test]
fn a_changed_file_changes_what_it_says_and_leaves_the_rest() {
    let desk = Desk::open();
    desk.text(&["import", &desk.file("small.toml", SMALL)]);
    let moved = SMALL.replace("stage_id = \"asking\"", "stage_id = \"talking\"").replace("30s", "45s");
    let moved = &moved[..moved.find("[[stages.touchpoints]]\ntouchpoint_id = \"letter\"").expect("it is there")];
    let file = desk.file("moved.toml", moved);
    let refused = desk.run(&["import", &file]);
    assert_eq!(refused.status.code(), Some(2), "the letter is in the stage that would go");
    let text = stderr(&refused);
    assert!(text.contains("moved.toml: touchpoints/letter is in the stage `asking`"), "{text}");

    let moved = SMALL.replace("stage_id = \"asking\"", "stage_id = \"talking\"").replace("30s", "45s");
    let file = desk.file("moved.toml", &moved);
    let told = desk.text(&["import", &file, "--dry-run"]);
    assert!(told.contains("would change: stage_id, standards") && told.contains("Nothing was changed"), "{told}");
    let updated = |name: &str| (name.to_owned(), "UPDATE".to_owned());
    let expected = [
        updated("journeys/small"),
        updated("touchpoints/chat"),
        updated("touchpoints/letter"),
        updated("journeys/small"),
    ];
    assert_eq!(changes(&desk.json(&["import", &file]))[..], expected);
    assert_eq!(changes(&desk.json(&["import", &file])), []);
    let shown = desk.text(&["show", "small"]);
    assert!(shown.contains("answered within 45s"), "{shown}");
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let desk = Desk::open();
    let wrong = desk.file("wrong.toml", &SMALL.replace("30s", "soon"));
    let output = desk.run(&["import", &example("order.toml"), &wrong]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("line 9") && stderr(&output).contains("soon"), "{}", stderr(&output));
    assert_eq!(desk.json(&["list"]), serde_json::json!({}), "no file went in");

    let too_long = desk.file("long.toml", &SMALL.replace("30s", "9999h"));
    let output = desk.run(&["import", &too_long]);
    assert_eq!(output.status.code(), Some(4));
    let text = stderr(&output);
    assert!(text.contains("long.toml, line 7, touchpoints/chat"), "{text}");
    assert!(text.contains("touchpoint.standards.respond.within_duration"), "{text}");
    assert_eq!(desk.run(&["show", "none"]).status.code(), Some(4));
}
