//! Gestures are planned by people, and carried out by people and workers.

use super::{App, AppError, Made};
use crate::{
    domain::{
        commands::gestures::{
            CallLogged, CallOutcome, Cancel, Claim, Complete, Completed, Explain, Explained, Fail, LogCall, Proof,
            Release, Schedule, StartDelivery, Started,
        },
        customer::{Channel, Purpose},
        filter::Filter,
        gesture::{Content, Gesture, GestureKind, Tone},
        ids::{CustomerId, GestureId, InteractionId, LocationId},
        queue::destination,
        refusal::Refusal,
        when::WeeklyHours,
        world::{Actor, Due},
    },
    store::{Cursor, Lane, Page, PageRequest},
};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// A gesture that a person wants.
#[derive(Debug, Clone)]
pub struct NewGesture {
    /// Who plans it.
    pub actor: Actor,
    /// For whom.
    pub customer: CustomerId,
    /// In whose name.
    pub location: LocationId,
    /// What it answers.
    pub interaction: Option<InteractionId>,
    /// Note, call …
    pub kind: GestureKind,
    /// The channels it may take, best first.
    pub channels: Vec<Channel>,
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// Cheerful or caring.
    pub tone: Tone,
    /// 0 to 100.
    pub priority: u8,
    /// Who carries it out.
    pub role: String,
    /// We said we would.
    pub promised: bool,
    /// Not before; now, when not said.
    pub due_at: Option<Timestamp>,
    /// Not at or after; 7 days after it is due, when not said.
    pub deadline_at: Option<Timestamp>,
    /// When it may be carried out; the channel's hours, when not said.
    pub window: Option<WeeklyHours>,
    /// What to say; the built-in sentence, when not said.
    pub content: Option<Content>,
}

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct ClaimWork {
    /// Who claims.
    pub actor: Actor,
    /// What the worker calls itself.
    pub worker: String,
    /// Only these kinds; all when empty.
    pub kinds: Vec<GestureKind>,
    /// Only these channels; all when empty.
    pub channels: Vec<Channel>,
    /// Only of these locations; all when empty.
    pub locations: Vec<LocationId>,
    /// How many at most.
    pub max: u32,
    /// How long it has them.
    pub lease: SignedDuration,
    /// The far side recognises a repeated delivery.
    pub far_side_deduplicates: bool,
}

/// A gesture that a worker has, with all that it needs to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedWork {
    /// The gesture.
    pub gesture: Gesture,
    /// The token of the lease.
    pub token: i64,
    /// Where it goes; empty for what is said or handed over.
    pub destination: String,
    /// The customer's name as they like to be called; empty if not known.
    pub display_name: String,
}

/// How a call went.
#[derive(Debug, Clone)]
pub struct CallReport {
    /// Who says so.
    pub actor: Actor,
    /// The call.
    pub id: GestureId,
    /// The version that was read.
    pub version: i64,
    /// How it went.
    pub outcome: CallOutcome,
    /// What they said.
    pub words: String,
    /// Who called.
    pub staff: String,
}

