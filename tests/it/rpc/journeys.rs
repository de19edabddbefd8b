//! Journeys and touchpoints are set up, changed and retired; interactions are judged by them.

use gratitude::proto::v1 as pb;
use pb::{
    front_desk_service_client::FrontDeskServiceClient, interaction_service_client::InteractionServiceClient,
    journey_service_client::JourneyServiceClient,
};
use prost_types::FieldMask;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

use super::{SHOP, ada, fields, reason, shop};
use crate::support::service::TestService;

fn journeys(service: &TestService) -> JourneyServiceClient<Channel> {
    JourneyServiceClient::new(service.channel())
}

fn stage(id: &str) -> pb::JourneyStage {
    pb::JourneyStage { stage_id: id.to_owned(), display_name: id.to_owned() }
}

fn order() -> pb::Journey {
    pb::Journey {
        display_name: "An order".to_owned(),
        stages: vec![stage("asking"), stage("waiting")],
        ..pb::Journey::default()
    }
}

fn seconds(seconds: i64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos: 0 })
}

fn phone() -> pb::Touchpoint {
    pb::Touchpoint {
        display_name: "The phone is answered".to_owned(),
        journey: "journeys/order".to_owned(),
        stage_id: "asking".to_owned(),
        channels: vec![pb::InteractionChannel::Phone.into()],
        standards: Some(pb::Standards {
            respond: Some(pb::TimeLimit { within_duration: seconds(10), business_hours: false }),
            max_transfers: Some(0),
            ..pb::Standards::default()
        }),
        ..pb::Touchpoint::default()
    }
}

fn create(id: &str, journey: pb::Journey) -> pb::CreateJourneyRequest {
    let request_id = String::new();
    pb::CreateJourneyRequest { journey_id: id.to_owned(), journey: Some(journey), request_id }
}

fn create_touchpoint(id: &str, touchpoint: pb::Touchpoint) -> pb::CreateTouchpointRequest {
    let request_id = String::new();
    pb::CreateTouchpointRequest { touchpoint_id: id.to_owned(), touchpoint: Some(touchpoint), request_id }
}

/// A journey `order` with a touchpoint `phone`.
async fn draw(service: &TestService) -> (pb::Journey, pb::Touchpoint) {
    let mut journeys = journeys(service);
    let journey = journeys.create_journey(create("order", order())).await.expect("a new journey").into_inner();
    let made = journeys.create_touchpoint(create_touchpoint("phone", phone())).await;
    let made = made.expect("a new touchpoint").into_inner();
    (journey.journey.expect("it is returned"), made.touchpoint.expect("it is returned"))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.expect_err("it is refused");
    (status.code(), reason(&status))
}

fn call(customer: &str, waited: i64) -> pb::RecordInteractionRequest {
    pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) }),
        interaction: Some(pb::Interaction {
            location: SHOP.to_owned(),
            kind: pb::InteractionKind::Enquiry.into(),
            channel: pb::InteractionChannel::Phone.into(),
            touchpoint: "touchpoints/phone".to_owned(),
            response_duration: seconds(waited),
            ..pb::Interaction::default()
        }),
        ..pb::RecordInteractionRequest::default()
    }
}

