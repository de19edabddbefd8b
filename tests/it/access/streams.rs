//! Streams don't outlive the right of whoever opened them.

use gratitude::proto::v1 as pb;
use pb::{event_service_client::EventServiceClient, front_desk_service_client::FrontDeskServiceClient};
use std::time::Duration;
use tonic::{Code, Streaming};

use super::{SHOP, admin, customers, key, locked, made, reason, with};
use crate::support::service::TestService;

async fn arrivals(service: &TestService, token: &str) -> Streaming<pb::WatchArrivalsResponse> {
    let request = pb::WatchArrivalsRequest { location: SHOP.to_owned(), ..pb::WatchArrivalsRequest::default() };
    let watched = FrontDeskServiceClient::new(with(service, token)).watch_arrivals(request).await;
    let mut stream = watched.expect("watched").into_inner();
    stream.message().await.expect("it goes on").expect("who is here");
    stream
}

async fn events(service: &TestService, token: &str) -> Streaming<pb::WatchEventsResponse> {
    let request = pb::WatchEventsRequest { from_start: true, ..pb::WatchEventsRequest::default() };
    let watched = EventServiceClient::new(with(service, token)).watch_events(request).await;
    let mut stream = watched.expect("watched").into_inner();
    stream.message().await.expect("it goes on").expect("what happened");
    stream
}

/// A stream that goes on for so long does not end.
const GOES_ON: Duration = Duration::from_secs(60);

/// How a stream ends.
async fn end<T>(mut stream: Streaming<T>) -> (Code, String) {
    let ended = async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return (Code::Ok, String::new()),
                Err(status) => return (status.code(), reason(&status)),
            }
        }
    };
    tokio::time::timeout(GOES_ON, ended).await.expect("it ends")
}

fn unauthenticated() -> (Code, String) {
    (Code::Unauthenticated, "UNAUTHENTICATED".to_owned())
}

both_engines! {
    async fn p12_a_stream_ends_with_the_key_that_opened_it(database) {
        let (service, operator) = locked(database).await;
        let (desk, shown) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (till, other) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        let (arrivals, events) = (arrivals(&service, &shown).await, events(&service, &other).await);
        for key in [desk, till] {
            let request = pb::RevokeApiKeyRequest { name: key.name };
            admin(&service, &operator).revoke_api_key(request).await.expect("revoked");
        }
        assert_eq!(end(arrivals).await, unauthenticated());
        assert_eq!(end(events).await, unauthenticated());
        service.stop().await;
    }

    async fn p12_a_stream_ends_with_the_season(database) {
        let (service, operator) = locked(database).await;
        let end_of_season = service.now().as_second() + 3_600;
        let season = pb::ApiKey {
            expire_time: Some(prost_types::Timestamp { seconds: end_of_season, nanos: 0 }),
            ..key(pb::Role::Desk, &[SHOP])
        };
        let (_, season) = made(&service, &operator, season).await;
        let stream = arrivals(&service, &season).await;
        service.advance_with(&operator, "2h").await;
        assert_eq!(end(stream).await, unauthenticated());
        service.stop().await;
    }

    async fn p12_a_stream_opened_by_nobody_ends_with_the_first_key(database) {
        let service = TestService::start(database).await;
        let ada = pb::Customer { display_name: "Ada".to_owned(), ..pb::Customer::default() };
        let request = pb::CreateCustomerRequest { customer: Some(ada), ..pb::CreateCustomerRequest::default() };
        customers(&service, "").create_customer(request).await.expect("made");
        let stream = events(&service, "").await;
        made(&service, "", key(pb::Role::Operator, &[])).await;
        assert_eq!(end(stream).await, unauthenticated());
        service.stop().await;
    }
}
