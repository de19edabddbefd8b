//! Interactions come in, are closed, and are put right.

use super::{App, AppError, staff_names::StaffNames};
use crate::{
    domain::{
        action::ActionKind,
        commands::{
            Once,
            batch::RecordAll,
            correct::{Attribute, Void},
            explain::{AdviseInteraction, InteractionAdvice},
            record::{NewInteraction, Record, Recorded},
            undo::Done,
            visits::{CheckIn, Close, Ending},
            who::Who,
        },
        filter::Filter,
        ids::{CustomerId, InteractionId, LocationId},
        interaction::Interaction,
        refusal::Refusal,
        world::Actor,
    },
    store::{Answered, Cursor, Lane, Page, PageRequest},
};
use jiff::Timestamp;
use std::{collections::BTreeSet, sync::Arc};

/// How many items of an each-for-itself batch are handed to the queue at once, so that one batch never fills it.
const SLICE: usize = 100;

/// An interaction to record.
#[derive(Debug, Clone)]
pub struct RecordInteraction {
    /// Who records it.
    pub actor: Actor,
    /// Who it is about.
    pub who: Who,
    /// What happened.
    pub new: NewInteraction,
}

/// How the items of a batch hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchMode {
    /// All or none.
    Atomic,
    /// Each for itself.
    EachForItself,
}

/// A visit's beginning.
#[derive(Debug, Clone)]
pub struct OpenVisit {
    /// Who checks the customer in.
    pub actor: Actor,
    /// Who came.
    pub who: Who,
    /// Where.
    pub location: LocationId,
    /// When; now, when not said.
    pub at: Option<Timestamp>,
    /// Who serves.
    pub staff: String,
    /// When the customer means to leave.
    pub expected_end: Option<Timestamp>,
    /// What a stranger looks like or is called.
    pub stranger: String,
}

/// A visit's end.
#[derive(Debug, Clone)]
pub struct CloseVisit {
    /// Who closes it.
    pub actor: Actor,
    /// The visit.
    pub id: InteractionId,
    /// How it ended.
    pub ending: Ending,
}

impl App {
    /// Records one interaction.
    ///
    /// # Errors
    /// When a field is wrong, a named resource is missing, a key was used with other content, or the store fails.
    pub async fn record(&self, call: RecordInteraction) -> Result<Recorded, AppError> {
        let sees_discreet = call.actor.authority.sees_discreet();
        let command = self.record_command(call, "RecordInteraction", &self.staff_names().await?);
        self.veiled(sees_discreet, self.submit(Lane::Interactive, command).await?).await
    }

    /// Records many interactions. The results have the order of the calls; of an atomic batch they all are the same
    /// error, or none is.
    ///
    /// # Errors
    /// For an atomic batch, the first item's error, with its position in the paths of fields.
    pub async fn record_all(
        &self,
        calls: Vec<RecordInteraction>,
        mode: BatchMode,
    ) -> Result<Vec<Result<Recorded, AppError>>, AppError> {
        let sees_discreet = calls.iter().all(|call| call.actor.authority.sees_discreet());
        let mut results = self.record_unveiled(calls, mode).await?;
        let hidden = self.hidden_from(sees_discreet, results.iter().flatten().map(|it| &it.interaction)).await?;
        results.iter_mut().flatten().for_each(|it| hidden.veil(it));
        Ok(results)
    }

    async fn record_unveiled(
        &self,
        calls: Vec<RecordInteraction>,
        mode: BatchMode,
    ) -> Result<Vec<Result<Recorded, AppError>>, AppError> {
        let names = self.staff_names().await?;
        let mut commands: Vec<_> =
            calls.into_iter().map(|call| self.record_command(call, "RecordInteraction", &names)).collect();
        if mode == BatchMode::Atomic {
            let recorded = self.submit(Lane::Bulk, RecordAll(commands)).await?;
            return Ok(recorded.into_iter().map(Ok).collect());
        }
        let mut results = Vec::with_capacity(commands.len());
        while !commands.is_empty() {
            let rest = commands.split_off(commands.len().min(SLICE));
            let slice = std::mem::replace(&mut commands, rest);
            results.extend(self.submit_all(Lane::Bulk, slice).await);
        }
        Ok(results)
    }

    fn record_command(&self, call: RecordInteraction, method: &str, names: &StaffNames) -> Record {
        let RecordInteraction { actor, who, mut new } = call;
        let mut once = self.once_about(&actor, method, &who, &new.said());
        if let Some(source) = &new.detail.source {
            once.keys.push(self.hasher.source(&source.system, &source.id));
        }
        new.detail.staff = names.called(new.detail.staff);
        Record { actor, once, who, new, settings: Arc::clone(self.settings()), now: self.now() }
    }

