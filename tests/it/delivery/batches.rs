//! The notes of a batch leave by SMTP and by webhook, through the whole service.

use super::{
    people::{approve, batch, come, make, notes, total},
    relay::Relay,
};
use crate::support::{database::Database, service::TestService};
use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use gratitude::{
    config::{self, Config, Encryption, Route},
    proto::v1 as pb,
};
use http::HeaderMap;
use pb::{
    customer_service_client::CustomerServiceClient, gesture_service_client::GestureServiceClient, note_batch,
    note_service_client::NoteServiceClient, resolve_gesture_request::Finding,
};
use sea_orm::{ConnectionTrait, Database as Connection};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

/// E-mails go to this relay, which does with each what the sender's name says.
pub(super) fn by_smtp(config: &mut Config, relay: &Relay, fate: &str) {
    let delivery = &mut config.delivery;
    delivery.routes.email = Route::Smtp;
    delivery.public_url = "https://thanks.example.com".to_owned();
    delivery.smtp = config::Smtp {
        host: "localhost".to_owned(),
        port: relay.port(),
        encryption: Encryption::None,
        from: format!("{fate}@shop.example"),
        connections: 3,
        command_seconds: 2,
        answer_seconds: 2,
        ..delivery.smtp.clone()
    };
}

/// A service whose e-mails go to a relay of that fate, with customers, and a batch that is written.
async fn written(database: Database, relay: &Relay, fate: &str, customers: usize) -> (TestService, String) {
    let service = TestService::with(database, |config| by_smtp(config, relay, fate)).await;
    come(service.channel(), customers).await;
    let name = make(service.channel()).await;
    service.advance("1s").await;
    (service, name)
}

/// The same, approved, and with all done that could be done at once.
async fn sent(database: Database, relay: &Relay, fate: &str, customers: usize) -> (TestService, String) {
    let (service, name) = written(database, relay, fate, customers).await;
    approve(service.channel(), &name).await;
    service.advance("1s").await;
    (service, name)
}

