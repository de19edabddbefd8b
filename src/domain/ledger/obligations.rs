//! What interactions are owed: derived anew whenever something that it follows from has changed.

use super::Ledger;
use crate::domain::{
    ids::{CustomerId, InteractionId},
    obligation::{self, Obligation},
    refusal::Refusal,
    world::{EventDetail, EventKind, Miss, Needs, Subject},
};
use std::collections::BTreeSet;

impl Ledger<'_, '_> {
    /// Derives the obligation of an interaction anew, and of those that follow it.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when the interaction is not loaded with all that comes with it.
    pub fn refresh_obligation(&mut self, id: InteractionId) -> Result<(), Refusal> {
        let known = self.world.obligations.get(&id).cloned().ok_or_else(|| self.missing_with_all_pending(id))?;
        self.derive_obligation(id, known)
    }

    /// Asks for an interaction, and for those of all that is pending for whoever has a gesture that answers it: what
    /// ends one of their gestures seldom leaves the others alone, and each question is a round of reads.
    fn missing_with_all_pending(&self, id: InteractionId) -> Refusal {
        let customers: BTreeSet<_> = self.world.gestures_for(id).map(|gesture| gesture.customer).collect();
        let mut interactions = self.unknown_to_pending(customers);
        interactions.insert(id);
        Refusal::Miss(Miss::More(Box::new(Needs { interactions, ..Needs::default() })))
    }

    /// Asks at once for all that the pending gestures of several customers answer, for whoever is about to move them.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when some of it is not loaded.
    pub fn require_pending(&self, customers: impl IntoIterator<Item = CustomerId>) -> Result<(), Refusal> {
        let interactions = self.unknown_to_pending(customers);
        if interactions.is_empty() { Ok(()) } else { self.require(Needs { interactions, ..Needs::default() }) }
    }

    /// The interactions that pending gestures of these answer, as far as they are not loaded.
    fn unknown_to_pending(&self, customers: impl IntoIterator<Item = CustomerId>) -> BTreeSet<InteractionId> {
        let pending = customers.into_iter().flat_map(|customer| self.world.gestures_of(customer));
        let interactions = pending.filter(|g| !g.state.is_final()).filter_map(|g| g.interaction);
        interactions.filter(|id| self.world.obligations.get(id).is_none()).collect()
    }

    /// Derives an obligation from what is known of its interaction; `before` carries what is not derived.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when the interaction is not loaded.
    pub fn derive_obligation(&mut self, id: InteractionId, before: Obligation) -> Result<(), Refusal> {
        let interaction = self.world.interactions.get(&id).ok_or_else(|| missing_interaction(id))?;
        if let Some(visit) = interaction.joined
            && self.world.obligations.get(&visit).is_none()
        {
            return Err(missing_interaction(visit));
        }
        let whose = interaction.customer;
        let evidence = obligation::Evidence {
            interaction,
            decisions: self.world.decisions_for(id).filter(|d| Some(d.customer) == whose && d.stands()).collect(),
            gestures: self.world.gestures_for(id).filter(|g| Some(g.customer) == whose && g.stands()).collect(),
            visit: interaction.joined.and_then(|visit| self.world.obligations.get(&visit)),
        };
        let known = self.world.obligations.get(&id);
        let derived = obligation::derive(&evidence, before, self.context.now);
        if known == Some(&derived) {
            return Ok(());
        }
        if known.is_some_and(|k| k.state != derived.state) {
            let detail = EventDetail {
                state: Some(derived.state.to_string()),
                reason: derived.reason.map(|r| r.to_string()),
                ..EventDetail::default()
            };
            self.note(EventKind::ObligationChanged, Subject::Interaction(id), derived.customer, detail);
        }
        self.world.obligations.put(id, derived);
        let followers: Vec<_> = self.world.followers(id).map(|o| o.interaction).collect();
        followers.into_iter().try_for_each(|follower| self.refresh_obligation(follower))
    }

    /// Settles an obligation by a person's word, and with it those that follow it.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when the interaction is not loaded.
    pub fn settle_obligation(&mut self, settled: Obligation) -> Result<(), Refusal> {
        let id = settled.interaction;
        let detail = EventDetail {
            state: Some(settled.state.to_string()),
            reason: settled.reason.map(|reason| reason.to_string()),
            ..EventDetail::default()
        };
        self.note(EventKind::ObligationChanged, Subject::Interaction(id), settled.customer, detail);
        let settled = Obligation { updated_at: self.context.now, ..settled };
        self.world.obligations.put(id, settled.clone());
        self.derive_obligation(id, settled)?;
        let followers: Vec<_> = self.world.followers(id).map(|o| o.interaction).collect();
        followers.into_iter().try_for_each(|follower| self.refresh_obligation(follower))
    }
}

/// Asks for an interaction with all that comes with it.
#[must_use]
pub fn missing_interaction(id: InteractionId) -> Refusal {
    let needs = Needs { interactions: BTreeSet::from([id]), ..Needs::default() };
    Refusal::Miss(Miss::More(Box::new(needs)))
}
