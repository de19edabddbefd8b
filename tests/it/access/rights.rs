//! What a role may ask of a method that it may call.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, front_desk_service_client::FrontDeskServiceClient,
    interaction_service_client::InteractionServiceClient, note_service_client::NoteServiceClient,
};
use tonic::{Code, Status};

use super::{SHOP, admin, customers, key, locked, made, reason, with};
use crate::support::service::TestService;

const PHONE: &str = "020 7946 0018";

fn told(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

fn zephyrine() -> pb::Customer {
    let phone =
        pb::Identifier { kind: pb::identifier::Kind::Phone.into(), value: PHONE.to_owned(), ..Default::default() };
    pb::Customer {
        display_name: "Zephyrine".to_owned(),
        region_code: "GB".to_owned(),
        identifiers: vec![phone],
        ..Default::default()
    }
}

async fn create(service: &TestService, token: &str, allow_erased: bool) -> Result<pb::Customer, Status> {
    let request = pb::CreateCustomerRequest { customer: Some(zephyrine()), allow_erased, ..Default::default() };
    let made = customers(service, token).create_customer(request).await?.into_inner();
    Ok(made.customer.expect("it is returned"))
}

/// A visit that goes on, recorded by a program.
fn visit(customer: &str) -> pb::RecordInteractionRequest {
    pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) }),
        interaction: Some(pb::Interaction {
            location: SHOP.to_owned(),
            kind: pb::InteractionKind::Visit.into(),
            channel: pb::InteractionChannel::InStore.into(),
            remarks: "Announced by the web shop.".to_owned(),
            ..pb::Interaction::default()
        }),
        request_id: uuid::Uuid::from_u128(7).to_string(),
    }
}

/// A template for an occasion, and on how many customers it would be tried.
async fn tried(service: &TestService, token: &str, occasion: pb::Occasion) -> usize {
    let text = pb::TemplateText {
        language_code: "en".to_owned(),
        body: "Thank you.".to_owned(),
        ..pb::TemplateText::default()
    };
    let draft = pb::Template { occasion: occasion.into(), texts: vec![text], ..pb::Template::default() };
    let request = pb::LintTemplateRequest {
        words: Some(pb::lint_template_request::Words::Draft(draft)),
        location: SHOP.to_owned(),
        ..pb::LintTemplateRequest::default()
    };
    let found = NoteServiceClient::new(with(service, token)).lint_template(request).await.expect("tried").into_inner();
    found.drafts.len() + usize::try_from(found.left_out_count).expect("a count")
}