    /// Opens a visit, or finds the customer's open one.
    ///
    /// # Errors
    /// As for [`App::record`].
    pub async fn check_in(&self, call: OpenVisit) -> Result<Done<Recorded>, AppError> {
        let OpenVisit { actor, who, location, at, staff, expected_end, stranger } = call;
        let said = serde_json::json!({
            "location": location, "start_time": at, "staff": staff, "expected_end_time": expected_end,
            "stranger": stranger,
        });
        let mut once = self.once_about(&actor, "CheckIn", &who, &serde_json::Value::Null);
        once.content.0.extend(self.fingerprint("", &said).0);
        let (settings, now) = (Arc::clone(self.settings()), self.now());
        let sees_discreet = actor.authority.sees_discreet();
        let key = once.clone();
        let staff = self.staff_names().await?.called(staff);
        let command = CheckIn { actor, once, who, location, at, staff, expected_end, stranger, settings, now };
        let Done { reply, undo } = self.act(ActionKind::CheckIn, Some(&key), command).await?;
        Ok(Done { reply: self.veiled(sees_discreet, reply).await?, undo })
    }

    /// Ends an open visit.
    ///
    /// # Errors
    /// When it is not open, a field is wrong, or the store fails.
    pub async fn close_visit(&self, call: CloseVisit) -> Result<Recorded, AppError> {
        let sees_discreet = call.actor.authority.sees_discreet();
        self.veiled(sees_discreet, self.submit(Lane::Interactive, self.closing(call)).await?).await
    }

    pub(super) fn closing(&self, call: CloseVisit) -> Close {
        let CloseVisit { actor, id, ending } = call;
        let mut content = self.fingerprint("", &ending);
        content.0.extend(self.fingerprint("name", &id).0);
        let once = Some(self.once(&actor, "CloseInteraction", content));
        Close { actor, once, id, ending, now: self.now() }
    }

    /// Takes an interaction back; harmless when done again.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn void(&self, actor: Actor, id: InteractionId, reason: String) -> Result<Recorded, AppError> {
        let sees_discreet = actor.authority.sees_discreet();
        self.veiled(sees_discreet, self.submit(Lane::Interactive, Void { actor, id, reason }).await?).await
    }

    /// Says whose an interaction is, or that it is not this person's.
    ///
    /// # Errors
    /// When there is no such interaction or customer, it was voided, or the store fails.
    pub async fn attribute(
        &self,
        actor: Actor,
        id: InteractionId,
        customer: Option<CustomerId>,
    ) -> Result<Recorded, AppError> {
        let sees_discreet = actor.authority.sees_discreet();
        self.veiled(sees_discreet, self.submit(Lane::Interactive, Attribute { actor, id, customer }).await?).await
    }

    /// An interaction.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn interaction(&self, actor: &Actor, id: InteractionId) -> Result<Interaction, AppError> {
        let mut found = self.store.interaction(id).await?.ok_or_else(|| Refusal::not_found("interaction", &id))?;
        let hidden = self.hidden_from(actor.authority.sees_discreet(), std::iter::once(&found)).await?;
        hidden.veil_interaction(&mut found);
        self.note_read_of(actor, "GetInteraction", found.customer).await;
        Ok(found)
    }

    /// A page of the interactions that a filter selects, the latest begun first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn interactions(
        &self,
        actor: &Actor,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Interaction>, AppError> {
        let with_discreet = actor.authority.lists_discreet();
        let page = self.store.list_interactions(filter, with_discreet, &PageRequest { size, after }).await?;
        for customer in page.items.iter().filter_map(|i| i.customer).collect::<BTreeSet<_>>() {
            self.note_read(actor, "ListInteractions", customer).await;
        }
        Ok(page)
    }

    /// What an interaction is owed, how that came about, and what would have to change.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn explain_interaction(
        &self,
        actor: &Actor,
        id: InteractionId,
    ) -> Result<(Answered, InteractionAdvice), AppError> {
        let found = self.store.answered(id).await?.ok_or_else(|| Refusal::not_found("interaction", &id))?;
        self.note_read_of(actor, "ExplainInteraction", found.interaction.customer).await;
        let advice = self.store.consider(&AdviseInteraction { id }, None).await?;
        Ok((found, advice))
    }

    async fn note_read_of(&self, actor: &Actor, method: &'static str, customer: Option<CustomerId>) {
        if let Some(customer) = customer {
            self.note_read(actor, method, customer).await;
        }
    }

    fn once_about<T: serde::Serialize>(&self, actor: &Actor, method: &str, who: &Who, said: &T) -> Once {
        let mut content = self.fingerprint("interaction.", said);
        if *who != Who::Nobody {
            content.0.extend(self.fingerprint("who.", who).0);
        }
        self.once(actor, method, content)
    }
}
