//! `events watch` and `arrivals watch`: what is told while somebody watches, and what after a break.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Stdio},
};

use crate::support::binary::{gratitude, stderr};

use super::people::{Desk, ending};

/// A verb that goes on until it is stopped, and what it prints; killed when dropped.
struct Watching {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = gratitude(arguments);
        command.env("GRATITUDE_SERVER", desk.serving.url()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the binary runs");
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { process, lines }
    }

    fn next_line(&mut self) -> String {
        self.lines.next().expect("it goes on").expect("text")
    }

    /// All that is printed up to what names this.
    fn up_to(&mut self, named: &str) -> String {
        let mut told = String::new();
        while !told.contains(named) {
            told.push_str(&self.next_line());
            told.push('\n');
        }
        told
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.process.kill().expect("it still runs");
        self.process.wait().expect("our own child");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_watched_from_the_place_that_was_kept_and_none_is_missed_meanwhile() {
    let desk = Desk::open().await;
    let comes = |look: &str| ending(&desk.done(&["checkin", "--stranger", look]));
    let place = tempfile::tempdir().expect("there is room for temporary files");
    let place = place.path().join("feed.place").display().to_string();
    let watch = ["events", "watch", "--kind", "interaction.opened", "--keep-place", &place];

    let first = comes("a blue coat");
    let mut watching = Watching::start(&desk, &[&watch[..], &["--from-start"]].concat());
    watching.up_to(&first);
    let second = comes("a red scarf");
    watching.up_to(&second);
    // Who is killed just behind a message may be told it again, and nothing before it.
    drop(watching);
    let third = comes("a straw hat");
    let told = Watching::start(&desk, &watch).up_to(&third);
    assert!(!told.contains(&first), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arrivals_are_watched_at_the_location_that_is_named() {
    let desk = Desk::open().await;
    desk.has("bakery").await;
    let several = desk.run(&["arrivals", "watch"]);
    assert_eq!(several.status.code(), Some(2), "{}", stderr(&several));
    assert!(stderr(&several).contains("name one with --location: "), "{}", stderr(&several));

    let comes = |location: &str| desk.done(&["checkin", "--stranger", "a blue coat", "--location", location]);
    comes("tea-house");
    let mut watching = Watching::start(&desk, &["arrivals", "watch", "--location", "bakery"]);
    assert_eq!(watching.next_line(), "Nobody is here.");
    comes("tea-house");
    let here = ending(&comes("bakery"));
    let told = watching.next_line();
    assert!(told.contains(&here), "{here}: {told}");
}
