//! One intended act of gratitude, and its life.

mod contact;
mod reason;
mod state;

pub use contact::{Contact, ContactState};
pub use reason::Reason;
pub use state::{GestureKind, GestureState, Tone};

use super::{
    customer::{Channel, Customer, Purpose},
    ids::{
        CaseId, CustomerId, GestureId, HouseholdId, InteractionId, LocationId, NoteBatchId, NoteId, RuleId, TemplateId,
    },
    limits::LATE_AFTER,
    money::Money,
    rule::OverBudget,
    when::{Wait, WeeklyHours},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One intended act of gratitude.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gesture {
    /// The id, permanent.
    pub id: GestureId,
    /// For whom.
    pub customer: CustomerId,
    /// Their household when it was planned.
    pub household: HouseholdId,
    /// What it answers; `None` for one that a person scheduled.
    pub interaction: Option<InteractionId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The location whose customer they are in this.
    pub location: LocationId,
    /// The rule and its version; `None` when a person scheduled it.
    pub rule: Option<(RuleId, u32)>,
    /// What makes it unique for its rule (P4).
    pub occurrence: String,
    /// Note, call …
    pub kind: GestureKind,
    /// By which channel.
    pub channel: Channel,
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// Cheerful or caring.
    pub tone: Tone,
    /// 0 to 100.
    pub priority: u8,
    /// Who carries it out.
    pub role: String,
    /// Of one group only the strongest acts on a local day.
    pub group: String,
    /// We said we would.
    pub promised: bool,
    /// Where it stands.
    pub state: GestureState,
    /// Why it stands there.
    pub reason: Option<Reason>,
    /// That reason in words, naming what decided; no personal data.
    pub explanation: String,
    /// When, and how that came about.
    pub schedule: Schedule,
    /// What the rule or the person asked for; by it the gesture is planned anew.
    pub terms: Terms,
    /// What to say.
    pub content: Content,
    /// The note that carries it. Nobody else may carry it out as long as it is not over.
    pub written: Option<Written>,
    /// What would be written was not good enough to be sent: only a person may carry it out.
    pub with_person: bool,
    /// Who has it, while claimed or delivering; kept afterwards for the late answer.
    pub lease: Option<Lease>,
    /// It may have left, with nobody knowing, while the far side recognises it when it comes again: the token of the
    /// first lease of which that is so. See [`doubt`](super::doubt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perhaps_left: Option<i64>,
    /// The person who said that they are doing it.
    pub taken: Option<Taken>,
    /// How often it was begun.
    pub attempts: u32,
    /// When it reached the customer.
    pub completed_at: Option<Timestamp>,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
    /// When it was planned.
    pub created_at: Timestamp,
}

impl Gesture {
    /// Whether it has waited for so long that it leaves at a bounded rate, as after a standstill (4.4).
    #[must_use]
    pub fn is_late_at(&self, now: Timestamp) -> bool {
        now.duration_since(self.schedule.due_at) > LATE_AFTER
    }

    /// The person who has it at an instant.
    #[must_use]
    pub fn taken_at(&self, now: Timestamp) -> Option<&Taken> {
        self.taken.as_ref().filter(|taken| now < taken.until)
    }

    /// The customer as this gesture finds them: an organisation through the contact who gets it.
    #[must_use]
    pub fn recipient<'a>(&self, customer: &'a Customer) -> Cow<'a, Customer> {
        customer.facing(&self.terms.recipient, self.channel)
    }

    /// Whether it counts: what an action at the desk led to that was taken back does not.
    #[must_use]
    pub fn stands(&self) -> bool {
        (self.state, self.reason) != (GestureState::Cancelled, Some(Reason::Undone))
    }

    /// Whether people do it: said, called, given, handed over, or written by them because what we would write is not
    /// good enough. What a worker may have done already is left to workers: people recognise no repetition.
    #[must_use]
    pub const fn is_for_people(&self) -> bool {
        let is_theirs = self.with_person
            || matches!(self.channel, Channel::InPerson | Channel::Phone | Channel::HandOver)
            || matches!(self.kind, GestureKind::Call | GestureKind::Recognition | GestureKind::Gift);
        is_theirs && self.perhaps_left.is_none()
    }

    /// Whether it is something to read: a note or an apology, over a channel that carries words.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        matches!(self.kind, GestureKind::Note | GestureKind::Apology)
            && matches!(self.channel, Channel::Email | Channel::Message | Channel::Post | Channel::HandOver)
    }

    /// The batch that has it: it is in a note that has not left.
    #[must_use]
    pub fn live_batch(&self) -> Option<NoteBatchId> {
        use GestureState as S;
        let waits = matches!(self.state, S::Scheduled | S::Held | S::Claimed | S::Delivering);
        self.written.filter(|_| waits).map(|written| written.batch)
    }

    /// The visit day that it celebrates, if it was made for one.
    #[must_use]
    pub fn milestone(&self) -> Option<u32> {
        self.rule.as_ref()?;
        self.occurrence.rsplit_once("/visit/")?.1.parse().ok()
    }

    /// Whether it takes a place in the contact budget: what is said in person at a visit does not, nor do apologies
    /// and promises (4.5), nor what goes along in another's note.
    #[must_use]
    pub fn counts_as_contact(&self) -> bool {
        self.channel != Channel::InPerson
            && !self.written.is_some_and(|written| written.folded)
            && self.kind != GestureKind::Apology
            && !self.promised
            && self.case.is_none()
    }
}

