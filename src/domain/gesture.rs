//! One intended act of gratitude, and its life.

use super::{
    customer::{Channel, Customer, Purpose},
    ids::{
        CaseId, CustomerId, GestureId, HouseholdId, InteractionId, LocationId, NoteBatchId, NoteId, RuleId, TemplateId,
    },
    limits::LATE_AFTER,
    money::Money,
    rule::OverBudget,
    text_enum::text_enum,
    when::{Wait, WeeklyHours},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

text_enum! {
    /// What is done.
    pub enum GestureKind {
        /// A written thank-you.
        Note = "note",
        /// A phone call.
        Call = "call",
        /// Something said in person at the next visit.
        Recognition = "recognition",
        /// A present.
        Gift = "gift",
        /// An apology.
        Apology = "apology",
    }
}

impl GestureKind {
    /// Whether it can be made by a channel: a call is spoken, over the phone or, where that is not allowed, at the next
    /// visit. All else may be said and written.
    #[must_use]
    pub const fn goes_by(self, channel: Channel) -> bool {
        match self {
            Self::Call => matches!(channel, Channel::Phone | Channel::InPerson | Channel::HandOver),
            Self::Note | Self::Recognition | Self::Gift | Self::Apology => true,
        }
    }
}

text_enum! {
    /// How a gesture feels. Only cheerful ones are held while a case is open.
    pub enum Tone {
        /// Thanks, congratulations.
        Cheerful = "cheerful",
        /// Care, apology, follow-up.
        Caring = "caring",
    }
}

text_enum! {
    /// Where a gesture stands.
    pub enum GestureState {
        /// Planned.
        Scheduled = "scheduled",
        /// A worker has it, but has not begun.
        Claimed = "claimed",
        /// It is on its way and can't be taken back.
        Delivering = "delivering",
        /// It reached the customer.
        Completed = "completed",
        /// Waits until what is wrong is put right.
        Held = "held",
        /// Planned, then stopped by a gate.
        Suppressed = "suppressed",
        /// Taken back.
        Cancelled = "cancelled",
        /// Too late to make sense.
        Expired = "expired",
        /// Tried, and given up.
        Failed = "failed",
        /// It may or may not have reached the customer; a person must look.
        Uncertain = "uncertain",
    }
}

impl GestureState {
    /// Whether nothing will happen to it any more without a person.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Suppressed | Self::Cancelled | Self::Expired | Self::Failed)
    }

    /// The table of transitions: what may follow what.
    ///
    /// A claim lapses or is given back (`Claimed → Scheduled`); a delivery whose lease lapses is `Uncertain`, and so is
    /// what waits, may have left before, and can't go on as it began (`Scheduled → Uncertain`, or `Claimed`); the last
    /// token's late answer is taken from `Uncertain`, and from what has become of it since its delivery began (`Scheduled`,
    /// `Held` or `Expired`). A person
    /// completes what was only scheduled. A note of a batch leaves without a claim (`Scheduled → Delivering`). A retryable
    /// failure goes back to `Scheduled`. What a merge of two records stopped comes back when they are parted
    /// (`Suppressed → Scheduled`, or `Held`).
    ///
    /// What a person says happened counts, also of what was held, expired or was given up while they did it (`Held`,
    /// `Expired` or `Failed → Completed`); and who was called too late may ask to be called again (`Expired →
    /// Scheduled`). Nothing else that ended comes back.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use GestureState as S;
        match self {
            S::Scheduled => matches!(
                next,
                S::Claimed
                    | S::Delivering
                    | S::Held
                    | S::Completed
                    | S::Suppressed
                    | S::Cancelled
                    | S::Expired
                    | S::Failed
                    | S::Uncertain
            ),
            S::Held => {
                matches!(next, S::Scheduled | S::Completed | S::Suppressed | S::Cancelled | S::Expired | S::Failed)
            }
            S::Claimed => matches!(
                next,
                S::Scheduled
                    | S::Delivering
                    | S::Completed
                    | S::Held
                    | S::Suppressed
                    | S::Cancelled
                    | S::Expired
                    | S::Failed
                    | S::Uncertain
            ),
            S::Delivering => matches!(next, S::Completed | S::Scheduled | S::Failed | S::Uncertain),
            S::Uncertain => matches!(next, S::Completed | S::Scheduled | S::Failed),
            S::Suppressed => matches!(next, S::Scheduled | S::Held),
            S::Expired => matches!(next, S::Completed | S::Scheduled),
            S::Failed => matches!(next, S::Completed),
            S::Completed | S::Cancelled => false,
        }
    }
}

