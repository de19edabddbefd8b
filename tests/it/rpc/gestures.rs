//! Gestures are claimed by workers, seen by people, and explained.

use gratitude::proto::v1 as pb;
use pb::gesture_service_client::GestureServiceClient;
use tonic::{Code, transport::Channel};

use super::{SHOP, ada, customers, fields, identifier, reason, shop};
use crate::support::service::TestService;

async fn scheduled(service: &TestService, kind: pb::GestureKind, channel: pb::Channel) -> pb::Gesture {
    let customer = ada(service).await.name;
    scheduled_for(service, customer, kind, channel).await
}

async fn scheduled_for(
    service: &TestService,
    customer: String,
    kind: pb::GestureKind,
    channel: pb::Channel,
) -> pb::Gesture {
    let own_words = kind == pb::GestureKind::Note;
    let gesture = pb::Gesture {
        customer,
        location: SHOP.to_owned(),
        kind: kind.into(),
        channel: channel.into(),
        purpose: pb::Purpose::Service.into(),
        content: own_words
            .then(|| pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
    let reply = GestureServiceClient::new(service.channel()).schedule_gesture(request).await.expect("planned");
    reply.into_inner().gesture.expect("it is returned")
}

async fn claimed(client: &mut GestureServiceClient<Channel>) -> pb::ClaimedGesture {
    let request =
        pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 10, ..pb::ClaimGesturesRequest::default() };
    let mut gestures = client.claim_gestures(request).await.expect("claimed").into_inner().gestures;
    assert_eq!(gestures.len(), 1, "{gestures:?}");
    gestures.remove(0)
}

both_engines! {
    async fn p4_a_worker_carries_out_what_is_due_once(database) {
        let service = shop(database).await;
        let gesture = scheduled(&service, pb::GestureKind::Note, pb::Channel::Email).await;
        service.advance("1m").await;
        let mut client = GestureServiceClient::new(service.channel());
        let taken = claimed(&mut client).await;
        assert_eq!(taken.destination, "Ada@Mill.example");
        let (name, lease_token) = (gesture.name.clone(), taken.lease_token);

        let foreign = pb::StartDeliveryItem { name: name.clone(), lease_token: lease_token + 1 };
        let own = pb::StartDeliveryItem { name: name.clone(), lease_token };
        let request = pb::StartDeliveryRequest { items: vec![foreign, own] };
        let results = client.start_delivery(request).await.expect("answered").into_inner().results;
        let errors: Vec<_> = results.iter().map(|result| result.error.as_ref().map(pb::ItemError::reason)).collect();
        assert_eq!(errors, [Some(pb::ErrorReason::ClaimLost), None]);

        let authority = Some(pb::complete_gesture_request::Authority::LeaseToken(lease_token));
        let complete = pb::CompleteGestureRequest { name: name.clone(), authority, ..pb::CompleteGestureRequest::default() };
        let done = client.complete_gesture(complete.clone()).await.expect("completed").into_inner();
        assert_eq!(done.gesture.as_ref().map(pb::Gesture::state), Some(pb::gesture::State::Completed));
        let again = client.complete_gesture(complete).await.expect("the same again").into_inner();
        assert_eq!(again.contact_interaction, done.contact_interaction);

        let cancel = pb::CancelGestureRequest { name, reason: "too late".to_owned(), etag: String::new() };
        let status = client.cancel_gesture(cancel).await.expect_err("it is done");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "GESTURE_STATE"));
        service.stop().await;
    }

    async fn a_worker_is_told_the_whole_name_where_nobody_said_how_they_are_called(database) {
        let service = shop(database).await;
        let customer = pb::Customer {
            given_name: "Ana".to_owned(),
            family_name: "Costa".to_owned(),
            identifiers: vec![identifier(pb::identifier::Kind::Email, "", "ana@mill.example")],
            ..pb::Customer::default()
        };
        let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
        let made = customers(&service).create_customer(request).await.expect("a new customer").into_inner();
        let ana = made.customer.expect("it is returned").name;
        scheduled_for(&service, ana, pb::GestureKind::Note, pb::Channel::Email).await;
        service.advance("1m").await;
        let taken = claimed(&mut GestureServiceClient::new(service.channel())).await;
        assert_eq!(taken.display_name, "Ana Costa");
        service.stop().await;
    }

    async fn p8_what_is_not_good_enough_for_a_batch_is_for_no_worker_either(database) {
        let service = shop(database).await;
        let mut client = GestureServiceClient::new(service.channel());
        let plain = pb::Gesture {
            customer: ada(&service).await.name,
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Note.into(),
            channel: pb::Channel::Email.into(),
            purpose: pb::Purpose::Service.into(),
            ..pb::Gesture::default()
        };
        let request = pb::ScheduleGestureRequest { gesture: Some(plain), ..pb::ScheduleGestureRequest::default() };
        let planned = client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("it is returned");
        service.advance("1m").await;
        let claim = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 10, ..Default::default() };
        assert_eq!(client.claim_gestures(claim).await.expect("answered").into_inner().gestures, [], "nothing is known of her");
        let request = pb::GetGestureRequest { name: planned.name };
        let waiting = client.get_gesture(request).await.expect("it is there").into_inner();
        assert_eq!((waiting.state(), waiting.state_reason()), (pb::gesture::State::Scheduled, pb::Reason::NotGenuine));
        assert!(waiting.explanation.contains("name what they bought"), "{}", waiting.explanation);
        let request = pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        assert_eq!(client.list_queue(request).await.expect("a page").into_inner().entries.len(), 1, "a person's");
        service.stop().await;
    }

    async fn a_person_sees_what_to_do_and_says_how_it_went(database) {
        let service = shop(database).await;
        let gesture = scheduled(&service, pb::GestureKind::Call, pb::Channel::Phone).await;
        let mut client = GestureServiceClient::new(service.channel());
        let request = pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        let entries = client.list_queue(request).await.expect("a page").into_inner().entries;
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!((entry.phone.as_str(), entry.time_zone.as_str()), ("+442079460018", "Europe/London"));
        assert!(!entry.why.is_empty() && !entry.what_to_say.is_empty() && !entry.allowed_hours.is_empty());

        let report = |outcome: pb::log_call_request::CallOutcome| pb::LogCallRequest {
            name: gesture.name.clone(),
            etag: entry.gesture.as_ref().expect("it comes along").etag.clone(),
            outcome: outcome.into(),
            ..pb::LogCallRequest::default()
        };
        use pb::log_call_request::CallOutcome;
        let wrong = pb::LogCallRequest { happy: Some(1), ..report(CallOutcome::CallBack) };
        let status = client.log_call(wrong).await.expect_err("contradicts itself");
        assert_eq!(fields(&status), ["happy", "call_back_time"]);

        service.advance("1m").await;
        let unhappy = pb::LogCallRequest { happy: Some(1), words: "Still cracked.".to_owned(), ..report(CallOutcome::Reached) };
        let logged = client.log_call(unhappy.clone()).await.expect("kept").into_inner();
        assert!(logged.case.starts_with("cases/"), "an unhappy customer opens a case");
        let status = client.log_call(unhappy).await.expect_err("the version is old");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        service.stop().await;
    }

    async fn a_gesture_is_explained_gate_by_gate(database) {
        let service = shop(database).await;
        let gesture = scheduled(&service, pb::GestureKind::Note, pb::Channel::Email).await;
        let mut client = GestureServiceClient::new(service.channel());
        let explained = client.explain_gesture(pb::ExplainGestureRequest { name: gesture.name.clone() }).await;
        let explained = explained.expect("explained").into_inner();
        assert!(explained.decision.is_none(), "a person planned it");
        assert!(explained.gates.len() >= 5 && explained.gates.iter().all(|gate| gate.passes || !gate.explanation.is_empty()));
        assert!(!explained.gesture.expect("it comes along").plan.expect("it has one").steps.is_empty());

        let status = client
            .complete_gesture(pb::CompleteGestureRequest { name: gesture.name, ..pb::CompleteGestureRequest::default() })
            .await
            .expect_err("by what right");
        assert_eq!(fields(&status), ["authority"]);
        service.stop().await;
    }
}
