//! The settings on which decisions depend; the operator's, the same on every replica.

use super::{
    customer::{Channel, Customer},
    location::Location,
    note::WRITTEN_CHANNELS,
    paper::Formats,
    policy::{ConsentRegime, ContactPolicy, regions_of},
    retention::Retention,
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
    /// How the notes of batches leave, by channel.
    pub routes: Routes,
    /// What notes are printed on where nobody says otherwise.
    pub formats: Formats,
    /// Where all e-mails go while the service is tried out; `None` once it is meant.
    pub test_address: Option<String>,
    /// How many gestures that are late may leave within a minute, all replicas together; 0 for as many as there are.
    pub catch_up_per_minute: u32,
    /// How long is kept what need not be kept for ever.
    pub retention: Retention,
    /// How members of staff are named in what is recorded.
    pub staff_named: StaffNamed,
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
    /// How members of staff are named in what is recorded of customers.
    #[derive(Default)]
    pub enum StaffNamed {
        /// As the caller says.
        #[default]
        AsSaid = "as_said",
        /// By their pseudonym, else by their initials.
        Pseudonym = "pseudonym",
    }
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

text_enum! {
    /// How the notes of batches leave over a channel.
    pub enum Route {
        /// As lines of a file in a folder, for whoever fetches them.
        Spool = "spool",
        /// Nobody takes them: they are downloaded, printed, and confirmed by a person.
        Print = "print",
        /// As mails, handed to a relay.
        Smtp = "smtp",
        /// As webhooks, each to another system.
        Webhook = "webhook",
    }
}

/// How the notes of batches leave, by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routes {
    /// E-mails: spooled, by SMTP or by webhook.
    pub email: Route,
    /// Text messages: spooled or by webhook.
    pub message: Route,
    /// Letters and cards: spooled, printed or by webhook.
    pub post: Route,
    /// What is handed over at the next visit: spooled, printed or by webhook.
    pub hand_over: Route,
}

impl Default for Routes {
    fn default() -> Self {
        let spool = Route::Spool;
        Self { email: spool, message: spool, post: spool, hand_over: spool }
    }
}

impl Routes {
    /// How the notes of a channel leave; `None` for a channel that carries none.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> Option<Route> {
        match channel {
            Channel::Email => Some(self.email),
            Channel::Message => Some(self.message),
            Channel::Post => Some(self.post),
            Channel::HandOver => Some(self.hand_over),
            Channel::InPerson | Channel::Phone => None,
        }
    }

    /// The channels whose notes leave so, the quickest first.
    #[must_use]
    pub fn channels_of(&self, route: Route) -> Vec<Channel> {
        WRITTEN_CHANNELS.into_iter().filter(|channel| self.of(*channel) == Some(route)).collect()
    }
}
