//! The contact policy.

use super::{
    enums::{WireEnum, place_of},
    types::{duration, read_weekly_hours, timestamp, weekly_hours},
};
use crate::{
    domain::{
        codes,
        customer::{Channel, Purpose},
        ids::RegimeId,
        limits::{
            BUDGET_CONTACTS_MAX, BUDGET_PERIOD_MAX, BUDGET_PERIOD_MIN, LEAD_TIME_MAX, REGIME_REGIONS_MAX, REGIMES_MAX,
        },
        policy::{ConsentRegime, ContactPolicy, LeadTimes, Permit, SavedPolicy},
        when::WeeklyHours,
    },
    proto::v1 as pb,
    rpc::{etag, policy::NAME, validate::Fields},
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn contact_policy(saved: &SavedPolicy) -> pb::ContactPolicy {
    let policy = &saved.policy;
    let count = |days: u8| i32::from(days);
    pb::ContactPolicy {
        name: NAME.to_owned(),
        budget: Some(pb::ContactBudget {
            contacts: i32::try_from(policy.budget_contacts).unwrap_or(i32::MAX),
            period_duration: Some(duration(policy.budget_period)),
        }),
        call_hours: weekly_hours(Some(&policy.call_hours)),
        message_hours: weekly_hours(Some(&policy.message_hours)),
        lead_times: Some(pb::LeadTimes {
            email_business_days: count(policy.lead_times.email),
            message_business_days: count(policy.lead_times.message),
            post_business_days: count(policy.lead_times.post),
        }),
        consent_regimes: policy.regimes.iter().map(consent_regime).collect(),
        default_regime_id: policy.default_regime.to_string(),
        update_time: (saved.version > 0).then(|| timestamp(saved.updated_at)),
        etag: etag::of(saved.version),
    }
}

fn consent_regime(regime: &ConsentRegime) -> pb::ConsentRegime {
    pb::ConsentRegime {
        regime_id: regime.id.to_string(),
        display_name: regime.display_name.clone(),
        region_codes: regime.regions.clone(),
        disabled: regime.disabled,
        permissions: regime.permits.iter().map(permission).collect(),
    }
}

fn permission(permit: &Permit) -> pb::ConsentPermission {
    pb::ConsentPermission {
        purpose: permit.purpose.to_wire(),
        channels: permit.channels.iter().map(|channel| channel.to_wire()).collect(),
    }
}

/// What people say of the policy: everything but what is output only.
pub(crate) fn read_policy(fields: &mut Fields, policy: pb::ContactPolicy) -> Option<ContactPolicy> {
    let budget = fields.required("budget", policy.budget, |fields, budget| {
        let most = i32::try_from(BUDGET_CONTACTS_MAX).unwrap_or(i32::MAX);
        let contacts = fields.ranged("contacts", budget.contacts, 1..=most);
        fields.required("period_duration", budget.period_duration, |_, _| Some(()));
        let period = fields.duration("period_duration", budget.period_duration, BUDGET_PERIOD_MIN..=BUDGET_PERIOD_MAX);
        contacts.zip(period)
    });
    let call_hours = hours(fields, "call_hours", policy.call_hours);
    let message_hours = hours(fields, "message_hours", policy.message_hours);
    let lead_times = fields.required("lead_times", policy.lead_times, read_lead_times);
    let regimes = read_regimes(fields, policy.consent_regimes);
    let default_regime = policy.default_regime_id.parse().ok();
    if !regimes.iter().any(|regime| Some(&regime.id) == default_regime.as_ref()) {
        fields.refuse("default_regime_id", "must be the `regime_id` of one of `consent_regimes`");
    }
    let (budget_contacts, budget_period) = budget?;
    Some(ContactPolicy {
        budget_contacts,
        budget_period,
        call_hours: call_hours?,
        message_hours: message_hours?,
        lead_times: lead_times?,
        regimes,
        default_regime: default_regime?,
    })
}

/// Hours of a channel; without any it could never be used.
fn hours(fields: &mut Fields, field: &str, windows: Vec<pb::WeeklyWindow>) -> Option<WeeklyHours> {
    if windows.is_empty() {
        fields.refuse(field, "must have a window; for every minute of the week give seven of 0:00 to 24:00");
    }
    read_weekly_hours(fields, field, windows)
}

fn read_lead_times(fields: &mut Fields, times: pb::LeadTimes) -> Option<LeadTimes> {
    let range = 0..=i32::from(LEAD_TIME_MAX);
    let email = fields.ranged("email_business_days", times.email_business_days, range.clone());
    let message = fields.ranged("message_business_days", times.message_business_days, range.clone());
    let post = fields.ranged("post_business_days", times.post_business_days, range);
    Some(LeadTimes { email: email?, message: message?, post: post? })
}

fn read_regime(fields: &mut Fields, regime: pb::ConsentRegime) -> Option<ConsentRegime> {
    let id = regime.regime_id.parse::<RegimeId>().map_err(|error| fields.refuse("regime_id", error.to_string())).ok();
    let display_name = fields.required_short("display_name", regime.display_name);
    let regions = fields.list("region_codes", regime.region_codes, REGIME_REGIONS_MAX, |fields, code| {
        codes::region(&code).map_err(|error| fields.refuse_here(error.to_string())).ok().map(str::to_owned)
    });
    let mut purposes = BTreeSet::new();
    let permits = fields.list("permissions", regime.permissions, Purpose::ALL.len(), |fields, permission| {
        let permit = read_permission(fields, permission)?;
        if !purposes.insert(permit.purpose) {
            fields.refuse("purpose", "is given twice");
        }
        Some(permit)
    });
    Some(ConsentRegime { id: id?, display_name, regions, disabled: regime.disabled, permits })
}

fn read_permission(fields: &mut Fields, permission: pb::ConsentPermission) -> Option<Permit> {
    let purpose = fields.required_enum("purpose", permission.purpose);
    if purpose == Some(Purpose::Marketing) {
        fields.refuse("purpose", "must be SERVICE or GRATITUDE: nobody allows advertising who was never asked");
    }
    let channels = fields.enums("channels", permission.channels.clone());
    if channels.contains(&Channel::HandOver) {
        let path = place_of("channels", &permission.channels, Channel::HandOver);
        fields.refuse(&path, "must not be HAND_OVER, which counts as IN_PERSON");
    }
    Some(Permit { purpose: purpose?, channels })
}

/// Each regime has a name of its own, and each country at most one that holds.
fn read_regimes(fields: &mut Fields, regimes: Vec<pb::ConsentRegime>) -> Vec<ConsentRegime> {
    let mut ids = BTreeSet::new();
    let mut countries = BTreeMap::new();
    fields.list("consent_regimes", regimes, REGIMES_MAX, |fields, said| {
        let codes = said.region_codes.clone();
        let regime = read_regime(fields, said)?;
        if !ids.insert(regime.id.clone()) {
            fields.refuse("regime_id", "is given twice");
        }
        for region in regime.regions.iter().filter(|_| !regime.disabled) {
            if let Some(other) = countries.insert(region.clone(), regime.id.clone()) {
                let place = codes.iter().rposition(|code| code == region).unwrap_or_default();
                let path = format!("region_codes[{place}]");
                fields.refuse(&path, format!("{region} has a regime already, {other}; disable one of them"));
            }
        }
        Some(regime)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_by_its_place_whatever_stands_before_it() {
        let regime = |id: &str, region_codes: &[&str], permissions| pb::ConsentRegime {
            regime_id: id.to_owned(),
            display_name: "Opt-in".to_owned(),
            region_codes: region_codes.iter().map(|code| (*code).to_owned()).collect(),
            permissions,
            ..pb::ConsentRegime::default()
        };
        let permission = |purpose: Purpose, channels| pb::ConsentPermission { purpose: purpose.to_wire(), channels };
        let hand_over = vec![99, Channel::HandOver.to_wire()];
        let wrong = vec![
            regime("Not a slug", &[], Vec::new()),
            regime("first", &["DE"], Vec::new()),
            regime("first", &["nowhere", "DE"], vec![permission(Purpose::Gratitude, hand_over)]),
        ];
        let mut fields = Fields::new();
        read_regimes(&mut fields, wrong);
        let found: Vec<_> = fields.into_violations().into_iter().map(|it| it.field).collect();
        let expected = [
            "[0].regime_id",
            "[2].region_codes[0]",
            "[2].permissions[0].channels[0]",
            "[2].permissions[0].channels[1]",
            "[2].regime_id",
            "[2].region_codes[1]",
        ];
        assert_eq!(found, expected.map(|path| format!("consent_regimes{path}")));
    }
}