impl App {
    /// A gesture.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn gesture(&self, actor: &Actor, id: GestureId) -> Result<Gesture, AppError> {
        let found = self.store.gesture(id).await?.ok_or_else(|| Refusal::not_found("gesture", &id))?;
        self.note_read(actor, "GetGesture", found.customer).await;
        Ok(found)
    }

    /// A page of the gestures that a filter selects, the first due first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gestures(
        &self,
        actor: &Actor,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Gesture>, AppError> {
        let page = self.store.list_gestures(filter, &PageRequest { size, after }).await?;
        for customer in page.items.iter().map(|gesture| gesture.customer).collect::<BTreeSet<_>>() {
            self.note_read(actor, "ListGestures", customer).await;
        }
        Ok(page)
    }

    /// Why a gesture is as it is, and what each gate would say now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn explain_gesture(&self, actor: &Actor, id: GestureId) -> Result<Explained, AppError> {
        let explained = self.store.submit(Lane::Interactive, Explain { id }).await?;
        self.note_read(actor, "ExplainGesture", explained.gesture.customer).await;
        Ok(explained)
    }

    /// Plans a gesture through every gate.
    ///
    /// # Errors
    /// When a named resource is missing, a gate forbids it for good, and what a repeated write may meet (P2).
    pub async fn schedule_gesture(&self, call: NewGesture) -> Result<Made<Gesture>, AppError> {
        let said = json!({
            "customer": call.customer, "location": call.location, "interaction": call.interaction, "kind": call.kind,
            "channel": call.channels, "purpose": call.purpose, "tone": call.tone, "priority": call.priority,
            "role": call.role, "promised": call.promised, "due_time": call.due_at,
            "deadline_time": call.deadline_at, "window": call.window, "content": call.content,
        });
        let once = self.once(&call.actor, "ScheduleGesture", self.fingerprint("gesture.", &said));
        let command = Schedule {
            actor: call.actor,
            once,
            customer: call.customer,
            location: call.location,
            interaction: call.interaction,
            kind: call.kind,
            channels: call.channels,
            purpose: call.purpose,
            tone: call.tone,
            priority: call.priority,
            role: call.role,
            promised: call.promised,
            due_at: call.due_at,
            deadline_at: call.deadline_at,
            window: call.window,
            content: call.content,
        };
        let scheduled = self.submit(Lane::Interactive, command).await?;
        Ok(Made { what: scheduled.gesture, replayed: scheduled.replayed })
    }

    /// Leases due gestures to a worker, the most urgent first.
    ///
    /// # Errors
    /// What a repeated write may meet (P2), or when the store fails. That nothing is due is no error.
    pub async fn claim(&self, call: ClaimWork) -> Result<Made<Vec<ClaimedWork>>, AppError> {
        let said = json!({
            "worker": call.worker, "kinds": call.kinds, "channels": call.channels, "locations": call.locations,
            "max_count": call.max, "lease_duration": call.lease, "far_side_deduplicates": call.far_side_deduplicates,
        });
        let once = self.once(&call.actor, "ClaimGestures", self.fingerprint("", &said));
        let (kinds, channels, locations) = (call.kinds, call.channels, call.locations);
        let command = Claim {
            actor: call.actor.clone(),
            once,
            due: Due { at: self.now(), kinds, channels, locations, limit: call.max },
            worker: call.worker,
            lease: call.lease,
            far_side_deduplicates: call.far_side_deduplicates,
        };
        let claimed = self.submit(Lane::Bulk, command).await?;
        let ids: Vec<_> = claimed.gestures.iter().map(|claimed| claimed.gesture.customer).collect();
        let found = self.store.customers(&ids).await?;
        let customers: HashMap<_, _> = found.iter().map(|customer| (customer.id, customer)).collect();
        for customer in customers.keys() {
            self.note_read(&call.actor, "ClaimGestures", *customer).await;
        }
        let work = claimed.gestures.into_iter().map(|claimed| {
            let customer = customers.get(&claimed.gesture.customer);
            ClaimedWork {
                destination: customer.map(|c| destination(&claimed.gesture, c)).unwrap_or_default(),
                display_name: customer.map(|c| c.profile.display_name.clone()).unwrap_or_default(),
                gesture: claimed.gesture,
                token: claimed.token,
            }
        });
        Ok(Made { what: work.collect(), replayed: claimed.replayed })
    }

    /// Asks every gate once more and marks gestures as on their way, each for itself; in the order of the items.
    pub async fn start_deliveries(&self, actor: &Actor, items: &[(GestureId, i64)]) -> Vec<Result<Started, AppError>> {
        let starts = items.iter().map(|(id, token)| StartDelivery { actor: actor.clone(), id: *id, token: *token });
        join_all(starts.map(|start| self.submit(Lane::Bulk, start))).await
    }

    /// Notes that a gesture reached the customer; the same again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition when the claim was lost or the state does not allow
    /// it, [`Refusal::Invalid`] for an impossible time.
    pub async fn complete_gesture(&self, command: Complete) -> Result<Completed, AppError> {
        self.submit(Lane::Interactive, command).await
    }

    /// Notes that a gesture did not reach the customer; the same again changes nothing.
    ///
    /// # Errors
    /// As [`complete_gesture`](Self::complete_gesture).
    pub async fn fail_gesture(&self, command: Fail) -> Result<Gesture, AppError> {
        self.submit(Lane::Interactive, command).await
    }

    /// Gives a claimed gesture back, or frees the cheer that waits for the customer's grief.
    ///
    /// # Errors
    /// As [`complete_gesture`](Self::complete_gesture).
    pub async fn release_gesture(&self, actor: Actor, id: GestureId, proof: Proof) -> Result<Gesture, AppError> {
        self.submit(Lane::Interactive, Release { actor, id, proof }).await
    }

    /// Takes a gesture back for good; again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition once delivery has started.
    pub async fn cancel_gesture(
        &self,
        actor: Actor,
        id: GestureId,
        version: Option<i64>,
        reason: String,
    ) -> Result<Gesture, AppError> {
        self.submit(Lane::Interactive, Cancel { actor, id, version, reason }).await
    }

    /// Notes how a call went, and does what follows from it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition when it is not scheduled, [`Refusal::Invalid`] when
    /// it is no call or the time to call back is not ahead, and what a repeated write may meet (P2).
    pub async fn log_call(&self, call: CallReport) -> Result<CallLogged, AppError> {
        let CallReport { actor, id, version, outcome, words, staff } = call;
        let (happy, call_back) = match outcome {
            CallOutcome::Reached { happy } => (happy, None),
            CallOutcome::CallBack { at } => (None, Some(at)),
            _ => (None, None),
        };
        let said = json!({
            "name": id, "outcome": outcome.name(), "happy": happy, "call_back_time": call_back, "words": words,
            "staff": staff,
        });
        let once = self.once(&actor, "LogCall", self.fingerprint("", &said));
        self.submit(Lane::Interactive, LogCall { actor, once, id, version, outcome, words, staff }).await
    }
}
