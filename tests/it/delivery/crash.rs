//! The real binary, killed with `kill -9` in the middle of a batch of mails, to a relay that fails now and then (P1,
//! P4).
//!
//! `GRATITUDE_TEST_MAILS` says how many mails the batch has (300 where it is not set), `GRATITUDE_TEST_KILLS` how often
//! the service is killed.

use super::{
    people::{approve, batch, come, make, notes, total},
    relay::Relay,
};
use crate::support::{binary::Serving, database::Database};
use gratitude::proto::v1 as pb;
use pb::{note::State, note_batch, note_service_client::NoteServiceClient};
use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    time::{Duration, Instant},
};
use tonic::transport::Channel;

/// How often a batch is asked how far it is.
const LOOK_AFTER: Duration = Duration::from_millis(20);
const TEST: &str = "p1_p4_nobody_gets_two_mails_and_all_is_accounted_for_when_the_service_is_killed";
/// A relay that fails four times in a hundred.
const FAULTS: [&str; 5] = ["--pipelining", "--now-and-then", "0.04", "--mails-per-connection", "40"];

/// How mails leave, and of how many at most nobody knows after a crash.
#[derive(Clone, Copy)]
struct Way {
    connections: usize,
    uncertain_at_a_crash: usize,
}

both_engines! {
    async fn p1_p4_nobody_gets_two_mails_and_all_is_accounted_for_when_the_service_is_killed(database) {
        let Some(relay) = Relay::start(TEST, &FAULTS) else { return };
        // Such a relay answers at once: mails are marked as on their way before a connection is free.
        survive(&database, &relay, Way { connections: 2, uncertain_at_a_crash: 2 * 8 }).await;
    }

    async fn p4_to_a_relay_that_takes_its_time_no_more_mails_are_on_their_way_than_there_are_connections(database) {
        let options = [&FAULTS[..], &["--answer-after", "0.06"]].concat();
        let Some(relay) = Relay::start(TEST, &options) else { return };
        survive(&database, &relay, Way { connections: 8, uncertain_at_a_crash: 8 }).await;
    }
}

fn number(name: &str, default: usize) -> usize {
    env::var(name).ok().map_or(default, |number| number.parse().expect("a number"))
}

async fn survive(database: &Database, relay: &Relay, way: Way) {
    let folder = tempfile::tempdir().expect("there is room");
    let config = &configure(folder.path(), relay, way);
    let (mails, kills) = (number("GRATITUDE_TEST_MAILS", 300), number("GRATITUDE_TEST_KILLS", 10));
    let start = || Serving::start(&database.url, &["--config", config]);
    let mut serving = start();
    come(connect(&serving).await, mails).await;
    let name = make(connect(&serving).await).await;
    until(&serving, &name, |batch| batch.state() == note_batch::State::Ready).await;
    approve(connect(&serving).await, &name).await;
    for kill in 0..kills {
        let passed = mails * kill / kills;
        let far = |batch: &pb::NoteBatch| left(batch) >= passed || is_over(batch);
        until(&serving, &name, far).await;
        // Not always at the same instant of its work.
        tokio::time::sleep(Duration::from_millis(7 * kill as u64)).await;
        serving.kill();
        serving = start();
    }
    let over = until(&serving, &name, is_over).await;
    assert_eq!((over.state(), total(&over)), (note_batch::State::Completed, mails as i64), "{over:?}");
    add_up(&notes(connect(&serving).await, &name, "").await, relay, (mails, kills * way.uncertain_at_a_crash), &over);
}

/// What the relay has is what the notes say, and of no more mails nobody knows than were on their way at a crash or
/// lost their answer.
fn add_up(notes: &[pb::Note], relay: &Relay, (mails, on_their_way): (usize, usize), over: &pb::NoteBatch) {
    let stored = relay.stored();
    let mut counts = BTreeMap::<&str, usize>::new();
    let (mut uncertain_there, mut lost_sight_of) = (0, 0);
    for note in notes {
        let times = stored.get(&note.message_id).copied().unwrap_or(0);
        assert!(times <= 1, "{} was sent twice", note.name);
        *counts.entry(note.state().as_str_name()).or_default() += 1;
        match note.state() {
            State::Delivered => assert_eq!(times, 1, "{} did not arrive", note.name),
            State::Uncertain => {
                uncertain_there += times;
                lost_sight_of += usize::from(note.state_reason() == pb::Reason::LeaseLapsed);
            }
            _ => assert_eq!(times, 0, "{} arrived", note.name),
        }
    }
    assert_eq!((notes.len(), counts.values().sum::<usize>()), (mails, mails));
    assert_eq!(stored.len(), over.delivered_count as usize + uncertain_there);
    assert!(lost_sight_of <= on_their_way, "{lost_sight_of} were on their way at the crashes");
    let answers_lost = relay.answers_lost();
    assert!(over.uncertain_count as usize <= lost_sight_of + answers_lost, "{over:?}, {answers_lost} answers lost");
    println!(
        "{counts:?}; {lost_sight_of} of {on_their_way} lost sight of at the crashes, {answers_lost} answers lost by the relay"
    );
}

/// E-mails go to the relay, which has a second for each answer, at any hour: this test lives by the real clock.
fn configure(folder: &Path, relay: &Relay, way: Way) -> String {
    let config = folder.join("gratitude.toml");
    let text = format!(
        "[delivery]\npublic_url = \"https://thanks.example.com\"\n[delivery.routes]\nemail = \"smtp\"\n\
         [delivery.smtp]\nhost = \"localhost\"\nport = {}\nencryption = \"none\"\nfrom = \"thanks@shop.example\"\n\
         connections = {}\nconnect_seconds = 1\ncommand_seconds = 1\ncontent_seconds = 1\n\
         answer_seconds = 1\n[hours.messages]\nopen = \"00:00\"\nclose = \"23:59\"\n\
         [scheduler]\nnote_batches_seconds = 1\n",
        relay.port(),
        way.connections
    );
    fs::write(&config, text).expect("there is room");
    config.display().to_string()
}

fn is_over(batch: &pb::NoteBatch) -> bool {
    matches!(batch.state(), note_batch::State::Completed | note_batch::State::Cancelled)
}

fn left(batch: &pb::NoteBatch) -> usize {
    (batch.delivered_count + batch.uncertain_count + batch.failed_count) as usize
}

/// Nothing takes so long but what never happens: the pause before a mail's last attempt is ten minutes at most.
const PATIENCE: Duration = Duration::from_secs(11 * 60);

/// The batch, as soon as it is as it should be. One that stopped itself goes on.
async fn until(serving: &Serving, name: &str, as_wanted: impl Fn(&pb::NoteBatch) -> bool) -> pb::NoteBatch {
    let channel = connect(serving).await;
    let (mut seen, mut since) = (0, Instant::now());
    loop {
        let batch = batch(channel.clone(), name).await;
        if left(&batch) != seen {
            (seen, since) = (left(&batch), Instant::now());
        }
        assert!(since.elapsed() < PATIENCE, "nothing happens any more: {batch:?}");
        if batch.state() == note_batch::State::Stopped {
            let request = pb::ResumeNoteBatchRequest { name: name.to_owned() };
            NoteServiceClient::new(channel.clone()).resume_note_batch(request).await.expect("it goes on");
        }
        if as_wanted(&batch) {
            return batch;
        }
        tokio::time::sleep(LOOK_AFTER).await;
    }
}

async fn connect(serving: &Serving) -> Channel {
    let endpoint = Channel::from_shared(serving.url()).expect("a URL");
    endpoint.connect().await.expect("it listens")
}
