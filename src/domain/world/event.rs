//! What happened: one event per change, in the transaction of the change.

use crate::domain::{
    access::Authority,
    ids::{
        ApiKeyId, CaseId, CustomerId, GestureId, InteractionId, JourneyId, LocationId, NoteBatchId, NoteId, PauseId,
        RuleId, StaffId, TemplateId, TouchpointId,
    },
    text_enum::text_enum,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

text_enum! {
    /// What kind of change an event tells of.
    pub enum EventKind {
        /// A location was created.
        LocationCreated = "location.created",
        /// A location was changed.
        LocationUpdated = "location.updated",
        /// A customer was created.
        CustomerCreated = "customer.created",
        /// A customer's profile, tags or identifiers were changed.
        CustomerUpdated = "customer.updated",
        /// A consent was given, refused or taken back.
        ConsentSet = "customer.consent_set",
        /// A customer was marked as deceased, or that was taken back.
        DeceasedSet = "customer.deceased_set",
        /// Two customers were said not to be the same, or that was taken back.
        NotSameMarked = "customer.not_same_marked",
        /// A customer has lost somebody: cheer waits.
        Bereaved = "customer.bereaved",
        /// Another record became part of a customer's, or theirs of another.
        CustomersMerged = "customer.merged",
        /// A record is by itself again.
        CustomersParted = "customer.parted",
        /// A person was forgotten at their wish.
        CustomerErased = "customer.erased",
        /// Somebody who had been forgotten came back, as a person decided.
        ErasedReturned = "customer.erased_returned",
        /// All that is held about a person was given out.
        CustomerExported = "customer.exported",
        /// A fact was added.
        FactAdded = "customer.fact_added",
        /// A fact was removed.
        FactRemoved = "customer.fact_removed",
        /// A contact was made for which the contact budget had no place.
        ContactOverBudget = "contact.over_budget",
        /// An interaction was recorded.
        InteractionRecorded = "interaction.recorded",
        /// A visit began.
        InteractionOpened = "interaction.opened",
        /// An interaction was closed.
        InteractionClosed = "interaction.closed",
        /// An interaction was corrected by what was learned later.
        InteractionCorrected = "interaction.corrected",
        /// An interaction was voided.
        InteractionVoided = "interaction.voided",
        /// An interaction was given to somebody, or taken from them.
        InteractionAttributed = "interaction.attributed",
        /// What staff wrote about an interaction was forgotten, since its time was over.
        RemarksForgotten = "interaction.remarks_forgotten",
        /// An obligation changed its state.
        ObligationChanged = "obligation.changed",
        /// A gesture was planned.
        GestureScheduled = "gesture.scheduled",
        /// A gesture was planned anew.
        GestureReplanned = "gesture.replanned",
        /// A worker took a gesture.
        GestureClaimed = "gesture.claimed",
        /// Whoever has a gesture has it for longer.
        GestureLeaseExtended = "gesture.lease_extended",
        /// A gesture was given back, or its lease lapsed.
        GestureReleased = "gesture.released",
        /// A gesture is on its way.
        GestureDelivering = "gesture.delivering",
        /// A gesture reached the customer.
        GestureCompleted = "gesture.completed",
        /// A gesture is held.
        GestureHeld = "gesture.held",
        /// A gate stopped a gesture.
        GestureSuppressed = "gesture.suppressed",
        /// A gesture was taken back.
        GestureCancelled = "gesture.cancelled",
        /// A gesture came too late.
        GestureExpired = "gesture.expired",
        /// A gesture failed for good.
        GestureFailed = "gesture.failed",
        /// Nobody knows whether a gesture reached the customer.
        GestureUncertain = "gesture.uncertain",
        /// A gesture is as it was before an action at the desk that was taken back.
        GestureRestored = "gesture.restored",
        /// A person took a gesture.
        GestureTaken = "gesture.taken",
        /// A person gave back a gesture that they had taken.
        GestureGivenBack = "gesture.given_back",
        /// A call was made, with or without success.
        CallLogged = "gesture.call_logged",
        /// A case was opened.
        CaseOpened = "case.opened",
        /// A case was changed.
        CaseUpdated = "case.updated",
        /// A remedy was granted on a case.
        RemedyGranted = "case.remedy_granted",
        /// A case was resolved.
        CaseResolved = "case.resolved",
        /// A resolved case was opened again.
        CaseReopened = "case.reopened",
        /// A rule was created.
        RuleCreated = "rule.created",
        /// A rule got a new version.
        RuleUpdated = "rule.updated",
        /// A rule was enabled.
        RuleEnabled = "rule.enabled",
        /// A rule was disabled.
        RuleDisabled = "rule.disabled",
        /// A rule was retired.
        RuleRetired = "rule.retired",
        /// A batch of notes was made.
        NoteBatchCreated = "note_batch.created",
        /// All notes of a batch are written.
        NoteBatchReady = "note_batch.ready",
        /// A batch was approved.
        NoteBatchApproved = "note_batch.approved",
        /// A batch stopped itself.
        NoteBatchStopped = "note_batch.stopped",
        /// A batch that had stopped goes on.
        NoteBatchResumed = "note_batch.resumed",
        /// Nothing is left to do for a batch.
        NoteBatchCompleted = "note_batch.completed",
        /// A person cancels a batch: what has not left is being taken back.
        NoteBatchCancelling = "note_batch.cancelling",
        /// All of a cancelled batch is taken back.
        NoteBatchCancelled = "note_batch.cancelled",
        /// A note was written.
        NoteComposed = "note.composed",
        /// A note was given to a person.
        NoteWithPerson = "note.with_person",
        /// A gate stopped a note.
        NoteSkipped = "note.skipped",
        /// A person gave a note other words.
        NoteEdited = "note.edited",
        /// A note was composed anew.
        NoteRegenerated = "note.regenerated",
        /// A note is on its way.
        NoteDelivering = "note.delivering",
        /// A note was printed, to be sent once that is confirmed.
        NotePrinted = "note.printed",
        /// A note was handed to the delivery.
        NoteDelivered = "note.delivered",
        /// The delivery refused a note.
        NoteFailed = "note.failed",
        /// Nobody knows whether a note left.
        NoteUncertain = "note.uncertain",
        /// A note was taken back with its batch.
        NoteCancelled = "note.cancelled",
        /// A template was created.
        TemplateCreated = "template.created",
        /// A template got a new version.
        TemplateUpdated = "template.updated",
        /// A template was retired.
        TemplateRetired = "template.retired",
        /// A journey was created.
        JourneyCreated = "journey.created",
        /// A journey was changed.
        JourneyUpdated = "journey.updated",
        /// A journey was retired.
        JourneyRetired = "journey.retired",
        /// A touchpoint was created.
        TouchpointCreated = "touchpoint.created",
        /// A touchpoint was changed.
        TouchpointUpdated = "touchpoint.updated",
        /// A touchpoint was retired.
        TouchpointRetired = "touchpoint.retired",
        /// The contact policy was changed.
        ContactPolicyUpdated = "contact_policy.updated",
        /// Something was stopped from leaving.
        PauseBegan = "pause.began",
        /// A pause was ended.
        PauseEnded = "pause.ended",
        /// An API key was made.
        ApiKeyCreated = "api_key.created",
        /// An API key got a new secret.
        ApiKeyRotated = "api_key.rotated",
        /// An API key was taken back.
        ApiKeyRevoked = "api_key.revoked",
        /// A member of staff was added.
        StaffCreated = "staff.created",
        /// What is said of a member of staff was changed.
        StaffUpdated = "staff.updated",
        /// A member of staff got another PIN.
        StaffPinSet = "staff.pin_set",
        /// A member of staff left.
        StaffEnded = "staff.ended",
        /// A member of staff signed in at a desk.
        StaffSignedIn = "staff.signed_in",
        /// A PIN was refused.
        StaffRefused = "staff.refused",
        /// Rows of a log were forgotten, since their time was over.
        RetentionApplied = "retention.applied",
    }
}

impl EventKind {
    /// What can happen with a visit at a desk. An index of the feed names the same.
    pub const OF_VISITS: &'static [Self] = &[
        Self::InteractionOpened,
        Self::InteractionClosed,
        Self::InteractionCorrected,
        Self::InteractionVoided,
        Self::InteractionAttributed,
    ];
}

