//! The configuration in the words of the domain.

use super::CliError;
use crate::{
    config::{Config, DailyHours},
    domain::{
        settings::Settings,
        when::{ClockTime, WeeklyHours},
    },
};
use jiff::{SignedDuration, civil::Time};

/// After a case is resolved, the recovery contact comes first: nothing cheerful within the hour (4.8 of the design).
const RECOVERY_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// On what decisions depend besides the ledger.
///
/// # Errors
/// [`CliError::Usage`] for hours that are no hours; the configuration's own checks come first.
pub(super) fn settings(config: &Config) -> Result<Settings, CliError> {
    let hours = |count: u32| SignedDuration::from_hours(count.into());
    Ok(Settings {
        time_zone: config.defaults.zone.clone(),
        region: config.defaults.region.clone(),
        language: config.defaults.language.clone(),
        visit_closes_after: hours(config.visits.auto_close_hours),
        purchase_joins_within: hours(config.visits.join_hours),
        same_visit_within: SignedDuration::from_mins(config.visits.same_visit_minutes.into()),
        budget_period: hours(24 * config.budget.period_days),
        budget_contacts: config.budget.max_contacts,
        call_hours: weekly("hours.calls", &config.hours.calls)?,
        message_hours: weekly("hours.messages", &config.hours.messages)?,
        lapse_gap_days: config.defaults.location_gap_days,
        recovery_pause: RECOVERY_PAUSE,
    })
}

fn weekly(key: &str, hours: &DailyHours) -> Result<WeeklyHours, CliError> {
    let days: Vec<_> = hours.days.iter().map(|day| (*day).into()).collect();
    let bad = |why: &dyn std::fmt::Display| CliError::Usage(format!("{key}: {why}"));
    let (open, close) =
        clock_time(hours.open).zip(clock_time(hours.close)).ok_or_else(|| bad(&"not times of a day"))?;
    WeeklyHours::on(&days, open, close).map_err(|why| bad(&why))
}

fn clock_time(time: Time) -> Option<ClockTime> {
    ClockTime::new(u8::try_from(time.hour()).ok()?, u8::try_from(time.minute()).ok()?)
}
