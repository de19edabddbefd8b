//! What we said we would do, and what is moved to another time.

use super::{App, AppError, Made};
use crate::{
    domain::{
        commands::gestures::{Reschedule, Schedule},
        customer::{Channel, Purpose},
        gesture::{Content, Gesture, GestureKind, Tone},
        ids::{CustomerId, GestureId, InteractionId, LocationId},
        limits::PROMISE_MAX,
        refusal::{Refusal, Violation},
        world::Actor,
    },
    store::Lane,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

/// What we said we would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// Whom it was promised.
    pub customer: CustomerId,
    /// In whose name.
    pub location: LocationId,
    /// Note, call …
    pub kind: GestureKind,
    /// How it reaches them.
    pub channel: Channel,
    /// Until when.
    pub until: Until,
    /// In which interaction it was said, of the same customer.
    pub interaction: Option<InteractionId>,
    /// What was promised; the words of the kind's starter template, when not said.
    pub words: String,
    /// Who keeps it.
    pub role: String,
}

/// Until when a promise is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// By an instant.
    #[serde(rename = "by_time")]
    By(Timestamp),
    /// Within so long from now.
    #[serde(rename = "within_duration")]
    Within(SignedDuration),
}

/// How urgent a promise is beside what was not promised.
const PRIORITY: u8 = 80;

impl App {
    /// Plans what we said we would do: due before quiet hours begin that reach to its time.
    ///
    /// # Errors
    /// [`Refusal::Precondition`] when no allowed minute can keep it, naming the next possible time; when a named
    /// resource is missing; and what a repeated write may meet (P2).
    pub async fn make_promise(&self, actor: Actor, promise: Promise) -> Result<Made<Gesture>, AppError> {
        let once = self.once(&actor, "MakePromise", self.fingerprint("", &promise));
        let now = self.now();
        let by = match promise.until {
            Until::By(by) => by,
            Until::Within(within) => now.checked_add(within).unwrap_or(Timestamp::MAX),
        };
        if by.duration_since(now) > PROMISE_MAX {
            return Err(
                Refusal::invalid("by_time", format!("must not be more than {PROMISE_MAX:#} ahead of now")).into()
            );
        }
        let (maker, customer) = (actor.clone(), promise.customer);
        let content = Content { text: promise.words, ..Content::default() };
        let command = Schedule {
            actor,
            once,
            customer: promise.customer,
            location: promise.location,
            interaction: promise.interaction,
            kind: promise.kind,
            channels: vec![promise.channel],
            purpose: Purpose::Service,
            tone: Tone::Caring,
            priority: PRIORITY,
            role: promise.role,
            promised: true,
            due_at: None,
            deadline_at: Some(by),
            occasion: None,
            window: None,
            recipient: String::new(),
            gift_value: None,
            content: Some(content).filter(|content| !content.text.is_empty()),
        };
        let made = self.submit(Lane::Interactive, command).await.map_err(in_words_of_promise);
        let made = self.veil_gates(&maker, customer, made).await?;
        Ok(Made { what: made.gesture, replayed: made.replayed })
    }

    /// Moves a gesture that waits to another time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition once delivery has started or where a gate forbids that
    /// time, and what a repeated write may meet (P2).
    pub async fn reschedule_gesture(
        &self,
        actor: Actor,
        id: GestureId,
        version: i64,
        due_at: Timestamp,
        deadline_at: Option<Timestamp>,
    ) -> Result<Made<Gesture>, AppError> {
        let said = json!({ "name": id, "due_time": due_at, "deadline_time": deadline_at });
        let once = self.once(&actor, "RescheduleGesture", self.fingerprint("", &said));
        let command = Reschedule { actor, once, id, version, due_at, deadline_at };
        let moved = self.submit(Lane::Interactive, command).await?;
        Ok(Made { what: moved.gesture, replayed: moved.replayed })
    }
}

/// What is wrong with the gesture, by the names of the promise's own fields.
fn in_words_of_promise(error: AppError) -> AppError {
    let renamed = |violation: Violation| match violation.field.as_str() {
        "gesture.deadline_time" => Violation::new("by_time", "must be ahead of now"),
        "gesture.interaction" => Violation { field: "interaction".to_owned(), ..violation },
        _ => violation,
    };
    match error {
        AppError::Refused(Refusal::Invalid(violations)) => {
            Refusal::Invalid(violations.into_iter().map(renamed).collect()).into()
        }
        other => other,
    }
}