/// Who did something, and for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The authenticated principal, `apiKeys/{id}`; `local` while nobody must authenticate, `system` for the service
    /// itself.
    pub principal: String,
    /// The member of staff on whose behalf it was done, where the caller named one.
    pub on_behalf_of: Option<String>,
    /// The call's `request_id`, where it had one.
    pub request_id: Option<String>,
    /// With which right; not kept with what was done.
    pub authority: Authority,
}

impl Actor {
    /// The service itself, acting on time that passed.
    #[must_use]
    pub fn system() -> Self {
        Self { principal: "system".to_owned(), ..Self::default() }
    }
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A customer.
    Customer(CustomerId),
    /// An interaction.
    Interaction(InteractionId),
    /// A gesture.
    Gesture(GestureId),
    /// A case.
    Case(CaseId),
    /// A location.
    Location(LocationId),
    /// A rule.
    Rule(RuleId),
    /// A template.
    Template(TemplateId),
    /// A batch of notes.
    NoteBatch(NoteBatchId),
    /// A note of a batch.
    Note(NoteBatchId, NoteId),
    /// A journey.
    Journey(JourneyId),
    /// A touchpoint.
    Touchpoint(TouchpointId),
    /// The contact policy.
    ContactPolicy,
    /// A pause.
    Pause(PauseId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// A member of staff.
    Staff(StaffId),
    /// How long what is kept is kept.
    Retention,
}

impl fmt::Display for Subject {
    /// The resource name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => write!(f, "customers/{id}"),
            Self::Interaction(id) => write!(f, "interactions/{id}"),
            Self::Gesture(id) => write!(f, "gestures/{id}"),
            Self::Case(id) => write!(f, "cases/{id}"),
            Self::Location(id) => write!(f, "locations/{id}"),
            Self::Rule(id) => write!(f, "rules/{id}"),
            Self::Template(id) => write!(f, "templates/{id}"),
            Self::NoteBatch(id) => write!(f, "noteBatches/{id}"),
            Self::Note(batch, id) => write!(f, "noteBatches/{batch}/notes/{id}"),
            Self::Journey(id) => write!(f, "journeys/{id}"),
            Self::Touchpoint(id) => write!(f, "touchpoints/{id}"),
            Self::ContactPolicy => f.write_str("contactPolicy"),
            Self::Retention => f.write_str("retention"),
            Self::Pause(id) => write!(f, "pauses/{id}"),
            Self::ApiKey(id) => write!(f, "apiKeys/{id}"),
            Self::Staff(id) => write!(f, "staff/{id}"),
        }
    }
}

/// One change. Holds ids and field names, never personal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What kind of change.
    pub kind: EventKind,
    /// What changed.
    pub subject: Subject,
    /// The customer it concerns, for the timeline and the audit.
    pub customer: Option<CustomerId>,
    /// Who did it.
    pub actor: Actor,
    /// More, as field names and ids.
    pub detail: EventDetail,
}

/// What else is worth knowing of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventDetail {
    /// The reason's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The new state's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The names of the fields that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Names of other resources concerned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
}
