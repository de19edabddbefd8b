//! The contact policy is read and changed, and holds at once.

use gratitude::proto::v1 as pb;
use pb::{gesture_service_client::GestureServiceClient, policy_service_client::PolicyServiceClient};
use prost_types::FieldMask;
use tonic::{Code, transport::Channel};

use super::{SHOP, customers, fields, identifier, reason, shop};
use crate::support::service::TestService;

const NAME: &str = "contactPolicy";

fn policies(service: &TestService) -> PolicyServiceClient<Channel> {
    PolicyServiceClient::new(service.channel())
}

async fn policy(service: &TestService) -> pb::ContactPolicy {
    let request = pb::GetContactPolicyRequest { name: NAME.to_owned() };
    policies(service).get_contact_policy(request).await.expect("there is always one").into_inner()
}

fn update(policy: pb::ContactPolicy, paths: &[&str]) -> pb::UpdateContactPolicyRequest {
    let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
    pb::UpdateContactPolicyRequest { contact_policy: Some(policy), update_mask: Some(mask) }
}

/// Has the shipped opt-in regime hold in its countries.
async fn opt_in(service: &TestService) {
    let mut changed = policy(service).await;
    for regime in &mut changed.consent_regimes {
        regime.disabled = false;
    }
    policies(service).update_contact_policy(update(changed, &["consent_regimes"])).await.expect("changed");
}

