//! Gestures are planned, carried out by workers and people, and taken back.

use super::{App, AppError, Made};
use crate::{
    clock::Stopwatch,
    domain::{
        action::ActionKind,
        commands::gestures::{
            AskGates, Cancel, Carrier, Claim, Claimed, Complete, Completed, ExtendLease, Fail, GatesSay, LogCall,
            Proof, Release, ResolveGesture, Schedule, StartDelivery, Started, Take,
        },
        commands::undo::Done,
        customer::{Channel, Purpose},
        filter::Filter,
        gesture::{Content, Gesture, GestureKind, Tone},
        ids::{CustomerId, GestureId, InteractionId, LocationId},
        money::Money,
        obligation::Decision,
        world::{Actor, Due},
    },
    store::{Cursor, Lane, Page, PageRequest},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;
use serde_json::json;
use std::{collections::BTreeSet, pin::pin, time::Duration};

pub use crate::domain::commands::gestures::{CallLogged, CallOutcome, Finding, GestureResolved};

/// A gesture that a person plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewGesture {
    /// For whom.
    pub customer: CustomerId,
    /// In whose name.
    pub location: LocationId,
    /// What it answers, of the same customer.
    pub interaction: Option<InteractionId>,
    /// Note, call …
    pub kind: GestureKind,
    /// How it reaches them.
    pub channel: Channel,
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
    #[serde(rename = "due_time")]
    pub due_at: Option<Timestamp>,
    /// Not at or after; 7 days after it is due, when not said.
    #[serde(rename = "deadline_time")]
    pub deadline_at: Option<Timestamp>,
    /// The day for which it is meant.
    #[serde(rename = "occasion_date", skip_serializing_if = "Option::is_none")]
    pub occasion: Option<Date>,
    /// What to say; the words of the kind's starter template, when not said.
    pub content: Option<Content>,
    /// The role of whom it is for in an organisation.
    #[serde(rename = "recipient_role", skip_serializing_if = "String::is_empty")]
    pub recipient: String,
    /// Of a gift, what it is worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_value: Option<Money>,
}

/// What a worker asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Want {
    /// What it calls itself.
    pub worker: String,
    /// Only these kinds; all when empty.
    pub kinds: Vec<GestureKind>,
    /// Only these channels; all when empty.
    pub channels: Vec<Channel>,
    /// Only these locations; all when empty.
    pub locations: Vec<LocationId>,
    /// How many at most.
    pub max_count: u32,
    /// How long it has them.
    #[serde(rename = "lease_duration")]
    pub lease: SignedDuration,
    /// The far side recognises a repeated delivery.
    pub far_side_deduplicates: bool,
    /// How long it waits where nothing is due. Says nothing of what it wants.
    #[serde(skip)]
    pub wait: Duration,
}

/// Why a gesture is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GestureExplained {
    /// The gesture.
    pub gesture: Gesture,
    /// The decision that made it; `None` when a person did.
    pub decision: Option<Decision>,
    /// What each gate would say now, and what would have to change.
    pub said: GatesSay,
}

/// How a call went.
#[derive(Debug, Clone)]
pub struct CallReport {
    /// The call.
    pub id: GestureId,
    /// The version of it that was read.
    pub version: i64,
    /// How it went.
    pub outcome: CallOutcome,
    /// What they said.
    pub words: String,
    /// Who called.
    pub staff: String,
}

/// What a person found out about a gesture that is uncertain.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// The gesture.
    pub id: GestureId,
    /// The version of it that was read.
    pub version: i64,
    /// What they found out.
    pub finding: Finding,
    /// How they know.
    pub how: String,
    /// When it reached the customer, if it did.
    pub at: Option<Timestamp>,
}

/// How often a worker that waits looks for what time made due, or another process.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// A worker that waits looks at most so often, however much is written.
const LOOK_AGAIN_SOONEST: Duration = Duration::from_millis(50);

impl App {
    /// A gesture.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound) when there is none for this caller.
    pub async fn gesture(&self, actor: &Actor, id: GestureId) -> Result<Gesture, AppError> {
        let found = self.visible_gesture(actor, id).await?;
        self.note_read(actor, "GetGesture", found.customer).await;
        Ok(found)
    }

