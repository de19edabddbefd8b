//! What an interaction is owed: the ledger that makes P3 and P9 countable.

use super::{
    gesture::{Gesture, GestureKind, GestureState, Reason},
    ids::{CustomerId, GestureId, InteractionId, RuleId},
    interaction::{Direction, Interaction, InteractionKind, InteractionState},
    text_enum::text_enum,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where an obligation stands.
    pub enum ObligationState {
        /// Not settled yet.
        Open = "open",
        /// A gesture reached the customer.
        Fulfilled = "fulfilled",
        /// A gate stopped it.
        Suppressed = "suppressed",
        /// A person let it go.
        Waived = "waived",
        /// Its gestures came too late.
        Expired = "expired",
        /// Its reason went away.
        Cancelled = "cancelled",
        /// Nothing was owed.
        NotOwed = "not_owed",
    }
}

text_enum! {
    /// What an open obligation waits for.
    pub enum OpenReason {
        /// The visit is still going on.
        VisitOpen = "visit_open",
        /// Nobody is known to thank.
        Anonymous = "anonymous",
        /// A gesture is planned or on its way.
        GesturePending = "gesture_pending",
        /// A person must decide or act.
        WithAPerson = "with_a_person",
    }
}

/// What one interaction is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// The interaction; there is one obligation for each.
    pub interaction: InteractionId,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Where it stands.
    pub state: ObligationState,
    /// What it waits for, while open.
    pub open_reason: Option<OpenReason>,
    /// What ended it.
    pub reason: Option<Reason>,
    /// The gesture that answers it or would have.
    pub gesture: Option<GestureId>,
    /// The visit whose answer is this one's answer too.
    pub follows: Option<InteractionId>,
    /// The state in a sentence, without personal data.
    pub explanation: String,
    /// Rules whose trigger or condition did not fit, with the first clause that failed.
    pub looked_at: Vec<LookedAt>,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

/// A rule that was looked at and did not match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedAt {
    /// The rule.
    #[serde(rename = "r")]
    pub rule: RuleId,
    /// Its version then.
    #[serde(rename = "v")]
    pub version: u32,
    /// The first clause that failed.
    #[serde(rename = "f")]
    pub failed: String,
}

/// What one rule whose trigger matched made of one occurrence. Kept for ever: `(rule, occurrence)` is unique (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The rule.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// The interaction id, `customer/visit/n`, `customer/birthday/year`, `customer/date/month-day/year` …
    pub occurrence: String,
    /// The interaction that set it off; `None` for a day or a silence.
    pub interaction: Option<InteractionId>,
    /// For whom.
    pub customer: CustomerId,
    /// The gesture it made; `None` when a gate stopped it at once.
    pub gesture: Option<GestureId>,
    /// The gate that stopped it.
    pub reason: Option<Reason>,
    /// That in words, without personal data.
    pub explanation: String,
    /// The group of the rule, and the local day on which it matched: one acts per group and day.
    pub group_day: Option<String>,
    /// The rule's priority, by which a group is decided.
    pub priority: u8,
    /// When it was decided.
    pub at: Timestamp,
}

impl Decision {
    /// The local day on which its group makes one contact, as ISO 8601 has it.
    #[must_use]
    pub fn local_day(&self) -> Option<&str> {
        self.group_day.as_deref()?.rsplit('/').next()
    }

    /// Whether it counts: what an action at the desk led to that was taken back does not.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.reason != Some(Reason::Undone)
    }

    /// Whether the rule may decide again: the same version of it on the same interaction, since the action that led to
    /// this was taken back; any on a day that was forgotten before anybody was greeted for it.
    #[must_use]
    pub fn is_open_again(&self, version: u32, interaction: Option<InteractionId>) -> bool {
        let forgotten = self.reason == Some(Reason::DateChanged);
        forgotten || !self.stands() && self.version == version && self.interaction == interaction
    }
}

/// What an obligation is derived from.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The interaction.
    pub interaction: &'a Interaction,
    /// What its rules decided for the customer whose it is now.
    pub decisions: Vec<&'a Decision>,
    /// The gestures that answer it, to that customer: one that went to somebody else fulfils nothing.
    pub gestures: Vec<&'a Gesture>,
    /// The obligation of the visit whose story it belongs to.
    pub visit: Option<&'a Obligation>,
}

