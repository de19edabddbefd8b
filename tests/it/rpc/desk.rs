//! What is done at the desk, and taken back.

use super::{SHOP, ada, customers, fields, reason, shop, visit};
use crate::support::service::TestService;
use gratitude::proto::v1 as pb;
use pb::{
    acknowledge_gesture_request::How, front_desk_service_client::FrontDeskServiceClient,
    gesture_service_client::GestureServiceClient, interaction::State,
    interaction_service_client::InteractionServiceClient,
};
use tonic::{Code, Status, transport::Channel};

fn desk(service: &TestService) -> FrontDeskServiceClient<Channel> {
    FrontDeskServiceClient::new(service.channel())
}

async fn comes(service: &TestService, customer: &str) -> pb::CheckInResponse {
    let request = pb::CheckInRequest {
        location: SHOP.to_owned(),
        who: Some(pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) }),
        ..pb::CheckInRequest::default()
    };
    desk(service).check_in(request).await.expect("checked in").into_inner()
}

async fn takes_back(service: &TestService, undo: Option<&pb::Undo>) -> Result<pb::UndoActionResponse, Status> {
    let action = undo.expect("it can be taken back").action.clone();
    let request = pb::UndoActionRequest { action, request_id: String::new() };
    desk(service).undo_action(request).await.map(tonic::Response::into_inner)
}

async fn word(service: &TestService, customer: &str) -> pb::Gesture {
    let gesture = pb::Gesture {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Recognition.into(),
        channel: pb::Channel::InPerson.into(),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
    let reply = GestureServiceClient::new(service.channel()).schedule_gesture(request).await.expect("planned");
    reply.into_inner().gesture.expect("it is returned")
}

both_engines! {
    async fn a_slip_at_the_desk_is_taken_back_for_a_minute(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let came = comes(&service, &ada.name).await;
        let undo = came.undo.clone().expect("it can be taken back");
        let seconds = undo.expire_time.expect("for a while").seconds - service.now().as_second();
        assert_eq!(seconds, 60);
        assert_eq!(comes(&service, &ada.name).await.undo, None, "she was here: nothing was changed");

        let undone = takes_back(&service, came.undo.as_ref()).await.expect("within the minute");
        assert_eq!((undone.kind(), undone.replayed), (pb::DeskActionKind::CheckIn, false));
        assert_eq!(undone.interactions[0].state(), State::Voided);
        assert!(takes_back(&service, came.undo.as_ref()).await.expect("once more").replayed);

        let again = comes(&service, &ada.name).await;
        assert_ne!(again.interaction.as_ref().map(|it| &it.name), came.interaction.as_ref().map(|it| &it.name));
        service.advance("61s").await;
        let late = takes_back(&service, again.undo.as_ref()).await.expect_err("the minute is over");
        assert_eq!((late.code(), reason(&late).as_str()), (Code::FailedPrecondition, "UNDO_TOO_LATE"));
        let unknown = pb::UndoActionRequest { action: "deskActions/1".to_owned(), request_id: String::new() };
        assert_eq!(fields(&desk(&service).undo_action(unknown).await.expect_err("no name")), ["action"]);
        service.advance("15m").await;
        let gone = takes_back(&service, again.undo.as_ref()).await.expect_err("forgotten");
        assert_eq!(gone.code(), Code::NotFound);
        service.stop().await;
    }

    async fn a_word_is_said_once_and_a_visit_moves_to_whose_it_is(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let word = word(&service, &ada.name).await;
        let said = |etag: &str, request_id: u128| pb::AcknowledgeGestureRequest {
            gift_value: None,
            gesture: word.name.clone(),
            etag: etag.to_owned(),
            how: How::Done.into(),
            staff: "Mina".to_owned(),
            words: String::new(),
            request_id: uuid::Uuid::from_u128(request_id).to_string(),
        };
        let done = desk(&service).acknowledge_gesture(said(&word.etag, 1)).await.expect("said").into_inner();
        assert_eq!(done.gesture.as_ref().map(pb::Gesture::state), Some(pb::gesture::State::Completed));
        let again = desk(&service).acknowledge_gesture(said(&word.etag, 1)).await.expect("the same").into_inner();
        assert!(again.replayed && !again.contact_interaction.is_empty());
        assert_eq!(again.undo, done.undo);
        let stale = desk(&service).acknowledge_gesture(said("v9", 2)).await.expect_err("another version");
        assert_eq!(stale.code(), Code::Aborted, "{stale:?}");

        let other = pb::CreateCustomerRequest {
            customer: Some(pb::Customer { display_name: "Bo".to_owned(), ..pb::Customer::default() }),
            ..pb::CreateCustomerRequest::default()
        };
        let bo = customers(&service).create_customer(other).await.expect("made").into_inner().customer.expect("Bo");
        let visit = comes(&service, &ada.name).await.interaction.expect("a visit");
        let moved = pb::ReassignVisitRequest {
            interaction: visit.name.clone(),
            customer: bo.name.clone(),
            request_id: uuid::Uuid::from_u128(3).to_string(),
            ..pb::ReassignVisitRequest::default()
        };
        let moved = desk(&service).reassign_visit(moved).await.expect("moved").into_inner();
        assert_eq!(moved.card.map(|card| card.customer), Some(bo.name));
        let back = takes_back(&service, moved.undo.as_ref()).await.expect("within the minute");
        assert_eq!(back.interactions[0].customer, ada.name);
        service.stop().await;
    }

    async fn what_goes_only_with_something_else_is_refused_without_it(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let visit = comes(&service, &ada.name).await.interaction.expect("a visit").name;
        let left_without_buying = pb::CheckOutRequest {
            interaction: visit.clone(),
            outcome: pb::Outcome::NotPurchased.into(),
            ..pb::CheckOutRequest::default()
        };
        let about_us = pb::FeelingAbout::Us.into();
        let moodless = pb::CheckOutRequest { mood_about: about_us, ..left_without_buying.clone() };
        let refused = desk(&service).check_out(moodless).await.expect_err("about what mood?");
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec!["mood_about".to_owned()]));
        let item = pb::PurchaseItem { display_name: "a red teapot".to_owned(), ..pb::PurchaseItem::default() };
        let purchase = Some(pb::Purchase { items: vec![item], ..pb::Purchase::default() });
        let bought_nothing = pb::CheckOutRequest { purchase: purchase.clone(), ..left_without_buying.clone() };
        let refused = desk(&service).check_out(bought_nothing).await.expect_err("bought or not?");
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec!["purchase".to_owned()]));
        let resolved = pb::CloseInteractionRequest {
            name: visit.clone(),
            outcome: pb::Outcome::Resolved.into(),
            purchase,
            ..pb::CloseInteractionRequest::default()
        };
        let refused = InteractionServiceClient::new(service.channel()).close_interaction(resolved).await.expect_err("bought or not?");
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec!["purchase".to_owned()]));

        let whole = pb::CheckOutRequest { mood: Some(1), mood_about: about_us, ..left_without_buying };
        let left = desk(&service).check_out(whole).await.expect("checked out").into_inner();
        let emotion = left.interaction.and_then(|it| it.emotion).expect("it was told");
        assert_eq!((emotion.satisfaction, emotion.about), (1, about_us));
        service.stop().await;
    }

    async fn a_milestone_is_shown_on_the_very_visit(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        for _ in 0..4 {
            visit(&service, &ada.name).await;
            service.advance("24h").await;
        }
        let card = comes(&service, &ada.name).await.card.expect("a card");
        assert_eq!(card.visit_days, 5);
        assert!(!card.milestone.is_empty(), "before she leaves");
        service.stop().await;
    }
}
