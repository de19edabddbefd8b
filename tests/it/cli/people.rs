//! `call`, `cases`, `promise` and `reschedule`, as a colleague at the desk would use them.

use std::process::Output;

use gratitude::proto::v1 as pb;
use pb::{
    customer_service_client::CustomerServiceClient, gesture_service_client::GestureServiceClient,
    location_service_client::LocationServiceClient,
};
use tempfile::TempDir;

use crate::support::binary::{Serving, gratitude, stderr, stdout};

/// A tea house in London on a Monday morning, with one customer.
pub(super) struct Desk {
    pub(super) serving: Serving,
    _folder: TempDir,
}

const ADA: &str = "020 7946 0018";

impl Desk {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("there is room for temporary files");
        let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
        let desk = Self { serving: Serving::start(&url, &["--manual-clock", "2026-11-23T10:00:00Z"]), _folder: folder };
        let channel = tonic::transport::Endpoint::from_shared(desk.serving.url()).expect("an address");
        let channel = channel.connect().await.expect("it listens");
        desk.has("tea-house").await;
        let phone =
            pb::Identifier { kind: pb::identifier::Kind::Phone.into(), value: ADA.to_owned(), ..Default::default() };
        let ada = pb::Customer {
            display_name: "Ada".to_owned(),
            region_code: "GB".to_owned(),
            identifiers: vec![phone],
            ..pb::Customer::default()
        };
        let request = pb::CreateCustomerRequest { customer: Some(ada), ..Default::default() };
        CustomerServiceClient::new(channel).create_customer(request).await.expect("a new customer");
        desk
    }

    /// A place in London that begins to be known.
    pub(super) async fn has(&self, location_id: &str) {
        let location = pb::Location {
            display_name: location_id.to_owned(),
            time_zone: "Europe/London".to_owned(),
            region_code: "GB".to_owned(),
            language_code: "en".to_owned(),
            currency_code: "GBP".to_owned(),
            ..pb::Location::default()
        };
        let (location_id, location) = (location_id.to_owned(), Some(location));
        let request = pb::CreateLocationRequest { location_id, location, ..Default::default() };
        let mut locations = LocationServiceClient::connect(self.serving.url()).await.expect("it listens");
        locations.create_location(request).await.expect("a new location");
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        gratitude(arguments).env("GRATITUDE_SERVER", self.serving.url()).output().expect("the binary runs")
    }

    pub(super) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
        stderr(&output)
    }
}

