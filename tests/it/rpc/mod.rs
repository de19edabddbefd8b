//! The services, method by method, over the wire: what a caller gets for good input and for bad.

mod arrivals;
mod attacks;
mod calls;
mod customers;
mod desk;
mod duplicates;
mod events;
mod explain;
mod gestures;
mod guardians;
mod input;
mod journeys;
mod leases;
mod note_words;
mod notes;
mod organizations;
mod pauses;
mod people;
mod policy;
mod print;
mod print_anew;
mod print_one;
mod race;
mod remarks;
mod rules;
mod search;
mod simulation;
mod taken_back;
mod template_lint;
mod templates;
mod times;

use gratitude::proto::v1 as pb;
use pb::{
    customer_service_client::CustomerServiceClient, interaction_service_client::InteractionServiceClient,
    location_service_client::LocationServiceClient,
};
use tonic::{Status, transport::Channel};
use tonic_types::StatusExt;

use crate::support::{database::Database, service::TestService};

const SHOP: &str = "locations/mill-lane";

/// A service with one shop.
async fn shop(database: Database) -> TestService {
    let service = TestService::start(database).await;
    open(&service).await;
    service
}

/// Opens the shop.
async fn open(service: &TestService) {
    let request = pb::CreateLocationRequest {
        location_id: "mill-lane".to_owned(),
        location: Some(mill_lane()),
        ..pb::CreateLocationRequest::default()
    };
    LocationServiceClient::new(service.channel()).create_location(request).await.expect("a new location");
}

fn mill_lane() -> pb::Location {
    pb::Location {
        display_name: "Mill Lane".to_owned(),
        time_zone: "Europe/London".to_owned(),
        region_code: "GB".to_owned(),
        language_code: "en".to_owned(),
        currency_code: "GBP".to_owned(),
        ..pb::Location::default()
    }
}

fn customers(service: &TestService) -> CustomerServiceClient<Channel> {
    CustomerServiceClient::new(service.channel())
}

/// A customer with a telephone number and an e-mail address.
async fn ada(service: &TestService) -> pb::Customer {
    let customer = pb::Customer {
        display_name: "Ada".to_owned(),
        region_code: "GB".to_owned(),
        identifiers: vec![
            identifier(pb::identifier::Kind::Phone, "", "020 7946 0018"),
            identifier(pb::identifier::Kind::Email, "", "Ada@Mill.example"),
            identifier(pb::identifier::Kind::ExternalId, "till", "A-7"),
        ],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    made.customer.expect("it is returned")
}

fn identifier(kind: pb::identifier::Kind, system: &str, value: &str) -> pb::Identifier {
    pb::Identifier {
        kind: kind.into(),
        system: system.to_owned(),
        value: value.to_owned(),
        ..pb::Identifier::default()
    }
}

/// A visit of a customer that ended without a purchase.
async fn visit(service: &TestService, customer: &str) -> pb::RecordInteractionResponse {
    let visit = pb::Interaction {
        kind: pb::InteractionKind::Visit.into(),
        channel: pb::InteractionChannel::InStore.into(),
        outcome: pb::Outcome::NotPurchased.into(),
        items_looked_at: vec!["a red teapot".to_owned()],
        ..pb::Interaction::default()
    };
    record(service, customer, visit).await
}

/// A complaint of a customer that was not put right at once.
async fn complaint(service: &TestService, customer: &str) -> pb::RecordInteractionResponse {
    let complaint = pb::Interaction {
        kind: pb::InteractionKind::Complaint.into(),
        channel: pb::InteractionChannel::Phone.into(),
        outcome: pb::Outcome::Unresolved.into(),
        ..pb::Interaction::default()
    };
    record(service, customer, complaint).await
}

/// Something that a customer did at the shop.
async fn record(service: &TestService, customer: &str, interaction: pb::Interaction) -> pb::RecordInteractionResponse {
    let request = pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) }),
        interaction: Some(pb::Interaction { location: SHOP.to_owned(), ..interaction }),
        ..pb::RecordInteractionRequest::default()
    };
    InteractionServiceClient::new(service.channel()).record_interaction(request).await.expect("recorded").into_inner()
}

/// The reason that a refusal bears.
fn reason(status: &Status) -> String {
    status.get_details_error_info().expect("every error has its reason").reason
}

/// The fields that a refusal names.
fn fields(status: &Status) -> Vec<String> {
    let violations = status.get_details_bad_request().map(|request| request.field_violations).unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}
