//! Those who are spoken to through somebody: when that one is forgotten, can't be it, or they come of age.

use gratitude::proto::v1 as pb;
use pb::{gesture::State, gesture_service_client::GestureServiceClient};
use prost_types::Duration;
use tonic::transport::Channel;

use super::{SHOP, complaint, customers, fields, identifier, shop, visit};
use crate::support::service::TestService;

fn gestures(service: &TestService) -> GestureServiceClient<Channel> {
    GestureServiceClient::new(service.channel())
}

async fn made(service: &TestService, customer: pb::Customer) -> String {
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    made.customer.expect("it is returned").name
}

fn gustav() -> pb::Customer {
    pb::Customer {
        display_name: "Gustav Unique".to_owned(),
        identifiers: vec![
            identifier(pb::identifier::Kind::Phone, "", "+44 20 7946 0018"),
            identifier(pb::identifier::Kind::Email, "", "gustav@mill.example"),
        ],
        ..pb::Customer::default()
    }
}

fn stands(guardian: &str) -> Option<pb::Guardian> {
    Some(pb::Guardian { customer: guardian.to_owned(), consented: true, source: "asked".to_owned() })
}

/// A child with a telephone of their own, for whom somebody stands.
fn max(guardian: &str, born: i32) -> pb::Customer {
    pb::Customer {
        display_name: "Max".to_owned(),
        birth_date: Some(pb::CalendarDate { year: born, month: 11, day: 26 }),
        identifiers: vec![identifier(pb::identifier::Kind::Phone, "", "+44 20 7946 0099")],
        guardian: stands(guardian),
        ..pb::Customer::default()
    }
}

async fn get(service: &TestService, name: &str) -> pb::Gesture {
    let request = pb::GetGestureRequest { name: name.to_owned() };
    gestures(service).get_gesture(request).await.expect("it is there").into_inner()
}

fn words(gesture: &pb::Gesture) -> &str {
    gesture.content.as_ref().map_or("", |content| &content.text)
}

