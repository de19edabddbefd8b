//! The contact policy is read and changed.

use super::{App, AppError, catalog};
use crate::domain::{
    policy::{ContactPolicy, SavedPolicy},
    world::{Actor, EventDetail, EventKind, Subject},
};

impl App {
    /// The contact policy in force: the one that was saved, else the configured.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn contact_policy(&self) -> Result<SavedPolicy, AppError> {
        Ok(self.store.contact_policy().await?.unwrap_or_else(|| self.configured_policy()))
    }

    /// Saves the contact policy over the one that the caller read at `version`; `None` over whatever is there. It
    /// holds from the next transaction on, on every replica, and what is pending is planned anew by it.
    ///
    /// # Errors
    /// [`Refusal::Stale`](crate::domain::refusal::Refusal::Stale) when it was changed since.
    pub async fn update_contact_policy(
        &self,
        actor: Actor,
        version: Option<i64>,
        policy: ContactPolicy,
    ) -> Result<SavedPolicy, AppError> {
        let configured = self.configured_policy();
        let saved = self.store.write("update_contact_policy", move |ledger| {
            let (actor, policy, configured) = (actor.clone(), policy.clone(), configured.clone());
            Box::pin(async move {
                let before = ledger.contact_policy().await?.unwrap_or(configured);
                catalog::check_version(&Subject::ContactPolicy, version, before.version)?;
                if policy == before.policy && before.version > 0 {
                    return Ok(before);
                }
                let fields = catalog::differing(&before.policy, &policy);
                let after = SavedPolicy { policy, version: before.version + 1, updated_at: ledger.now() };
                ledger.put_contact_policy(&after).await?;
                let detail = EventDetail { fields, ..EventDetail::default() };
                let kind = EventKind::ContactPolicyUpdated;
                ledger.note(&catalog::event(ledger, &actor, kind, Subject::ContactPolicy, detail)).await?;
                Ok(after)
            })
        });
        let saved = saved.await?;
        self.wake().notify_waiters();
        Ok(saved)
    }

    /// What is configured, as nobody has saved it.
    fn configured_policy(&self) -> SavedPolicy {
        let policy = self.settings().policy.clone();
        SavedPolicy { policy, version: 0, updated_at: self.store.instance().created_at }
    }
}
