//! The front-desk page: its files as they are served, and the page itself in a real browser, against the real binary.
//!
//! The browser's tests stand in `desk/tests/`. They need Node with what `npm ci` puts into `desk/node_modules`, and
//! Chromium (`GRATITUDE_TEST_CHROMIUM`, or in `PATH`). Where these are missing they are left out by name; with
//! `CI=true` that is a failure.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::support::{
    binary::Serving,
    http::{exchange, get},
};

/// A Monday morning, on which people may be called.
const MONDAY: &str = "2026-03-02T09:00:00Z";
const FILES: [&str; 5] = ["/desk", "/desk/app.js", "/desk/app.css", "/desk/icon.svg", "/desk/manifest.webmanifest"];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("desk")
}

fn in_path(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).flat_map(|folder| programs.iter().map(move |p| folder.join(p))).find(|file| file.is_file())
}

/// Runs something of the page's own tools and returns whether it did what it should, with what it said.
fn npm(arguments: &[&str], variables: &[(&str, OsString)]) -> (bool, String) {
    let mut command = Command::new("npm");
    command.current_dir(sources()).args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
    let output = command.output().expect("npm runs");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    (output.status.success(), said)
}

fn is_left_out(missing: &str) -> bool {
    assert!(env::var_os("CI").is_none(), "CI needs {missing}");
    eprintln!("left out: {} (no {missing})", module_path!());
    true
}

fn has_no_tools() -> bool {
    let has_tools = in_path(&["npm"]).is_some() && sources().join("node_modules/esbuild").is_dir();
    !has_tools && is_left_out("Node with the packages of desk/package.json: `npm ci` in desk/")
}

fn browser() -> Option<OsString> {
    let named = env::var_os("GRATITUDE_TEST_CHROMIUM");
    let found = named.or_else(|| in_path(&["chromium", "chromium-browser", "google-chrome"]).map(Into::into));
    if found.is_none() {
        is_left_out("Chromium");
    }
    found
}

/// The tests as Node runs them; built once for all that need them.
static BUILT: LazyLock<(bool, String)> = LazyLock::new(|| npm(&["run", "--silent", "build-tests"], &[]));

/// Plays one file of the browser's tests on a service of its own.
fn play(file: &str) {
    play_with(file, "");
}

/// The same with further settings.
fn play_with(file: &str, settings: &str) {
    if has_no_tools() {
        return;
    }
    let Some(chromium) = browser() else { return };
    let (is_built, said) = &*BUILT;
    assert!(is_built, "{said}");
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let config = folder.path().join("gratitude.toml");
    let letters = format!("[delivery]\nspool = {:?}\n", folder.path().join("letters").display().to_string());
    fs::write(&config, letters + settings).expect("there is room for temporary files");
    let serving = Serving::start(&url, &["--manual-clock", MONDAY, "--config", &config.display().to_string()]);
    let variables = [("DESK_SERVER", serving.url().into()), ("GRATITUDE_TEST_CHROMIUM", chromium)];
    let (is_well, said) = npm(&["run", "--silent", "play", "--", &format!("out/{file}.test.mjs")], &variables);
    assert!(is_well, "{said}");
}

#[test]
fn p1_p2_p7_p12_the_desk_is_used_as_a_receptionist_would_with_the_network_cut_in_between() {
    play("desk");
}

#[test]
fn p4_the_desk_takes_calls_hands_over_gifts_and_approves_notes() {
    play("work");
}

#[test]
fn p12_whoever_works_at_the_desk_signs_in_with_a_pin_where_keys_are_wanted() {
    play("keys");
}

#[test]
fn p1_p12_nobody_is_taken_for_another_by_a_name_and_nothing_that_was_typed_of_a_newcomer_is_lost() {
    play("people");
}

#[test]
fn p2_p12_what_happens_between_a_tap_and_its_answer_is_never_given_to_somebody_else() {
    play("between");
}

#[test]
fn whoever_is_recorded_by_a_pseudonym_has_the_calls_that_they_took() {
    play_with("names", "[staff]\nnamed = \"pseudonym\"\n");
}

#[test]
fn everybody_can_use_the_desk_on_a_phone_and_on_a_screen_in_light_and_in_dark() {
    play("look");
}

#[test]
fn the_page_in_the_binary_is_what_its_sources_make() {
    if has_no_tools() {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let (is_built, said) = npm(&["run", "--silent", "build"], &[("DESK_DIST", folder.path().into())]);
    assert!(is_built, "{said}");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desk/dist");
    for entry in fs::read_dir(&kept).expect("it is there") {
        let name = entry.expect("it can be read").file_name();
        let same = fs::read(kept.join(&name)).ok() == fs::read(folder.path().join(&name)).ok();
        assert!(same, "{} differs: run `npm run build` in desk/ and commit what it makes", name.display());
    }
}

#[tokio::test]
async fn each_file_comes_with_a_strict_policy_and_is_asked_for_again_only_when_it_changed() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let serving = Serving::start(&format!("sqlite:{}", folder.path().join("gratitude.db").display()), &[]);
    for path in FILES {
        let answer = get(serving.address, path).await;
        assert_eq!(answer.status, 200, "{path}");
        let policy = &answer.headers["content-security-policy"];
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-cache");

        let known = [("if-none-match", answer.headers["etag"].as_str())];
        let again = exchange(serving.address, "GET", path, &known, b"").await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let compressed = exchange(serving.address, "GET", path, &[("accept-encoding", "gzip, br")], b"").await;
        assert_eq!(compressed.headers["content-encoding"], "gzip", "{path}");
    }
    assert_eq!(get(serving.address, "/desk/").await.status, 308);
    let told = get(serving.address, "/desk/time").await.text();
    assert!(told.parse::<jiff::Timestamp>().is_ok(), "{told}");
    assert_eq!(get(serving.address, "/desk/unknown.js").await.status, 404);
}