text_enum! {
    /// Why a gesture, a decision or an obligation ended as it did.
    pub enum Reason {
        /// No rule matched.
        NoRuleMatched = "no_rule_matched",
        /// The deadline had passed.
        TooLate = "too_late",
        /// No channel was allowed.
        NoConsent = "no_consent",
        /// The contact budget had no place.
        OverBudget = "over_budget",
        /// It lies before the time we answer for.
        History = "history",
        /// A stronger rule of the same group acted that day.
        Group = "group",
        /// Two records of the customer became one, and the other's gesture is the one that is made.
        Merged = "merged",
        /// The person asked to be forgotten.
        Erased = "erased",
        /// The records it speaks of were parted: it counted what two people did.
        Parted = "parted",
        /// The same rule already acted on this occurrence.
        AlreadyThanked = "already_thanked",
        /// The customer's record is no longer active.
        CustomerInactive = "customer_inactive",
        /// A minor without a consenting guardian.
        Minor = "minor",
        /// An internal account.
        Internal = "internal",
        /// A case is open.
        OpenCase = "open_case",
        /// Grief of their own: cheer waits for a person.
        OwnLife = "own_life",
        /// No moment within reach is allowed.
        NoOpening = "no_opening",
        /// The interaction was voided.
        Voided = "voided",
        /// What was bought came back.
        Returned = "returned",
        /// A later record replaced the interaction.
        Replaced = "replaced",
        /// The interaction turned out otherwise.
        Corrected = "corrected",
        /// The interaction belongs to somebody else.
        Reattributed = "reattributed",
        /// The rule was retired.
        RuleRetired = "rule_retired",
        /// A person decided so.
        ByPerson = "by_person",
        /// Events overtook it while it was held.
        Stale = "stale",
        /// We began it.
        Outbound = "outbound",
        /// A secret shopper's visit.
        Observation = "observation",
        /// Thanked face to face.
        ThankedInPerson = "thanked_in_person",
        /// The gesture reached the customer.
        Delivered = "delivered",
        /// The worker reported a failure.
        DeliveryFailed = "delivery_failed",
        /// The lease lapsed while it was on its way.
        LeaseLapsed = "lease_lapsed",
        /// The lease lapsed, or the claim was given back, before it began.
        Released = "released",
        /// Nobody answered; another try is planned.
        NoAnswer = "no_answer",
        /// The customer asked to be called at another time.
        CallBack = "call_back",
        /// The contact point does not reach them.
        WrongNumber = "wrong_number",
        /// The customer wants no such contact again.
        NeverAgain = "never_again",
        /// Nobody is known to thank.
        Anonymous = "anonymous",
        /// What would be written is not good enough to be sent (P8).
        NotGenuine = "not_genuine",
        /// What was written is not true any more.
        FactsChanged = "facts_changed",
        /// Something else became of it since it was written.
        Overtaken = "overtaken",
        /// The batch it belonged to was cancelled.
        BatchCancelled = "batch_cancelled",
        /// Somebody has stopped it from leaving.
        Paused = "paused",
        /// More calls are planned than people can make.
        CallCapacity = "call_capacity",
        /// It was sent to the test address, and reached nobody.
        Tested = "tested",
        /// The recovery contact comes first.
        Recovery = "recovery",
        /// The household is held out of the rule, so that its effect can be seen.
        HoldOut = "hold_out",
        /// The silence it was for has ended.
        CameBack = "came_back",
        /// The day it was for was corrected or forgotten.
        DateChanged = "date_changed",
        /// The customer has died.
        Deceased = "deceased",
        /// The gesture reached the customer, though the contact budget was used up.
        DeliveredOverBudget = "delivered_over_budget",
        /// The organisation takes no gift of that worth.
        GiftLimit = "gift_limit",
        /// A person must say what the gift is worth, or whether it may be given.
        GiftUnclear = "gift_unclear",
        /// The action at the desk that led to it was taken back.
        Undone = "undone",
    }
}

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
    /// It may have left, with nobody knowing, while the far side recognises it when it comes again: the token of the first
    /// lease of which that is so. See [`doubt`](super::doubt).
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
    /// It is late, and was offered outside its hours: it is offered again from this instant on, at the rate of all that is
    /// late, and not before.
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

/// A place in a household's contact budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The id.
    pub id: uuid::Uuid,
    /// Whose budget.
    pub household: HouseholdId,
    /// Who was or will be contacted.
    pub customer: CustomerId,
    /// By which channel.
    pub channel: Channel,
    /// By what.
    pub kind: GestureKind,
    /// When.
    pub at: Timestamp,
    /// Planned or happened.
    pub state: ContactState,
    /// The gesture, where there is one; a contact that nobody planned has its interaction's id.
    pub gesture: Option<GestureId>,
    /// The gesture's priority; the lowest is displaced first.
    pub priority: u8,
}

text_enum! {
    /// Whether a contact happened.
    pub enum ContactState {
        /// A place is kept for it.
        Reserved = "reserved",
        /// It happened, or is on its way.
        Used = "used",
        /// Given back; counts no more.
        Released = "released",
    }
}
