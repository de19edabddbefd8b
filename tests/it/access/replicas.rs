//! What one replica takes back, another does not accept for long.

use std::time::Duration;

use gratitude::proto::v1 as pb;
use pb::{admin_service_client::AdminServiceClient, location_service_client::LocationServiceClient};
use tonic::{
    Code, Request, Status,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, Endpoint},
};

use super::key;
use crate::support::{
    binary::Serving,
    database::{Database, Engine},
};

/// The contract says a second; a busy machine may be slower to answer, not to know.
const BOUND: Duration = Duration::from_secs(10);
const ASKED_EVERY: Duration = Duration::from_millis(20);

async fn channel(serving: &Serving) -> Channel {
    Endpoint::from_shared(serving.url()).expect("an address").connect().await.expect("it listens")
}

/// A request with this token, or with none.
fn with<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    if token.is_empty() {
        return request;
    }
    let credentials: MetadataValue<Ascii> = format!("Bearer {token}").parse().expect("visible ASCII");
    request.metadata_mut().insert("authorization", credentials);
    request
}

/// What a key can do anywhere: read the locations.
async fn ask(replica: &Channel, token: &str) -> Result<(), Status> {
    let request = with(pb::ListLocationsRequest::default(), token);
    LocationServiceClient::new(replica.clone()).list_locations(request).await.map(drop)
}

/// Asks until the answer is this.
async fn until(replica: &Channel, token: &str, accepted: bool) {
    let asked = async {
        loop {
            match ask(replica, token).await {
                Ok(()) if accepted => return,
                Err(status) if !accepted && status.code() == Code::Unauthenticated => return,
                Ok(()) | Err(_) => tokio::time::sleep(ASKED_EVERY).await,
            }
        }
    };
    tokio::time::timeout(BOUND, asked).await.expect("every replica knows within the bound");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_one_replica_takes_back_is_refused_by_the_other() {
    let Some(database) = Database::new(Engine::Postgres).await else { return };
    let replicas = [Serving::start(&database.url, &[]), Serving::start(&database.url, &[])];
    let [here, there] = [channel(&replicas[0]).await, channel(&replicas[1]).await];
    ask(&there, "").await.expect("nobody needs a key yet");
    let create = async |replica: &Channel, by: &str, role: pb::Role| {
        let request = pb::CreateApiKeyRequest { api_key: Some(key(role, &[])), ..Default::default() };
        let made = AdminServiceClient::new(replica.clone()).create_api_key(with(request, by)).await;
        let made = made.expect("made").into_inner();
        (made.api_key.expect("it is returned").name, made.token)
    };
    let (_, operator) = create(&here, "", pb::Role::Operator).await;
    until(&there, "", false).await;
    until(&there, &operator, true).await;
    let (name, till) = create(&there, &operator, pb::Role::Service).await;
    until(&here, &till, true).await;

    let revoke = with(pb::RevokeApiKeyRequest { name }, &operator);
    AdminServiceClient::new(here.clone()).revoke_api_key(revoke).await.expect("taken back");
    assert_eq!(ask(&here, &till).await.expect_err("at once").code(), Code::Unauthenticated);
    until(&there, &till, false).await;
    ask(&there, &operator).await.expect("nobody else was locked out");
}
