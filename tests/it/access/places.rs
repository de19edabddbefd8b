//! Keys for some locations, and what each role sees of what it reads.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, interaction_service_client::InteractionServiceClient,
    rule_service_client::RuleServiceClient,
};
use tonic::{Code, Status};

use super::{SHOP, admin, customers, key, locked, made, reason, with};
use crate::support::service::TestService;

const ELSEWHERE: &str = "locations/far-away";

fn told(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

fn elsewhere() -> (Code, String) {
    (Code::PermissionDenied, "LOCATION_NOT_ALLOWED".to_owned())
}

async fn record(service: &TestService, token: &str, location: &str, who: &str) -> Result<pb::Interaction, Status> {
    let request = pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Customer(who.to_owned())) }),
        interaction: Some(pb::Interaction {
            location: location.to_owned(),
            kind: pb::InteractionKind::Visit.into(),
            channel: pb::InteractionChannel::InStore.into(),
            outcome: pb::Outcome::NotPurchased.into(),
            remarks: "Looked for a red teapot.".to_owned(),
            ..pb::Interaction::default()
        }),
        ..pb::RecordInteractionRequest::default()
    };
    let recorded = InteractionServiceClient::new(with(service, token)).record_interaction(request).await?.into_inner();
    Ok(recorded.interaction.expect("it is returned"))
}

async fn get(service: &TestService, token: &str, name: &str) -> Result<pb::Interaction, Status> {
    let request = pb::GetInteractionRequest { name: name.to_owned() };
    Ok(InteractionServiceClient::new(with(service, token)).get_interaction(request).await?.into_inner())
}

async fn ada(service: &TestService, token: &str) -> pb::Customer {
    let identifier = |kind: pb::identifier::Kind, value: &str| pb::Identifier {
        kind: kind.into(),
        value: value.to_owned(),
        ..pb::Identifier::default()
    };
    let customer = pb::Customer {
        display_name: "Ada".to_owned(),
        region_code: "GB".to_owned(),
        identifiers: vec![
            identifier(pb::identifier::Kind::Phone, "020 7946 0018"),
            identifier(pb::identifier::Kind::Email, "Ada@Mill.example"),
        ],
        contact_points: vec![pb::ContactPoint {
            address: Some(pb::contact_point::Address::Phone("020 7946 0018".to_owned())),
            ..pb::ContactPoint::default()
        }],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    customers(service, token).create_customer(request).await.expect("made").into_inner().customer.expect("returned")
}

both_engines! {
    async fn a_key_for_one_location_acts_and_reads_only_there(database) {
        let (service, operator) = locked(database).await;
        let (_, here) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (_, everywhere) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let ada = ada(&service, &here).await;
        let mine = record(&service, &here, SHOP, &ada.name).await.expect("recorded");
        let status = record(&service, &here, ELSEWHERE, &ada.name).await.expect_err("not its location");
        assert_eq!(told(&status), elsewhere());
        let theirs = record(&service, &everywhere, ELSEWHERE, &ada.name).await.expect("recorded");

        assert_eq!(get(&service, &here, &mine.name).await.expect("its own").name, mine.name);
        assert_eq!(told(&get(&service, &here, &theirs.name).await.expect_err("elsewhere")), elsewhere());
        let listed = async |token: &str| {
            let request = pb::ListInteractionsRequest::default();
            let page = InteractionServiceClient::new(with(&service, token)).list_interactions(request).await;
            page.expect("listed").into_inner().interactions.into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(listed(&here).await, std::slice::from_ref(&mine.name));
        assert_eq!(listed(&everywhere).await.len(), 2);
        // Whatever the filter says: it is narrowed, not replaced.
        let request = pb::ListInteractionsRequest {
            filter: format!("interaction.location = \"{ELSEWHERE}\" OR interaction.kind = visit"),
            ..pb::ListInteractionsRequest::default()
        };
        let page = InteractionServiceClient::new(with(&service, &here)).list_interactions(request).await;
        assert_eq!(page.expect("listed").into_inner().interactions.len(), 1);
        service.stop().await;
    }

    async fn a_key_for_one_location_changes_nothing_for_all(database) {
        let (service, operator) = locked(database).await;
        let (_, here) = made(&service, &operator, key(pb::Role::Manager, &[SHOP])).await;
        let (_, everywhere) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let retire = pb::RetireRuleRequest { name: "rules/birthday".to_owned(), ..pb::RetireRuleRequest::default() };
        let refused = RuleServiceClient::new(with(&service, &here)).retire_rule(retire).await.expect_err("one location");
        assert_eq!(told(&refused), (Code::PermissionDenied, "ROLE_NOT_ALLOWED".to_owned()));
        let staff = admin(&service, &here).list_staff_members(pb::ListStaffMembersRequest::default()).await;
        assert_eq!(staff.expect_err("one location").code(), Code::PermissionDenied);
        // A case of the whole business can't be opened either: a location must be named.
        let ada = ada(&service, &everywhere).await;
        let open = async |token: &str, location: &str| {
            let case = pb::Case {
                customer: ada.name.clone(),
                location: location.to_owned(),
                summary: "The glaze cracked.".to_owned(),
                ..pb::Case::default()
            };
            let request = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
            CaseServiceClient::new(with(&service, token)).open_case(request).await
        };
        assert_eq!(told(&open(&here, "").await.expect_err("nowhere")), elsewhere());
        assert_eq!(told(&open(&here, ELSEWHERE).await.expect_err("elsewhere")), elsewhere());
        open(&here, SHOP).await.expect("its own location");
        service.stop().await;
    }

    async fn lists_hide_numbers_from_desks_and_remarks_from_programs(database) {
        let (service, operator) = locked(database).await;
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        let (_, till) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let ada = ada(&service, &manager).await;
        let listed = async |token: &str| {
            let page = customers(&service, token).list_customers(pb::ListCustomersRequest::default()).await;
            format!("{:?}", page.expect("listed").into_inner().customers)
        };
        let (hidden, shown) = (listed(&desk).await, listed(&manager).await);
        for secret in ["79460018", "0018", "Ada@Mill.example", "ada@mill.example"] {
            assert!(!hidden.contains(secret), "{secret} in {hidden}");
        }
        assert!(hidden.contains("•••") && shown.contains("79460018"));
        let whole = customers(&service, &desk).get_customer(pb::GetCustomerRequest { name: ada.name.clone() }).await;
        assert!(format!("{:?}", whole.expect("one at a time").into_inner()).contains("79460018"));

        let discreet = pb::UpdateCustomerRequest {
            customer: Some(pb::Customer { name: ada.name.clone(), discreet: true, ..pb::Customer::default() }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["discreet".to_owned()] }),
        };
        customers(&service, &manager).update_customer(discreet).await.expect("updated");
        assert!(!listed(&desk).await.contains(&ada.name), "who is discreet stands in no list of a desk");
        assert!(listed(&manager).await.contains(&ada.name));

        let visit = record(&service, &desk, SHOP, &ada.name).await.expect("recorded");
        assert_eq!(get(&service, &desk, &visit.name).await.expect("read").remarks, "Looked for a red teapot.");
        assert_eq!(get(&service, &till, &visit.name).await.expect("read").remarks, "");
        service.stop().await;
    }
}
