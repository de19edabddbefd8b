//! Workers who need longer, who wait, and who vanish; and the person who finds out.

use gratitude::proto::v1 as pb;
use pb::{gesture_service_client::GestureServiceClient, insight_service_client::InsightServiceClient};
use prost_types::Duration;
use tonic::{Code, transport::Channel};

use super::{SHOP, ada, fields, reason, shop, visit};
use crate::support::service::TestService;

fn gestures(service: &TestService) -> GestureServiceClient<Channel> {
    GestureServiceClient::new(service.channel())
}

fn note(customer: &str) -> pb::ScheduleGestureRequest {
    let gesture = pb::Gesture {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Note.into(),
        channel: pb::Channel::Email.into(),
        purpose: pb::Purpose::Service.into(),
        content: Some(pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
        ..pb::Gesture::default()
    };
    pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() }
}

fn claim(wait: i64) -> pb::ClaimGesturesRequest {
    pb::ClaimGesturesRequest {
        worker: "mailer".to_owned(),
        wait_duration: Some(Duration { seconds: wait, nanos: 0 }),
        ..pb::ClaimGesturesRequest::default()
    }
}

/// A note that a worker has begun; its name and token.
async fn begun(service: &TestService) -> (String, i64) {
    begun_by(service, claim(0)).await
}

async fn begun_by(service: &TestService, claim: pb::ClaimGesturesRequest) -> (String, i64) {
    let customer = ada(service).await.name;
    gestures(service).schedule_gesture(note(&customer)).await.expect("planned");
    let taken = gestures(service).claim_gestures(claim).await.expect("claimed").into_inner().gestures.remove(0);
    let (name, lease_token) = (taken.gesture.expect("it comes along").name, taken.lease_token);
    let items = vec![pb::StartDeliveryItem { name: name.clone(), lease_token }];
    let started = gestures(service).start_delivery(pb::StartDeliveryRequest { items }).await.expect("answered");
    assert!(started.into_inner().results[0].error.is_none());
    (name, lease_token)
}

async fn gesture(service: &TestService, name: &str) -> pb::Gesture {
    let request = pb::GetGestureRequest { name: name.to_owned() };
    gestures(service).get_gesture(request).await.expect("it is there").into_inner()
}