/// How the id ends that stands first in what was printed.
pub(super) fn ending(printed: &str) -> String {
    let first = printed.split_whitespace().next().expect("it names what it did");
    first.rsplit('…').next().expect("an ending").rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promise_is_planned_moved_and_kept() {
    let desk = Desk::open().await;
    let said = desk.done(&["promise", ADA, "--within", "4h", "--words", "Say whether the glaze is back."]);
    assert!(said.contains("due 2026-11-23 10:00 (Europe/London)"), "{said}");
    let call = ending(&said);
    let moved = desk.done(&["reschedule", &call, "--to", "2026-11-23T12:30:00Z"]);
    assert!(moved.contains("due 2026-11-23 12:30"), "{moved}");
    let taken = desk.done(&["call", "take", &call, "--by", "mina"]);
    assert!(taken.contains("mina has it."), "{taken}");
    let refused = desk.refused(&["call", "take", &call, "--by", "rui"]);
    assert!(refused.contains("somebody else has"), "{refused}");
    desk.done(&["call", "give-back", &call]);
    let logged = desk.done(&["call", "log", &call, "reached", "--happy", "5", "--by", "rui"]);
    assert!(logged.contains("completed"), "{logged}");
    let night = desk.refused(&["promise", ADA, "--by", "2026-11-23T10:00:00Z"]);
    assert!(night.contains("ahead of now"), "{night}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_opened_taken_care_of_and_settled() {
    let desk = Desk::open().await;
    let opened = desk.done(&["cases", "open", "--customer", ADA, "--summary", "The cup was chipped."]);
    assert!(opened.contains("The cup was chipped.") && opened.contains("open, 3 of 5"), "{opened}");
    let case = opened.lines().find_map(|line| line.strip_prefix("case")).expect("it is named").trim().to_owned();
    let ending = &case[case.len() - 6..];
    let updated = desk.done(&["cases", "update", ending, "--assignee", "mina", "--severity", "4"]);
    assert!(updated.contains("mina") && updated.contains("4 of 5"), "{updated}");
    let granted =
        desk.done(&["cases", "grant", ending, "--kind", "replacement", "--words", "A new cup.", "--by", "mina"]);
    assert!(granted.contains("replacement by mina: A new cup."), "{granted}");
    let resolved =
        desk.done(&["cases", "resolve", ending, "--cause", "Packed without paper.", "--remedy", "A new cup."]);
    assert!(resolved.contains("resolved") && resolved.contains("recovery"), "{resolved}");
    let reopened = desk.done(&["cases", "reopen", ending, "--reason", "It cracked again."]);
    assert!(reopened.contains("It cracked again."), "{reopened}");
    let list = desk.done(&["cases", "list"]);
    assert!(list.contains("The cup was chipped."), "{list}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_moves_to_another_household_and_out_again() {
    let desk = Desk::open().await;
    let channel = tonic::transport::Endpoint::from_shared(desk.serving.url()).expect("an address");
    let channel = channel.connect().await.expect("it listens");
    let email = pb::Identifier {
        kind: pb::identifier::Kind::Email.into(),
        value: "bo@example.org".to_owned(),
        ..Default::default()
    };
    let bo = pb::Customer { display_name: "Bo".to_owned(), identifiers: vec![email], ..Default::default() };
    let request = pb::CreateCustomerRequest { customer: Some(bo), ..Default::default() };
    let bo = CustomerServiceClient::new(channel).create_customer(request).await.expect("made").into_inner();
    let household = bo.customer.expect("it is returned").household;
    let joined = desk.done(&["customers", "set-household", ADA, "--with", "bo@example.org"]);
    assert!(joined.contains(&household), "{joined}");
    let again = desk.done(&["customers", "set-household", ADA, "--household", &household]);
    assert!(again.contains(&household), "{again}");
    let left = desk.done(&["customers", "set-household", ADA, "--own"]);
    assert!(left.contains("households/") && !left.contains(&household), "{left}");
    let neither = desk.run(&["customers", "set-household", ADA]);
    assert_eq!(neither.status.code(), Some(2), "{}", stderr(&neither));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_for_too_long_is_shown_before_it_goes() {
    let desk = Desk::open().await;
    let shown = desk.done(&["retention", "--dry-run"]);
    for line in ["remarks", "events", "reads", "request keys", "ever"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let tried = desk.done(&["retention", "--dry-run", "--remarks-days", "365", "--output", "json"]);
    assert!(tried.contains("\"kind\": \"RETAINED_KIND_REMARKS\"") && tried.contains("31536000s"), "{tried}");
    let done = desk.done(&["retention"]);
    assert!(done.contains("remarks"), "{done}");
    let without = desk.run(&["retention", "--remarks-days", "365"]);
    assert_eq!(without.status.code(), Some(2), "only what is configured is forgotten: {}", stderr(&without));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_without_being_known_is_known_later() {
    let desk = Desk::open().await;
    let nobody = desk.done(&["strangers", "list"]);
    assert!(nobody.contains("Nobody left without being known."), "{nobody}");
    let came = desk.run(&["checkin", "--stranger", "in a wheelchair, blue coat"]);
    assert!(stderr(&came).contains("`stranger` may be about health"), "{}", stderr(&came));
    let visit = ending(&stdout(&came));
    desk.done(&["clock", "advance", "5m"]);
    desk.done(&["checkout", &visit, "not-purchased", "--looked-at", "a red teapot", "--remarks", "In a hurry."]);
    let listed = desk.done(&["strangers", "list"]);
    assert!(listed.contains("blue coat") && listed.contains("a red teapot"), "{listed}");
    let linked = desk.done(&["strangers", "link", &visit, ADA]);
    assert!(linked.contains("owed: open") && linked.contains("gratitude undo"), "{linked}");
    assert!(desk.done(&["strangers", "list"]).contains("Nobody"), "she is known now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_queue_is_said_to_be_done() {
    let desk = Desk::open().await;
    let said = desk.done(&["promise", ADA, "--within", "4h", "--words", "Say whether the glaze is back."]);
    let promised = ending(&said);
    assert!(desk.done(&["queue"]).contains("Ada"));
    let done = desk.done(&["queue", "done", &promised, "--by", "mina"]);
    assert!(done.contains("completed"), "{done}");
    assert_eq!(desk.done(&["queue"]).trim(), "Nothing to do.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_gift_was_worth_is_said_when_it_was_given() {
    let desk = Desk::open().await;
    let channel = tonic::transport::Endpoint::from_shared(desk.serving.url()).expect("an address");
    let channel = channel.connect().await.expect("it listens");
    let mut customers = CustomerServiceClient::new(channel.clone());
    let ada = customers.list_customers(pb::ListCustomersRequest::default()).await.expect("listed").into_inner();
    let gift = pb::Gesture {
        customer: ada.customers[0].name.clone(),
        location: "locations/tea-house".to_owned(),
        kind: pb::GestureKind::Gift.into(),
        channel: pb::Channel::HandOver.into(),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gift), ..Default::default() };
    let mut gestures = GestureServiceClient::new(channel);
    let name = gestures.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("there").name;
    let alone = desk.run(&["queue", "done", &name, "--value", "12.50"]);
    assert_eq!(alone.status.code(), Some(2), "an amount of nothing: {}", stdout(&alone));
    desk.done(&["queue", "done", &name, "--by", "mina", "--value", "12.50", "--currency", "EUR"]);
    let given = gestures.get_gesture(pb::GetGestureRequest { name }).await.expect("read").into_inner();
    let worth = given.gift_value.expect("it was said");
    assert_eq!((worth.micros, worth.currency_code.as_str()), (12_500_000, "EUR"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_looked_at_in_the_name_of_where_somebody_was() {
    let desk = Desk::open().await;
    desk.has("bakery").await;
    desk.done(&["checkin", ADA, "--location", "tea-house", "--by", "mina"]);
    let linted = desk.done(&["notes", "lint", "--customer", ADA, "--text", "Hello,\n\nthank you.\n\nMina"]);
    assert!(!linted.trim().is_empty());
    let nothing = desk.run(&["notes", "edit", "4f2a"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", stderr(&nothing));
    assert!(stderr(&nothing).contains("--accept"), "{}", stderr(&nothing));
}
