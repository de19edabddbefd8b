//! Calls: promises while nobody answers, apologies for what went wrong again, and who is on the phone just now.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, gesture::State, gesture_service_client::GestureServiceClient,
    interaction_service_client::InteractionServiceClient, log_call_request::CallOutcome,
};
use prost_types::{Duration, Timestamp};
use tonic::{Code, transport::Channel};

use super::{SHOP, ada, complaint, customers, fields, identifier, record, shop};
use crate::support::service::TestService;

fn gestures(service: &TestService) -> GestureServiceClient<Channel> {
    GestureServiceClient::new(service.channel())
}

fn cases(service: &TestService) -> CaseServiceClient<Channel> {
    CaseServiceClient::new(service.channel())
}

async fn get(service: &TestService, name: &str) -> pb::Gesture {
    let request = pb::GetGestureRequest { name: name.to_owned() };
    gestures(service).get_gesture(request).await.expect("it is there").into_inner()
}

async fn log(service: &TestService, name: &str, outcome: CallOutcome) -> pb::LogCallResponse {
    let request = pb::LogCallRequest {
        name: name.to_owned(),
        etag: get(service, name).await.etag,
        outcome: outcome.into(),
        happy: Some(4).filter(|_| outcome == CallOutcome::Reached),
        staff: "Eva".to_owned(),
        ..pb::LogCallRequest::default()
    };
    gestures(service).log_call(request).await.expect("noted").into_inner()
}

async fn open_cases(service: &TestService) -> Vec<pb::Case> {
    let filter = "case.state = OPEN".to_owned();
    let request = pb::ListCasesRequest { filter, ..pb::ListCasesRequest::default() };
    cases(service).list_cases(request).await.expect("a page").into_inner().cases
}

