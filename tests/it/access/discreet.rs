//! A discreet customer, looked for with keys of every role by every way that leads to a customer.

use gratitude::proto::v1 as pb;
use pb::{
    create_customer_request::OnMatch, front_desk_service_client::FrontDeskServiceClient, identifier::Kind,
    interaction_service_client::InteractionServiceClient,
};
use prost::Message;
use tonic::{Code, Response, Status};

use super::{SHOP, customers, key, locked, made};
use crate::support::service::TestService;

const PHONE: &str = "020 7946 0018";
const CARD: &str = "QUIET-77";

fn identifiers() -> Vec<pb::Identifier> {
    let one =
        |kind: Kind, value: &str| pb::Identifier { kind: kind.into(), value: value.to_owned(), ..Default::default() };
    vec![one(Kind::Phone, PHONE), one(Kind::Loyalty, CARD)]
}

fn grace(identifiers: Vec<pb::Identifier>) -> pb::Customer {
    pb::Customer {
        display_name: "Grace Quiet".to_owned(),
        region_code: "GB".to_owned(),
        identifiers,
        ..pb::Customer::default()
    }
}

fn by_identity(identifier: &pb::Identifier) -> Option<pb::Who> {
    let identity = pb::Identity { identifiers: vec![identifier.clone()], ..pb::Identity::default() };
    Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) })
}

fn by_name(name: &str) -> Option<pb::Who> {
    Some(pb::Who { who: Some(pb::who::Who::Customer(name.to_owned())) })
}

fn visit(who: Option<pb::Who>) -> pb::RecordInteractionRequest {
    let interaction = pb::Interaction {
        location: SHOP.to_owned(),
        kind: pb::InteractionKind::Visit.into(),
        channel: pb::InteractionChannel::InStore.into(),
        outcome: pb::Outcome::NotPurchased.into(),
        ..pb::Interaction::default()
    };
    pb::RecordInteractionRequest { who, interaction: Some(interaction), ..pb::RecordInteractionRequest::default() }
}

/// What a reply or a refusal holds, as it goes over the wire.
fn told<T: Message>(reply: Result<Response<T>, Status>) -> (Code, String) {
    match reply {
        Ok(reply) => (Code::Ok, String::from_utf8_lossy(&reply.into_inner().encode_to_vec()).into_owned()),
        Err(status) => (status.code(), format!("{} {}", status.message(), String::from_utf8_lossy(status.details()))),
    }
}

/// Everything by which a program may come upon a customer, with what it is told; the name it knows from elsewhere.
async fn every_way(service: &TestService, token: &str, name: &str) -> Vec<(&'static str, (Code, String))> {
    let (people, desk) = (customers(service, token), FrontDeskServiceClient::new(super::with(service, token)));
    let records = InteractionServiceClient::new(super::with(service, token));
    let [phone, card] = identifiers().try_into().expect("two");
    let location = SHOP.to_owned();
    let search =
        pb::SearchCustomersRequest { query: PHONE.to_owned(), location: location.clone(), ..Default::default() };
    let recognize = |identifiers: Vec<pb::Identifier>, customer: &str| pb::RecognizeRequest {
        location: location.clone(),
        identifiers,
        customer: customer.to_owned(),
        ..pb::RecognizeRequest::default()
    };
    let check_in = |who| pb::CheckInRequest { who, location: location.clone(), ..pb::CheckInRequest::default() };
    let create = |identifier: &pb::Identifier, on_match: OnMatch| pb::CreateCustomerRequest {
        customer: Some(grace(vec![identifier.clone()])),
        on_match: on_match.into(),
        ..pb::CreateCustomerRequest::default()
    };
    let batch = pb::BatchRecordInteractionsRequest { requests: vec![visit(by_identity(&card))], atomic: false };
    let update = pb::UpdateCustomerRequest {
        customer: Some(pb::Customer { name: name.to_owned(), ..pb::Customer::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["discreet".to_owned()] }),
        ..pb::UpdateCustomerRequest::default()
    };
    let names = vec![name.to_owned()];
    vec![
        ("search", told(people.clone().search_customers(search).await)),
        ("get", told(people.clone().get_customer(pb::GetCustomerRequest { name: name.to_owned() }).await)),
        ("batch get", told(people.clone().batch_get_customers(pb::BatchGetCustomersRequest { names }).await)),
        ("update", told(people.clone().update_customer(update).await)),
        ("recognize by phone", told(desk.clone().recognize(recognize(vec![phone.clone()], "")).await)),
        ("recognize by card", told(desk.clone().recognize(recognize(vec![card.clone()], "")).await)),
        ("recognize by name", told(desk.clone().recognize(recognize(Vec::new(), name)).await)),
        ("check in by phone", told(desk.clone().check_in(check_in(by_identity(&phone))).await)),
        ("check in by name", told(desk.clone().check_in(check_in(by_name(name))).await)),
        ("record by phone", told(records.clone().record_interaction(visit(by_identity(&phone))).await)),
        ("record by name", told(records.clone().record_interaction(visit(by_name(name))).await)),
        ("record many", told(records.clone().batch_record_interactions(batch).await)),
        ("create, taken card", told(people.clone().create_customer(create(&card, OnMatch::ReturnExisting)).await)),
        ("create, taken card, refused", told(people.clone().create_customer(create(&card, OnMatch::Reject)).await)),
        ("create, anyway", told(people.clone().create_customer(create(&card, OnMatch::CreateAnyway)).await)),
        ("create, same phone", told(people.clone().create_customer(create(&phone, OnMatch::ReturnExisting)).await)),
    ]
}

