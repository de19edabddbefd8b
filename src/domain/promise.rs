//! What follows when we did not keep our word (4.4).

use super::{
    case::CaseOrigin,
    gesture::Gesture,
    ledger::{Ledger, NewCase},
    refusal::Refusal,
};
use jiff::tz::TimeZone;

/// How grave a promise is that was not kept.
const SEVERITY: u8 = 3;

/// After a promise came too late, or was tried and given up: opens a case at that instant.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn is_missed(ledger: &mut Ledger<'_, '_>, promise: &Gesture) -> Result<(), Refusal> {
    let zone = ledger.world.zones.get(&promise.schedule.zone).unwrap_or(TimeZone::UTC);
    let by = zone.to_datetime(promise.schedule.deadline_at).strftime("%a %-d %b %Y %H:%M");
    let summary = format!("We promised a {} by {by} and did not keep it.", promise.kind);
    let case = NewCase {
        id: None,
        customer: promise.customer,
        interaction: promise.interaction,
        gesture: Some(promise.id),
        location: None,
        origin: CaseOrigin::MissedPromise,
        summary,
        severity: SEVERITY,
        assignee: String::new(),
    };
    ledger.open_case(case).map(drop)
}
