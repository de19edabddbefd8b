//! What people do at the desk, and take back when it was a mistake.

use super::{App, AppError, CloseVisit};
use crate::{
    domain::{
        action::ActionKind,
        commands::{
            Once,
            correct::Attribute,
            gestures::{Acknowledge, Acknowledged},
            reassign::Reassign,
            record::Recorded,
            undo::{Done, UndoAction, Undoable, Undone},
        },
        ids::{ActionId, CustomerId, GestureId, InteractionId, LocationId},
        interaction::Interaction,
        money::Money,
        world::{Actor, Command},
    },
    store::{Cursor, Lane, Page, PageRequest},
};
use serde_json::json;

/// What became of a gesture at the desk.
#[derive(Debug, Clone)]
pub struct AcknowledgeGesture {
    /// Who says so.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// The version of it that was read.
    pub version: i64,
    /// Who said or gave it.
    pub staff: String,
    /// What the customer said to it.
    pub words: String,
    /// It was left out, since the customer had been thanked before.
    pub thanked_already: bool,
    /// What the gift was worth, where it differs from what was planned.
    pub gift_value: Option<Money>,
}

/// Whose a visit is.
#[derive(Debug, Clone)]
pub struct ReassignVisit {
    /// Who says so.
    pub actor: Actor,
    /// The visit.
    pub id: InteractionId,
    /// Whose; nobody's who is known, when absent.
    pub customer: Option<CustomerId>,
    /// How to tell a stranger again; as before, when empty.
    pub stranger: String,
}

impl App {
    /// Ends a visit at the desk.
    ///
    /// # Errors
    /// As for [`App::close_visit`].
    pub async fn check_out(&self, call: CloseVisit) -> Result<Done<Recorded>, AppError> {
        let sees_discreet = call.actor.authority.sees_discreet();
        let command = self.closing(call);
        let once = command.once.clone();
        let Done { reply, undo } = self.act(ActionKind::CheckOut, once.as_ref(), command).await?;
        Ok(Done { reply: self.veiled(sees_discreet, reply).await?, undo })
    }

    /// Notes that a gesture was said or handed over, or that there was no need to.
    ///
    /// # Errors
    /// When there is none, it was changed since it was read, its state does not allow it, and what a repeated write
    /// may meet (P2).
    pub async fn acknowledge_gesture(&self, call: AcknowledgeGesture) -> Result<Done<Acknowledged>, AppError> {
        let AcknowledgeGesture { actor, id, version, staff, words, thanked_already, gift_value } = call;
        self.may_speak_of(&actor, id).await?;
        let said = json!({
            "gesture": id, "etag": version, "how": thanked_already, "staff": staff, "words": words,
            "gift_value": gift_value,
        });
        let once = self.once(&actor, "AcknowledgeGesture", self.fingerprint("", &said));
        let staff = self.staff_names().await?.called(staff);
        let command = Acknowledge { actor, once: once.clone(), id, version, staff, words, thanked_already, gift_value };
        self.act(ActionKind::Acknowledge, Some(&once), command).await
    }

    /// Gives a visit to another customer, or to nobody.
    ///
    /// # Errors
    /// When there is no such visit or customer, it was voided, and what a repeated write may meet (P2).
    pub async fn reassign_visit(&self, call: ReassignVisit) -> Result<Done<Recorded>, AppError> {
        let ReassignVisit { actor, id, customer, stranger } = call;
        let said = json!({ "interaction": id, "customer": customer, "stranger": stranger });
        let once = self.once(&actor, "ReassignVisit", self.fingerprint("", &said));
        let sees_discreet = actor.authority.sees_discreet();
        let command = Reassign { once: once.clone(), whose: Attribute { actor, id, customer }, stranger };
        let Done { reply, undo } = self.act(ActionKind::Reassign, Some(&once), command).await?;
        Ok(Done { reply: self.veiled(sees_discreet, reply).await?, undo })
    }

    /// A page of what ended at a location of people who were described and are still not known, the latest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn strangers(
        &self,
        location: &LocationId,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Interaction>, AppError> {
        Ok(self.store.strangers(location, &PageRequest { size, after }).await?)
    }

    /// Takes an action of the desk back.
    ///
    /// # Errors
    /// When there is none, it is too late, or something else has changed the same since.
    pub async fn undo_action(&self, actor: Actor, id: ActionId) -> Result<Undone, AppError> {
        let once = self.once(&actor, "UndoAction", self.fingerprint("", &json!({ "action": id })));
        let by = actor.clone();
        let undone = self.submit(Lane::Interactive, UndoAction { actor, once, id }).await;
        self.veiled_undone(&by, id, undone).await
    }

    /// Carries out what can be taken back for a while.
    pub(super) async fn act<C: Command>(
        &self,
        kind: ActionKind,
        once: Option<&Once>,
        command: C,
    ) -> Result<Done<C::Reply>, AppError> {
        let key = once.and_then(|once| once.keys.first()).filter(|key| key.is_request()).cloned();
        self.submit(Lane::Interactive, Undoable { command, kind, key }).await
    }
}
