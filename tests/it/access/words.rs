//! A key for one location reaches no other by words that look like the name of its own.

use gratitude::{
    proto::{FILE_DESCRIPTOR_SET, v1 as pb},
    rpc::access::{Door, Places, door},
};
use http::uri::PathAndQuery;
use pb::{case_service_client::CaseServiceClient, gesture_service_client::GestureServiceClient};
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, Value};
use tonic::{Code, Request, Status, client::Grpc};
use tonic_prost::ProstCodec;

use super::{
    Guest, SHOP, customers, key, locked, made, reason,
    roles::{ROLES, domain},
    with,
};
use crate::support::service::TestService;

const ELSEWHERE: &str = "locations/far-away";

fn told(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

fn elsewhere() -> (Code, String) {
    (Code::PermissionDenied, "LOCATION_NOT_ALLOWED".to_owned())
}

/// A request that says the name of the caller's location wherever a text may stand, but names none.
fn wordy(message: &MessageDescriptor, above: &[Kind]) -> DynamicMessage {
    let mut said = DynamicMessage::new(message.clone());
    for field in message.fields() {
        let kind = field.kind();
        let value = match &kind {
            Kind::String if !["location", "locations"].contains(&field.name()) => Value::String(SHOP.to_owned()),
            Kind::Message(inner) if inner.full_name().starts_with("gratitude.") && !above.contains(&kind) => {
                Value::Message(wordy(inner, &[above, std::slice::from_ref(&kind)].concat()))
            }
            _ => continue,
        };
        said.set_field(&field, if field.is_list() { Value::List(vec![value]) } else { value });
    }
    said
}

async fn call(guest: Guest, path: &str, request: DynamicMessage) -> Result<(), Status> {
    let mut client = Grpc::new(guest);
    client.ready().await.expect("the server listens");
    let codec = ProstCodec::<DynamicMessage, ()>::default();
    let path = PathAndQuery::try_from(path).expect("a path");
    client.server_streaming(Request::new(request), path, codec).await?.into_inner().message().await.map(drop)
}

async fn customer(service: &TestService, token: &str) -> String {
    let email = pb::Identifier {
        kind: pb::identifier::Kind::Email.into(),
        value: format!("{}@mill.example", uuid::Uuid::new_v4().simple()),
        ..pb::Identifier::default()
    };
    let customer = pb::Customer { display_name: "Ada".to_owned(), identifiers: vec![email], ..pb::Customer::default() };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service, token).create_customer(request).await.expect("made").into_inner();
    made.customer.expect("it is returned").name
}

/// An e-mail that is due at a location.
async fn schedule(service: &TestService, token: &str, location: &str) -> String {
    let gesture = pb::Gesture {
        customer: customer(service, token).await,
        location: location.to_owned(),
        kind: pb::GestureKind::Note.into(),
        channel: pb::Channel::Email.into(),
        purpose: pb::Purpose::Service.into(),
        content: Some(pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
    let planned = GestureServiceClient::new(with(service, token)).schedule_gesture(request).await.expect("planned");
    planned.into_inner().gesture.expect("it is returned").name
}

both_engines! {
    async fn p12_words_like_a_location_open_no_method(database) {
        let (service, operator) = locked(database).await;
        let mut tokens = Vec::new();
        for role in ROLES {
            tokens.push((role, made(&service, &operator, key(role, &[SHOP])).await.1));
        }
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build wrote a valid descriptor set");
        let mut tried = 0;
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            let Door::Guarded(rule) = door(&path) else { continue };
            // Its own name is the location's.
            if rule.places != Places::Named || method.name() == "UpdateLocation" {
                continue;
            }
            for (role, token) in tokens.iter().filter(|(role, _)| rule.allows(domain(*role))) {
                let refused = call(with(&service, token), &path, wordy(&method.input(), &[])).await;
                assert_eq!(told(&refused.expect_err("it names no location")), elsewhere(), "{path} as {role:?}");
                tried += 1;
            }
        }
        assert!(tried > 80, "the contract was read: {tried}");
        service.stop().await;
    }

    async fn p12_a_worker_of_one_location_gets_what_is_due_there(database) {
        let (service, operator) = locked(database).await;
        let (_, here) = made(&service, &operator, key(pb::Role::Batch, &[SHOP])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let (mine, theirs) = (schedule(&service, &manager, SHOP).await, schedule(&service, &manager, ELSEWHERE).await);
        let claim = async |token: &str, locations: &[&str]| {
            let request = pb::ClaimGesturesRequest {
                worker: SHOP.to_owned(),
                locations: locations.iter().map(|it| (*it).to_owned()).collect(),
                max_count: 100,
                ..pb::ClaimGesturesRequest::default()
            };
            let claimed = GestureServiceClient::new(with(&service, token)).claim_gestures(request).await?.into_inner();
            let names = claimed.gestures.into_iter().filter_map(|it| it.gesture).map(|it| it.name);
            Ok::<_, Status>(names.collect::<Vec<_>>())
        };
        assert_eq!(told(&claim(&here, &[ELSEWHERE]).await.expect_err("not its location")), elsewhere());
        assert_eq!(claim(&here, &[]).await.expect("its own"), [mine]);
        assert_eq!(claim(&manager, &[]).await.expect("of all"), [theirs]);
        service.stop().await;
    }

    async fn p12_a_key_for_one_location_stops_and_changes_nothing_of_all(database) {
        let (service, operator) = locked(database).await;
        let (_, here) = made(&service, &operator, key(pb::Role::Manager, &[SHOP])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let pause = async |location: &str| {
            let request = pb::PauseAllRequest {
                location: location.to_owned(),
                reason: SHOP.to_owned(),
                ..pb::PauseAllRequest::default()
            };
            GestureServiceClient::new(with(&service, &here)).pause_all(request).await
        };
        assert_eq!(told(&pause("").await.expect_err("the whole business")), elsewhere());
        pause(SHOP).await.expect("its own location");

        let case = pb::Case {
            customer: customer(&service, &manager).await,
            summary: "The glaze cracked.".to_owned(),
            ..pb::Case::default()
        };
        let request = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
        let opened = CaseServiceClient::new(with(&service, &manager)).open_case(request).await.expect("opened");
        let opened = opened.into_inner().case.expect("it is returned");
        assert_eq!(opened.location, "", "it is at none");
        let case = pb::Case { location: SHOP.to_owned(), summary: SHOP.to_owned(), ..opened };
        let update = pb::UpdateCaseRequest { case: Some(case), ..pb::UpdateCaseRequest::default() };
        let refused = CaseServiceClient::new(with(&service, &here)).update_case(update).await;
        assert_eq!(told(&refused.expect_err("it takes over none either")), elsewhere());
        service.stop().await;
    }
}
