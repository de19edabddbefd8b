//! Bad input of every kind gets the right code, with a reason and the fields, and is never our fault.

use gratitude::{domain::limits, proto::v1 as pb};
use pb::{
    front_desk_service_client::FrontDeskServiceClient, interaction_service_client::InteractionServiceClient,
    location_service_client::LocationServiceClient,
};
use prost::Message;
use prost_types::FieldMask;
use tonic::{Code, Status, service::interceptor::InterceptedService};
use tonic_types::StatusExt;

use super::{SHOP, customers, fields, mill_lane, reason, shop};
use crate::support::{raw, service::TestService};

/// What a method answers to bytes that need not be a message.
async fn asked(service: &TestService, bytes: Vec<u8>) -> Result<Vec<u8>, Status> {
    let anybody = InterceptedService::new(service.channel(), Ok);
    raw::ask(anybody, "CustomerService/GetCustomer", bytes).await
}

both_engines! {
    async fn bytes_that_are_no_message_are_the_callers_fault(database) {
        let service = shop(database).await;
        let bad_utf8 = vec![0x0a, 0x02, 0xc3, 0x28];
        let cut_off = vec![0x0a, 0x20, b'c'];
        let wrong_wire_type = vec![0x08, 0x01];
        let nonsense = vec![0xff; 64];
        for bytes in [bad_utf8, cut_off, wrong_wire_type, nonsense] {
            let refused = asked(&service, bytes.clone()).await;
            let status = refused.expect_err("no message");
            assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "MALFORMED_REQUEST"), "{bytes:?}");
        }
        service.stop().await;
    }

    async fn a_message_above_the_limit_is_refused_with_the_limit(database) {
        let service = shop(database).await;
        let huge = pb::GetCustomerRequest { name: "x".repeat(limits::REQUEST_MAX_BYTES) }.encode_to_vec();
        let refused = asked(&service, huge).await;
        let status = refused.expect_err("too large");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "REQUEST_TOO_LARGE"));
        let metadata = status.get_details_error_info().expect("details").metadata;
        assert_eq!(metadata["limit_bytes"], limits::REQUEST_MAX_BYTES.to_string());
        service.stop().await;
    }

    async fn an_empty_request_is_told_what_it_lacks(database) {
        let service = shop(database).await;
        let mut interactions = InteractionServiceClient::new(service.channel());
        let status = interactions.record_interaction(pb::RecordInteractionRequest::default()).await.expect_err("empty");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["interaction".to_owned()]));
        let status = customers(&service).get_customer(pb::GetCustomerRequest::default()).await.expect_err("empty");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["name".to_owned()]));
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let status = desk.recognize(pb::RecognizeRequest::default()).await.expect_err("empty");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["location".to_owned(), "query".to_owned()]));
        service.stop().await;
    }

    async fn what_does_not_exist_is_not_found_by_name(database) {
        let service = shop(database).await;
        let name = "customers/00000000-0000-7000-8000-000000000001".to_owned();
        let status = customers(&service).get_customer(pb::GetCustomerRequest { name: name.clone() }).await.expect_err("nobody");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "NOT_FOUND"));
        assert_eq!(status.get_details_resource_info().expect("details").resource_name, name);
        service.stop().await;
    }

    async fn impossible_times_zones_and_amounts_are_refused(database) {
        let service = shop(database).await;
        let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let now = service.now().as_second();
        let interaction = pb::Interaction {
            location: SHOP.to_owned(),
            kind: pb::InteractionKind::Purchase.into(),
            channel: pb::InteractionChannel::Web.into(),
            start_time: time(now + 25 * 3_600),
            promised_time: time(-3_000_000_000),
            fulfilled_time: time(i64::MAX),
            purchase: Some(pb::Purchase {
                total: Some(pb::Money { currency_code: "GBP".to_owned(), micros: -1 }),
                ..pb::Purchase::default()
            }),
            ..pb::Interaction::default()
        };
        let request = pb::RecordInteractionRequest { interaction: Some(interaction), ..pb::RecordInteractionRequest::default() };
        let status = InteractionServiceClient::new(service.channel()).record_interaction(request).await.expect_err("impossible");
        assert_eq!(status.code(), Code::InvalidArgument);
        let named = fields(&status);
        for field in ["start_time", "promised_time", "fulfilled_time", "purchase.total.micros"] {
            assert!(named.contains(&format!("interaction.{field}")), "{field} is not in {named:?}");
        }

        let location = pb::Location { time_zone: "Mars/Olympus".to_owned(), ..mill_lane() };
        let request = pb::CreateLocationRequest {
            location_id: "Mars".to_owned(),
            location: Some(location),
            ..pb::CreateLocationRequest::default()
        };
        let status = LocationServiceClient::new(service.channel()).create_location(request).await.expect_err("no zone");
        assert_eq!(fields(&status), ["location_id", "location.time_zone"]);
        service.stop().await;
    }

    async fn an_unknown_mask_path_changes_nothing(database) {
        let service = shop(database).await;
        let mut locations = LocationServiceClient::new(service.channel());
        let mask = |paths: &[&str]| Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
        let changed = pb::Location { name: SHOP.to_owned(), display_name: "Mill Street".to_owned(), ..pb::Location::default() };
        let request = pb::UpdateLocationRequest { location: Some(changed.clone()), update_mask: mask(&["display_nam"]) };
        let status = locations.update_location(request).await.expect_err("no such field");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["update_mask.paths[0]".to_owned()]));

        let request = pb::UpdateLocationRequest { location: Some(changed), update_mask: None };
        let after = locations.update_location(request).await.expect("what is set changes").into_inner();
        assert_eq!((after.display_name.as_str(), after.time_zone.as_str()), ("Mill Street", "Europe/London"));

        let stale = pb::Location { name: SHOP.to_owned(), brand: "Mill".to_owned(), etag: "v1".to_owned(), ..pb::Location::default() };
        let request = pb::UpdateLocationRequest { location: Some(stale), update_mask: None };
        let status = locations.update_location(request).await.expect_err("changed since");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        service.stop().await;
    }

    async fn a_page_token_holds_for_its_own_list_only(database) {
        let service = shop(database).await;
        let mut customers = customers(&service);
        for name in ["Ada", "Bea", "Cem"] {
            let customer = pb::Customer { display_name: name.to_owned(), ..pb::Customer::default() };
            let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
            customers.create_customer(request).await.expect("a new customer");
        }
        let list = |filter: &str, page_token: &str| pb::ListCustomersRequest {
            filter: filter.to_owned(),
            page_size: 2,
            page_token: page_token.to_owned(),
        };
        let first = customers.list_customers(list("", "")).await.expect("a page").into_inner();
        assert_eq!(first.customers.len(), 2);
        let second = customers.list_customers(list("", &first.next_page_token)).await.expect("the next").into_inner();
        assert_eq!((second.customers.len(), second.next_page_token.as_str()), (1, ""));

        for (filter, token) in [("customer.kind = PERSON", first.next_page_token.as_str()), ("", "bm8")] {
            let status = customers.list_customers(list(filter, token)).await.expect_err("a foreign token");
            assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
        }
        service.stop().await;
    }

    async fn a_filter_that_cannot_be_read_says_where(database) {
        let service = shop(database).await;
        let deep = format!("{}customer.kind = PERSON{}", "(".repeat(1_000), ")".repeat(1_000));
        let long = "customer.tags : \"x\" OR ".repeat(1_000);
        for filter in ["customer.kind = ", "customer.knd = PERSON", deep.as_str(), long.as_str()] {
            let request = pb::ListCustomersRequest { filter: filter.to_owned(), ..pb::ListCustomersRequest::default() };
            let status = customers(&service).list_customers(request).await.expect_err("no filter");
            assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["filter".to_owned()]), "{filter:.40}");
            assert_eq!(reason(&status), "INVALID_FILTER");
            assert!(status.get_details_error_info().expect("details").metadata.contains_key("position"));
        }
        service.stop().await;
    }

    async fn a_batch_takes_what_is_good_unless_it_is_atomic(database) {
        let service = shop(database).await;
        let mut interactions = InteractionServiceClient::new(service.channel());
        let item = |kind: i32| pb::RecordInteractionRequest {
            interaction: Some(pb::Interaction {
                location: SHOP.to_owned(),
                kind,
                channel: pb::InteractionChannel::Web.into(),
                outcome: pb::Outcome::NotPurchased.into(),
                ..pb::Interaction::default()
            }),
            ..pb::RecordInteractionRequest::default()
        };
        let visit = pb::InteractionKind::Visit.into();
        let requests = vec![item(visit), item(99), item(visit)];
        let batch = pb::BatchRecordInteractionsRequest { requests: requests.clone(), atomic: true };
        let status = interactions.batch_record_interactions(batch).await.expect_err("one is wrong");
        assert_eq!(fields(&status), ["requests[1].interaction.kind"]);

        let batch = pb::BatchRecordInteractionsRequest { requests, atomic: false };
        let results = interactions.batch_record_interactions(batch).await.expect("each for itself").into_inner().results;
        let failed: Vec<_> = results
            .iter()
            .map(|result| match &result.result {
                Some(pb::record_interaction_result::Result::Error(error)) => Some(error.reason()),
                _ => None,
            })
            .collect();
        assert_eq!(failed, [None, Some(pb::ErrorReason::InvalidFields), None]);

        let list = pb::ListInteractionsRequest::default();
        let kept = interactions.list_interactions(list).await.expect("a page").into_inner().interactions;
        assert_eq!(kept.len(), 2, "the atomic batch left nothing");

        let none = pb::BatchRecordInteractionsRequest::default();
        let status = interactions.batch_record_interactions(none).await.expect_err("nothing to record");
        assert_eq!(fields(&status), ["requests"]);
        service.stop().await;
    }
}
