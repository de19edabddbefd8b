//! The settings on which decisions depend; the operator's, the same on every replica.

use super::{
    customer::{Channel, Customer},
    location::Location,
    note::WRITTEN_CHANNELS,
    policy::{ConsentRegime, ContactPolicy, regions_of},
    text_enum::text_enum,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

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
    /// How customers may be contacted: as configured, until somebody saves another policy.
    pub policy: ContactPolicy,
    /// The gap between visits assumed of somebody with fewer than four visit days; silent for more than twice as long,
    /// they count as lapsed.
    pub lapse_gap_days: u32,
    /// After a case is resolved, held gestures wait at least this long behind the recovery contact.
    pub recovery_pause: SignedDuration,
    /// What the desk may grant on cases.
    pub remedy_limits: RemedyLimits,
    /// Who carries out notes, by channel.
    pub notes: NoteRoutes,
    /// Where all e-mails go while the service is tried out; `None` once it is meant.
    pub test_address: Option<String>,
    /// How many gestures that are late may leave within a minute, all replicas together; 0 for as many as there are.
    pub catch_up_per_minute: u32,
}

impl Settings {
    /// The consent regime of a customer of a location: by their own region, else the location's, else the configured.
    #[must_use]
    pub fn regime(&self, customer: &Customer, location: &Location) -> &ConsentRegime {
        self.policy.regime(regions_of(customer, location, &self.region))
    }

    /// Tells one basis of planning from another: all of these settings on which a plan depends, and the version of the
    /// time-zone database.
    ///
    /// # Panics
    /// Never: what is hashed are texts and numbers, which can be written as JSON.
    #[must_use]
    pub fn planning_basis(&self, tzdb: &str) -> String {
        let basis = serde_json::to_vec(&(&self.time_zone, &self.region, &self.policy, tzdb));
        blake3::hash(&basis.expect("texts and numbers can be written as JSON")).to_hex().to_string()
    }
}

/// What the desk may grant on cases, in millionths of the main unit of each currency. In a currency that is not named
/// nothing may be granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemedyLimits {
    /// On one case.
    pub per_case: BTreeMap<String, i64>,
    /// At one location on one local day.
    pub per_day: BTreeMap<String, i64>,
}

text_enum! {
    /// Who may carry out the notes of a channel.
    pub enum NoteRoute {
        /// Whoever comes first: a gesture is either in a batch or claimed, never both.
        Open = "open",
        /// Only those who claim.
        Workers = "workers",
        /// Only batches.
        Batches = "batches",
    }
}

/// Who carries out notes, by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteRoutes {
    /// E-mails.
    pub email: NoteRoute,
    /// Text messages.
    pub message: NoteRoute,
    /// Letters and cards.
    pub post: NoteRoute,
    /// What is handed over at the next visit.
    pub hand_over: NoteRoute,
}

impl Default for NoteRoutes {
    fn default() -> Self {
        let open = NoteRoute::Open;
        Self { email: open, message: open, post: open, hand_over: open }
    }
}

impl NoteRoutes {
    /// The channels whose notes nobody may claim.
    #[must_use]
    pub fn left_to_batches(&self) -> Vec<Channel> {
        self.left_to(NoteRoute::Batches)
    }

    /// The channels whose notes no batch may cover.
    #[must_use]
    pub fn left_to_workers(&self) -> Vec<Channel> {
        self.left_to(NoteRoute::Workers)
    }

    fn left_to(&self, route: NoteRoute) -> Vec<Channel> {
        let Self { email, message, post, hand_over } = *self;
        let routes = [email, message, post, hand_over];
        WRITTEN_CHANNELS.into_iter().zip(routes).filter(|(_, it)| *it == route).map(|(channel, _)| channel).collect()
    }
}