/// The note that carries a gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The batch of the note.
    pub batch: NoteBatchId,
    /// The note.
    pub note: NoteId,
    /// It goes along in a note that takes its place in the contact budget for another gesture.
    pub folded: bool,
}

/// What was asked for when a gesture was made: enough to plan it anew without its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The channels it may take, best first.
    pub channels: Vec<Channel>,
    /// The instant from which the wait counts.
    pub moment_at: Timestamp,
    /// How long after that.
    pub wait: Wait,
    /// When it may be carried out; the channel's default hours when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WeeklyHours>,
    /// Only on days on which the location does business.
    #[serde(default)]
    pub business_days: bool,
    /// How long after it is due it still makes sense.
    pub deadline: SignedDuration,
    /// It makes sense only before this instant, however it is planned later: the deadline within which it was planned
    /// again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_until: Option<Timestamp>,
    /// The day for which it is meant (a birthday): it is planned so that it arrives then, and `wait` counts from the
    /// beginning of the day on which it has to leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<Date>,
    /// The fact that tells of that day, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<uuid::Uuid>,
    /// What happens when the contact budget has no place.
    pub over_budget: OverBudget,
    /// The customer asked for the time at which it is due: it goes before all hours, their own too, before the capacity
    /// for calls, and no other contact takes its place. Once that time was missed, all of these hold again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_their_time: bool,
    /// The role of whom it is for in an organisation; anybody's when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recipient: String,
    /// Of a gift, what it is worth, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_value: Option<Money>,
}

/// When a gesture is due, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Not before.
    pub due_at: Timestamp,
    /// Not at or after.
    pub deadline_at: Timestamp,
    /// The due instant as the customer's clock shows it, for example `2026-11-23T09:00`.
    pub planned_local: String,
    /// The IANA zone of that clock.
    pub zone: String,
    /// The version of the zone database used.
    pub tzdb: String,
    /// Each step of the plan, in order.
    pub steps: Vec<PlanStep>,
    /// The revision of the catalogue by which it was planned.
    pub planned_by: i64,
    /// Of a call, the day on which it is due by the clock of its location.
    pub call_day: Option<Date>,
    /// It is late, and was offered outside its hours: it is offered again from this instant on, at the rate of all that
    /// is late, and not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Timestamp>,
    /// Of a call that waits for a day with room, the first on which it would have been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_wanted: Option<Date>,
}

/// One step in planning: what the due time became, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// The due instant after this step.
    pub at: Timestamp,
    /// Why, in a sentence.
    pub text: String,
}

/// What to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// BCP 47 language of the text.
    pub language: String,
    /// The subject line; empty where the channel has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// The text.
    pub text: String,
    /// The facts that reached the text, as field paths.
    pub facts: Vec<String>,
    /// The template in whose words it speaks, and its version; `None` for a person's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<(TemplateId, u32)>,
}

/// Who has a gesture, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The worker's name for itself.
    pub owner: String,
    /// Fencing token: grows with every claim of this gesture.
    pub token: i64,
    /// When it lapses.
    pub until: Timestamp,
    /// The far side recognises a repeated delivery, so an unanswered one is simply tried again.
    pub far_side_deduplicates: bool,
    /// It was given out in test mode: whatever is sent goes to the test address, and completes nothing.
    pub for_test: bool,
    /// The channel by which its delivery began, once every gate had let it pass. It stays true of the lease whatever
    /// becomes of the gesture, so that a late answer is believed (4.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Channel>,
}

/// A person is doing it, and nobody else should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Who, as the business names them.
    pub by: String,
    /// When others may take it again.
    pub until: Timestamp,
}