/// A customer of a country, to whom a call of thanks is planned.
async fn thanked(service: &TestService, region: &str, phone: &str) -> pb::Gesture {
    let customer = pb::Customer {
        display_name: "Noa".to_owned(),
        region_code: region.to_owned(),
        identifiers: vec![identifier(pb::identifier::Kind::Phone, "", phone)],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    let gesture = pb::Gesture {
        customer: made.customer.expect("it is returned").name,
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Call.into(),
        channel: pb::Channel::Phone.into(),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
    let planned = GestureServiceClient::new(service.channel()).schedule_gesture(request).await;
    planned.expect("planned").into_inner().gesture.expect("it is returned")
}

both_engines! {
    async fn the_configured_policy_holds_until_somebody_saves_another(database) {
        let service = shop(database).await;
        let configured = policy(&service).await;
        let budget = configured.budget.expect("there is one");
        assert_eq!((budget.contacts, budget.period_duration.expect("there is one").seconds), (2, 30 * 86_400));
        let regimes: Vec<_> = configured.consent_regimes.iter().map(|r| (r.regime_id.as_str(), r.disabled)).collect();
        assert_eq!(regimes, [("standard", false), ("eu-opt-in", true)]);
        assert!(configured.update_time.is_none(), "nobody saved it");

        let budget = pb::ContactBudget { contacts: 3, ..budget };
        let new = pb::ContactPolicy { name: NAME.to_owned(), budget: Some(budget), etag: configured.etag, ..pb::ContactPolicy::default() };
        let saved = policies(&service).update_contact_policy(update(new.clone(), &["budget"])).await.expect("saved").into_inner();
        assert_eq!(saved.budget.as_ref().map(|budget| budget.contacts), Some(3));
        assert_eq!((&saved.call_hours, saved.update_time.is_some()), (&configured.call_hours, true));
        assert_eq!(policy(&service).await, saved);

        let status = policies(&service).update_contact_policy(update(new, &["budget"])).await.expect_err("it has changed");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        service.stop().await;
    }

    async fn everything_wrong_with_a_policy_is_named(database) {
        let service = shop(database).await;
        let mut wrong = policy(&service).await;
        wrong.budget = Some(pb::ContactBudget { contacts: 0, period_duration: None });
        wrong.call_hours.clear();
        wrong.lead_times = Some(pb::LeadTimes { post_business_days: 61, ..pb::LeadTimes::default() });
        wrong.default_regime_id = "none-such".to_owned();
        let permission = |purpose: pb::Purpose, channel: pb::Channel| pb::ConsentPermission {
            purpose: purpose.into(),
            channels: vec![channel.into()],
        };
        wrong.consent_regimes[0].region_codes = vec!["fr".to_owned()];
        wrong.consent_regimes[1].disabled = false;
        wrong.consent_regimes.push(pb::ConsentRegime {
            regime_id: "eu-opt-in".to_owned(),
            display_name: "Again".to_owned(),
            region_codes: vec!["FR".to_owned()],
            permissions: vec![
                permission(pb::Purpose::Marketing, pb::Channel::Email),
                permission(pb::Purpose::Service, pb::Channel::HandOver),
            ],
            ..pb::ConsentRegime::default()
        });
        let status = policies(&service).update_contact_policy(update(wrong, &["*"])).await.expect_err("much is wrong");
        let mut named = fields(&status);
        named.sort();
        let expected = [
            "budget.contacts",
            "budget.period_duration",
            "call_hours",
            "consent_regimes[0].region_codes[0]",
            "consent_regimes[2].permissions[0].purpose",
            "consent_regimes[2].permissions[1].channels[0]",
            "consent_regimes[2].regime_id",
            "consent_regimes[2].region_codes[0]",
            "default_regime_id",
            "lead_times.post_business_days",
        ];
        assert_eq!(named, expected.map(|path| format!("contact_policy.{path}")));

        let other = pb::GetContactPolicyRequest { name: "contactPolicies/1".to_owned() };
        let status = policies(&service).get_contact_policy(other).await.expect_err("there is one");
        assert_eq!(fields(&status), ["name"]);
        service.stop().await;
    }

    async fn p6_the_regime_of_the_country_says_who_may_be_called_unasked(database) {
        let service = shop(database).await;
        let before = thanked(&service, "FR", "+33123456789").await;
        assert_eq!(before.channel(), pb::Channel::Phone, "the opt-in regime ships disabled");
        opt_in(&service).await;
        let after = thanked(&service, "FR", "+33123456788").await;
        assert_eq!(after.channel(), pb::Channel::HandOver);
        let steps = after.plan.expect("it has one").steps;
        assert!(steps.iter().any(|step| step.text.contains("eu-opt-in")), "{steps:?}");
        assert_eq!(thanked(&service, "GB", "+442079460018").await.channel(), pb::Channel::Phone);
        assert_eq!(thanked(&service, "", "+442079460019").await.channel(), pb::Channel::Phone, "the shop is in Britain");

        service.advance("1m").await;
        let claim = pb::ClaimGesturesRequest {
            worker: "dialler".to_owned(),
            channels: vec![pb::Channel::Phone.into()],
            max_count: 10,
            ..pb::ClaimGesturesRequest::default()
        };
        let mut gestures = GestureServiceClient::new(service.channel());
        let taken = gestures.claim_gestures(claim).await.expect("claimed").into_inner().gestures;
        let taken: Vec<_> = taken.into_iter().filter_map(|taken| taken.gesture).map(|gesture| gesture.name).collect();
        assert!(taken.len() == 2 && !taken.contains(&before.name), "planned before, and no longer allowed");
        let request = pb::GetGestureRequest { name: before.name };
        let now = gestures.get_gesture(request).await.expect("it is there").into_inner();
        assert_eq!((now.channel(), now.state()), (pb::Channel::HandOver, pb::gesture::State::Scheduled));
        service.stop().await;
    }

    async fn p5_changed_hours_hold_for_the_next_plan(database) {
        let service = shop(database).await;
        let window = |weekday: pb::Weekday| pb::WeeklyWindow {
            weekday: weekday.into(),
            open: Some(pb::TimeOfDay { hours: 15, minutes: 0 }),
            close: Some(pb::TimeOfDay { hours: 16, minutes: 0 }),
        };
        let new = pb::ContactPolicy { name: NAME.to_owned(), call_hours: vec![window(pb::Weekday::Sunday)], ..pb::ContactPolicy::default() };
        policies(&service).update_contact_policy(update(new, &["call_hours"])).await.expect("changed");
        let call = thanked(&service, "GB", "+442079460018").await;
        assert_eq!(call.plan.expect("it has one").planned_local, "2026-11-29T15:00", "the first Sunday");
        service.stop().await;
    }
}
