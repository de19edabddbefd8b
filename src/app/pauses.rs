//! What leaves is paused and resumed.

use super::{App, AppError, Made, catalog};
use crate::{
    domain::{
        ids::PauseId,
        limits::PAUSES_MAX,
        pause::{Pause, PauseScope},
        refusal::Refusal,
        world::{Actor, EventDetail, EventKind, Replay, Subject},
    },
    store::{CatalogWrite, Cursor, Page, PageRequest, SubmitError},
};
use serde_json::json;

impl App {
    /// A page of the pauses, the oldest first, with or without those that were ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pauses(&self, ended: bool, after: Option<Cursor>, size: u32) -> Result<Page<Pause>, AppError> {
        Ok(self.store.list_pauses(ended, &PageRequest { size, after }).await?)
    }

    /// Stops what falls under a scope from leaving, until it is resumed. From the next transaction on, on all replicas.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when the scope names what does not exist, [`Refusal::Invalid`] when there are too many
    /// pauses, or what a repeated write may meet (P2).
    pub async fn pause_all(&self, actor: Actor, scope: PauseScope, reason: String) -> Result<Made<Pause>, AppError> {
        let said = json!({
            "location": scope.location, "channel": scope.channel.map(|it| it.as_str()), "rule": scope.rule,
            "reason": reason,
        });
        let once = self.once(&actor, "PauseAll", self.fingerprint("", &said));
        let edited = self.store.write("pause_all", move |ledger| {
            let (scope, reason, actor, once) = (scope.clone(), reason.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                if let Replay::Of(name) = ledger.replay(&once.keys, &once.content).await? {
                    let id = name.strip_prefix("pauses/").and_then(|id| id.parse().ok()).map(PauseId);
                    let id = id.ok_or(Refusal::NotFound { kind: "pause", name })?;
                    return Ok(Made { what: existing(ledger, id).await?, replayed: true });
                }
                check_scope(ledger, &scope).await?;
                if ledger.pauses_holding().await? >= PAUSES_MAX {
                    let text = format!("{PAUSES_MAX} pauses hold already; resume one first");
                    return Err(Refusal::invalid("pause", text).into());
                }
                let id = PauseId(ledger.new_id()?);
                let pause = Pause { id, scope, reason, paused_at: ledger.now(), resumed_at: None };
                ledger.add_pause(&pause).await?;
                let (kind, detail) = (EventKind::PauseBegan, EventDetail::default());
                catalog::keep(ledger, &once, &actor, kind, Subject::Pause(id), detail).await?;
                Ok(Made { what: pause, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Ends a pause; harmless when it was ended before.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn resume(&self, actor: Actor, id: PauseId) -> Result<Pause, AppError> {
        let edited = self.store.write("resume", move |ledger| {
            let actor = actor.clone();
            Box::pin(async move {
                let before = existing(ledger, id).await?;
                if before.resumed_at.is_some() {
                    return Ok(before);
                }
                let after = Pause { resumed_at: Some(ledger.now()), ..before };
                ledger.put_pause(&after).await?;
                let detail = EventDetail::default();
                let event = catalog::event(ledger, &actor, EventKind::PauseEnded, Subject::Pause(id), detail);
                ledger.note(&event).await?;
                Ok(after)
            })
        });
        let resumed = edited.await?;
        self.due.notify_waiters();
        self.wake_note_work();
        Ok(resumed)
    }
}

async fn existing(ledger: &CatalogWrite, id: PauseId) -> Result<Pause, SubmitError> {
    Ok(ledger.pause(id).await?.ok_or_else(|| Refusal::not_found("pause", &id))?)
}

async fn check_scope(ledger: &CatalogWrite, scope: &PauseScope) -> Result<(), SubmitError> {
    if let Some(location) = &scope.location {
        ledger.location(location).await?.ok_or_else(|| Refusal::not_found("location", location))?;
    }
    if let Some(rule) = &scope.rule {
        ledger.rule(rule).await?.ok_or_else(|| Refusal::not_found("rule", rule))?;
    }
    Ok(())
}