both_engines! {
    async fn p6_p11_nobody_reaches_a_minor_past_a_guardian_who_was_forgotten_nor_by_their_name(database) {
        let service = shop(database).await;
        let gustav = made(&service, gustav()).await;
        let consent = pb::Consent {
            channel: pb::Channel::Email.into(),
            purpose: pb::Purpose::Gratitude.into(),
            state: pb::consent::State::Granted.into(),
            source: "asked".to_owned(),
            ..pb::Consent::default()
        };
        let request = pb::SetConsentRequest { name: gustav.clone(), consent: Some(consent), ..Default::default() };
        customers(&service).set_consent(request).await.expect("kept");
        let max = made(&service, max(&gustav, 2015)).await;
        let thanks = visit(&service, &max).await.gestures.remove(0);
        assert!(words(&thanks).contains("Gustav"), "{}", words(&thanks));
        let said = complaint(&service, &max).await.gestures.remove(0);
        let reached = pb::LogCallRequest {
            name: said.name.clone(),
            etag: said.etag.clone(),
            outcome: pb::log_call_request::CallOutcome::Reached.into(),
            happy: Some(4),
            ..pb::LogCallRequest::default()
        };
        gestures(&service).log_call(reached).await.expect("noted");
        service.advance("1h").await;
        let sorry = complaint(&service, &max).await.gestures.remove(0);

        let request = pb::EraseCustomerRequest { name: gustav.clone(), ..pb::EraseCustomerRequest::default() };
        customers(&service).erase_customer(request).await.expect("forgotten");
        for (name, state) in
            [(&thanks.name, State::Suppressed), (&said.name, State::Completed), (&sorry.name, State::Suppressed)]
        {
            let gesture = get(&service, name).await;
            assert_eq!(gesture.state(), state, "{}", gesture.explanation);
            assert!(!format!("{gesture:?}").contains("Gustav"), "{gesture:?}");
            assert!(state == State::Completed || gesture.state_reason() == pb::Reason::Minor);
        }
        let queue = pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        let queue = gestures(&service).list_queue(queue).await.expect("listed").into_inner();
        assert_eq!(queue.entries.len(), 0, "nobody rings a child");
        service.stop().await;
    }

    async fn p6_who_can_stand_for_nobody_is_refused_and_is_no_way_to_a_minor(database) {
        let service = shop(database).await;
        let gustav = made(&service, gustav()).await;
        let max = made(&service, max(&gustav, 2015)).await;
        let named = |name: &str| pb::Customer { display_name: name.to_owned(), ..pb::Customer::default() };
        let dead = made(&service, named("Gil")).await;
        let request = pb::SetDeceasedRequest { name: dead.clone(), deceased: true, ..Default::default() };
        customers(&service).set_deceased(request).await.expect("kept");
        let forgotten = made(&service, named("Gol")).await;
        let request = pb::EraseCustomerRequest { name: forgotten.clone(), ..Default::default() };
        customers(&service).erase_customer(request).await.expect("forgotten");
        let young = made(&service, pb::Customer { minor: true, ..named("Min") }).await;
        let firm =
            made(&service, pb::Customer { kind: pb::customer::Kind::Organization.into(), ..named("Acme") }).await;
        let appoint = |guardian: &str| pb::UpdateCustomerRequest {
            customer: Some(pb::Customer { name: max.clone(), guardian: stands(guardian), ..pb::Customer::default() }),
            ..pb::UpdateCustomerRequest::default()
        };
        for unfit in [&dead, &forgotten, &young, &firm, &max] {
            let refused = customers(&service).update_customer(appoint(unfit)).await.expect_err("can't be it");
            assert_eq!(fields(&refused), ["customer.guardian.customer"], "{refused:?}");
        }

        // Whoever turns out to be a child themselves is no way to another.
        let sorry = complaint(&service, &max).await.gestures.remove(0);
        assert_eq!(get(&service, &sorry.name).await.state(), State::Scheduled);
        let minor = pb::Customer { name: gustav.clone(), minor: true, ..pb::Customer::default() };
        let request = pb::UpdateCustomerRequest { customer: Some(minor), ..pb::UpdateCustomerRequest::default() };
        customers(&service).update_customer(request).await.expect("kept");
        let stopped = get(&service, &sorry.name).await;
        assert_eq!((stopped.state(), stopped.state_reason()), (State::Suppressed, pb::Reason::Minor));
        // That keeps nobody from changing the rest.
        let renamed = pb::Customer { name: max.clone(), display_name: "Maximilian".to_owned(), ..Default::default() };
        let request = pb::UpdateCustomerRequest { customer: Some(renamed), ..pb::UpdateCustomerRequest::default() };
        customers(&service).update_customer(request).await.expect("kept");
        service.stop().await;
    }

    async fn p5_p7_who_comes_of_age_is_still_apologised_to_and_still_gets_what_we_promised(database) {
        let service = shop(database).await;
        let gustav = made(&service, gustav()).await;
        let max = made(&service, max(&gustav, 2008)).await;
        service.advance("24h").await;
        let sorry = complaint(&service, &max).await.gestures.remove(0);
        let promise = pb::MakePromiseRequest {
            customer: max.clone(),
            location: SHOP.to_owned(),
            words: "The price of the large one.".to_owned(),
            until: Some(pb::make_promise_request::Until::WithinDuration(Duration { seconds: 71 * 3600, nanos: 0 })),
            ..pb::MakePromiseRequest::default()
        };
        let promise = gestures(&service).make_promise(promise).await.expect("promised").into_inner();
        let promise = promise.gesture.expect("it is returned");
        // The evening of the 26th.
        service.advance("56h").await;
        let request = pb::GetCustomerRequest { name: max };
        let grown = customers(&service).get_customer(request).await.expect("there").into_inner();
        assert_eq!(grown.guardian, None, "of age");
        for name in [&sorry.name, &promise.name] {
            let gesture = get(&service, name).await;
            assert_eq!(gesture.state(), State::Scheduled, "{}", gesture.explanation);
        }
        service.stop().await;
    }
}