/// An obligation that nothing is known of yet but its interaction.
#[must_use]
pub fn unanswered(interaction: &Interaction, now: Timestamp) -> Obligation {
    Obligation {
        interaction: interaction.id,
        customer: interaction.customer,
        state: ObligationState::Open,
        open_reason: None,
        reason: None,
        gesture: None,
        follows: None,
        explanation: String::new(),
        looked_at: Vec::new(),
        updated_at: now,
    }
}

/// Derives where an obligation stands. `before` brings the list of rules looked at and, where a gate stopped all
/// rules at once, that gate.
#[must_use]
pub fn derive(evidence: &Evidence<'_>, before: Obligation, now: Timestamp) -> Obligation {
    let interaction = evidence.interaction;
    let follows = evidence.visit.map(|visit| visit.interaction);
    let verdict = Verdict::of(evidence, &before);
    let changed = verdict.state != before.state || verdict.gesture != before.gesture;
    Obligation {
        interaction: interaction.id,
        customer: interaction.customer,
        state: verdict.state,
        open_reason: verdict.open_reason,
        reason: verdict.reason,
        gesture: verdict.gesture,
        follows,
        explanation: verdict.explanation,
        looked_at: before.looked_at,
        updated_at: if changed { now } else { before.updated_at },
    }
}

struct Verdict {
    state: ObligationState,
    open_reason: Option<OpenReason>,
    reason: Option<Reason>,
    gesture: Option<GestureId>,
    explanation: String,
}

impl Verdict {
    fn end(state: ObligationState, reason: Reason, explanation: impl Into<String>) -> Self {
        Self { state, open_reason: None, reason: Some(reason), gesture: None, explanation: explanation.into() }
    }

    fn open(why: OpenReason, explanation: impl Into<String>) -> Self {
        Self {
            state: ObligationState::Open,
            open_reason: Some(why),
            reason: None,
            gesture: None,
            explanation: explanation.into(),
        }
    }

    fn by(self, gesture: &Gesture) -> Self {
        Self { gesture: Some(gesture.id), ..self }
    }

    fn of(evidence: &Evidence<'_>, before: &Obligation) -> Self {
        let interaction = evidence.interaction;
        Self::nothing_owed(interaction)
            .or_else(|| Self::from_visit(evidence.visit))
            .or_else(|| Self::reached(evidence))
            .or_else(|| Self::waived(before))
            .or_else(|| Self::waiting(evidence))
            .unwrap_or_else(|| Self::stopped(evidence, before))
    }

    fn nothing_owed(interaction: &Interaction) -> Option<Self> {
        use ObligationState::{NotOwed, Suppressed};
        if interaction.state == InteractionState::Voided {
            Some(Self::end(NotOwed, Reason::Voided, "The interaction was voided."))
        } else if interaction.detail.kind == InteractionKind::Observation {
            Some(Self::end(NotOwed, Reason::Observation, "A secret shopper is scored, not thanked."))
        } else if interaction.detail.direction == Direction::Outbound {
            Some(Self::end(NotOwed, Reason::Outbound, "We contacted the customer; that owes nothing."))
        } else if interaction.history {
            Some(Self::end(Suppressed, Reason::History, "Recorded as history: counted, never thanked."))
        } else {
            None
        }
    }

    fn from_visit(visit: Option<&Obligation>) -> Option<Self> {
        visit.map(|visit| Self {
            state: visit.state,
            open_reason: visit.open_reason,
            reason: visit.reason,
            gesture: visit.gesture,
            explanation: format!("Answered with the visit interactions/{}: {}", visit.interaction, visit.explanation),
        })
    }

    fn reached(evidence: &Evidence<'_>) -> Option<Self> {
        let completed = evidence.gestures.iter().filter(|g| g.state == GestureState::Completed);
        if let Some(first) = completed.min_by_key(|g| (g.completed_at, g.id)) {
            let text = format!("The {} {} reached the customer.", first.kind, first.channel.by());
            return Some(Self::end(ObligationState::Fulfilled, Reason::Delivered, text).by(first));
        }
        evidence
            .interaction
            .detail
            .thanked_in_person
            .then(|| Self::end(ObligationState::Fulfilled, Reason::ThankedInPerson, "Thanked face to face."))
    }

    /// A person's word stands; only a gesture that reaches the customer nevertheless goes before it.
    fn waived(before: &Obligation) -> Option<Self> {
        let reason = before.reason.filter(|_| before.state == ObligationState::Waived)?;
        Some(Self {
            gesture: before.gesture,
            ..Self::end(ObligationState::Waived, reason, before.explanation.as_str())
        })
    }

