//! What leaves is paused and resumed, by one replica for all.

use gratitude::proto::v1 as pb;
use pb::gesture_service_client::GestureServiceClient;
use tonic::{Code, transport::Channel};

use super::{SHOP, ada, fields, reason, shop};
use crate::support::service::TestService;

type Client = GestureServiceClient<Channel>;

async fn scheduled(service: &TestService, customer: &pb::Customer, channel: pb::Channel) -> pb::Gesture {
    let gesture = pb::Gesture {
        customer: customer.name.clone(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Note.into(),
        channel: channel.into(),
        purpose: pb::Purpose::Service.into(),
        content: Some(pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..Default::default() };
    let reply = GestureServiceClient::new(service.channel()).schedule_gesture(request).await.expect("planned");
    reply.into_inner().gesture.expect("it is returned")
}

async fn claimed(client: &mut Client) -> Vec<pb::ClaimedGesture> {
    let request = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 10, ..Default::default() };
    client.claim_gestures(request).await.expect("claimed").into_inner().gestures
}

async fn started(client: &mut Client, claim: &pb::ClaimedGesture) -> Option<pb::ItemError> {
    let name = claim.gesture.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let items = vec![pb::StartDeliveryItem { name, lease_token: claim.lease_token }];
    let reply = client.start_delivery(pb::StartDeliveryRequest { items }).await.expect("answered");
    reply.into_inner().results.remove(0).error
}

async fn get(client: &mut Client, name: &str) -> pb::Gesture {
    client.get_gesture(pb::GetGestureRequest { name: name.to_owned() }).await.expect("it is there").into_inner()
}

fn pause(channel: pb::Channel, request_id: &str) -> pb::PauseAllRequest {
    pb::PauseAllRequest {
        channel: channel.into(),
        location: SHOP.to_owned(),
        reason: "The mail server is moved.".to_owned(),
        request_id: request_id.to_owned(),
        ..Default::default()
    }
}

both_engines! {
    async fn p4_a_pause_in_the_middle_of_claimed_work_stops_it_and_it_leaves_once_afterwards(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mail = scheduled(&service, &ada, pb::Channel::Email).await;
        let mut client = GestureServiceClient::new(service.channel());
        let taken = claimed(&mut client).await;
        assert_eq!(taken.len(), 1);

        let key = "0b0e4a52-6a0e-4c2e-9d0c-0f5b6a2f7c11";
        let held = client.pause_all(pause(pb::Channel::Email, key)).await.expect("paused").into_inner();
        let again = client.pause_all(pause(pb::Channel::Email, key)).await.expect("the same").into_inner();
        assert_eq!((again.pause.as_ref(), again.replayed), (held.pause.as_ref(), true));
        let held = held.pause.expect("it is returned");

        let error = started(&mut client, &taken[0]).await.expect("a pause holds");
        assert_eq!(error.reason(), pb::ErrorReason::Paused);
        assert!(error.message.contains(&held.name) && error.message.contains("moved"), "{}", error.message);
        let waiting = get(&mut client, &mail.name).await;
        assert_eq!((waiting.state(), waiting.state_reason()), (pb::gesture::State::Scheduled, pb::Reason::Paused));
        // What falls under no pause goes on, also where the paused are due before it.
        let other = scheduled(&service, &ada, pb::Channel::Post).await;
        let taken = claimed(&mut client).await;
        assert_eq!(taken.iter().map(|it| &it.gesture.as_ref().expect("one").name).collect::<Vec<_>>(), [&other.name]);
        assert_eq!(started(&mut client, &taken[0]).await, None);
        let explained = client.explain_gesture(pb::ExplainGestureRequest { name: mail.name.clone() }).await;
        let gates = explained.expect("told").into_inner().gates;
        let stops: Vec<_> = gates.iter().filter(|gate| !gate.passes).map(|gate| gate.display_name.as_str()).collect();
        assert_eq!(stops, ["pause"]);

        let all = client.list_pauses(pb::ListPausesRequest::default()).await.expect("listed").into_inner().pauses;
        assert_eq!(all, std::slice::from_ref(&held));
        let resume = pb::ResumeRequest { name: held.name.clone() };
        let ended = client.resume(resume.clone()).await.expect("resumed").into_inner();
        assert!(ended.resume_time.is_some());
        assert_eq!(client.resume(resume).await.expect("the same").into_inner(), ended);
        assert_eq!(client.list_pauses(pb::ListPausesRequest::default()).await.expect("listed").into_inner().pauses, []);
        let with_ended = pb::ListPausesRequest { show_ended: true, ..pb::ListPausesRequest::default() };
        assert_eq!(client.list_pauses(with_ended).await.expect("listed").into_inner().pauses, std::slice::from_ref(&ended));

        let taken = claimed(&mut client).await;
        assert_eq!(taken.len(), 1);
        assert_eq!(started(&mut client, &taken[0]).await, None);
        let complete = pb::CompleteGestureRequest {
            name: mail.name.clone(),
            authority: Some(pb::complete_gesture_request::Authority::LeaseToken(taken[0].lease_token)),
            ..Default::default()
        };
        client.complete_gesture(complete).await.expect("completed");
        assert!(claimed(&mut client).await.is_empty());
        service.stop().await;
    }

    async fn p3_what_expires_under_a_pause_says_so_and_people_are_told(database) {
        let service = shop(database).await;
        let mail = scheduled(&service, &ada(&service).await, pb::Channel::HandOver).await;
        let mut client = GestureServiceClient::new(service.channel());
        let everything = pb::PauseAllRequest { reason: "Stocktaking.".to_owned(), ..Default::default() };
        client.pause_all(everything).await.expect("paused");
        let queue = pb::ListQueueRequest { location: SHOP.to_owned(), ..Default::default() };
        let entries = client.list_queue(queue).await.expect("a page").into_inner().entries;
        assert_eq!(entries[0].pause.as_ref().map(|pause| pause.reason.as_str()), Some("Stocktaking."));
        service.advance("8d").await;
        let expired = get(&mut client, &mail.name).await;
        assert_eq!((expired.state(), expired.state_reason()), (pb::gesture::State::Expired, pb::Reason::Paused));
        service.stop().await;
    }

    async fn a_pause_says_why_and_names_what_there_is(database) {
        let service = shop(database).await;
        let mut client = GestureServiceClient::new(service.channel());
        let wrong = pb::PauseAllRequest { location: "shop".to_owned(), channel: 99, ..Default::default() };
        let status = client.pause_all(wrong).await.expect_err("wrong");
        assert_eq!(fields(&status), ["location", "channel", "reason"]);
        let unknown = pb::PauseAllRequest { rule: "rules/none".to_owned(), reason: "x".to_owned(), ..Default::default() };
        let status = client.pause_all(unknown).await.expect_err("there is none");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "NOT_FOUND"));
        service.stop().await;
    }
}