both_engines! {
    async fn no_way_leads_a_program_to_who_is_discreet(database) {
        let (service, operator) = locked(database).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let discreet = pb::Customer { discreet: true, ..grace(identifiers()) };
        let request = pb::CreateCustomerRequest { customer: Some(discreet), ..pb::CreateCustomerRequest::default() };
        let made_by = customers(&service, &manager).create_customer(request).await.expect("made").into_inner();
        let name = made_by.customer.expect("it is returned").name;
        for (role, is_told) in
            [(pb::Role::Service, false), (pb::Role::Batch, false), (pb::Role::Desk, true), (pb::Role::Manager, true)]
        {
            let (_, token) = made(&service, &operator, key(role, &[])).await;
            let mut came_upon = 0;
            for (way, (code, words)) in every_way(&service, &token, &name).await {
                if code == Code::PermissionDenied {
                    continue;
                }
                // By name a program says what it knows already; nothing else may come back.
                let names_her = words.contains(&name) && code != Code::NotFound;
                // What a program makes of the same phone is a record of its own, with its own words.
                let tells = names_her || (words.contains("Grace") && way != "create, same phone");
                came_upon += u32::from(tells);
                assert!(is_told || !tells, "{role:?} {way}: {code:?} {words}");
            }
            assert_eq!(came_upon > 5, is_told, "{role:?} came upon her {came_upon} times");
        }
        let timeline = pb::GetTimelineRequest { name, page_size: 100, ..pb::GetTimelineRequest::default() };
        let timeline = customers(&service, &manager).get_timeline(timeline).await.expect("read").into_inner();
        assert!(timeline.entries.len() > 4, "what programs recorded is hers");
        service.stop().await;
    }

    async fn what_a_program_says_of_who_is_discreet_is_kept_and_answered_with_their_name(database) {
        let (service, operator) = locked(database).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let (_, shop) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        let request = pb::CreateCustomerRequest {
            customer: Some(pb::Customer { discreet: true, ..grace(identifiers()) }),
            request_id: uuid::Uuid::from_u128(5).to_string(),
            ..pb::CreateCustomerRequest::default()
        };
        let create = async || customers(&service, &shop).create_customer(request.clone()).await.expect("made").into_inner();
        let first = create().await.customer.expect("it is returned");
        assert_eq!(first.display_name, "Grace Quiet", "its own words, once");
        let again = create().await;
        assert!(again.replayed);
        let again = again.customer.expect("it is returned");
        assert_eq!((again.name.as_str(), again.display_name.as_str(), again.identifiers.len()), (first.name.as_str(), "", 0));
        let no = pb::SetConsentRequest {
            name: first.name.clone(),
            consent: Some(pb::Consent {
                channel: pb::Channel::Email.into(),
                purpose: pb::Purpose::Gratitude.into(),
                state: pb::consent::State::Refused.into(),
                source: "the shop's own page".to_owned(),
                ..pb::Consent::default()
            }),
            ..pb::SetConsentRequest::default()
        };
        let said = customers(&service, &shop).set_consent(no).await.expect("kept").into_inner();
        assert_eq!(said.customer.map(|it| (it.name, it.display_name)), Some((first.name.clone(), String::new())));
        let get = pb::GetCustomerRequest { name: first.name };
        let known = customers(&service, &manager).get_customer(get).await.expect("read").into_inner();
        assert_eq!(known.consents.len(), 1);
        service.stop().await;
    }
}