both_engines! {
    async fn a_template_is_tried_on_discreet_customers_only_by_who_may_come_across_them(database) {
        let (service, operator) = locked(database).await;
        let (_, batch) = made(&service, &operator, key(pb::Role::Batch, &[])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let name = create(&service, &manager, false).await.expect("made").name;
        let mut left = visit(&name);
        left.interaction.as_mut().expect("a visit").outcome = pb::Outcome::NotPurchased.into();
        InteractionServiceClient::new(with(&service, &manager)).record_interaction(left).await.expect("recorded");
        let counts = async |token: &str| {
            (tried(&service, token, pb::Occasion::Customer).await, tried(&service, token, pb::Occasion::Visit).await)
        };
        assert_eq!((counts(&batch).await, counts(&manager).await), ((1, 1), (1, 1)));
        let hide = pb::UpdateCustomerRequest {
            customer: Some(pb::Customer { name, discreet: true, ..pb::Customer::default() }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["discreet".to_owned()] }),
            ..pb::UpdateCustomerRequest::default()
        };
        customers(&service, &manager).update_customer(hide).await.expect("hidden");
        assert_eq!((counts(&batch).await, counts(&manager).await), ((0, 0), (1, 1)), "no count betrays them either");
        service.stop().await;
    }

    async fn a_manager_may_grant_more_than_the_desk(database) {
        let (service, operator) = locked(database).await;
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let customer = create(&service, &desk, false).await.expect("made").name;
        let case = pb::Case {
            customer,
            location: SHOP.to_owned(),
            summary: "The glaze cracked.".to_owned(),
            ..pb::Case::default()
        };
        let request = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
        let opened = CaseServiceClient::new(with(&service, &desk)).open_case(request).await.expect("opened");
        let name = opened.into_inner().case.expect("it is returned").name;
        let grant = async |token: &str, pounds: i64| {
            let remedy = pb::Remedy {
                kind: pb::remedy::Kind::Voucher.into(),
                amount: Some(pb::Money { currency_code: "GBP".to_owned(), micros: pounds * 1_000_000 }),
                granted_by: "mina".to_owned(),
                ..pb::Remedy::default()
            };
            let request = pb::GrantRemedyRequest { name: name.clone(), remedy: Some(remedy), ..Default::default() };
            let granted = CaseServiceClient::new(with(&service, token)).grant_remedy(request).await?;
            Ok::<_, Status>(granted.into_inner().case.expect("it is returned").remedies.len())
        };
        let limit = || (Code::FailedPrecondition, "REMEDY_LIMIT".to_owned());
        assert_eq!(told(&grant(&desk, 51).await.expect_err("a case has 50")), limit());
        assert_eq!(grant(&desk, 40).await.expect("within it"), 1);
        assert_eq!(told(&grant(&desk, 11).await.expect_err("what was granted counts")), limit());
        assert_eq!(grant(&manager, 900).await.expect("above case and day"), 2);
        assert_eq!(told(&grant(&desk, 1).await.expect_err("what a manager granted counts too")), limit());
        service.stop().await;
    }

    async fn p2_a_replayed_record_shows_a_program_nothing_that_others_wrote(database) {
        let (service, operator) = locked(database).await;
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (_, till) = made(&service, &operator, key(pb::Role::Service, &[SHOP])).await;
        let customer = create(&service, &desk, false).await.expect("made").name;
        let record = async |request: pb::RecordInteractionRequest| {
            let recorded = InteractionServiceClient::new(with(&service, &till)).record_interaction(request).await;
            let recorded = recorded.expect("recorded").into_inner();
            (recorded.interaction.expect("it is returned"), recorded.replayed)
        };
        let (first, replayed) = record(visit(&customer)).await;
        assert_eq!((first.remarks.as_str(), replayed), ("Announced by the web shop.", false), "its own words");
        let check_out = pb::CheckOutRequest {
            interaction: first.name.clone(),
            outcome: pb::Outcome::NotPurchased.into(),
            remarks: "Seemed unwell; wants to be called.".to_owned(),
            ..pb::CheckOutRequest::default()
        };
        let left = FrontDeskServiceClient::new(with(&service, &desk)).check_out(check_out.clone()).await;
        let left = left.expect("checked out").into_inner().interaction.expect("it is returned");
        assert_eq!(left.remarks, "Seemed unwell; wants to be called.");

        let (again, replayed) = record(visit(&customer)).await;
        assert_eq!((again.name, again.remarks.as_str(), replayed), (first.name.clone(), "", true));
        let batch = pb::BatchRecordInteractionsRequest { requests: vec![visit(&customer)], atomic: false };
        let batch = InteractionServiceClient::new(with(&service, &till)).batch_record_interactions(batch).await;
        assert!(!format!("{:?}", batch.expect("replayed").into_inner()).contains("unwell"));
        let void = pb::VoidInteractionRequest { name: first.name, reason: "A test.".to_owned() };
        let voided = InteractionServiceClient::new(with(&service, &till)).void_interaction(void).await;
        assert!(!format!("{:?}", voided.expect("voided").into_inner()).contains("unwell"));
        service.stop().await;
    }

    async fn p11_only_who_speaks_with_people_may_bring_them_back(database) {
        let (service, operator) = locked(database).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let erased = create(&service, &manager, false).await.expect("made");
        let request = pb::EraseCustomerRequest { name: erased.name, ..pb::EraseCustomerRequest::default() };
        customers(&service, &manager).erase_customer(request).await.expect("erased");
        let other = pb::Customer { display_name: "Bo".to_owned(), ..pb::Customer::default() };
        let request = pb::CreateCustomerRequest { customer: Some(other), ..pb::CreateCustomerRequest::default() };
        let other = customers(&service, &manager).create_customer(request).await.expect("made").into_inner();
        let other = other.customer.expect("it is returned").name;
        for role in [pb::Role::Service, pb::Role::Batch] {
            let (_, token) = made(&service, &operator, key(role, &[])).await;
            let refused = create(&service, &token, true).await.expect_err("an import is nobody's wish");
            assert_eq!(told(&refused), (Code::PermissionDenied, "ROLE_NOT_ALLOWED".to_owned()), "{role:?}");
            let refused = create(&service, &token, false).await.expect_err("they were erased");
            assert_eq!(told(&refused), (Code::FailedPrecondition, "ERASED".to_owned()), "{role:?}");
            let renamed = pb::UpdateCustomerRequest {
                customer: Some(pb::Customer { name: other.clone(), ..zephyrine() }),
                allow_erased: true,
                ..pb::UpdateCustomerRequest::default()
            };
            let refused = customers(&service, &token).update_customer(renamed.clone()).await;
            assert_eq!(told(&refused.expect_err("nor by a change")), (Code::PermissionDenied, "ROLE_NOT_ALLOWED".to_owned()));
            let unasked = pb::UpdateCustomerRequest { allow_erased: false, ..renamed };
            let refused = customers(&service, &token).update_customer(unasked).await.expect_err("they were erased");
            assert_eq!(told(&refused), (Code::FailedPrecondition, "ERASED".to_owned()), "{role:?}");
        }
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        create(&service, &desk, true).await.expect("at their word");
        service.stop().await;
    }

    async fn strangers_and_retention_are_for_those_whom_they_concern(database) {
        let (service, operator) = locked(database).await;
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let list = async |location: &str| {
            let request = pb::ListStrangersRequest { location: location.to_owned(), ..Default::default() };
            FrontDeskServiceClient::new(with(&service, &desk)).list_strangers(request).await
        };
        list(SHOP).await.expect("its own location");
        let elsewhere = list("locations/far-away").await.expect_err("another's");
        assert_eq!(told(&elsewhere), (Code::PermissionDenied, "LOCATION_NOT_ALLOWED".to_owned()));
        let dry_run = || pb::ApplyRetentionRequest { dry_run: true, ..Default::default() };
        for token in [&operator, &manager] {
            admin(&service, token).apply_retention(dry_run()).await.expect("counted");
        }
        let refused = admin(&service, &desk).apply_retention(dry_run()).await.expect_err("not a desk's");
        assert_eq!(told(&refused), (Code::PermissionDenied, "ROLE_NOT_ALLOWED".to_owned()));
        service.stop().await;
    }
}