both_engines! {
    async fn p4_mails_leave_once_each_and_complete_their_gestures(database) {
        let test = "p4_mails_leave_once_each_and_complete_their_gestures";
        let Some(relay) = Relay::start(test, &["--pipelining"]) else { return };
        let (service, name) = written(database, &relay, "ok", 20).await;
        assert!(relay.stored().is_empty(), "nothing leaves that nobody approved");
        approve(service.channel(), &name).await;
        service.advance("1s").await;
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.state(), over.delivered_count), (note_batch::State::Completed, 20), "{over:?}");
        let stored = relay.stored();
        let ids: Vec<_> = notes(service.channel(), &name, "").await.into_iter().map(|note| note.message_id).collect();
        assert!(stored.len() == 20 && ids.iter().all(|id| stored.get(id) == Some(&1)), "{stored:?}");
        let content = &relay.contents()[0];
        assert!(content.contains("From: \"The shop\" <ok@shop.example>\r\n"), "{content}");
        assert!(content.contains("List-Unsubscribe: <https://thanks.example.com/u/"), "{content}");
        service.stop().await;
    }

    async fn an_unknown_mailbox_is_not_written_to_again(database) {
        let test = "an_unknown_mailbox_is_not_written_to_again";
        let Some(relay) = Relay::start(test, &[]) else { return };
        let (service, name) = sent(database, &relay, "rcpt-550", 3).await;
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.state(), over.failed_count), (note_batch::State::Completed, 3), "{over:?}");
        for note in notes(service.channel(), &name, "note.state = FAILED").await {
            assert_eq!(note.state_reason(), pb::Reason::WrongNumber);
            assert!(note.explanation.contains("550 5.1.1"), "{}", note.explanation);
            let request = pb::GetCustomerRequest { name: note.customer };
            let customer = CustomerServiceClient::new(service.channel()).get_customer(request).await;
            assert!(customer.expect("there").into_inner().contact_points.iter().all(|point| point.bad));
        }
        let again = make(service.channel()).await;
        service.advance("1s").await;
        let again = batch(service.channel(), &again).await;
        assert_eq!(again.composed_count, 0, "{again:?}");
        service.stop().await;
    }

    async fn p4_a_mail_of_which_nobody_knows_is_listed_and_a_person_settles_it(database) {
        let test = "p4_a_mail_of_which_nobody_knows_is_listed_and_a_person_settles_it";
        let Some(relay) = Relay::start(test, &[]) else { return };
        let (service, name) = sent(database, &relay, "dot-cut-stored", 3).await;
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.state(), over.uncertain_count), (note_batch::State::Completed, 3), "{over:?}");
        let mut client = NoteServiceClient::new(service.channel());
        let replayed = client.replay_notes(pb::ReplayNotesRequest { name: name.clone() }).await.expect("harmless");
        assert_eq!(replayed.into_inner().replayed_count, 0, "it might be there already");
        let uncertain = notes(service.channel(), &name, "note.state = UNCERTAIN").await;
        for (note, finding) in uncertain.iter().zip([Finding::Reached, Finding::GiveUp]) {
            let request = pb::ResolveNoteRequest {
                name: note.name.clone(),
                finding: finding.into(),
                reason: "the relay's log".to_owned(),
                request_id: uuid::Uuid::from_u128(finding as u128).to_string(),
            };
            let settled = client.resolve_note(request.clone()).await.expect("settled").into_inner();
            let again = client.resolve_note(request).await.expect("replayed").into_inner();
            assert!(again.replayed && !settled.replayed && again.note == settled.note);
        }
        let mut gestures = GestureServiceClient::new(service.channel());
        let carried = pb::GetGestureRequest { name: uncertain[2].gestures[0].clone() };
        let carried = gestures.get_gesture(carried).await.expect("there").into_inner();
        let request = pb::ResolveGestureRequest {
            name: carried.name,
            etag: carried.etag,
            finding: Finding::Reached.into(),
            reason: "she said so".to_owned(),
            request_id: uuid::Uuid::from_u128(3).to_string(),
            ..pb::ResolveGestureRequest::default()
        };
        let settled = gestures.resolve_gesture(request.clone()).await.expect("settled").into_inner();
        assert!(!settled.contact_interaction.is_empty() && !settled.replayed);
        assert!(gestures.resolve_gesture(request).await.expect("replayed").into_inner().replayed);
        let note = &notes(service.channel(), &name, "note.state = DELIVERED").await;
        assert!(note.iter().any(|note| note.name == uncertain[2].name), "its note went along: {note:?}");
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.delivered_count, over.failed_count, over.uncertain_count), (2, 1, 0));
        assert!(over.reasons.iter().all(|reason| reason.state() != pb::note::State::Uncertain), "{over:?}");
        service.stop().await;
    }

    async fn in_test_mode_mails_go_to_the_test_address_and_complete_nothing(database) {
        let test = "in_test_mode_mails_go_to_the_test_address_and_complete_nothing";
        let Some(relay) = Relay::start(test, &[]) else { return };
        let service = TestService::with(database, |config| {
            by_smtp(config, &relay, "ok");
            config.delivery.test_address = "test@example.org".to_owned();
        })
        .await;
        come(service.channel(), 3).await;
        let name = make(service.channel()).await;
        service.advance("1s").await;
        assert!(approve(service.channel(), &name).await.test_mode);
        service.advance("1s").await;
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.state(), over.skipped_count, over.delivered_count), (note_batch::State::Completed, 3, 0));
        let contents = relay.contents();
        assert_eq!(contents.len(), 3);
        for content in &contents {
            assert!(content.contains("<test@example.org>") && !content.contains("ana."), "{content}");
            assert!(content.contains("Subject: [test]"), "{content}");
        }
        let tested = notes(service.channel(), &name, "note.state = SKIPPED").await;
        assert!(tested.iter().all(|note| note.state_reason() == pb::Reason::Tested));
        service.stop().await;
    }

    async fn a_relay_that_is_away_delays_a_batch_and_loses_nothing(database) {
        let test = "a_relay_that_is_away_delays_a_batch_and_loses_nothing";
        let Some(relay) = Relay::start(test, &["--greeting", "421"]) else { return };
        let (service, name) = sent(database, &relay, "ok", 5).await;
        let resting = batch(service.channel(), &name).await;
        assert_eq!((resting.state(), resting.composed_count), (note_batch::State::Delivering, 5), "{resting:?}");
        assert!(resting.retry_time.is_some());
        for _ in 0..5 {
            service.advance("30m").await;
        }
        let stopped = batch(service.channel(), &name).await;
        assert_eq!((stopped.state(), stopped.composed_count), (note_batch::State::Stopped, 5), "{stopped:?}");
        assert!(stopped.explanation.contains("421"), "{}", stopped.explanation);
        service.stop().await;
    }
}

