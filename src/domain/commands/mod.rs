//! What callers can have done to the ledger: one command each, decided by pure code.

pub mod batch;
pub mod cases;
pub mod correct;
pub mod customers;
pub mod explain;
pub mod gestures;
pub mod left_open;
pub mod look_ahead;
pub mod notes;
mod outreach;
pub mod place;
pub mod reassign;
pub mod record;
pub mod retention;
pub mod simulate;
pub mod story;
pub mod undo;
pub mod visits;
pub mod waive;
pub mod who;

use super::{
    ledger::Ledger,
    limits::REQUEST_ID_KEPT,
    refusal::Refusal,
    world::{Fingerprint, IdempotencyKey, KeyRecord, Replay},
};

/// The key and the content by which a repeated call is recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Once {
    /// The keys; the first is the call's `request_id`, where it has one.
    pub keys: Vec<IdempotencyKey>,
    /// What the call says.
    pub content: Fingerprint,
}

impl Once {
    /// Whether the call was made before.
    ///
    /// # Errors
    /// When a key was used with other content, or what it made was erased (P2).
    pub fn replay(&self, ledger: &Ledger<'_, '_>) -> Result<Replay, Refusal> {
        ledger.world.replay(&self.keys, &self.content, ledger.now())
    }

    /// Remembers under every key which resource the call made or changed. A request id is kept for
    /// [`REQUEST_ID_KEPT`], a source's id for ever.
    pub fn remember(&self, ledger: &mut Ledger<'_, '_>, resource: &str) {
        for key in &self.keys {
            let expires_at = key.is_request().then(|| ledger.now().checked_add(REQUEST_ID_KEPT).ok()).flatten();
            let record = KeyRecord {
                key: key.clone(),
                resource: resource.to_owned(),
                fingerprint: self.content.clone(),
                expires_at,
                erased: false,
            };
            ledger.world.keys.put(key.clone(), record);
        }
    }
}
