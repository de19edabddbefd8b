//! A person asks to be forgotten (P11).

use super::{
    super::{
        Once,
        cases::close_for_good,
        visits::{Close, Ending},
    },
    guardian::forget_guardian,
    merge::{family, is_pending},
};
use crate::domain::{
    customer::{Customer, CustomerStatus, Profile},
    erasing::{ERASED, Forgetting},
    gesture::Reason,
    ids::{CustomerId, InteractionId},
    interaction::{InteractionState, NoPurchaseReason, Outcome},
    ledger::Ledger,
    merging::{Merge, Person},
    refusal::Refusal,
    summary::Summary,
    upcoming::NEVER,
    world::{Actor, Command, Context, EventDetail, EventKind, Miss, Needs, Replay, Subject, World},
};
use std::collections::BTreeSet;

/// Forgets a person, with all records that are part of theirs. What is pending is taken back, cases are closed, all
/// words go, also those that reached others through them; that something happened, and how it ended, stays, so that
/// counts stay true.
#[derive(Debug, Clone)]
pub struct EraseCustomer {
    /// Who erases them.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The customer.
    pub id: CustomerId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
}

/// A person was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// What is left of the record.
    pub customer: Customer,
    /// Their history, without words.
    pub summary: Summary,
    /// They were erased before; nothing was changed.
    pub replayed: bool,
}

impl Command for EraseCustomer {
    type Reply = Erased;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: [self.id].into(),
            families: [self.id].into(),
            alone: true,
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Erased, Refusal> {
        let customer = world.customer(self.id)?.clone();
        let ledger = Ledger { world, context, actor: &self.actor };
        let before = matches!(self.once.replay(&ledger)?, Replay::Of(_));
        if before || customer.status == CustomerStatus::Erased {
            let summary = ledger.world.summary(customer.id);
            return Ok(Erased { customer, summary, replayed: true });
        }
        if self.version.is_some_and(|version| version != customer.version) {
            return Err(Refusal::Stale { resource: Subject::Customer(customer.id).to_string() });
        }
        ledger.require(Needs { families: [customer.id].into(), ..Needs::default() })?;
        if !ledger.world.histories.contains(&customer.id) {
            return Err(Refusal::Miss(Miss::History(customer.id)));
        }
        self.end_visits(world, context, customer.id)?;
        let mut ledger = Ledger { world, context, actor: &self.actor };
        self.erase(&mut ledger, customer)
    }
}

impl EraseCustomer {
    /// Nobody asks how a visit ended of somebody who is forgotten.
    fn end_visits(&self, world: &mut World, context: &mut Context<'_>, id: CustomerId) -> Result<(), Refusal> {
        let open = world.interactions_of(id).filter(|it| it.state == InteractionState::Open);
        let open: Vec<InteractionId> = open.map(|it| it.id).collect();
        for id in open {
            let ending = Ending {
                outcome: Some(Outcome::NotPurchased),
                no_purchase_reason: Some(NoPurchaseReason::Unknown),
                end_at: world.interactions.get(&id).map(|visit| visit.start_at.max(context.now)),
                ..Ending::default()
            };
            let close = Close { actor: self.actor.clone(), once: None, id, ending, now: context.now };
            close.decide(world, context)?;
        }
        Ok(())
    }

    fn erase(&self, ledger: &mut Ledger<'_, '_>, customer: Customer) -> Result<Erased, Refusal> {
        let id = customer.id;
        let pending = ledger.world.gestures_of(id).filter(|gesture| is_pending(gesture.state));
        let mut pending: Vec<_> = pending.map(|gesture| (gesture.case.is_some(), gesture.id)).collect();
        // The recovery contact last: while it is there, it keeps cheer from being planned again.
        pending.sort_unstable();
        let pending = pending.into_iter().map(|(_, id)| id).collect();
        ledger.cancel(pending, Reason::Erased, "The person asked to be forgotten.")?;
        close_for_good(ledger, id)?;
        let interactions = forget_history(ledger, id);

        let hashes = customer.identifiers.iter().map(|it| ledger.world.erasure.hash(&it.key())).collect();
        let mut records = family(ledger.world, id);
        records.insert(id);
        for record in &records {
            forget_record(ledger, *record);
        }
        forget_merges(ledger, &records);
        let mut wards = BTreeSet::new();
        for record in &records {
            wards.append(&mut forget_guardian(ledger, *record)?);
        }
        let at = ledger.now();
        ledger.world.forget(Forgetting { customer: id, records, wards, interactions, hashes, at });
        self.once.remember(ledger, &format!("erasures/{id}"));
        let customer = ledger.world.customers.get(&id).cloned().unwrap_or(customer);
        Ok(Erased { customer, summary: ledger.world.summary(id), replayed: false })
    }
}

/// What happened stays, without what was said. Returns all of it.
fn forget_history(ledger: &mut Ledger<'_, '_>, id: CustomerId) -> BTreeSet<InteractionId> {
    let history: Vec<_> = ledger.world.interactions_of(id).cloned().collect();
    let forgotten = history.iter().map(|interaction| interaction.id).collect();
    for mut interaction in history {
        interaction.detail.forget();
        if let Some(reason) = &mut interaction.void_reason {
            ERASED.clone_into(reason);
        }
        ledger.world.interactions.put(interaction.id, interaction);
    }
    forgotten
}

fn forget_record(ledger: &mut Ledger<'_, '_>, id: CustomerId) {
    let Some(mut record) = ledger.world.customers.get(&id).cloned() else { return };
    record.profile = Profile::default();
    record.tags.clear();
    record.identifiers.clear();
    record.consents.clear();
    record.through = None;
    if record.merged_into.is_none() {
        record.status = CustomerStatus::Erased;
    }
    record.version += 1;
    record.updated_at = ledger.now();
    ledger.note(EventKind::CustomerErased, Subject::Customer(id), Some(id), EventDetail::default());
    ledger.world.customers.put(id, record);
    let summary = Summary { last: None, grieving_since: None, look_at: NEVER, ..ledger.world.summary(id) };
    ledger.world.summaries.put(id, summary);
}

/// No copy is kept of what a record was by itself.
fn forget_merges(ledger: &mut Ledger<'_, '_>, records: &BTreeSet<CustomerId>) {
    let merges: Vec<Merge> =
        ledger.world.merges.values().filter(|it| records.contains(&it.survivor)).cloned().collect();
    for merge in merges {
        ledger.world.merges.put(merge.id, Merge { own: Person::default(), deceased: false, ..merge });
    }
}