/// A cheerful call, due now.
async fn call(service: &TestService, customer: &str) -> pb::Gesture {
    let gesture = pb::Gesture {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Call.into(),
        channel: pb::Channel::Phone.into(),
        purpose: pb::Purpose::Gratitude.into(),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
    gestures(service).schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("returned")
}

/// A colleague calls the customer of their own accord.
async fn clerk_calls(service: &TestService, customer: &str) {
    let call = pb::Interaction {
        kind: pb::InteractionKind::OutboundContact.into(),
        channel: pb::InteractionChannel::Phone.into(),
        direction: pb::Direction::Outbound.into(),
        ..pb::Interaction::default()
    };
    record(service, customer, call).await;
}

both_engines! {
    async fn p5_a_promise_is_tried_again_while_it_can_be_kept_and_missed_at_its_time(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        // Monday 09:00 in London.
        let request = pb::MakePromiseRequest {
            customer: ada.name,
            location: SHOP.to_owned(),
            words: "The price of the large one.".to_owned(),
            until: Some(pb::make_promise_request::Until::WithinDuration(Duration { seconds: 2 * 3600, nanos: 0 })),
            ..pb::MakePromiseRequest::default()
        };
        let promise = gestures(&service).make_promise(request).await.expect("promised").into_inner();
        let promise = promise.gesture.expect("it is returned");
        let deadline = promise.deadline_time.expect("it has one");
        for (outcome, wait) in [(CallOutcome::NoAnswer, "60m"), (CallOutcome::Busy, "50m"), (CallOutcome::Busy, "9m")] {
            log(&service, &promise.name, outcome).await;
            let again = get(&service, &promise.name).await;
            assert_eq!(again.state(), State::Scheduled, "{}", again.explanation);
            let due = again.due_time.expect("it has one");
            let now = service.now().as_second();
            assert!(due.seconds > now, "nobody calls again at once");
            assert!(due.seconds - now <= (deadline.seconds - now) / 2, "there is time for another attempt");
            assert_eq!(again.deadline_time, Some(deadline));
            assert_eq!(open_cases(&service).await, []);
            service.advance(wait).await;
        }
        service.advance("1m").await;
        assert_eq!(get(&service, &promise.name).await.state(), State::Expired);
        let missed = open_cases(&service).await;
        assert_eq!(missed.len(), 1);
        assert_eq!(missed[0].open_time.map(|at| at.seconds), Some(deadline.seconds), "at the time we had promised");
        assert_eq!(missed[0].summary, "We promised a call by Mon 23 Nov 2026 11:00 and did not keep it.");
        service.stop().await;
    }

    async fn p7_what_goes_wrong_again_on_the_same_day_is_apologised_for_again(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let first = complaint(&service, &ada.name).await.gestures.remove(0);
        log(&service, &first.name, CallOutcome::Reached).await;
        let case = open_cases(&service).await.remove(0);
        let resolve = pb::ResolveCaseRequest {
            name: case.name,
            cause: Some(pb::resolve_case_request::Cause::NoCauseFound(true)),
            ..pb::ResolveCaseRequest::default()
        };
        let resolved = cases(&service).resolve_case(resolve).await.expect("resolved").into_inner();
        let recovery = resolved.case.expect("it is returned").recovery;
        assert_eq!(get(&service, &recovery).await.state(), State::Scheduled);

        service.advance("1h").await;
        let again = complaint(&service, &ada.name).await;
        let obligation = again.obligation.expect("it is owed something");
        assert_eq!(obligation.state(), pb::obligation::State::Open, "{}", obligation.explanation);
        assert_eq!(again.gestures.len(), 1, "another apology");
        assert_eq!(open_cases(&service).await.len(), 1);
        let taken_back = get(&service, &recovery).await;
        assert_eq!(taken_back.state(), State::Cancelled, "nobody says now that all is well");
        assert!(taken_back.explanation.contains("went wrong again"), "{}", taken_back.explanation);

        // The third finds that apology still to come.
        let third = complaint(&service, &ada.name).await;
        assert_eq!(third.obligation.expect("it is owed something").state(), pb::obligation::State::Suppressed);
        service.stop().await;
    }

    async fn p6_who_is_on_the_phone_is_not_displaced_and_every_contact_over_the_budget_says_so(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let planned = call(&service, &ada.name).await;
        let take = pb::TakeGestureRequest { name: planned.name.clone(), staff: "Eva".to_owned(), etag: String::new() };
        gestures(&service).take_gesture(take).await.expect("hers");
        for _ in 0..2 {
            clerk_calls(&service, &ada.name).await;
        }
        assert_eq!(get(&service, &planned.name).await.state(), State::Scheduled, "Eva is on the phone");
        let made = log(&service, &planned.name, CallOutcome::Reached).await;
        assert_eq!(made.gesture.expect("it is returned").state(), State::Completed);

        // One that was stopped, and made all the same.
        service.advance("40d").await;
        let planned = call(&service, &ada.name).await;
        for _ in 0..2 {
            clerk_calls(&service, &ada.name).await;
        }
        assert_eq!(get(&service, &planned.name).await.state(), State::Suppressed);
        let made = log(&service, &planned.name, CallOutcome::Reached).await;
        let request = pb::GetInteractionRequest { name: made.contact_interaction };
        let contact = InteractionServiceClient::new(service.channel()).get_interaction(request).await.expect("there");
        assert_eq!(contact.into_inner().over_budget_by.len(), 2);
        service.stop().await;
    }

    async fn p3_an_organisation_does_not_die_with_somebody_there(database) {
        let service = shop(database).await;
        let firm = pb::Customer {
            display_name: "Acme".to_owned(),
            kind: pb::customer::Kind::Organization.into(),
            region_code: "GB".to_owned(),
            identifiers: vec![identifier(pb::identifier::Kind::Phone, "", "020 7946 0018")],
            ..pb::Customer::default()
        };
        let request = pb::CreateCustomerRequest { customer: Some(firm), ..pb::CreateCustomerRequest::default() };
        let firm = customers(&service).create_customer(request).await.expect("kept").into_inner();
        let firm = firm.customer.expect("it is returned");
        let planned = call(&service, &firm.name).await;
        let request = pb::SetDeceasedRequest { name: firm.name.clone(), deceased: true, ..Default::default() };
        let refused = customers(&service).set_deceased(request).await.expect_err("it has not died");
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec!["name".to_owned()]));
        let request = pb::LogCallRequest {
            name: planned.name.clone(),
            etag: planned.etag,
            outcome: CallOutcome::Died.into(),
            ..pb::LogCallRequest::default()
        };
        let refused = gestures(&service).log_call(request).await.expect_err("it has not died");
        assert_eq!(fields(&refused), ["outcome"]);
        assert_eq!(get(&service, &planned.name).await.state(), State::Scheduled);
        service.stop().await;
    }

    async fn p5_no_gesture_is_moved_further_ahead_than_anything_is_promised(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let planned = call(&service, &ada.name).await;
        let far = jiff::SignedDuration::from_hours(91 * 24);
        let due = Timestamp { seconds: (service.now() + far).as_second(), nanos: 0 };
        let request = pb::RescheduleGestureRequest {
            name: planned.name,
            due_time: Some(due),
            etag: planned.etag,
            ..pb::RescheduleGestureRequest::default()
        };
        let refused = gestures(&service).reschedule_gesture(request).await.expect_err("a slip of the pen");
        assert_eq!(fields(&refused), ["due_time"]);
        service.stop().await;
    }
}
