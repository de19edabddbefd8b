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
        ids::{ActionId, CustomerId, GestureId, InteractionId},
        world::{Actor, Command},
    },
    store::Lane,
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
        let command = self.closing(call);
        let once = command.once.clone();
        self.act(ActionKind::CheckOut, once.as_ref(), command).await
    }

    /// Notes that a gesture was said or handed over, or that there was no need to.
    ///
    /// # Errors
    /// When there is none, it was changed since it was read, its state does not allow it, and what a repeated write
    /// may meet (P2).
    pub async fn acknowledge_gesture(&self, call: AcknowledgeGesture) -> Result<Done<Acknowledged>, AppError> {
        let AcknowledgeGesture { actor, id, version, staff, words, thanked_already } = call;
        let said = json!({ "gesture": id, "etag": version, "how": thanked_already, "staff": staff, "words": words });
        let once = self.once(&actor, "AcknowledgeGesture", self.fingerprint("", &said));
        let command = Acknowledge { actor, once: once.clone(), id, version, staff, words, thanked_already };
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
        let command = Reassign { once: once.clone(), whose: Attribute { actor, id, customer }, stranger };
        self.act(ActionKind::Reassign, Some(&once), command).await
    }

    /// Takes an action of the desk back.
    ///
    /// # Errors
    /// When there is none, it is too late, or something else has changed the same since.
    pub async fn undo_action(&self, actor: Actor, id: ActionId) -> Result<Undone, AppError> {
        let once = self.once(&actor, "UndoAction", self.fingerprint("", &json!({ "action": id })));
        self.submit(Lane::Interactive, UndoAction { actor, once, id }).await
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
