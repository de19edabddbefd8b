//! `clock`, against a service that lives by a manual one.

use crate::support::{
    binary::{Serving, run, stderr, stdout},
    http,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_moves_only_forward_and_stands_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let start = || Serving::start(&url, &["--manual-clock", "2026-11-23T09:00:00Z"]);
    let serving = start();
    let clock = |arguments: &[&str], serving: &Serving| {
        let server = serving.url();
        run(&[&["clock", "--server", &server], arguments].concat())
    };

    assert_eq!(stdout(&clock(&["show"], &serving)), "2026-11-23T09:00:00Z\n");
    assert_eq!(stdout(&clock(&["advance", "90m"], &serving)), "2026-11-23T10:30:00Z\n");
    let refused = clock(&["advance", "--", "-1h"], &serving);
    assert_eq!(refused.status.code(), Some(4));
    assert!(stderr(&refused).contains("can't be set back"), "{}", stderr(&refused));
    let page = [("origin", "https://elsewhere.example.com")];
    assert_eq!(http::exchange(serving.address, "POST", "/clock/advance", &page, b"1h").await.status, 403);

    serving.kill();
    let serving = start();
    assert_eq!(stdout(&clock(&["show"], &serving)), "2026-11-23T10:30:00Z\n");
}

#[test]
fn a_database_belongs_to_the_clock_it_was_made_with() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let serving = Serving::start(&url, &[]);
    let refused = run(&["clock", "advance", "1h", "--server", &serving.address.to_string()]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(stderr(&refused).contains("--manual-clock"), "{}", stderr(&refused));
    assert_eq!(serving.terminate(), Some(0));

    let arguments = ["serve", "--listen", "127.0.0.1:0", "--database-url", &url];
    let refused = run(&[&arguments[..], &["--manual-clock", "2026-11-23T09:00:00Z"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("system's clock"), "{}", stderr(&refused));
}

#[test]
fn nobody_there_has_its_own_exit_code() {
    // Port 9 on loopback: discard, which nothing serves.
    let unreachable = run(&["clock", "--server", "http://127.0.0.1:9", "show"]);
    assert_eq!(unreachable.status.code(), Some(3));
    assert!(stderr(&unreachable).contains("gratitude serve"), "{}", stderr(&unreachable));
}
