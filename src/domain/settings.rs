//! The settings on which decisions depend; the operator's, the same on every replica.

use super::{customer::Channel, note::WRITTEN_CHANNELS, text_enum::text_enum, when::WeeklyHours};
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
    /// Who carries out notes, by channel.
    pub notes: NoteRoutes,
    /// How long what is written is on its way, by channel.
    pub lead_times: LeadTimes,
}

/// How long what is written is on its way, in business days of the location that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadTimes {
    /// E-mails.
    pub email: u8,
    /// Text messages.
    pub message: u8,
    /// Letters and cards.
    pub post: u8,
}

impl Default for LeadTimes {
    fn default() -> Self {
        Self { email: 0, message: 0, post: 4 }
    }
}

impl LeadTimes {
    /// The business days between sending and arriving; none for what people say, call or hand over.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> u8 {
        match channel {
            Channel::Email => self.email,
            Channel::Message => self.message,
            Channel::Post => self.post,
            Channel::InPerson | Channel::Phone | Channel::HandOver => 0,
        }
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