    fn waiting(evidence: &Evidence<'_>) -> Option<Self> {
        let interaction = evidence.interaction;
        if interaction.state == InteractionState::Open {
            return Some(Self::open(OpenReason::VisitOpen, "The visit is still going on."));
        }
        if interaction.customer.is_none() {
            let text = match interaction.candidates.len() {
                0 => "Nobody is known to thank.".to_owned(),
                n => format!("Nobody is known to thank: {n} customers fit equally."),
            };
            return Some(Self::open(OpenReason::Anonymous, text));
        }
        if let Some(uncertain) = evidence.gestures.iter().find(|g| g.state == GestureState::Uncertain) {
            let text = "Whether the gesture reached the customer is not known; a person must look.";
            return Some(Self::open(OpenReason::WithAPerson, text).by(uncertain));
        }
        let pending = evidence.gestures.iter().filter(|g| !g.state.is_final());
        let next = pending.min_by_key(|g| (g.state == GestureState::Held, g.schedule.due_at, g.id))?;
        if next.with_person && next.state == GestureState::Scheduled {
            return Some(Self::open(OpenReason::WithAPerson, next.explanation.clone()).by(next));
        }
        let text = match next.state {
            GestureState::Held => format!("{} is held. {}", with_article(next.kind), next.explanation),
            _ => format!("{} {} is due.", with_article(next.kind), next.channel.by()),
        };
        Some(Self::open(OpenReason::GesturePending, text).by(next))
    }

    /// Nothing waits and nothing reached: why not? The strongest gesture that came to an end of its own speaks for
    /// all, else the strongest decision that a gate stopped, else what was taken back. What gave way to that in its
    /// group does not speak: the other one was to make the contact of the day, and says why it does not.
    fn stopped(evidence: &Evidence<'_>, before: &Obligation) -> Self {
        let rank = |g: &&&Gesture| (std::cmp::Reverse(g.priority), g.id);
        let (taken_back, ended): (Vec<&Gesture>, Vec<&Gesture>) =
            evidence.gestures.iter().partition(|g| g.state == GestureState::Cancelled);
        let group_of =
            |id| evidence.decisions.iter().find(|d| d.gesture == Some(id)).and_then(|d| d.group_day.as_ref());
        let won: Vec<&String> = taken_back.iter().filter_map(|g| group_of(g.id)).collect();
        let gave_way = |reason, group: Option<&String>| {
            reason == Some(Reason::Group) && group.is_some_and(|group| won.contains(&group))
        };
        if let Some(gesture) = ended.iter().filter(|g| !gave_way(g.reason, group_of(g.id))).min_by_key(rank) {
            return Self::ended_by(gesture);
        }
        let speaks = evidence.decisions.iter().filter(|d| !gave_way(d.reason, d.group_day.as_ref()));
        let stopped = speaks.filter_map(|d| d.reason.map(|reason| (d, reason)));
        if let Some((decision, reason)) = stopped.min_by_key(|(d, _)| (std::cmp::Reverse(d.priority), &d.rule)) {
            return Self::end(ObligationState::Suppressed, reason, decision.explanation.clone());
        }
        if let Some(gesture) = taken_back.iter().min_by_key(rank) {
            return Self::ended_by(gesture);
        }
        match before.reason {
            Some(gate) if gate != Reason::NoRuleMatched => {
                Self::end(ObligationState::Suppressed, gate, before.explanation.as_str())
            }
            _ => Self::end(ObligationState::Suppressed, Reason::NoRuleMatched, "No rule matched."),
        }
    }

    fn ended_by(gesture: &Gesture) -> Self {
        let reason = gesture.reason.unwrap_or(Reason::ByPerson);
        let state = match gesture.state {
            GestureState::Expired => ObligationState::Expired,
            GestureState::Cancelled => ObligationState::Cancelled,
            _ => ObligationState::Suppressed,
        };
        let explanation = match gesture.explanation.as_str() {
            "" => format!("The {} {} ended as {}.", gesture.kind, gesture.channel.by(), gesture.state),
            text => text.to_owned(),
        };
        Self::end(state, reason, explanation).by(gesture)
    }
}

/// "An apology".
fn with_article(kind: GestureKind) -> String {
    let article = if kind == GestureKind::Apology { "An" } else { "A" };
    format!("{article} {kind}")
}

#[cfg(test)]
mod tests;
