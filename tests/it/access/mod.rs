//! Who is let in, and what they may: keys, roles, staff at a desk.

mod desk;
mod discreet;
mod keys;
mod known;
mod may;
mod places;
mod replicas;
mod rights;
mod roles;
mod streams;
mod told;
mod words;

use gratitude::proto::v1 as pb;
use pb::{
    admin_service_client::AdminServiceClient, customer_service_client::CustomerServiceClient,
    location_service_client::LocationServiceClient,
};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use tonic_types::StatusExt;

use crate::support::{database::Database, service::TestService};

const SHOP: &str = "locations/mill-lane";

/// Shows a token with each call, or none.
#[derive(Clone)]
struct Shows(Option<MetadataValue<Ascii>>);

impl Interceptor for Shows {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(credentials) = &self.0 {
            request.metadata_mut().insert("authorization", credentials.clone());
        }
        Ok(request)
    }
}

type Guest = InterceptedService<Channel, Shows>;

fn with(service: &TestService, token: &str) -> Guest {
    let credentials = (!token.is_empty()).then(|| format!("Bearer {token}").parse().expect("visible ASCII"));
    InterceptedService::new(service.channel(), Shows(credentials))
}

fn admin(service: &TestService, token: &str) -> AdminServiceClient<Guest> {
    AdminServiceClient::new(with(service, token))
}

fn customers(service: &TestService, token: &str) -> CustomerServiceClient<Guest> {
    CustomerServiceClient::new(with(service, token))
}

fn key(role: pb::Role, locations: &[&str]) -> pb::ApiKey {
    pb::ApiKey {
        display_name: format!("{role:?}"),
        role: role.into(),
        locations: locations.iter().map(|it| (*it).to_owned()).collect(),
        ..pb::ApiKey::default()
    }
}

/// Makes a key, and returns it with its token.
async fn made(service: &TestService, by: &str, key: pb::ApiKey) -> (pb::ApiKey, String) {
    let request = pb::CreateApiKeyRequest { api_key: Some(key), ..pb::CreateApiKeyRequest::default() };
    let reply = admin(service, by).create_api_key(request).await.expect("made").into_inner();
    (reply.api_key.expect("it is returned"), reply.token)
}

/// A service with two shops in which everybody needs a key, and an operator's token.
async fn locked(database: Database) -> (TestService, String) {
    let service = TestService::start(database).await;
    for (id, name) in [("mill-lane", "Mill Lane"), ("far-away", "Far Away")] {
        let location = pb::Location {
            display_name: name.to_owned(),
            time_zone: "Europe/London".to_owned(),
            region_code: "GB".to_owned(),
            language_code: "en".to_owned(),
            currency_code: "GBP".to_owned(),
            ..pb::Location::default()
        };
        let request = pb::CreateLocationRequest {
            location_id: id.to_owned(),
            location: Some(location),
            ..pb::CreateLocationRequest::default()
        };
        LocationServiceClient::new(service.channel()).create_location(request).await.expect("a new location");
    }
    let (_, operator) = made(&service, "", key(pb::Role::Operator, &[])).await;
    (service, operator)
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().expect("every error has its reason").reason
}
