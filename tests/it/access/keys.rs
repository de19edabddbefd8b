//! Keys are made, shown once, rotated, and taken back.

use gratitude::proto::v1 as pb;
use tonic::Code;
use tonic_types::StatusExt;

use super::{admin, customers, key, locked, made, reason};
use crate::support::{http, service::TestService};

async fn get_nobody(service: &TestService, token: &str) -> (Code, String) {
    let name = "customers/00000000-0000-0000-0000-000000000007".to_owned();
    let refused = customers(service, token).get_customer(pb::GetCustomerRequest { name }).await;
    let status = refused.expect_err("there is nobody");
    (status.code(), reason(&status))
}

fn not_found() -> (Code, String) {
    (Code::NotFound, "NOT_FOUND".to_owned())
}

fn unauthenticated() -> (Code, String) {
    (Code::Unauthenticated, "UNAUTHENTICATED".to_owned())
}

both_engines! {
    async fn from_the_first_key_on_everybody_needs_one(database) {
        let service = TestService::start(database).await;
        assert_eq!(get_nobody(&service, "").await, not_found(), "nobody needs a key yet");
        let desk = pb::CreateApiKeyRequest { api_key: Some(key(pb::Role::Desk, &[])), ..Default::default() };
        let refused = admin(&service, "").create_api_key(desk).await.expect_err("it could make no other");
        assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, "FIRST_KEY".to_owned()));

        let (_, operator) = made(&service, "", key(pb::Role::Operator, &[])).await;
        assert_eq!(get_nobody(&service, "").await, unauthenticated());
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        assert_eq!(get_nobody(&service, &desk).await, not_found());
        assert_eq!(get_nobody(&service, &operator).await.0, Code::PermissionDenied, "an operator sees no customers");
        for wrong in ["grat_1_2", &desk[..desk.len() - 1], &desk.replace('a', "b"), "nonsense"] {
            assert_eq!(get_nobody(&service, wrong).await, unauthenticated(), "{wrong}");
        }
        service.stop().await;
    }

    async fn p2_a_token_is_shown_once(database) {
        let (service, operator) = locked(database).await;
        let request = pb::CreateApiKeyRequest {
            api_key: Some(key(pb::Role::Service, &[])),
            request_id: uuid::Uuid::from_u128(7).to_string(),
        };
        let first = admin(&service, &operator).create_api_key(request.clone()).await.expect("made").into_inner();
        let again = admin(&service, &operator).create_api_key(request).await.expect("replayed").into_inner();
        assert_eq!((first.api_key.clone(), again.replayed, again.token.as_str()), (again.api_key, true, ""));
        let shown = first.api_key.expect("it is returned");
        assert!(first.token.starts_with(&shown.token_prefix) && first.token.len() > shown.token_prefix.len() + 64);

        let listed = admin(&service, &operator).list_api_keys(pb::ListApiKeysRequest::default()).await.expect("listed");
        let secret = first.token.rsplit('_').next().expect("its last part").to_owned();
        let listed = listed.into_inner();
        assert_eq!(listed.api_keys.len(), 2);
        assert!(!format!("{listed:?}").contains(&secret));
        service.stop().await;
    }

    async fn the_old_token_is_good_for_a_while_after_a_rotation(database) {
        let (service, operator) = locked(database).await;
        let (till, old) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        let overlap = prost_types::Duration { seconds: 3_600, nanos: 0 };
        let request =
            pb::RotateApiKeyRequest { name: till.name, overlap_duration: Some(overlap), ..Default::default() };
        let rotated = admin(&service, &operator).rotate_api_key(request).await.expect("rotated").into_inner();
        assert_ne!(rotated.token, old);
        assert_eq!(get_nobody(&service, &old).await, not_found());
        assert_eq!(get_nobody(&service, &rotated.token).await, not_found());
        service.advance_with(&operator, "61m").await;
        assert_eq!(get_nobody(&service, &old).await, unauthenticated());
        assert_eq!(get_nobody(&service, &rotated.token).await, not_found());
        service.stop().await;
    }

    async fn a_key_that_is_over_or_taken_back_opens_nothing(database) {
        let (service, operator) = locked(database).await;
        let end = service.now().as_second() + 3_600;
        let season = pb::ApiKey {
            expire_time: Some(prost_types::Timestamp { seconds: end, nanos: 0 }),
            ..key(pb::Role::Desk, &[])
        };
        let (_, season) = made(&service, &operator, season).await;
        let (till, token) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        assert_eq!(get_nobody(&service, &season).await, not_found());
        let request = pb::RevokeApiKeyRequest { name: till.name };
        let revoked = admin(&service, &operator).revoke_api_key(request).await.expect("revoked").into_inner();
        assert_eq!(revoked.state(), pb::api_key::State::Revoked);
        assert_eq!(get_nobody(&service, &token).await, unauthenticated(), "at once");
        service.advance_with(&operator, "2h").await;
        assert_eq!(get_nobody(&service, &season).await, unauthenticated());
        let rotated = pb::RotateApiKeyRequest { name: revoked.name, ..Default::default() };
        let refused = admin(&service, &operator).rotate_api_key(rotated).await.expect_err("it was taken back");
        assert_eq!(reason(&refused), "API_KEY_ENDED");
        service.stop().await;
    }

    async fn health_needs_no_key_and_metrics_do(database) {
        let (service, operator) = locked(database).await;
        let ask = async |path: &'static str, token: &str| {
            let credentials = format!("Bearer {token}");
            let headers: &[_] = if token.is_empty() { &[] } else { &[("authorization", credentials.as_str())] };
            http::exchange(service.address(), "GET", path, headers, b"").await.status
        };
        assert_eq!((ask("/healthz", "").await, ask("/readyz", "").await), (200, 200));
        assert_eq!((ask("/metrics", "").await, ask("/metrics", &operator).await), (401, 200));
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        assert_eq!((ask("/metrics", &desk).await, ask("/clock", &desk).await), (403, 403));
        assert_eq!(ask("/clock", &operator).await, 200);
        service.stop().await;
    }

    async fn who_calls_too_often_is_told_when_to_come_back(database) {
        let service = TestService::with(database, |config| config.rate_limits.service = 2).await;
        let (_, operator) = made(&service, "", key(pb::Role::Operator, &[])).await;
        let (_, till) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        let (_, other) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        let mut refused = None;
        for _ in 0..50 {
            let name = "customers/00000000-0000-0000-0000-000000000007".to_owned();
            let status =
                customers(&service, &till).get_customer(pb::GetCustomerRequest { name }).await.expect_err("nobody");
            if status.code() == Code::ResourceExhausted {
                refused = Some(status);
                break;
            }
        }
        let refused = refused.expect("50 calls at once are more than 2 a second");
        assert_eq!(reason(&refused), "RATE_LIMITED");
        assert!(refused.get_details_retry_info().expect("it says when").retry_delay.is_some());
        assert_eq!(get_nobody(&service, &other).await, not_found(), "another key has its own count");
        service.stop().await;
    }
}
