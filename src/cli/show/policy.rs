//! The contact policy at a glance.

use jiff::civil::Weekday;

use super::words;
use crate::{
    cli::output,
    domain::when::{ClockTime, WeeklyHours, Window},
    proto::v1,
};

const SECONDS_AN_HOUR: i64 = 60 * 60;

/// The policy as a table, one thing a row.
pub(in crate::cli) fn contact_policy(policy: &v1::ContactPolicy) -> String {
    let mut table = output::ruled_table(&["what", "is"]);
    let budget = policy.budget.unwrap_or_default();
    let period = period(budget.period_duration.map(|period| period.seconds).unwrap_or_default());
    table.add_row(["budget".to_owned(), format!("{} contacts in any {period}", budget.contacts)]);
    table.add_row(["calls".to_owned(), hours(&policy.call_hours)]);
    table.add_row(["e-mails, messages".to_owned(), hours(&policy.message_hours)]);
    table.add_row(["under way".to_owned(), lead_times(policy.lead_times.unwrap_or_default())]);
    for regime in &policy.consent_regimes {
        table.add_row([format!("consent: {}", regime.regime_id), consent(policy, regime)]);
    }
    let since = match &policy.update_time {
        Some(_) => "saved; the configuration's values don't count any more".to_owned(),
        None => "as configured; nobody has saved it".to_owned(),
    };
    table.add_row(["version".to_owned(), format!("{} ({since})", policy.etag)]);
    table.to_string()
}

fn period(seconds: i64) -> String {
    match seconds / SECONDS_AN_HOUR {
        hours if hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

fn lead_times(times: v1::LeadTimes) -> String {
    let of = |what: &str, days: i32| format!("{what} {days}");
    let all = [
        of("e-mails", times.email_business_days),
        of("messages", times.message_business_days),
        of("letters", times.post_business_days),
    ];
    format!("{} business days", all.join(", "))
}

fn consent(policy: &v1::ContactPolicy, regime: &v1::ConsentRegime) -> String {
    let place = match (regime.regime_id == policy.default_regime_id, regime.disabled, regime.region_codes.is_empty()) {
        (true, _, true) => "everywhere else".to_owned(),
        (true, _, false) => format!("{}, and everywhere else", regime.region_codes.join(" ")),
        (false, true, _) => format!("disabled; for {}", regime.region_codes.join(" ")),
        (false, false, _) => regime.region_codes.join(" "),
    };
    let mut lines = vec![regime.display_name.clone(), place];
    for permission in &regime.permissions {
        let channels: Vec<_> = permission.channels().map(words::channel).collect();
        let purpose = words::plain(permission.purpose().as_str_name(), "PURPOSE_");
        lines.push(format!("unasked, {purpose}: {}", channels.join(", ")));
    }
    lines.join("\n")
}

/// Hours with runs of days drawn together.
fn hours(windows: &[v1::WeeklyWindow]) -> String {
    let read = |window: &v1::WeeklyWindow| {
        let time = |time: Option<v1::TimeOfDay>| {
            let time = time.unwrap_or_default();
            ClockTime::new(u8::try_from(time.hours).ok()?, u8::try_from(time.minutes).ok()?)
        };
        let weekday = i8::try_from(window.weekday).ok().and_then(|day| Weekday::from_monday_one_offset(day).ok())?;
        Window::new(weekday, time(window.open)?, time(window.close)?).ok()
    };
    let windows: Option<Vec<_>> = windows.iter().map(read).collect();
    windows.and_then(|windows| WeeklyHours::new(windows).ok()).map(|hours| hours.to_string()).unwrap_or_default()
}