    /// A page of the gestures that a filter selects, the earliest due first.
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
        let with_discreet = actor.authority.lists_discreet();
        let page = self.store.list_gestures(filter, with_discreet, &PageRequest { size, after }).await?;
        for customer in page.items.iter().map(|gesture| gesture.customer).collect::<BTreeSet<_>>() {
            self.note_read(actor, "ListGestures", customer).await;
        }
        Ok(page)
    }

    /// Plans a gesture through every gate.
    ///
    /// # Errors
    /// When a named resource is missing, a gate forbids it for good, and what a repeated write may meet (P2).
    pub async fn schedule_gesture(&self, actor: Actor, new: NewGesture) -> Result<Made<Gesture>, AppError> {
        let once = self.once(&actor, "ScheduleGesture", self.fingerprint("gesture.", &new));
        let (by, customer) = (actor.clone(), new.customer);
        let command = Schedule {
            actor,
            once,
            customer: new.customer,
            location: new.location,
            interaction: new.interaction,
            kind: new.kind,
            channels: vec![new.channel],
            purpose: new.purpose,
            tone: new.tone,
            priority: new.priority,
            role: new.role,
            promised: new.promised,
            due_at: new.due_at,
            deadline_at: new.deadline_at,
            occasion: new.occasion,
            window: None,
            content: new.content,
            recipient: new.recipient,
            gift_value: new.gift_value,
        };
        let scheduled = self.submit(Lane::Interactive, command).await;
        let scheduled = self.veil_gates(&by, customer, scheduled).await?;
        Ok(Made { what: scheduled.gesture, replayed: scheduled.replayed })
    }

    /// Leases what is due to a worker, who may wait for it.
    ///
    /// # Errors
    /// When the store fails, and what a repeated write may meet (P2).
    pub async fn claim(&self, actor: Actor, want: Want) -> Result<Claimed, AppError> {
        self.wait_for_due(&want).await?;
        let once = self.once(&actor, "ClaimGestures", self.fingerprint("", &want));
        let due = self.due_for(&want);
        let Want { worker, lease, .. } = want;
        let command = Claim { actor: actor.clone(), once, due, worker, lease };
        let claimed = self.submit(Lane::Interactive, command).await?;
        for one in &claimed.gestures {
            self.note_read(&actor, "ClaimGestures", one.gesture.customer).await;
        }
        Ok(claimed)
    }

    fn due_for(&self, want: &Want) -> Due {
        let untested = self.settings().test_address.is_some();
        let (mut channels, mut limit) = (want.channels.clone(), want.max_count);
        // In test mode only e-mails are given out.
        if untested && channels.is_empty() {
            channels.push(Channel::Email);
        } else if untested {
            channels.retain(|channel| *channel == Channel::Email);
            limit = if channels.is_empty() { 0 } else { limit };
        }
        Due {
            at: self.now(),
            kinds: want.kinds.clone(),
            channels,
            locations: want.locations.clone(),
            in_batches: self.settings().notes.left_to_batches(),
            untested,
            far_side_deduplicates: want.far_side_deduplicates,
            due_from: None,
            limit,
        }
    }

    /// Returns when something seems to be due, or the time that the worker is ready to wait is up. A write of this
    /// process wakes it; what time makes due, and what others write, is found by looking.
    async fn wait_for_due(&self, want: &Want) -> Result<(), AppError> {
        let watch = Stopwatch::start();
        while let Some(left) = want.wait.checked_sub(watch.elapsed()).filter(|left| !left.is_zero()) {
            let mut woken = pin!(self.due.notified());
            woken.as_mut().enable();
            if !self.store.due_gestures(&Due { limit: 1, ..self.due_for(want) }).await?.is_empty() {
                break;
            }
            if tokio::time::timeout(left.min(LOOK_AGAIN_AFTER), woken).await.is_ok() {
                tokio::time::sleep(LOOK_AGAIN_SOONEST).await;
            }
        }
        Ok(())
    }

    /// Has leases last longer, each for itself; the results have the order of the items.
    pub async fn extend_leases(
        &self,
        actor: &Actor,
        items: Vec<(GestureId, i64)>,
        lease: SignedDuration,
    ) -> Vec<Result<Gesture, AppError>> {
        let extend = |(id, token)| ExtendLease { actor: actor.clone(), id, token, lease };
        self.submit_all(Lane::Interactive, items.into_iter().map(extend).collect()).await
    }

    /// Settles a gesture that is uncertain by what a person found out, and with it the note that carried it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound),
    /// [`Refusal::Stale`](crate::domain::refusal::Refusal::Stale), a state other than uncertain, and what a repeated
    /// write may meet (P2).
    pub async fn resolve_gesture(&self, actor: Actor, said: Resolution) -> Result<GestureResolved, AppError> {
        let Resolution { id, version, finding, how, at } = said;
        let content = json!({ "name": id, "finding": finding, "reason": how, "complete_time": at });
        let once = self.once(&actor, "ResolveGesture", self.fingerprint("", &content));
        self.may_speak_of(&actor, id).await?;
        let carrier = self.carrier(id).await?;
        let resolve = ResolveGesture { actor, once, id, version, finding, how, at, carrier };
        self.submit(Lane::Interactive, resolve).await
    }

    /// The note that carries a gesture.
    async fn carrier(&self, id: GestureId) -> Result<Option<Carrier>, AppError> {
        let written = self.store.gesture(id).await?.and_then(|gesture| gesture.written);
        Ok(written.map(|written| (written.batch, written.note)))
    }

    /// The note that carries a gesture for which a person answers. A worker's is in none.
    async fn carrier_for(&self, proof: Proof, id: GestureId) -> Result<Option<Carrier>, AppError> {
        match proof {
            Proof::Token(_) => Ok(None),
            Proof::Version(_) => self.carrier(id).await,
        }
    }

    /// Asks every gate once more and marks gestures as on their way, each for itself; the results have the order of the
    /// items.
    pub async fn start_delivery(&self, actor: &Actor, items: Vec<(GestureId, i64)>) -> Vec<Result<Started, AppError>> {
        let start = |(id, token)| StartDelivery { actor: actor.clone(), id, token };
        self.submit_all(Lane::Interactive, items.into_iter().map(start).collect()).await
    }

    /// Notes that a gesture reached the customer, and records the contact. What a person answers for settles the note
    /// that carried it, where nobody knew.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound), a claim lost or a version that is stale, a
    /// state that does not allow it.
    pub async fn complete_gesture(
        &self,
        actor: Actor,
        id: GestureId,
        proof: Proof,
        carried_out_by: String,
        at: Option<Timestamp>,
        gift_value: Option<Money>,
    ) -> Result<Completed, AppError> {
        let carried_out_by = self.staff_names().await?.called(carried_out_by);
        self.may_answer_for(&actor, id, proof).await?;
        let carrier = self.carrier_for(proof, id).await?;
        let command = Complete { actor, id, proof, carried_out_by, words: String::new(), at, gift_value, carrier };
        self.submit(Lane::Interactive, command).await
    }

    /// Notes that a gesture did not reach the customer; settles its note as [`App::complete_gesture`] does.
    ///
    /// # Errors
    /// As for [`App::complete_gesture`].
    pub async fn fail_gesture(
        &self,
        actor: Actor,
        id: GestureId,
        proof: Proof,
        retryable: bool,
        reason: String,
    ) -> Result<Gesture, AppError> {
        self.may_answer_for(&actor, id, proof).await?;
        let carrier = self.carrier_for(proof, id).await?;
        self.submit(Lane::Interactive, Fail { actor, id, proof, retryable, reason, carrier }).await
    }

    /// Gives a claimed or taken gesture back, or frees cheer that waits because of something in the customer's own
    /// life.
    ///
    /// # Errors
    /// As for [`App::complete_gesture`].
    pub async fn release_gesture(&self, actor: Actor, id: GestureId, proof: Proof) -> Result<Gesture, AppError> {
        self.may_answer_for(&actor, id, proof).await?;
        self.submit(Lane::Interactive, Release { actor, id, proof }).await
    }

    /// Takes what a person does, so that nobody else does it too.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound),
    /// [`Refusal::Stale`](crate::domain::refusal::Refusal::Stale), or a precondition when somebody else has it or
    /// nothing is to be done.
    pub async fn take_gesture(
        &self,
        actor: Actor,
        id: GestureId,
        version: Option<i64>,
        staff: String,
    ) -> Result<Done<Gesture>, AppError> {
        let staff = self.staff_names().await?.called(staff);
        self.act(ActionKind::Take, None, Take { actor, id, version, staff }).await
    }

    /// Takes a gesture back for good.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound),
    /// [`Refusal::Stale`](crate::domain::refusal::Refusal::Stale), or a precondition once its delivery has started.
    pub async fn cancel_gesture(
        &self,
        actor: Actor,
        id: GestureId,
        version: Option<i64>,
        reason: String,
    ) -> Result<Gesture, AppError> {
        self.submit(Lane::Interactive, Cancel { actor, id, version, reason }).await
    }

    /// Notes how a call went, and does what follows.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound),
    /// [`Refusal::Stale`](crate::domain::refusal::Refusal::Stale), a state that does not allow it, and what a repeated
    /// write may meet (P2).
    pub async fn log_call(&self, actor: Actor, report: CallReport) -> Result<Done<CallLogged>, AppError> {
        let CallReport { id, version, outcome, words, staff } = report;
        self.may_speak_of(&actor, id).await?;
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
        let key = once.clone();
        let staff = self.staff_names().await?.called(staff);
        self.act(ActionKind::LogCall, Some(&key), LogCall { actor, once, id, version, outcome, words, staff }).await
    }

    /// Why a gesture is as it is, and which gates would let it pass now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound) when there is none.
    pub async fn explain_gesture(&self, actor: &Actor, id: GestureId) -> Result<GestureExplained, AppError> {
        let gesture = self.gesture(actor, id).await?;
        let decision = self.store.decision_of(&gesture).await?;
        let said = self.store.consider(&AskGates { id }, None).await?;
        Ok(GestureExplained { gesture, decision, said })
    }
}
