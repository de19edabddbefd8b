//! Discreet customers, before callers who may not see them: what they do counts as theirs, and looks like a stranger's.
//! What else is theirs does not exist for such callers, by its name neither; but what a worker has claimed it has.

use super::{App, AppError};
use crate::domain::{
    commands::{
        gestures::Proof,
        record::Recorded,
        undo::{self, Undone},
    },
    gesture::Gesture,
    ids::{ActionId, CustomerId, GestureId},
    interaction::Interaction,
    obligation::{Evidence, derive, unanswered},
    refusal::{Precondition, Refusal},
    world::Actor,
};
use std::collections::BTreeSet;

/// The discreet among those whom an answer names; none before who may see them.
#[derive(Debug, Default)]
pub(super) struct Hidden(BTreeSet<CustomerId>);

impl App {
    /// Whether a caller must not be told what is a customer's: of what it made for them by their name, it is told no
    /// more than the names.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hides(&self, actor: &Actor, customer: CustomerId) -> Result<bool, AppError> {
        Ok(!actor.authority.sees_discreet()
            && !self.store.discreet_among(&BTreeSet::from([customer])).await?.is_empty())
    }

    /// Why a gate stops what a caller plans for a customer says much about them: whom the caller must not see is not
    /// there.
    pub(super) async fn veil_gates<T>(
        &self,
        actor: &Actor,
        customer: CustomerId,
        planned: Result<T, AppError>,
    ) -> Result<T, AppError> {
        match planned {
            Err(AppError::Refused(Refusal::Precondition { .. })) if self.hides(actor, customer).await? => {
                Err(Refusal::not_found("customer", &customer).into())
            }
            planned => planned,
        }
    }

    /// A gesture, as far as there is one for this caller.
    pub(super) async fn visible_gesture(&self, actor: &Actor, id: GestureId) -> Result<Gesture, AppError> {
        let found = self.store.gesture(id).await?.ok_or_else(|| Refusal::not_found("gesture", &id))?;
        if self.hides(actor, found.customer).await? {
            return Err(Refusal::not_found("gesture", &id).into());
        }
        Ok(found)
    }

    /// Refuses what a caller says of a gesture that is not there for it.
    pub(super) async fn may_speak_of(&self, actor: &Actor, id: GestureId) -> Result<(), AppError> {
        if actor.authority.sees_discreet() {
            return Ok(());
        }
        self.visible_gesture(actor, id).await.map(drop)
    }

    /// The same for those who may have claimed it: a lease token is only with whoever was given the gesture.
    pub(super) async fn may_answer_for(&self, actor: &Actor, id: GestureId, proof: Proof) -> Result<(), AppError> {
        match proof {
            Proof::Token(_) => Ok(()),
            Proof::Version(_) => self.may_speak_of(actor, id).await,
        }
    }

    /// Whom a caller must not see of those whom these name.
    pub(super) async fn hidden_from(
        &self,
        sees_discreet: bool,
        named: impl Iterator<Item = &Interaction>,
    ) -> Result<Hidden, AppError> {
        if sees_discreet {
            return Ok(Hidden::default());
        }
        let whose = named.flat_map(|it| {
            let owners = [it.customer, it.recorded_customer, it.origin];
            owners.into_iter().flatten().chain(it.candidates.iter().copied())
        });
        Ok(Hidden(self.store.discreet_among(&whose.collect()).await?))
    }

    /// What came of a call, as its caller may be told.
    pub(super) async fn veiled(&self, sees_discreet: bool, mut recorded: Recorded) -> Result<Recorded, AppError> {
        self.hidden_from(sees_discreet, std::iter::once(&recorded.interaction)).await?.veil(&mut recorded);
        Ok(recorded)
    }

    /// What was taken back, or why it was not, as whoever asked for it may be told: not whose history was changed
    /// since.
    pub(super) async fn veiled_undone(
        &self,
        actor: &Actor,
        id: ActionId,
        undone: Result<Undone, AppError>,
    ) -> Result<Undone, AppError> {
        let sees_discreet = actor.authority.sees_discreet();
        let mut undone = match undone {
            Err(AppError::Refused(Refusal::Precondition { kind: kind @ Precondition::ChangedSince, .. }))
                if !sees_discreet =>
            {
                let resource = undo::name(id);
                let message = format!("what {resource} did was changed by something else since; put it right by hand");
                return Err(Refusal::Precondition { kind, resource, message }.into());
            }
            undone => undone?,
        };
        let hidden = self.hidden_from(sees_discreet, undone.interactions.iter()).await?;
        for interaction in &mut undone.interactions {
            hidden.veil_interaction(interaction);
        }
        hidden.take_from(&mut undone.gestures);
        Ok(undone)
    }
}

impl Hidden {
    /// Leaves of what came of a call what would be there of a stranger.
    pub(super) fn veil(&self, recorded: &mut Recorded) {
        if self.veil_interaction(&mut recorded.interaction) {
            let nobodys = Evidence {
                interaction: &recorded.interaction,
                decisions: Vec::new(),
                gestures: Vec::new(),
                visit: None,
            };
            let since = recorded.interaction.received_at;
            recorded.obligation = derive(&nobodys, unanswered(nobodys.interaction, since), since);
        }
        self.take_from(&mut recorded.gestures);
    }

    /// Leaves of an interaction what would be there of a stranger; whether it was of somebody who is hidden.
    pub(super) fn veil_interaction(&self, interaction: &mut Interaction) -> bool {
        interaction.candidates.retain(|candidate| !self.0.contains(candidate));
        let owners = [interaction.customer, interaction.recorded_customer, interaction.origin];
        let is_hidden = owners.into_iter().flatten().any(|owner| self.0.contains(&owner));
        if is_hidden {
            (interaction.customer, interaction.recorded_customer, interaction.origin) = (None, None, None);
            interaction.joined = None;
            interaction.detail.over_budget_by.clear();
        }
        is_hidden
    }

    fn take_from(&self, gestures: &mut Vec<Gesture>) {
        gestures.retain(|gesture| !self.0.contains(&gesture.customer));
    }
}