both_engines! {
    async fn p2_the_same_journey_is_made_once(database) {
        let service = shop(database).await;
        let mut journeys = journeys(&service);
        let request_id = uuid::Uuid::from_u128(1).to_string();
        let request = pb::CreateJourneyRequest { request_id: request_id.clone(), ..create("order", order()) };
        let made = journeys.create_journey(request.clone()).await.expect("a new journey").into_inner();
        let again = journeys.create_journey(request.clone()).await.expect("replayed").into_inner();
        assert_eq!((made.replayed, again.replayed, again.journey == made.journey), (false, true, true));
        let other = pb::Journey { display_name: "Another".to_owned(), ..order() };
        let other = pb::CreateJourneyRequest { journey: Some(other), ..request };
        let status = journeys.create_journey(other).await.expect_err("other content");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "CONTENT_DIFFERS"));
        assert_eq!(status.get_details_error_info().expect("details").metadata["fields"], "journey.display_name");
        assert_eq!(refusal(journeys.create_journey(create("order", order())).await), (Code::AlreadyExists, "ALREADY_EXISTS".to_owned()));

        let request = pb::CreateTouchpointRequest { request_id, ..create_touchpoint("phone", phone()) };
        assert!(!journeys.create_touchpoint(request.clone()).await.expect("another method's key").into_inner().replayed);
        assert!(journeys.create_touchpoint(request).await.expect("replayed").into_inner().replayed);
        service.stop().await;
    }

    async fn a_map_is_changed_field_by_field_and_guarded_by_its_etag(database) {
        let service = shop(database).await;
        let mut journeys = journeys(&service);
        let (order, phone) = draw(&service).await;

        let new = pb::Journey { description: "Everybody who asks.".to_owned(), name: order.name.clone(), ..pb::Journey::default() };
        let request = pb::UpdateJourneyRequest { journey: Some(new), update_mask: None };
        let after = journeys.update_journey(request).await.expect("changed").into_inner();
        assert_eq!((after.display_name.as_str(), after.stages.len(), after.description.as_str()), ("An order", 2, "Everybody who asks."));
        let stale = pb::UpdateJourneyRequest { journey: Some(pb::Journey { description: String::new(), ..order.clone() }), update_mask: None };
        assert_eq!(refusal(journeys.update_journey(stale).await), (Code::Aborted, "ETAG_MISMATCH".to_owned()));

        let mask = |path: &str| Some(FieldMask { paths: vec![path.to_owned()] });
        let bare = pb::Touchpoint { name: phone.name.clone(), ..pb::Touchpoint::default() };
        let request = pb::UpdateTouchpointRequest { touchpoint: Some(bare.clone()), update_mask: mask("standards") };
        let after = journeys.update_touchpoint(request).await.expect("changed").into_inner();
        assert_eq!((after.standards, after.display_name.as_str()), (None, "The phone is answered"));
        let request = pb::UpdateTouchpointRequest { touchpoint: Some(bare), update_mask: mask("standardz") };
        let status = journeys.update_touchpoint(request).await.expect_err("no such field");
        assert_eq!(fields(&status), ["update_mask.paths[0]"]);
        let moved = pb::Touchpoint { name: phone.name.clone(), stage_id: "waiting".to_owned(), ..pb::Touchpoint::default() };
        let request = pb::UpdateTouchpointRequest { touchpoint: Some(moved), update_mask: None };
        assert_eq!(journeys.update_touchpoint(request).await.expect("moved").into_inner().stage_id, "waiting");
        service.stop().await;
    }

    async fn what_does_not_fit_the_map_is_refused(database) {
        let service = shop(database).await;
        let mut journeys = journeys(&service);
        let (order, _) = draw(&service).await;

        let status = journeys.create_journey(pb::CreateJourneyRequest::default()).await.expect_err("empty");
        assert_eq!(fields(&status), ["journey_id", "journey"]);
        let status = journeys.create_touchpoint(create_touchpoint("Phone!", pb::Touchpoint::default())).await.expect_err("wrong");
        assert_eq!(fields(&status), ["touchpoint_id", "touchpoint.display_name", "touchpoint.journey", "touchpoint.stage_id"]);
        let nowhere = pb::Touchpoint { stage_id: "using".to_owned(), ..phone() };
        let status = journeys.create_touchpoint(create_touchpoint("chat", nowhere)).await.expect_err("no such stage");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["touchpoint.stage_id".to_owned()]));
        assert!(status.message().contains("asking, waiting"), "{}", status.message());
        let unknown = pb::Touchpoint { journey: "journeys/return".to_owned(), ..phone() };
        let status = journeys.create_touchpoint(create_touchpoint("chat", unknown)).await.expect_err("no such journey");
        assert_eq!((status.code(), status.get_details_resource_info().expect("details").resource_name.as_str()), (Code::NotFound, "journeys/return"));

        let without = pb::Journey { stages: vec![stage("waiting")], ..order };
        let request = pb::UpdateJourneyRequest { journey: Some(without), update_mask: None };
        let status = journeys.update_journey(request).await.expect_err("there is a touchpoint");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "STAGE_IN_USE"));
        assert_eq!(status.get_details_resource_info().expect("details").resource_name, "touchpoints/phone");

        for name in ["journeys/none", "touchpoints/none"] {
            let status = match name.split_once('/') {
                Some(("journeys", _)) => journeys.get_journey(pb::GetJourneyRequest { name: name.to_owned() }).await.expect_err("none"),
                _ => journeys.get_touchpoint(pb::GetTouchpointRequest { name: name.to_owned() }).await.expect_err("none"),
            };
            assert_eq!(status.get_details_resource_info().expect("details").resource_name, name);
        }
        service.stop().await;
    }

    async fn a_retired_journey_takes_its_touchpoints_along(database) {
        let service = shop(database).await;
        let mut journeys = journeys(&service);
        let (order, phone) = draw(&service).await;
        let ada = ada(&service).await;
        let retire = |etag: &str| pb::RetireJourneyRequest { name: order.name.clone(), etag: etag.to_owned() };
        assert_eq!(refusal(journeys.retire_journey(retire("v9")).await), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        let retired = journeys.retire_journey(retire(&order.etag)).await.expect("retired").into_inner();
        assert_eq!(retired.state(), pb::journey::State::Retired);
        assert_eq!(journeys.retire_journey(retire(&order.etag)).await.expect("it is so already").into_inner(), retired);

        let request = pb::GetTouchpointRequest { name: phone.name.clone() };
        let gone = journeys.get_touchpoint(request).await.expect("it is kept").into_inner();
        assert_eq!((gone.state(), gone.retire_time), (pb::touchpoint::State::Retired, retired.update_time));
        let again = pb::RetireTouchpointRequest { name: phone.name.clone(), etag: "v1".to_owned() };
        assert_eq!(journeys.retire_touchpoint(again).await.expect("it is so already").into_inner(), gone);

        let change = pb::UpdateTouchpointRequest { touchpoint: Some(pb::Touchpoint { etag: String::new(), ..gone }), update_mask: None };
        assert_eq!(refusal(journeys.update_touchpoint(change).await), (Code::FailedPrecondition, "TOUCHPOINT_RETIRED".to_owned()));
        let change = pb::UpdateJourneyRequest { journey: Some(pb::Journey { etag: String::new(), ..retired }), update_mask: None };
        assert_eq!(refusal(journeys.update_journey(change).await), (Code::FailedPrecondition, "JOURNEY_RETIRED".to_owned()));
        let new = create_touchpoint("chat", super::journeys::phone());
        assert_eq!(refusal(journeys.create_touchpoint(new).await), (Code::FailedPrecondition, "JOURNEY_RETIRED".to_owned()));
        let mut interactions = InteractionServiceClient::new(service.channel());
        assert_eq!(refusal(interactions.record_interaction(call(&ada.name, 8)).await), (Code::FailedPrecondition, "TOUCHPOINT_RETIRED".to_owned()));
        service.stop().await;
    }

    async fn maps_are_listed_page_by_page(database) {
        let service = shop(database).await;
        let mut journeys = journeys(&service);
        draw(&service).await;
        service.advance("1s").await;
        journeys.create_journey(create("application", order())).await.expect("a new journey");
        let second = pb::Touchpoint { journey: "journeys/application".to_owned(), ..phone() };
        journeys.create_touchpoint(create_touchpoint("call-back", second)).await.expect("a new touchpoint");

        let page = |page_token| pb::ListJourneysRequest { page_size: 1, page_token, show_retired: false };
        let first = journeys.list_journeys(page(String::new())).await.expect("a page").into_inner();
        let rest = journeys.list_journeys(page(first.next_page_token.clone())).await.expect("a page").into_inner();
        let names: Vec<_> = first.journeys.iter().chain(&rest.journeys).map(|it| it.name.as_str()).collect();
        assert_eq!((names, rest.next_page_token.as_str()), (vec!["journeys/order", "journeys/application"], ""));
        let other = pb::ListJourneysRequest { show_retired: true, ..page(first.next_page_token) };
        assert_eq!(refusal(journeys.list_journeys(other).await), (Code::InvalidArgument, "INVALID_PAGE_TOKEN".to_owned()));

        let request = pb::RetireTouchpointRequest { name: "touchpoints/phone".to_owned(), etag: String::new() };
        journeys.retire_touchpoint(request).await.expect("retired");
        let listed = async |journey: &str, show_retired| {
            let request = pb::ListTouchpointsRequest { journey: journey.to_owned(), show_retired, ..pb::ListTouchpointsRequest::default() };
            let page = JourneyServiceClient::new(service.channel()).list_touchpoints(request).await.expect("a page").into_inner();
            page.touchpoints.into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(listed("", false).await, ["touchpoints/call-back"]);
        assert_eq!(listed("", true).await, ["touchpoints/phone", "touchpoints/call-back"]);
        assert!(listed("journeys/order", false).await.is_empty());
        service.stop().await;
    }

    async fn a_broken_standard_is_told_wherever_the_interaction_is(database) {
        let service = shop(database).await;
        draw(&service).await;
        let ada = ada(&service).await;
        let mut interactions = InteractionServiceClient::new(service.channel());
        let recorded = interactions.record_interaction(call(&ada.name, 42)).await.expect("recorded").into_inner();
        let told = recorded.interaction.expect("it is returned");
        assert_eq!((told.journey.as_str(), told.stage_id.as_str(), told.standards_kept), ("journeys/order", "asking", Some(false)));
        let expected = pb::StandardVerdict {
            standard: pb::Standard::Respond.into(),
            kept: false,
            evidence: "answered after 42 s (standard: 10 s)".to_owned(),
            over_duration: seconds(32),
            over_count: 0,
        };
        assert_eq!(told.verdicts, [expected]);
        assert_eq!(told.moment.clone().expect("judged").kind(), pb::MomentKind::Misery);
        assert!(recorded.gestures.iter().any(|gesture| gesture.kind() == pb::GestureKind::Apology), "{:?}", recorded.gestures);

        let request = pb::ExplainInteractionRequest { name: told.name.clone() };
        let explained = interactions.explain_interaction(request).await.expect("explained").into_inner();
        assert_eq!(explained.interaction, Some(told));
        let filter = "interaction.touchpoint = \"touchpoints/phone\" AND interaction.standards_kept = false".to_owned();
        let request = pb::ListInteractionsRequest { filter, ..pb::ListInteractionsRequest::default() };
        assert_eq!(interactions.list_interactions(request).await.expect("a page").into_inner().interactions.len(), 1);

        let request = pb::RecognizeRequest {
            location: SHOP.to_owned(),
            query: "020 7946 0018".to_owned(),
            ..pb::RecognizeRequest::default()
        };
        let recognised = FrontDeskServiceClient::new(service.channel()).recognize(request).await.expect("known").into_inner();
        let card = recognised.card.expect("a card");
        let first = card.first.expect("what first");
        assert_eq!(first.text, "Apologise first: answered after 42 s (standard: 10 s) (open since today).");

        let unknown = pb::Interaction { touchpoint: "touchpoints/none".to_owned(), ..call(&ada.name, 8).interaction.expect("said") };
        let request = pb::RecordInteractionRequest { interaction: Some(unknown), ..call(&ada.name, 8) };
        let status = interactions.record_interaction(request).await.expect_err("no such touchpoint");
        assert_eq!((status.code(), status.get_details_resource_info().expect("details").resource_name.as_str()), (Code::NotFound, "touchpoints/none"));
        service.stop().await;
    }
}
