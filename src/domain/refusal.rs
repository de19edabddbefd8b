//! Why a command was not carried out.

use super::{
    gesture::{GestureState, Reason},
    text_enum::{spoken, text_enum},
    world::Miss,
};
use jiff::Timestamp;
use std::fmt;

/// A command that was not carried out, and changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something must be loaded before it can be decided. For the store alone.
    #[error("more of the ledger is needed")]
    Miss(Miss),
    /// A named resource does not exist.
    #[error("{kind} `{name}` does not exist")]
    NotFound {
        /// What kind of resource.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Fields that are wrong, all of them.
    #[error("{}", Violation::list(.0))]
    Invalid(Vec<Violation>),
    /// The key was used before, with other content (P2).
    #[error("the same key was used before with other content in: {}", fields.join(", "))]
    ContentDiffers {
        /// The resource that was made then.
        resource: String,
        /// The paths of the fields that differ.
        fields: Vec<String>,
    },
    /// What it is about was erased: what the same key made before, a record, or somebody found by these identifiers
    /// (P2, P11).
    #[error("{resource} was erased at the person's wish")]
    Erased {
        /// The name of what was erased.
        resource: String,
    },
    /// Somebody like this exists already.
    #[error("{resource} exists already")]
    AlreadyExists {
        /// The resource that exists.
        resource: String,
        /// What made it match, as field paths.
        matched: Vec<String>,
    },
    /// The resource was changed since the caller read it.
    #[error("{resource} was changed since you read it; read it again, then decide")]
    Stale {
        /// The resource.
        resource: String,
    },
    /// The state of things does not allow it.
    #[error("{message}")]
    Precondition {
        /// Which condition fails.
        kind: Precondition,
        /// The resource whose state it is.
        resource: String,
        /// What is wrong, and what would be right.
        message: String,
    },
}

text_enum! {
    /// A condition that a command may fail on.
    pub enum Precondition {
        /// The interaction is not open.
        InteractionNotOpen = "interaction_not_open",
        /// The interaction was voided.
        InteractionVoided = "interaction_voided",
        /// The gesture's state does not allow it.
        GestureState = "gesture_state",
        /// The claim is somebody else's now.
        ClaimLost = "claim_lost",
        /// The gesture is not due yet.
        NotDue = "not_due",
        /// The moment is outside the allowed hours.
        OutsideHours = "outside_hours",
        /// The deadline has passed.
        TooLate = "too_late",
        /// The customer said no, or did not say yes.
        NoConsent = "no_consent",
        /// The contact budget has no place.
        OverBudget = "over_budget",
        /// The customer has an open case.
        OpenCase = "open_case",
        /// The customer's record is not active.
        CustomerInactive = "customer_inactive",
        /// The record is part of another.
        CustomerMerged = "customer_merged",
        /// The record is part of no other.
        CustomerNotMerged = "customer_not_merged",
        /// Too many records would be part of one.
        TooManyMerged = "too_many_merged",
        /// Somebody knows the records to be of two people.
        MarkedNotSame = "marked_not_same",
        /// Nobody fits the identifiers, and the caller asked not to go on then.
        NobodyFits = "nobody_fits",
        /// The case is not open.
        CaseNotOpen = "case_not_open",
        /// Somebody else is doing it.
        Taken = "taken",
        /// The case is not resolved.
        CaseNotResolved = "case_not_resolved",
        /// The desk may not grant that much.
        RemedyLimit = "remedy_limit",
        /// The rule was retired.
        RuleRetired = "rule_retired",
        /// The template was retired.
        TemplateRetired = "template_retired",
        /// A rule that is not retired uses the template.
        TemplateInUse = "template_in_use",
        /// The batch's state does not allow it.
        NoteBatchState = "note_batch_state",
        /// The note's state does not allow it.
        NoteState = "note_state",
        /// A batch of notes has the gesture.
        InNoteBatch = "in_note_batch",
        /// The journey was retired.
        JourneyRetired = "journey_retired",
        /// The touchpoint was retired.
        TouchpointRetired = "touchpoint_retired",
        /// There is a touchpoint in the stage.
        StageInUse = "stage_in_use",
        /// The service is in test mode.
        TestMode = "test_mode",
        /// A note can't be set as it is.
        Unprintable = "unprintable",
        /// A pause holds.
        Paused = "paused",
        /// The obligation is not open.
        ObligationNotOpen = "obligation_not_open",
        /// The organisation takes no gift of that worth.
        GiftLimit = "gift_limit",
        /// No allowed minute can keep the promise.
        NoOpening = "no_opening",
        /// The API key is not accepted any more.
        ApiKeyEnded = "api_key_ended",
        /// The first API key must be an operator's.
        FirstKey = "first_key",
        /// The time in which the action could be taken back is over.
        UndoTooLate = "undo_too_late",
        /// Something else was changed since, that the action had changed.
        ChangedSince = "changed_since",
        /// What happened behind the place in the feed was forgotten.
        EventsForgotten = "events_forgotten",
    }
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its path in the request, for example `interaction.purchase.total.currency_code`.
    pub field: String,
    /// What is wrong and what would be right; never the value itself where it may be personal.
    pub description: String,
}

impl Violation {
    /// A violation of a field.
    #[must_use]
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self { field: field.into(), description: description.into() }
    }

    fn list(violations: &[Self]) -> String {
        violations.iter().map(|v| format!("{}: {}", v.field, v.description)).collect::<Vec<_>>().join("; ")
    }
}

impl Refusal {
    /// A resource that does not exist; `kind` in the singular.
    #[must_use]
    pub fn not_found(kind: &'static str, id: &dyn fmt::Display) -> Self {
        Self::NotFound { kind, name: format!("{kind}s/{id}") }
    }

    /// One field that is wrong.
    #[must_use]
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(field, description)])
    }

    /// A gesture whose state does not allow what was asked.
    #[must_use]
    pub fn gesture_state(resource: String, state: GestureState, reason: Option<Reason>, wanted: &str) -> Self {
        let why = reason.map(|reason| format!(" ({})", spoken(reason))).unwrap_or_default();
        Self::Precondition {
            kind: Precondition::GestureState,
            message: format!("{resource} is {state}{why}; only a gesture that is {wanted} allows this"),
            resource,
        }
    }

    /// A deadline that has passed.
    #[must_use]
    pub fn too_late(resource: String, deadline: Timestamp) -> Self {
        Self::Precondition {
            kind: Precondition::TooLate,
            message: format!("{resource} made sense only before {deadline}"),
            resource,
        }
    }
}
