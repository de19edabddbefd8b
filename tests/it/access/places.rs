//! Keys for some locations, and what each role sees of what it reads.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, gesture_service_client::GestureServiceClient,
    interaction_service_client::InteractionServiceClient, rule_service_client::RuleServiceClient,
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

/// An organisation whose contact has numbers of their own.
async fn mill(service: &TestService, token: &str) -> pb::Customer {
    let points = [
        pb::contact_point::Address::Phone("020 7946 0018".to_owned()),
        pb::contact_point::Address::Email("Ada@Mill.example".to_owned()),
        pb::contact_point::Address::Post(pb::PostalAddress {
            region_code: "GB".to_owned(),
            address_lines: vec!["18 Mill Lane".to_owned()],
            locality: "Bath".to_owned(),
            ..pb::PostalAddress::default()
        }),
    ];
    let contact = pb::OrganizationContact {
        display_name: "Ada".to_owned(),
        contact_points: points.map(|it| pb::ContactPoint { address: Some(it), ..Default::default() }).into(),
        ..pb::OrganizationContact::default()
    };
    let customer = pb::Customer {
        kind: pb::customer::Kind::Organization.into(),
        display_name: "The Mill".to_owned(),
        region_code: "GB".to_owned(),
        contacts: vec![contact],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    customers(service, token).create_customer(request).await.expect("made").into_inner().customer.expect("returned")
}

fn assert_masked(shown: &str) {
    for secret in ["79460018", "0018", "Ada@Mill.example", "ada@mill.example", "18 Mill Lane"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
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
        let mill = mill(&service, &manager).await;
        let listed = async |token: &str| {
            let page = customers(&service, token).list_customers(pb::ListCustomersRequest::default()).await;
            format!("{:?}", page.expect("listed").into_inner().customers)
        };
        let (hidden, shown) = (listed(&desk).await, listed(&manager).await);
        assert!(hidden.contains("•••") && shown.contains("79460018"));
        assert_masked(&hidden);
        let whole = customers(&service, &desk).get_customer(pb::GetCustomerRequest { name: ada.name.clone() }).await;
        assert!(format!("{:?}", whole.expect("one at a time").into_inner()).contains("79460018"));
        let several = async |token: &str| {
            let request = pb::BatchGetCustomersRequest { names: vec![ada.name.clone(), mill.name.clone()] };
            let read = customers(&service, token).batch_get_customers(request).await.expect("both are there");
            format!("{:?}", read.into_inner().customers)
        };
        for token in [&desk, &till] {
            assert_masked(&several(token).await);
        }
        assert!(several(&manager).await.contains("18 Mill Lane"));

        let discreet = pb::UpdateCustomerRequest {
            customer: Some(pb::Customer { name: ada.name.clone(), discreet: true, ..pb::Customer::default() }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["discreet".to_owned()] }),
            allow_erased: false,
        };
        customers(&service, &manager).update_customer(discreet).await.expect("updated");
        assert!(!listed(&desk).await.contains(&ada.name), "who is discreet stands in no list of a desk");
        assert!(listed(&manager).await.contains(&ada.name));

        let visit = record(&service, &desk, SHOP, &ada.name).await.expect("recorded");
        assert_eq!(get(&service, &desk, &visit.name).await.expect("read").remarks, "Looked for a red teapot.");
        assert_eq!(get(&service, &till, &visit.name).await.expect("read").remarks, "");
        service.stop().await;
    }

    async fn who_is_discreet_stands_in_no_list_and_is_served_all_the_same(database) {
        let (service, operator) = locked(database).await;
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let ada = ada(&service, &manager).await;
        let visit = record(&service, &desk, SHOP, &ada.name).await.expect("recorded");
        let case = pb::Case {
            customer: ada.name.clone(),
            location: SHOP.to_owned(),
            summary: "The glaze cracked.".to_owned(),
            ..pb::Case::default()
        };
        let request = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
        CaseServiceClient::new(with(&service, &desk)).open_case(request).await.expect("opened");
        let call = pb::Gesture {
            customer: ada.name.clone(),
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Call.into(),
            channel: pb::Channel::Phone.into(),
            purpose: pb::Purpose::Service.into(),
            tone: pb::Tone::Caring.into(),
            ..pb::Gesture::default()
        };
        let request = pb::ScheduleGestureRequest { gesture: Some(call), ..pb::ScheduleGestureRequest::default() };
        let planned = GestureServiceClient::new(with(&service, &desk)).schedule_gesture(request).await;
        let call = planned.expect("planned").into_inner().gesture.expect("it is returned");

        let listed = async |token: &str| {
            let guest = || with(&service, token);
            let interactions = InteractionServiceClient::new(guest()).list_interactions(pb::ListInteractionsRequest::default()).await;
            let gestures = GestureServiceClient::new(guest()).list_gestures(pb::ListGesturesRequest::default()).await;
            let cases = CaseServiceClient::new(guest()).list_cases(pb::ListCasesRequest::default()).await;
            [
                interactions.expect("listed").into_inner().interactions.len(),
                gestures.expect("listed").into_inner().gestures.len(),
                cases.expect("listed").into_inner().cases.len(),
            ]
        };
        let all = listed(&manager).await;
        assert!(all.iter().all(|count| *count > 0), "{all:?}");
        assert_eq!(listed(&desk).await, all, "as long as she is not");
        let discreet = pb::UpdateCustomerRequest {
            customer: Some(pb::Customer { name: ada.name.clone(), discreet: true, ..pb::Customer::default() }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["discreet".to_owned()] }),
            allow_erased: false,
        };
        customers(&service, &manager).update_customer(discreet).await.expect("updated");
        assert_eq!(listed(&desk).await, [0, 0, 0]);
        assert_eq!(listed(&manager).await, all);

        assert_eq!(get(&service, &desk, &visit.name).await.expect("by its name").customer, ada.name);
        let queue = pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        let queue = GestureServiceClient::new(with(&service, &desk)).list_queue(queue).await.expect("listed");
        let waits = queue.into_inner().entries.into_iter().filter_map(|entry| entry.gesture).any(|it| it.name == call.name);
        assert!(waits, "somebody has to call her");
        service.stop().await;
    }
}
