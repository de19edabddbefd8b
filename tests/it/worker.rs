//! The worker of `examples/python` is killed in the middle of its work, again and again, and nothing is sent twice
//! (P4).
//!
//! `GRATITUDE_WORKER_GESTURES` says how many gestures, `GRATITUDE_WORKER_KILLS` how often.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use gratitude::proto::v1::{self as pb, gesture, gesture_service_client::GestureServiceClient};
use tonic::transport::Channel;

use crate::{
    interop::python,
    support::{
        binary::Serving,
        shop::{SHOP, open_shop},
    },
};

const ARMFUL: usize = 10;

fn number(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// A service with so many gestures that are due, each for a customer of its own: something to hand over, which needs
/// neither consent nor hours.
struct Stage {
    folder: tempfile::TempDir,
    serving: Serving,
    channel: Channel,
    gestures: usize,
}

impl Stage {
    async fn set(gestures: usize) -> Self {
        let folder = tempfile::tempdir().expect("there is room for temporary files");
        let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
        let serving = Serving::start(&url, &[]);
        let channel = Channel::from_shared(serving.url()).expect("a URL").connect().await.expect("it listens");
        open_shop(channel.clone()).await;
        let mut customers = pb::customer_service_client::CustomerServiceClient::new(channel.clone());
        for number in 0..gestures {
            let customer = pb::Customer { display_name: format!("Customer {number}"), ..pb::Customer::default() };
            let request = pb::CreateCustomerRequest { customer: Some(customer), ..Default::default() };
            let made = customers.create_customer(request).await.expect("made").into_inner();
            let gesture = pb::Gesture {
                customer: made.customer.expect("it is returned").name,
                kind: pb::GestureKind::Note.into(),
                channel: pb::Channel::HandOver.into(),
                location: SHOP.to_owned(),
                content: Some(pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
                ..pb::Gesture::default()
            };
            let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..Default::default() };
            GestureServiceClient::new(channel.clone()).schedule_gesture(request).await.expect("planned");
        }
        Self { folder, serving, channel, gestures }
    }

    fn outbox(&self) -> PathBuf {
        self.folder.path().join("outbox")
    }

    fn worker(&self, python: &OsString, more: &[&str]) -> Command {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python/worker.py");
        let mut command = Command::new(python);
        command.arg(file).args(["--server", &self.serving.address.to_string(), "--channel", "HAND_OVER"]);
        command.args(["--lease", "1", "--armful", &ARMFUL.to_string()]).arg("--outbox").arg(self.outbox()).args(more);
        command
    }

    /// Has a worker send a few, and kills it where it is then.
    fn kill_in_the_middle(&self, python: &OsString, more: &[&str], after: usize) {
        let mut worker = self.worker(python, more).stdout(Stdio::piped()).spawn().expect("Python runs");
        let told = BufReader::new(worker.stdout.take().expect("it is piped"));
        let sent = told.lines().map_while(Result::ok).filter(|line| line.starts_with("sent: ")).take(after).count();
        assert_eq!(sent, after, "it ended before it was killed");
        kill(&mut worker);
    }

    /// Has a worker do the rest, again and again until nothing of those that were killed is claimed or on its way.
    async fn finish(&self, python: &OsString, more: &[&str]) -> BTreeMap<gesture::State, Vec<String>> {
        loop {
            let rest = self.worker(python, &[more, &["--until-idle"]].concat()).output().expect("Python runs");
            assert!(rest.status.success(), "{}", String::from_utf8_lossy(&rest.stderr));
            let states = self.states().await;
            let is_over =
                |state: &gesture::State| matches!(state, gesture::State::Completed | gesture::State::Uncertain);
            if states.keys().all(is_over) {
                return states;
            }
        }
    }

    async fn states(&self) -> BTreeMap<gesture::State, Vec<String>> {
        let mut states: BTreeMap<_, Vec<String>> = BTreeMap::new();
        let mut request = pb::ListGesturesRequest { page_size: 500, ..Default::default() };
        loop {
            let page = GestureServiceClient::new(self.channel.clone()).list_gestures(request.clone()).await;
            let page = page.expect("a page").into_inner();
            for gesture in page.gestures {
                states.entry(gesture.state()).or_default().push(gesture.name);
            }
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return states;
            }
        }
    }
}

fn kill(worker: &mut Child) {
    worker.kill().expect("it runs");
    worker.wait().expect("it is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p4_a_worker_in_python_is_killed_again_and_again_and_sends_nothing_twice() {
    let Some(python) = python() else { return };
    let kills = number("GRATITUDE_WORKER_KILLS", 3);
    let stage = Stage::set(number("GRATITUDE_WORKER_GESTURES", 60)).await;
    for round in 0..kills {
        stage.kill_in_the_middle(&python, &[], 1 + round % ARMFUL);
    }
    let states = stage.finish(&python, &[]).await;

    let sent = fs::read_to_string(stage.outbox().join("sent.ndjson")).expect("something was sent");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for line in sent.lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("a whole line");
        *times.entry(message["gesture"].as_str().expect("a name").to_owned()).or_default() += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
    let of = |state| states.get(&state).cloned().unwrap_or_default();
    let (completed, uncertain) = (of(gesture::State::Completed), of(gesture::State::Uncertain));
    assert_eq!(completed.len() + uncertain.len(), stage.gestures, "the count adds up");
    assert!(completed.iter().all(|gesture| times.contains_key(gesture)), "what is completed was sent");
    let unknown = times.keys().filter(|gesture| !completed.contains(gesture) && !uncertain.contains(gesture)).count();
    assert_eq!(unknown, 0, "what was sent is completed or waits for a person");
    assert!(uncertain.len() <= kills * ARMFUL, "{} are uncertain after {kills} kills", uncertain.len());
    println!("{} completed, {} uncertain, {} sent, {kills} kills", completed.len(), uncertain.len(), times.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p4_to_a_far_side_that_deduplicates_a_killed_worker_leaves_nothing_uncertain() {
    let Some(python) = python() else { return };
    let stage = Stage::set(30).await;
    for _ in 0..2 {
        stage.kill_in_the_middle(&python, &["--deduplicates"], 3);
    }
    let states = stage.finish(&python, &["--deduplicates"]).await;
    assert_eq!(states.keys().copied().collect::<Vec<_>>(), [gesture::State::Completed]);
    let whole = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|kind| kind == "json");
    let sent = fs::read_dir(stage.outbox()).expect("something was sent").filter_map(Result::ok).filter(whole).count();
    assert_eq!(sent, stage.gestures);
}