both_engines! {
    async fn p4_a_worker_that_needs_longer_says_so_in_time(database) {
        let service = shop(database).await;
        let (name, lease_token) = begun(&service).await;
        let item = |lease_token| pb::ExtendLeaseItem { name: name.clone(), lease_token };
        let request = pb::ExtendLeaseRequest {
            items: vec![item(lease_token), item(lease_token + 1)],
            lease_duration: Some(Duration { seconds: 600, nanos: 0 }),
        };
        let results = gestures(&service).extend_lease(request.clone()).await.expect("answered").into_inner().results;
        let until = results[0].expire_time.expect("it lasts longer").seconds;
        assert_eq!(until, service.now().as_second() + 600);
        assert_eq!(results[1].error.as_ref().map(pb::ItemError::reason), Some(pb::ErrorReason::ClaimLost));
        service.advance("9m").await;
        assert_eq!(gesture(&service, &name).await.state(), pb::gesture::State::Delivering);
        service.advance("2m").await;
        assert_eq!(gesture(&service, &name).await.state(), pb::gesture::State::Uncertain);
        let lapsed = gestures(&service).extend_lease(request).await.expect("answered").into_inner().results;
        assert!(lapsed.iter().all(|result| result.error.is_some()));
        service.stop().await;
    }

    async fn p4_what_may_have_left_goes_to_no_worker_whose_far_side_would_send_it_twice(database) {
        let service = shop(database).await;
        let recognising = || pb::ClaimGesturesRequest { far_side_deduplicates: true, ..claim(0) };
        let (name, lease_token) = begun_by(&service, recognising()).await;
        service.advance("2m").await;
        let waits = gesture(&service, &name).await;
        assert_eq!((waits.state(), waits.state_reason()), (pb::gesture::State::Scheduled, pb::Reason::LeaseLapsed));
        assert!(waits.explanation.contains("may have left"), "{}", waits.explanation);
        let explain = pb::ExplainGestureRequest { name: name.clone() };
        let explained = gestures(&service).explain_gesture(explain).await.expect("explained").into_inner();
        assert!(explained.would_change.contains("far_side_deduplicates"), "{}", explained.would_change);

        for later in ["0s", "15m"] {
            service.advance(later).await;
            let other = gestures(&service).claim_gestures(claim(0)).await.expect("answered").into_inner();
            assert!(other.gestures.is_empty(), "after {later}, also as what is late");
        }
        let again = gestures(&service).claim_gestures(recognising()).await.expect("answered").into_inner().gestures;
        assert_eq!(again.iter().map(|it| it.lease_token).collect::<Vec<_>>(), [lease_token + 1]);
        let release = pb::ReleaseGestureRequest {
            name: name.clone(),
            authority: Some(pb::release_gesture_request::Authority::LeaseToken(lease_token + 1)),
        };
        gestures(&service).release_gesture(release).await.expect("given back");
        let other = gestures(&service).claim_gestures(claim(0)).await.expect("answered").into_inner();
        assert!(other.gestures.is_empty(), "nor after another had it");

        let cancel = pb::CancelGestureRequest { name, reason: "Not wanted.".to_owned(), ..Default::default() };
        let kept = gestures(&service).cancel_gesture(cancel).await.expect("answered").into_inner();
        assert_eq!((kept.state(), kept.state_reason()), (pb::gesture::State::Uncertain, pb::Reason::ByPerson));
        let queue = pb::ListQueueRequest { location: SHOP.to_owned(), ..Default::default() };
        let queue = gestures(&service).list_queue(queue).await.expect("listed").into_inner();
        assert_eq!(queue.entries.len(), 1, "a person finds out");
        service.stop().await;
    }

    async fn p4_a_person_settles_what_nobody_knew(database) {
        let service = shop(database).await;
        let (name, _) = begun(&service).await;
        service.advance("2m").await;
        let lost = gesture(&service, &name).await;
        assert_eq!(lost.state(), pb::gesture::State::Uncertain);
        let resolve = |finding: pb::resolve_gesture_request::Finding| pb::ResolveGestureRequest {
            name: name.clone(),
            etag: lost.etag.clone(),
            finding: finding.into(),
            reason: "She thanked us for it".to_owned(),
            request_id: uuid::Uuid::from_u128(1).to_string(),
            ..pb::ResolveGestureRequest::default()
        };
        use pb::resolve_gesture_request::Finding;
        let time = Some(prost_types::Timestamp { seconds: service.now().as_second(), nanos: 0 });
        let wrong = pb::ResolveGestureRequest {
            etag: String::new(),
            reason: String::new(),
            complete_time: time,
            ..resolve(Finding::GiveUp)
        };
        let status = gestures(&service).resolve_gesture(wrong).await.expect_err("much is wrong");
        assert_eq!(fields(&status), ["etag", "reason", "complete_time"]);

        let settled = gestures(&service).resolve_gesture(resolve(Finding::Reached)).await.expect("settled").into_inner();
        let now = settled.gesture.expect("it comes along");
        assert_eq!((now.state(), settled.contact_interaction.is_empty()), (pb::gesture::State::Completed, false));
        let again = gestures(&service).resolve_gesture(resolve(Finding::Reached)).await.expect("replayed").into_inner();
        assert!(again.replayed && again.contact_interaction == settled.contact_interaction);
        let status = gestures(&service).resolve_gesture(resolve(Finding::GiveUp)).await.expect_err("it said otherwise");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "CONTENT_DIFFERS"));
        service.stop().await;
    }

    async fn p4_a_late_answer_is_taken_also_after_a_person_had_it_tried_again(database) {
        let service = shop(database).await;
        let (name, lease_token) = begun(&service).await;
        service.advance("2m").await;
        let resolve = pb::ResolveGestureRequest {
            name: name.clone(),
            etag: gesture(&service, &name).await.etag,
            finding: pb::resolve_gesture_request::Finding::TryAgain.into(),
            reason: "Nothing in the log".to_owned(),
            ..pb::ResolveGestureRequest::default()
        };
        gestures(&service).resolve_gesture(resolve).await.expect("settled");
        assert_eq!(gesture(&service, &name).await.state(), pb::gesture::State::Scheduled);
        let authority = Some(pb::complete_gesture_request::Authority::LeaseToken(lease_token));
        let complete = pb::CompleteGestureRequest { name: name.clone(), authority, ..Default::default() };
        let done = gestures(&service).complete_gesture(complete).await.expect("believed").into_inner();
        assert_eq!(done.gesture.map(|it| it.state()), Some(pb::gesture::State::Completed));
        service.advance("1h").await;
        let more = gestures(&service).claim_gestures(claim(0)).await.expect("answered").into_inner();
        assert!(more.gestures.is_empty(), "it is not sent a second time");
        service.stop().await;
    }

    async fn a_worker_that_waits_is_woken_by_what_becomes_due(database) {
        let service = shop(database).await;
        let customer = ada(&service).await.name;
        let empty = gestures(&service).claim_gestures(claim(0)).await.expect("answered").into_inner();
        assert!(empty.gestures.is_empty());
        let (mut worker, mut planner) = (gestures(&service), gestures(&service));
        let (taken, planned) = tokio::join!(worker.claim_gestures(claim(10)), planner.schedule_gesture(note(&customer)));
        let taken = taken.expect("claimed").into_inner().gestures;
        let planned = planned.expect("planned").into_inner().gesture.expect("it is returned");
        assert_eq!(taken.iter().filter_map(|it| it.gesture.as_ref()).map(|it| &it.name).collect::<Vec<_>>(), [&planned.name]);
        let status = gestures(&service).claim_gestures(claim(11)).await.expect_err("too long");
        assert_eq!(fields(&status), ["wait_duration"]);
        service.stop().await;
    }

    async fn p3_what_is_let_go_says_who_did_so_and_why(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let visited = visit(&service, &ada.name).await;
        assert!(!visited.gestures.is_empty());
        let interaction = visited.interaction.expect("it is returned").name;
        let waive = pb::WaiveObligationRequest {
            interaction: interaction.clone(),
            reason: "It was the caretaker's test".to_owned(),
            request_id: uuid::Uuid::from_u128(1).to_string(),
        };
        let mut request = tonic::Request::new(waive.clone());
        request.metadata_mut().insert("x-gratitude-staff", "mina".parse().expect("ASCII"));
        let mut insights = InsightServiceClient::new(service.channel());
        let waived = insights.waive_obligation(request).await.expect("waived").into_inner().obligation.expect("returned");
        assert_eq!((waived.state(), waived.reason()), (pb::obligation::State::Waived, pb::Reason::ByPerson));
        assert_eq!(waived.explanation, "Let go by mina: It was the caretaker's test.");
        for planned in &visited.gestures {
            assert_eq!(gesture(&service, &planned.name).await.state(), pb::gesture::State::Cancelled);
        }
        assert!(insights.waive_obligation(waive.clone()).await.expect("replayed").into_inner().replayed);
        let coverage = insights.get_coverage(pb::GetCoverageRequest::default()).await.expect("counted").into_inner();
        assert_eq!(coverage.not_bought.expect("counts").waived, 1);

        let thanked = visit(&service, &ada.name).await.interaction.expect("it is returned").name;
        let void = pb::VoidInteractionRequest { name: thanked.clone(), reason: "a test".to_owned() };
        let mut interactions = pb::interaction_service_client::InteractionServiceClient::new(service.channel());
        interactions.void_interaction(void).await.expect("voided");
        let late = pb::WaiveObligationRequest { interaction: thanked, request_id: String::new(), ..waive };
        let status = insights.waive_obligation(late).await.expect_err("nothing is owed");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "OBLIGATION_NOT_OPEN"));
        service.stop().await;
    }
}
