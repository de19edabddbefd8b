//! Clients in other languages, against the real binary: the examples that the README sends people to.
//!
//! The ones in JavaScript need Node with what `npm ci` puts into `examples/javascript/node_modules`.
//!
//! They need Python with the packages of `examples/python/requirements.txt`, taken from `GRATITUDE_TEST_PYTHON` or
//! from `python3`. Where these are missing the test is left out by name; with `CI=true` that is a failure.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::support::binary::Serving;

/// A Python that can import what the examples need.
pub(crate) fn python() -> Option<OsString> {
    let python = env::var_os("GRATITUDE_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let imports = ["-c", "import grpc, grpc_tools, grpc_status"];
    let found = Command::new(&python).args(imports).output().is_ok_and(|output| output.status.success());
    if !found {
        assert!(env::var_os("CI").is_none(), "CI needs Python with the packages of examples/python/requirements.txt");
        eprintln!("left out: {} (no Python with grpcio, grpcio-tools and grpcio-status)", module_path!());
    }
    found.then_some(python)
}

/// The folder of the examples in JavaScript, with the client generated.
fn javascript() -> Option<PathBuf> {
    let folder: PathBuf = [Path::new(env!("CARGO_MANIFEST_DIR")), Path::new("examples/javascript")].iter().collect();
    if !folder.join("node_modules/@connectrpc").is_dir() {
        assert!(env::var_os("CI").is_none(), "CI needs Node and `npm ci` in examples/javascript");
        eprintln!("left out: {} (no packages in examples/javascript/node_modules)", module_path!());
        return None;
    }
    let made = Command::new("npm").current_dir(&folder).args(["run", "--silent", "generate"]).output();
    said(&made.expect("npm runs"));
    Some(folder)
}

/// What both front desks tell, whatever language they are written in.
fn assert_front_desk(told: &str, name: &str) {
    for part in [
        "watching: 0 here",
        &format!("checked in: {name}, visit 1"),
        "the same call again: replayed",
        "ARRIVED",
        &format!("recognised: {name}"),
        "INVALID_FIELDS",
        "mood is 7",
        "outcome must",
        "request_id must",
        "checked out: ",
        "LEFT",
    ] {
        assert!(told.contains(part), "`{part}` in:\n{told}");
    }
}

fn example(python: &OsString, name: &str, arguments: &[&str]) -> Output {
    let file: PathBuf = [Path::new(env!("CARGO_MANIFEST_DIR")), Path::new("examples/python")].iter().collect();
    Command::new(python).arg(file.join(name)).args(arguments).output().expect("Python runs")
}

fn serving(arguments: &[&str]) -> (tempfile::TempDir, Serving) {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let serving = Serving::start(&url, arguments);
    (folder, serving)
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_python_client_records_repeats_recognises_and_takes_an_error_apart() {
    let Some(python) = python() else { return };
    let (_folder, serving) = serving(&[]);
    let told = said(&example(&python, "walk_in.py", &["--server", &serving.address.to_string()]));
    for part in ["recorded: interactions/", "the same call again: replayed", "recognised: Ana", "INVALID_ARGUMENT"] {
        assert!(told.contains(part), "`{part}` in:\n{told}");
    }
    assert!(told.contains("interaction.effort"), "{told}");
}

#[test]
fn p2_a_front_desk_in_javascript_recognises_checks_in_watches_and_takes_errors_apart() {
    let Some(folder) = javascript() else { return };
    let (_folder, serving) = serving(&[]);
    let output = Command::new("node").current_dir(folder).args(["front_desk.js", "--server", &serving.url()]).output();
    assert_front_desk(&said(&output.expect("Node runs")), "João");
}

#[test]
fn p2_a_front_desk_in_python_recognises_checks_in_watches_and_takes_errors_apart() {
    let Some(python) = python() else { return };
    let (_folder, serving) = serving(&[]);
    let told = said(&example(&python, "front_desk.py", &["--server", &serving.address.to_string()]));
    assert_front_desk(&told, "Inês");
}

#[test]
fn p2_p8_a_python_client_has_notes_written_reads_approves_and_takes_them_away() {
    let Some(python) = python() else { return };
    let spool = tempfile::tempdir().expect("there is room for temporary files");
    let config = spool.path().join("gratitude.toml");
    let letters = format!("[delivery]\nspool = {:?}\n", spool.path().join("letters").display().to_string());
    std::fs::write(&config, letters).expect("there is room for temporary files");
    let (_folder, serving) = serving(&["--config", &config.display().to_string()]);
    let told = said(&example(&python, "night_notes.py", &["--server", &serving.address.to_string()]));
    for part in [
        "the same call again: replayed",
        "ready: 2 of 2 written",
        "[de]",
        "rests on: ",
        "before approval: FAILED_PRECONDITION, NOTE_BATCH_STATE",
        "completed: 2 delivered, 0 skipped",
        "downloaded: 2 rows",
    ] {
        assert!(told.contains(part), "`{part}` in:\n{told}");
    }
    assert!(told.contains("Ana") && told.contains("Jürgen") && !told.contains("Mia"), "{told}");
}

#[test]
fn p2_p3_p4_a_mixed_load_from_python_is_answered_for_once() {
    let Some(python) = python() else { return };
    let (_folder, serving) = serving(&[]);
    let arguments = ["--server", &serving.address.to_string(), "--count", "1000", "--customers", "200"];
    let told = said(&example(&python, "mixed_load.py", &arguments));
    assert!(told.contains("1000 recorded") && told.contains("20 changed and refused"), "{told}");
}

#[test]
fn p3_p4_p5_p7_stories_are_played_on_the_real_service_by_its_manual_clock() {
    let Some(python) = python() else { return };
    let (_folder, serving) = serving(&["--manual-clock", "2026-03-02T09:00:00Z"]);
    let told = said(&example(&python, "stories.py", &["--server", &serving.address.to_string()]));
    assert_eq!(told.lines().count(), 7, "each story tells how it ended:\n{told}");
}
