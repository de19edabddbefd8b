//! A batch is made.

use super::{super::Once, batch, books};
use crate::domain::{
    customer::Channel,
    ids::NoteBatchId,
    ledger::Ledger,
    note::{BatchState, BatchWork, NoteBatch, NoteCounts, Selection, WRITTEN_CHANNELS},
    refusal::{Refusal, Violation},
    template::{Occasion, TemplateState},
    world::{Actor, Command, Context, EventKind, Miss, Needs, Replay, Subject, World},
};
use std::collections::BTreeMap;

/// Makes a batch. Composing begins at once.
#[derive(Debug, Clone)]
pub struct Create {
    /// Who makes it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// What staff call it.
    pub display_name: String,
    /// Whom it covers.
    pub selection: Selection,
    /// How many customers that is, counted before.
    pub customer_count: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchCreated {
    /// The batch as it is now.
    pub batch: NoteBatch,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for Create {
    type Reply = BatchCreated;

    fn needs(&self) -> Needs {
        let locations = match &self.selection {
            Selection::Due { .. } => None,
            Selection::Segment { location, .. } => Some(location.clone()),
        };
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            locations: locations.into_iter().collect(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<BatchCreated, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let violations = self.violations(ledger.world);
        if !violations.is_empty() {
            return Err(Refusal::Invalid(violations));
        }
        let now = ledger.now();
        let batch = NoteBatch {
            id: NoteBatchId(ledger.new_id()),
            display_name: self.display_name.clone(),
            selection: self.selection.clone(),
            state: BatchState::Composing,
            explanation: String::new(),
            customer_count: self.customer_count,
            to_print: 0,
            counts: NoteCounts::default(),
            reasons: BTreeMap::new(),
            work: BatchWork { began_at: Some(now), ..BatchWork::default() },
            version: 1,
            created_at: now,
            ready_at: None,
            approved_at: None,
            ended_at: None,
        };
        books::note_batch(&mut ledger, &batch, EventKind::NoteBatchCreated);
        let batch = books::put(&mut ledger, batch);
        self.once.remember(&mut ledger, &Subject::NoteBatch(batch.id).to_string());
        Ok(BatchCreated { batch, replayed: false })
    }
}

impl Create {
    /// What a segment names must be there and fit.
    fn violations(&self, world: &World) -> Vec<Violation> {
        let Selection::Segment { template, location, channels, .. } = &self.selection else { return Vec::new() };
        let mut found = Vec::new();
        let mut refuse = |field: &str, why: &str| {
            found.push(Violation::new(format!("note_batch.segment.{field}"), why));
        };
        match world.templates.get(template).map(|compiled| &compiled.template) {
            None => refuse("template", "there is no such template"),
            Some(template) if template.state == TemplateState::Retired => refuse("template", "it was retired"),
            Some(template) if template.definition.occasion != Occasion::Customer => {
                refuse("template", "must be of the occasion CUSTOMER: a segment answers no interaction");
            }
            Some(_) => {}
        }
        if !world.locations.contains_key(location) {
            refuse("location", "there is no such location");
        }
        if channels.iter().any(|channel| !WRITTEN_CHANNELS.contains(channel)) {
            refuse("channels", "must be among EMAIL, MESSAGE, POST and HAND_OVER");
        } else if segment_channels(world, channels).is_empty() {
            refuse("channels", "all of them are left to workers (`notes` in the configuration)");
        }
        found
    }
}

/// The channels that a segment may take: the ones it names, else all; not those that are left to workers.
pub(super) fn segment_channels(world: &World, named: &[Channel]) -> Vec<Channel> {
    let named = if named.is_empty() { &WRITTEN_CHANNELS } else { named };
    let theirs = world.settings.notes.left_to_workers();
    named.iter().copied().filter(|channel| !theirs.contains(channel)).collect()
}

fn replayed(world: &World, resource: &str) -> Result<BatchCreated, Refusal> {
    let id = resource.strip_prefix("noteBatches/").and_then(|id| id.parse().ok()).map(NoteBatchId);
    let id = id.ok_or_else(|| Refusal::NotFound { kind: "note batch", name: resource.to_owned() })?;
    let batch = batch(world, id).map_err(|_| {
        let needs = Needs { batches: [id].into(), ..Needs::default() };
        Refusal::Miss(Miss::More(Box::new(needs)))
    })?;
    Ok(BatchCreated { batch, replayed: true })
}
