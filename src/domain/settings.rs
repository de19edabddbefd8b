//! The settings on which decisions depend; the operator's, the same on every replica.

use super::when::WeeklyHours;
use jiff::SignedDuration;

/// What the operator decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// IANA zone where neither customer nor location has one.
    pub time_zone: String,
    /// ISO 3166-1 region by which national phone numbers are read where neither location nor customer has one.
    pub region: String,
    /// BCP 47 language of texts where neither customer nor location has one.
    pub language: String,
    /// A visit that nobody closed ends by itself after this long.
    pub visit_closes_after: SignedDuration,
    /// A purchase up to this long after a visit's end belongs to it.
    pub purchase_joins_within: SignedDuration,
    /// Coming in again within this time is the same visit.
    pub same_visit_within: SignedDuration,
    /// The period of the contact budget, rolling.
    pub budget_period: SignedDuration,
    /// Contacts per household within the period.
    pub budget_contacts: u32,
    /// When calls may be made, where a rule names no window.
    pub call_hours: WeeklyHours,
    /// When e-mails and messages may leave, where a rule names no window.
    pub message_hours: WeeklyHours,
    /// The gap between visits assumed of somebody with fewer than four visit days; silent for more than twice as long,
    /// they count as lapsed.
    pub lapse_gap_days: u32,
    /// After a case is resolved, held gestures wait at least this long behind the recovery contact.
    pub recovery_pause: SignedDuration,
}
