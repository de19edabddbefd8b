//! What is taken back while a worker has it on its way: it counts if it arrives, and is not tried again if it does not.

use gratitude::proto::v1 as pb;
use pb::{
    customer_service_client::CustomerServiceClient, gesture_service_client::GestureServiceClient,
    interaction_service_client::InteractionServiceClient, rule_service_client::RuleServiceClient,
};
use pb::{gesture::State, resolve_gesture_request::Finding};
use tonic::transport::Channel;

use super::{ada, customers, identifier, shop, visit};
use crate::support::service::TestService;

fn gestures(service: &TestService) -> GestureServiceClient<Channel> {
    GestureServiceClient::new(service.channel())
}

fn interactions(service: &TestService) -> InteractionServiceClient<Channel> {
    InteractionServiceClient::new(service.channel())
}

/// Somebody who takes e-mails.
async fn reader(service: &TestService, email: &str) -> String {
    let customer = pb::Customer {
        display_name: "Bea".to_owned(),
        identifiers: vec![identifier(pb::identifier::Kind::Email, "", email)],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    let name = made.customer.expect("it is returned").name;
    let consent = pb::Consent {
        channel: pb::Channel::Email.into(),
        purpose: pb::Purpose::Gratitude.into(),
        state: pb::consent::State::Granted.into(),
        source: "asked".to_owned(),
        ..pb::Consent::default()
    };
    let request = pb::SetConsentRequest { name: name.clone(), consent: Some(consent), ..Default::default() };
    CustomerServiceClient::new(service.channel()).set_consent(request).await.expect("kept");
    name
}

/// A note that a worker has on its way, for a visit of a customer.
struct Sent {
    visit: String,
    gesture: String,
    token: i64,
}

async fn send(service: &TestService, customer: &str, far_side_deduplicates: bool) -> Sent {
    let visit = visit(service, customer).await.interaction.expect("it is returned").name;
    service.advance("26h").await;
    let mut begun = begin(service, far_side_deduplicates).await;
    assert_eq!(begun.len(), 1);
    let (gesture, token) = begun.remove(0);
    Sent { visit, gesture, token }
}

/// Claims all there is to claim, and starts its delivery.
async fn begin(service: &TestService, far_side_deduplicates: bool) -> Vec<(String, i64)> {
    let (worker, max_count) = ("mailer".to_owned(), 10);
    let claim = pb::ClaimGesturesRequest { worker, max_count, far_side_deduplicates, ..Default::default() };
    let taken = gestures(service).claim_gestures(claim).await.expect("answered").into_inner().gestures;
    let taken: Vec<_> =
        taken.into_iter().map(|it| (it.gesture.expect("it comes along").name, it.lease_token)).collect();
    let items = taken.iter().map(|(name, token)| pb::StartDeliveryItem { name: name.clone(), lease_token: *token });
    let request = pb::StartDeliveryRequest { items: items.collect() };
    if !taken.is_empty() {
        let started = gestures(service).start_delivery(request).await.expect("answered").into_inner();
        assert!(started.results.iter().all(|result| result.error.is_none()));
    }
    taken
}

async fn get(service: &TestService, name: &str) -> pb::Gesture {
    let request = pb::GetGestureRequest { name: name.to_owned() };
    gestures(service).get_gesture(request).await.expect("it is there").into_inner()
}

async fn fail(service: &TestService, name: &str, token: i64) -> pb::Gesture {
    let request = pb::FailGestureRequest {
        name: name.to_owned(),
        authority: Some(pb::fail_gesture_request::Authority::LeaseToken(token)),
        retryable: true,
        reason: "mailbox full".to_owned(),
    };
    let failed = gestures(service).fail_gesture(request.clone()).await.expect("heard").into_inner();
    let again = gestures(service).fail_gesture(request).await.expect("the same again").into_inner();
    assert_eq!(again, failed);
    failed.gesture.expect("it is returned")
}

async fn complete(service: &TestService, sent: &Sent) -> pb::Gesture {
    let request = pb::CompleteGestureRequest {
        name: sent.gesture.clone(),
        authority: Some(pb::complete_gesture_request::Authority::LeaseToken(sent.token)),
        ..pb::CompleteGestureRequest::default()
    };
    gestures(service).complete_gesture(request).await.expect("heard").into_inner().gesture.expect("it is returned")
}

async fn void(service: &TestService, sent: &Sent) {
    let request = pb::VoidInteractionRequest { name: sent.visit.clone(), reason: "It never was.".to_owned() };
    interactions(service).void_interaction(request).await.expect("voided");
}

/// Nothing of it leaves again, however long anybody waits for it.
async fn is_over(service: &TestService, name: &str, state: State, reason: pb::Reason) {
    for later in ["0s", "2h", "22h"] {
        service.advance(later).await;
        for far_side_deduplicates in [true, false] {
            let begun = begin(service, far_side_deduplicates).await;
            assert!(begun.iter().all(|(other, _)| other != name), "it left again after {later}");
        }
    }
    let gesture = get(service, name).await;
    assert_eq!((gesture.state(), gesture.state_reason()), (state, reason), "{}", gesture.explanation);
}

both_engines! {
    async fn p4_what_was_voided_or_was_somebody_elses_is_not_tried_again(database) {
        let service = shop(database).await;
        let bea = reader(&service, "bea@mill.example").await;
        let sent = send(&service, &bea, false).await;
        void(&service, &sent).await;
        let on_its_way = get(&service, &sent.gesture).await;
        assert_eq!((on_its_way.state(), on_its_way.state_reason()), (State::Delivering, pb::Reason::Voided));
        let failed = fail(&service, &sent.gesture, sent.token).await;
        assert!(failed.explanation.contains("It is not tried again"), "{}", failed.explanation);
        is_over(&service, &sent.gesture, State::Failed, pb::Reason::Voided).await;

        let sent = send(&service, &bea, false).await;
        let ada = ada(&service).await.name;
        let request = pb::AttributeInteractionRequest { name: sent.visit.clone(), customer: ada };
        interactions(&service).attribute_interaction(request).await.expect("attributed");
        fail(&service, &sent.gesture, sent.token).await;
        is_over(&service, &sent.gesture, State::Failed, pb::Reason::Reattributed).await;
        service.stop().await;
    }

    async fn p4_what_was_voided_on_its_way_counts_if_it_arrives_all_the_same(database) {
        let service = shop(database).await;
        let bea = reader(&service, "bea@mill.example").await;
        let sent = send(&service, &bea, false).await;
        void(&service, &sent).await;
        assert_eq!(complete(&service, &sent).await.state(), State::Completed);

        // Also late, where its far side would have recognised it.
        service.advance("31d").await;
        let sent = send(&service, &bea, true).await;
        void(&service, &sent).await;
        service.advance("2m").await;
        let lost = get(&service, &sent.gesture).await;
        assert_eq!((lost.state(), lost.state_reason()), (State::Uncertain, pb::Reason::Voided), "{}", lost.explanation);
        assert!(begin(&service, true).await.is_empty(), "it is not tried again");
        assert_eq!(complete(&service, &sent).await.state(), State::Completed);
        service.stop().await;
    }

    async fn p4_a_person_who_has_what_was_taken_back_tried_again_ends_it(database) {
        let service = shop(database).await;
        let bea = reader(&service, "bea@mill.example").await;
        for voided_first in [true, false] {
            let sent = send(&service, &bea, false).await;
            if voided_first {
                void(&service, &sent).await;
            }
            service.advance("2m").await;
            if !voided_first {
                void(&service, &sent).await;
            }
            let lost = get(&service, &sent.gesture).await;
            assert_eq!((lost.state(), lost.state_reason()), (State::Uncertain, pb::Reason::Voided));
            let request = pb::ResolveGestureRequest {
                name: sent.gesture.clone(),
                etag: lost.etag,
                finding: Finding::TryAgain.into(),
                reason: "The letter lay under the desk".to_owned(),
                ..pb::ResolveGestureRequest::default()
            };
            gestures(&service).resolve_gesture(request).await.expect("settled");
            is_over(&service, &sent.gesture, State::Failed, pb::Reason::Voided).await;
        }
        service.stop().await;
    }

    async fn p4_a_rule_that_is_retired_tries_nothing_again(database) {
        let service = shop(database).await;
        let bea = reader(&service, "bea@mill.example").await;
        let sent = send(&service, &bea, false).await;
        let rule = get(&service, &sent.gesture).await.rule;
        let retire = pb::RetireRuleRequest { name: rule, ..pb::RetireRuleRequest::default() };
        RuleServiceClient::new(service.channel()).retire_rule(retire).await.expect("retired");
        fail(&service, &sent.gesture, sent.token).await;
        is_over(&service, &sent.gesture, State::Failed, pb::Reason::RuleRetired).await;
        service.stop().await;
    }

    async fn p4_p10_of_two_notes_on_their_way_to_one_person_one_is_tried_again(database) {
        let service = shop(database).await;
        let (survivor, duplicate) =
            (reader(&service, "bea@mill.example").await, reader(&service, "bea@old.example").await);
        for customer in [&survivor, &duplicate] {
            visit(&service, customer).await;
        }
        service.advance("25h").await;
        let begun = begin(&service, false).await;
        assert_eq!(begun.len(), 2);
        let merge = pb::MergeCustomersRequest { survivor, duplicate, ..pb::MergeCustomersRequest::default() };
        customers(&service).merge_customers(merge).await.expect("merged");
        let mut ends = Vec::new();
        for (name, token) in &begun {
            ends.push(fail(&service, name, *token).await);
        }
        ends.sort_by_key(|it| it.state);
        let ends: Vec<_> = ends.iter().map(|it| (it.state(), it.state_reason())).collect();
        assert_eq!(ends, [(State::Scheduled, pb::Reason::DeliveryFailed), (State::Failed, pb::Reason::Merged)]);
        service.stop().await;
    }

    async fn p4_a_birthday_on_another_day_is_not_greeted_again_on_the_wrong_one(database) {
        let service = shop(database).await;
        let bea = reader(&service, "bea@mill.example").await;
        let born = |day| pb::UpdateCustomerRequest {
            customer: Some(pb::Customer {
                name: bea.clone(),
                birth_date: Some(pb::CalendarDate { year: 1980, month: 11, day }),
                ..pb::Customer::default()
            }),
            ..pb::UpdateCustomerRequest::default()
        };
        visit(&service, &bea).await;
        customers(&service).update_customer(born(26)).await.expect("kept");
        service.advance("72h").await;
        let begun = begin(&service, false).await;
        let mut greeting = None;
        for (name, token) in begun {
            if get(&service, &name).await.rule == "rules/birthday" {
                greeting = Some((name, token));
            }
        }
        let (name, token) = greeting.expect("it is on its way");
        customers(&service).update_customer(born(28)).await.expect("kept");
        fail(&service, &name, token).await;
        is_over(&service, &name, State::Failed, pb::Reason::DateChanged).await;
        service.stop().await;
    }
}