/// A receiver of webhooks: what came, and what it answers.
#[derive(Clone)]
struct Receiver {
    received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    /// 0 for no answer at all.
    answers: Arc<AtomicU16>,
}

impl Receiver {
    async fn start(status: u16) -> (Self, String) {
        let receiver = Self { received: Arc::default(), answers: Arc::new(AtomicU16::new(status)) };
        let routes = Router::new().route("/notes", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notes", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (receiver, url)
    }

    fn taken(&self) -> Vec<(HeaderMap, Bytes)> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.received.lock().unwrap().push((headers, body));
    match receiver.answers.load(Ordering::Relaxed) {
        0 => std::future::pending().await,
        status => StatusCode::from_u16(status).unwrap(),
    }
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

both_engines! {
    async fn webhooks_leave_signed_are_given_up_by_the_schedule_and_leave_again_under_their_ids(database) {
        let (receiver, url) = Receiver::start(429).await;
        let service = TestService::with(database, |config| {
            config.delivery.routes.email = Route::Webhook;
            config.delivery.webhook.url = url;
            config.delivery.webhook.secret = SECRET.to_owned().into();
            config.delivery.webhook.allow_private_addresses = true;
        })
        .await;
        come(service.channel(), 2).await;
        let name = make(service.channel()).await;
        service.advance("1s").await;
        approve(service.channel(), &name).await;
        // Ten attempts over three days and a quarter; by night a note waits for its hours.
        for _ in 0..24 * 7 {
            service.advance("1h").await;
        }
        let given_up = batch(service.channel(), &name).await;
        assert_eq!((given_up.state(), given_up.failed_count), (note_batch::State::Completed, 2), "{given_up:?}");
        let tries = receiver.taken();
        assert_eq!(tries.len(), 20);
        let verifier = standardwebhooks::Webhook::new(SECRET).unwrap();
        let first = &tries[0].0["webhook-id"];
        let same: Vec<_> = tries.iter().filter(|(headers, _)| headers["webhook-id"] == *first).collect();
        assert!(same.len() == 10 && same.iter().all(|(_, body)| *body == tries[0].1), "the same bytes each time");
        // By the signature alone: the test's clock is not that of the verifier.
        for (headers, body) in &tries {
            let at: i64 = headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
            let id = headers["webhook-id"].to_str().unwrap();
            assert_eq!(headers["webhook-signature"], verifier.sign(id, at, body).unwrap());
        }

        receiver.answers.store(204, Ordering::Relaxed);
        let mut client = NoteServiceClient::new(service.channel());
        let again = client.replay_notes(pb::ReplayNotesRequest { name: name.clone() }).await.expect("again").into_inner();
        assert_eq!((again.replayed_count, again.has_more), (2, false));
        service.advance("1s").await;
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.state(), over.delivered_count, total(&over)), (note_batch::State::Completed, 2, 2), "{over:?}");
        let ids: Vec<_> = receiver.taken().iter().map(|(headers, _)| headers["webhook-id"].clone()).collect();
        assert!(ids.len() == 2 && ids.contains(first), "{ids:?}");
        service.stop().await;
    }

