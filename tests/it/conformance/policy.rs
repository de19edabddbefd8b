//! The contact policy holds for every replica from its next transaction on, and says when plans are old.

use crate::support::ledger::TestLedger;
use gratitude::{
    domain::{
        customer::Channel,
        policy::{ContactPolicy, LeadTimes, SavedPolicy},
        refusal::Refusal,
        settings::Settings,
        world::{Command, Context, Needs, World},
    },
    store::{Lane, Store},
};
use jiff::SignedDuration;
use std::sync::Arc;

/// Reads the policy by which commands decide.
struct Ask;

impl Command for Ask {
    type Reply = ContactPolicy;

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<ContactPolicy, Refusal> {
        Ok(world.settings.policy.clone())
    }
}

async fn decides_by(store: &Store) -> ContactPolicy {
    store.submit(Lane::Interactive, Ask).await.expect("it decides")
}

async fn save(store: &Store, saved: SavedPolicy) {
    let write = store.write("policy", move |ledger| {
        let saved = saved.clone();
        Box::pin(async move { Ok(ledger.put_contact_policy(&saved).await?) })
    });
    write.await.expect("saved");
}

/// Asked by another process than the one that changed it, so not before its copy is old.
async fn planning_revision(ledger: &TestLedger) -> i64 {
    let fresh = ledger.replica(&ledger.settings).await;
    let revision = fresh.catalog().await.expect("the catalogue").planning_revision;
    fresh.close().await.expect("closed");
    revision
}

both_engines! {
    async fn a_policy_holds_for_every_replica_from_its_next_transaction_on(database) {
        let ledger = TestLedger::open(database).await;
        let other = ledger.replica(&ledger.settings).await;
        assert_eq!(decides_by(&other).await, ContactPolicy::default());
        let lead_times = LeadTimes { post: 6, ..LeadTimes::default() };
        let policy = ContactPolicy { budget_contacts: 7, lead_times, ..ContactPolicy::default() };
        save(&ledger.store, SavedPolicy { policy: policy.clone(), version: 1, updated_at: ledger.now() }).await;
        assert_eq!(decides_by(&other).await, policy);
        assert_eq!(decides_by(&ledger.store).await.lead_times.of(Channel::Post), 6);
        let kept = other.contact_policy().await.expect("read").expect("saved");
        assert_eq!((kept.policy, kept.version, kept.updated_at), (policy, 1, ledger.now()));
        other.close().await.expect("closed");
    }

    async fn plans_grow_old_with_the_policy_and_the_configuration_and_with_nothing_else(database) {
        let ledger = TestLedger::open(database).await;
        let first = planning_revision(&ledger).await;
        assert_eq!(planning_revision(&ledger).await, first, "opened again by the same configuration");

        let policy = ContactPolicy { budget_period: SignedDuration::from_hours(24), ..ContactPolicy::default() };
        let configured = Settings { policy, ..(*ledger.settings).clone() };
        let other = ledger.replica(&Arc::new(configured)).await;
        let changed = other.catalog().await.expect("the catalogue").planning_revision;
        assert!(changed > first, "opened by another configuration");
        other.close().await.expect("closed");

        let before = planning_revision(&ledger).await;
        let policy = ContactPolicy { budget_contacts: 3, ..ContactPolicy::default() };
        let saved = SavedPolicy { policy, version: 1, updated_at: ledger.now() };
        save(&ledger.store, saved.clone()).await;
        let after = planning_revision(&ledger).await;
        assert!(after > before, "another policy");
        save(&ledger.store, SavedPolicy { version: 2, ..saved }).await;
        assert_eq!(planning_revision(&ledger).await, after, "the same policy");
    }
}
