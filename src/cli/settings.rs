//! From what is configured to what decisions depend on.

use jiff::{SignedDuration, civil::Weekday};
use std::collections::BTreeMap;

use crate::{
    config::{self, Config, DailyHours, WallTime},
    domain::{
        paper::{Format, Formats},
        policy::{ConsentRegime, ContactPolicy, LeadTimes},
        retention::Retention,
        settings::{NoteRoute, NoteRoutes, RemedyLimits, Route, Routes, Settings, StaffNamed},
        when::{ClockTime, WeeklyHours},
    },
};

/// What the operator decided, as the domain wants it. The configuration was validated.
#[must_use]
pub fn settings(config: &Config) -> Settings {
    let Config { defaults, visits, cases, notes, delivery, print, scheduler, retention, staff, .. } = config;
    Settings {
        time_zone: defaults.zone.clone(),
        region: defaults.region.clone(),
        language: defaults.language.clone(),
        visit_closes_after: SignedDuration::from_hours(visits.auto_close_hours.into()),
        purchase_joins_within: SignedDuration::from_hours(visits.join_hours.into()),
        same_visit_within: SignedDuration::from_mins(visits.same_visit_minutes.into()),
        policy: policy(config),
        lapse_gap_days: defaults.lapse_gap_days,
        recovery_pause: SignedDuration::from_mins(cases.recovery_pause_minutes.into()),
        remedy_limits: RemedyLimits {
            per_case: amounts(&cases.remedy_limit_per_case),
            per_day: amounts(&cases.remedy_limit_per_day),
        },
        test_address: Some(delivery.test_address.clone()).filter(|address| !address.is_empty()),
        catch_up_per_minute: scheduler.catch_up_per_minute,
        retention: Retention {
            remarks: days(retention.remarks_days),
            events: days(retention.events_days),
            reads: days(retention.reads_days),
        },
        staff_named: match staff.named {
            config::StaffNamed::AsSaid => StaffNamed::AsSaid,
            config::StaffNamed::Pseudonym => StaffNamed::Pseudonym,
        },
        notes: NoteRoutes {
            email: route(notes.email),
            message: route(notes.message),
            post: route(notes.post),
            hand_over: route(notes.hand_over),
        },
        formats: Formats { post: paper(print.post), hand_over: paper(print.hand_over) },
        routes: Routes {
            email: way_out(delivery.routes.email),
            message: way_out(delivery.routes.message),
            post: way_out(delivery.routes.post),
            hand_over: way_out(delivery.routes.hand_over),
        },
    }
}

/// The contact policy that holds until somebody saves another.
fn policy(config: &Config) -> ContactPolicy {
    let Config { hours, budget, lead_times, consent, .. } = config;
    let eu_opt_in = ConsentRegime { disabled: !consent.eu_opt_in, ..ConsentRegime::eu_opt_in() };
    ContactPolicy {
        budget_contacts: budget.max_contacts,
        budget_period: SignedDuration::from_hours(i64::from(budget.period_days) * 24),
        call_hours: weekly(&hours.calls),
        message_hours: weekly(&hours.messages),
        lead_times: LeadTimes { email: lead_times.email, message: lead_times.message, post: lead_times.post },
        regimes: vec![ConsentRegime::standard(), eu_opt_in],
        default_regime: ConsentRegime::standard().id,
    }
}

/// So many days; none is for ever.
fn days(configured: u32) -> Option<SignedDuration> {
    (configured > 0).then(|| SignedDuration::from_hours(i64::from(configured) * 24))
}

/// Whole units of each currency, in millionths.
fn amounts(configured: &BTreeMap<String, u32>) -> BTreeMap<String, i64> {
    configured.iter().map(|(code, units)| (code.to_uppercase(), i64::from(*units) * 1_000_000)).collect()
}

const fn route(configured: config::NoteRoute) -> NoteRoute {
    match configured {
        config::NoteRoute::Open => NoteRoute::Open,
        config::NoteRoute::Workers => NoteRoute::Workers,
        config::NoteRoute::Batches => NoteRoute::Batches,
    }
}

const fn way_out(configured: config::Route) -> Route {
    match configured {
        config::Route::Spool => Route::Spool,
        config::Route::Print => Route::Print,
        config::Route::Smtp => Route::Smtp,
        config::Route::Webhook => Route::Webhook,
    }
}

const fn paper(configured: config::PrintFormat) -> Format {
    use config::PrintFormat as F;
    match configured {
        F::FoldedCard => Format::FoldedCard,
        F::LetterA4 => Format::LetterA4,
        F::LetterUs => Format::LetterUs,
        F::AddressTape62 => Format::AddressTape62,
        F::NoteTape62 => Format::NoteTape62,
        F::LabelsA4 => Format::LabelsA4,
        F::LabelsUs => Format::LabelsUs,
        F::HandA4 => Format::HandA4,
        F::HandUs => Format::HandUs,
    }
}

fn weekly(hours: &DailyHours) -> WeeklyHours {
    let weekdays: Vec<Weekday> = hours.days.iter().map(|day| (*day).into()).collect();
    let clock = |time: WallTime| {
        ClockTime::new(time.hour(), time.minute()).expect("both are times of a day from 00:00 to 24:00")
    };
    WeeklyHours::on(&weekdays, clock(hours.open), clock(hours.close)).expect("validated: a day, and open is not close")
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::settings;
    use crate::{
        config::Config,
        domain::{policy::ContactPolicy, when::ClockTime},
    };

    #[test]
    fn hours_may_last_to_the_end_of_a_day() {
        let mut config = Config::default();
        let whole = r#"{"days": ["mon"], "open": "00:00", "close": "24:00"}"#;
        config.hours.messages = serde_json::from_str(whole).expect("a whole day");
        let windows = settings(&config).policy.message_hours;
        let window = windows.windows()[0];
        assert_eq!((window.open(), window.close()), (ClockTime::START_OF_DAY, ClockTime::END_OF_DAY));
        assert!(!window.crosses_midnight());
    }

    #[test]
    fn the_default_configuration_is_the_designs() {
        let settings = settings(&Config::default());
        assert_eq!(settings.policy, ContactPolicy::default());
        assert_eq!(settings.visit_closes_after, SignedDuration::from_hours(8));
        assert_eq!(settings.purchase_joins_within, SignedDuration::from_hours(6));
        assert_eq!(settings.same_visit_within, SignedDuration::from_mins(10));
        assert_eq!(settings.recovery_pause, SignedDuration::from_hours(1));
    }
}