    async fn p4_what_a_receiver_may_have_is_in_no_other_note_once_its_batch_is_cancelled(database) {
        let (receiver, url) = Receiver::start(0).await;
        let service = TestService::with(database, |config| {
            config.delivery.routes.email = Route::Webhook;
            config.delivery.webhook.url = url;
            config.delivery.webhook.secret = SECRET.to_owned().into();
            config.delivery.webhook.allow_private_addresses = true;
            config.delivery.webhook.answer_seconds = 1;
        })
        .await;
        come(service.channel(), 2).await;
        let name = make(service.channel()).await;
        service.advance("1s").await;
        approve(service.channel(), &name).await;
        service.advance("1s").await;
        assert_eq!(receiver.taken().len(), 2);
        assert_eq!(batch(service.channel(), &name).await.composed_count, 2, "they wait for another attempt");
        let mut client = NoteServiceClient::new(service.channel());
        let cancel = pb::CancelNoteBatchRequest { name: name.clone(), reason: "Wrong.".to_owned(), ..Default::default() };
        client.cancel_note_batch(cancel).await.expect("cancelled");
        service.advance("1s").await;
        let over = batch(service.channel(), &name).await;
        assert_eq!((over.state(), over.uncertain_count), (note_batch::State::Cancelled, 2), "{over:?}");
        for note in notes(service.channel(), &name, "note.state = UNCERTAIN").await {
            assert_eq!(note.state_reason(), pb::Reason::BatchCancelled);
            let request = pb::GetGestureRequest { name: note.gestures[0].clone() };
            let gesture = GestureServiceClient::new(service.channel()).get_gesture(request).await.expect("there");
            assert_eq!(gesture.into_inner().state(), pb::gesture::State::Uncertain);
        }
        service.stop().await;
    }

    async fn p4_what_a_process_had_that_is_gone_is_let_go_also_of_a_batch_that_stopped(database) {
        let (_receiver, url) = Receiver::start(429).await;
        let connection = Connection::connect(&database.url).await.expect("a connection");
        let service = TestService::with(database, |config| {
            config.delivery.routes.email = Route::Webhook;
            config.delivery.webhook.url = url;
            config.delivery.webhook.secret = SECRET.to_owned().into();
            config.delivery.webhook.allow_private_addresses = true;
        })
        .await;
        come(service.channel(), 2).await;
        let name = make(service.channel()).await;
        service.advance("1s").await;
        approve(service.channel(), &name).await;
        service.advance("1s").await;
        // As they are left by a process that ends on the way, while another one finds that the batch must stop.
        let chunk = r#"{"number":1,"owner":"gone","token":1,"until":"2026-11-23T09:01:00Z","notes":2}"#;
        let batches = format!(
            "UPDATE note_batches SET state = 'stopped', stopped_in = 'delivering', composed = 0, delivering = 2, \
             lanes = '{{\"webhook\":{{\"chunks\":[{chunk}]}}}}'"
        );
        for statement in ["UPDATE notes SET state = 'delivering'", batches.as_str()] {
            connection.execute_unprepared(statement).await.expect("changed");
        }
        service.advance("2m").await;
        let stopped = batch(service.channel(), &name).await;
        assert_eq!((stopped.state(), stopped.delivering_count, stopped.composed_count),
            (note_batch::State::Stopped, 0, 2), "{stopped:?}");
        connection.close().await.expect("closed");
        service.stop().await;
    }

    async fn an_endpoint_that_wants_no_more_stops_the_batch(database) {
        let (receiver, url) = Receiver::start(410).await;
        let service = TestService::with(database, |config| {
            config.delivery.routes.email = Route::Webhook;
            config.delivery.webhook.url = url;
            config.delivery.webhook.secret = SECRET.to_owned().into();
            config.delivery.webhook.allow_private_addresses = true;
            config.delivery.webhook.at_once = 1;
        })
        .await;
        come(service.channel(), 3).await;
        let name = make(service.channel()).await;
        service.advance("1s").await;
        approve(service.channel(), &name).await;
        service.advance("1s").await;
        let stopped = batch(service.channel(), &name).await;
        assert_eq!((stopped.state(), stopped.composed_count), (note_batch::State::Stopped, 3), "{stopped:?}");
        assert!(stopped.explanation.contains("410"), "{}", stopped.explanation);
        assert_eq!(receiver.taken().len(), 1, "nothing more is sent there");
        service.stop().await;
    }
}
