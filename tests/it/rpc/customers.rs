//! Customers are kept.

use gratitude::proto::v1::{self as pb, front_desk_service_client::FrontDeskServiceClient};
use prost_types::FieldMask;
use tonic::Code;

use super::{SHOP, ada, customers, fields, identifier, reason, shop, visit};

both_engines! {
    async fn a_customer_is_kept_as_given_and_can_be_reached(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        assert_eq!(ada.identifiers[0].normalized, "+442079460018");
        assert_eq!(ada.contact_points.len(), 2, "phone and e-mail made their contact points: {:?}", ada.contact_points);
        let request = pb::GetCustomerRequest { name: ada.name.clone() };
        assert_eq!(customers(&service).get_customer(request).await.expect("she is there").into_inner(), ada);
        let request = pb::BatchGetCustomersRequest { names: vec![ada.name.clone()] };
        let found = customers(&service).batch_get_customers(request).await.expect("she is there").into_inner();
        assert_eq!(found.customers, [ada]);
        service.stop().await;
    }

    async fn who_is_known_is_not_made_twice(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut customers = customers(&service);
        let again = |on_match: pb::create_customer_request::OnMatch| pb::CreateCustomerRequest {
            customer: Some(pb::Customer {
                identifiers: vec![identifier(pb::identifier::Kind::ExternalId, "till", "A-7")],
                ..pb::Customer::default()
            }),
            on_match: on_match.into(),
            ..pb::CreateCustomerRequest::default()
        };
        use pb::create_customer_request::OnMatch;
        let status = customers.create_customer(again(OnMatch::Reject)).await.expect_err("known");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"));
        let found = customers.create_customer(again(OnMatch::ReturnExisting)).await.expect("her").into_inner();
        assert!(found.existing);
        assert_eq!(found.customer.map(|customer| customer.name), Some(ada.name));
        let status = customers.create_customer(again(OnMatch::CreateAnyway)).await.expect_err("the id is hers alone");
        assert_eq!(status.code(), Code::AlreadyExists);
        service.stop().await;
    }

    async fn a_number_that_was_read_at_a_place_means_the_same_after_an_update(database) {
        let service = shop(database).await;
        let identity = pb::Identity {
            identifiers: vec![identifier(pb::identifier::Kind::Phone, "", "020 7946 0034")],
            on_missing: pb::identity::OnMissing::Create.into(),
            ..pb::Identity::default()
        };
        let request = pb::CheckInRequest {
            location: SHOP.to_owned(),
            who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
            ..pb::CheckInRequest::default()
        };
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let name = desk.check_in(request).await.expect("here").into_inner().interaction.expect("opened").customer;
        let mut customers = customers(&service);
        let known = customers.get_customer(pb::GetCustomerRequest { name: name.clone() }).await.expect("made").into_inner();
        assert_eq!(known.identifiers[0].normalized, "+442079460034", "by the country of the shop");

        let named = pb::Customer { name, display_name: "Ada".to_owned(), ..pb::Customer::default() };
        let request = pb::UpdateCustomerRequest { customer: Some(named), ..pb::UpdateCustomerRequest::default() };
        let updated = customers.update_customer(request).await.expect("nothing is wrong with her name").into_inner();
        assert_eq!(updated.identifiers, known.identifiers);

        let whole = pb::Customer { display_name: "Ada Berg".to_owned(), ..updated.clone() };
        let update_mask = Some(FieldMask { paths: vec!["*".to_owned()] });
        let request = pb::UpdateCustomerRequest { customer: Some(whole), update_mask, ..pb::UpdateCustomerRequest::default() };
        let updated = customers.update_customer(request).await.expect("as it was read").into_inner();
        assert_eq!(updated.identifiers, known.identifiers);
        service.stop().await;
    }

    async fn an_update_changes_what_its_mask_names_and_nothing_else(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut customers = customers(&service);
        let new = pb::Customer {
            name: ada.name.clone(),
            display_name: "not named".to_owned(),
            how_to_say: "AY-da".to_owned(),
            tags: vec!["tea".to_owned()],
            etag: ada.etag.clone(),
            ..pb::Customer::default()
        };
        let paths = ["how_to_say", "tags", "suffix", "facts"].map(str::to_owned).to_vec();
        let mask = Some(FieldMask { paths });
        let request =
            pb::UpdateCustomerRequest { customer: Some(new.clone()), update_mask: mask, allow_erased: false };
        let after = customers.update_customer(request).await.expect("changed").into_inner();
        assert_eq!((after.display_name.as_str(), after.how_to_say.as_str()), ("Ada", "AY-da"));
        assert_eq!(after.tags, ["tea"]);
        assert_eq!(after.identifiers, ada.identifiers);
        assert_eq!(after.contact_points, ada.contact_points);

        let request = pb::UpdateCustomerRequest { customer: Some(new), ..pb::UpdateCustomerRequest::default() };
        let status = customers.update_customer(request).await.expect_err("changed since");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        service.stop().await;
    }

    async fn facts_and_consents_are_kept_once(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut customers = customers(&service);
        let request = pb::AddFactRequest {
            name: ada.name.clone(),
            fact: Some(pb::Fact {
                kind: pb::fact::Kind::Like.into(),
                text: "red glaze".to_owned(),
                origin: pb::fact::Origin::ToldUs.into(),
                ..pb::Fact::default()
            }),
            request_id: uuid::Uuid::from_u128(1).to_string(),
        };
        let first = customers.add_fact(request.clone()).await.expect("kept").into_inner();
        let again = customers.add_fact(request).await.expect("replayed").into_inner();
        assert!(again.replayed && !first.replayed);
        let facts = again.customer.expect("she is returned").facts;
        assert_eq!(facts.len(), 1);

        let consent = |state: pb::consent::State, n| pb::SetConsentRequest {
            name: ada.name.clone(),
            consent: Some(pb::Consent {
                channel: pb::Channel::Email.into(),
                purpose: pb::Purpose::Gratitude.into(),
                state: state.into(),
                ..pb::Consent::default()
            }),
            request_id: uuid::Uuid::from_u128(n).to_string(),
        };
        customers.set_consent(consent(pb::consent::State::Granted, 2)).await.expect("kept");
        let status = customers.set_consent(consent(pb::consent::State::Refused, 2)).await.expect_err("other content");
        assert_eq!(reason(&status), "CONTENT_DIFFERS");
        service.advance("1s").await;
        let after = customers.set_consent(consent(pb::consent::State::Refused, 3)).await.expect("kept").into_inner();
        let consents = after.customer.expect("she is returned").consents;
        assert_eq!(consents.iter().map(pb::Consent::state).collect::<Vec<_>>(), [pb::consent::State::Refused]);

        let request = pb::RemoveFactRequest { name: ada.name.clone(), fact_id: facts[0].id.clone() };
        assert!(customers.remove_fact(request).await.expect("removed").into_inner().facts.is_empty());
        service.stop().await;
    }

    async fn a_timeline_tells_what_happened(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let recorded = visit(&service, &ada.name).await;
        let request = pb::GetTimelineRequest { name: ada.name.clone(), ..pb::GetTimelineRequest::default() };
        let entries = customers(&service).get_timeline(request).await.expect("a page").into_inner().entries;
        assert_eq!(entries.len(), 1 + recorded.gestures.len(), "{entries:?}");
        let summary = customers(&service)
            .get_customer(pb::GetCustomerRequest { name: ada.name })
            .await
            .expect("she is there")
            .into_inner()
            .summary
            .expect("it comes with her");
        assert_eq!(summary.visit_days, 1);
        assert_eq!(summary.return_status(), pb::customer_summary::ReturnStatus::New);
        service.stop().await;
    }

    async fn what_is_wrong_with_a_customer_is_named_and_not_repeated(database) {
        let service = shop(database).await;
        let customer = pb::Customer {
            time_zone: "Nowhere/Special".to_owned(),
            identifiers: vec![identifier(pb::identifier::Kind::Phone, "", "call me")],
            ..pb::Customer::default()
        };
        let request = pb::CreateCustomerRequest {
            customer: Some(customer),
            customer_id: "A-7".to_owned(),
            request_id: "7".to_owned(),
            ..pb::CreateCustomerRequest::default()
        };
        let status = customers(&service).create_customer(request).await.expect_err("much is wrong");
        let mut named = fields(&status);
        named.sort();
        assert_eq!(named, ["customer.identifiers[0].value", "customer.time_zone", "customer_id", "request_id"]);
        assert!(!status.message().contains("call me"), "personal data stays out of errors: {}", status.message());
        service.stop().await;
    }
}
