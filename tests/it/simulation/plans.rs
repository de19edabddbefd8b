//! What people promise, move, stop and settle, at random.

use super::acts::Shop;
use crate::support::ledger::LOCATION;
use gratitude::{
    app::App,
    clock::Clock,
    domain::{
        commands::gestures::{Finding, Reschedule, ResolveGesture, Schedule},
        customer::{Channel, Purpose},
        gesture::{GestureKind, GestureState, Tone},
        pause::PauseScope,
    },
};
use jiff::SignedDuration;
use std::sync::Arc;

impl Shop {
    fn hours(&mut self, below: u64) -> SignedDuration {
        SignedDuration::from_hours(i64::try_from(self.dice.below(below)).expect("a small number"))
    }

    /// Somebody is promised a call or a note.
    pub(super) async fn promise(&mut self) -> String {
        let Some(customer) = self.any_customer() else { return "nobody to promise anything".to_owned() };
        let by = self.story.ledger.now() + SignedDuration::from_mins(30) + self.hours(40);
        let ways = [(GestureKind::Call, Channel::Phone), (GestureKind::Note, Channel::Email)];
        let (kind, channel) = *self.dice.one_of(&ways).expect("there are some");
        let promise = Schedule {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            customer,
            location: LOCATION.parse().expect("a slug"),
            interaction: None,
            kind,
            channels: vec![channel],
            purpose: Purpose::Service,
            tone: Tone::Caring,
            priority: 80,
            role: String::new(),
            promised: true,
            due_at: None,
            deadline_at: Some(by),
            occasion: None,
            window: None,
            content: None,
            recipient: String::new(),
            gift_value: None,
        };
        self.try_to(&format!("promised {customer} a {kind} by {by}"), promise).await.0
    }

    /// A person moves what waits to another time, which is then the one that counts.
    pub(super) async fn move_to_another_time(&mut self) -> String {
        let waits = |state| matches!(state, GestureState::Scheduled | GestureState::Claimed | GestureState::Held);
        let Some(gesture) = self.any_gesture(|it| waits(it.state)) else { return "nothing to move".to_owned() };
        let due_at = self.story.ledger.now() + self.hours(60);
        let (actor, once) = (self.story.actor(), self.story.unrepeated());
        let moved = Reschedule { actor, once, id: gesture.id, version: gesture.version, due_at, deadline_at: None };
        let (what, reply) = self.try_to(&format!("moved {} to {due_at}", gesture.id), moved).await;
        if reply.is_some() {
            self.given_time_anew(gesture.id);
        }
        what
    }

    /// What leaves is stopped, or goes on.
    pub(super) async fn pause_or_resume(&mut self) -> String {
        let store = self.story.ledger.store.clone();
        let app = App::new(store, Clock::manual(self.story.ledger.now()), Arc::clone(&self.story.ledger.settings));
        if let Some(pause) = self.pauses.pop() {
            app.resume(self.story.actor(), pause.id).await.expect("it holds");
            return format!("resumed {}", pause.id);
        }
        let channel = self.dice.percent(50).then_some(Channel::Email);
        let scope = PauseScope { channel, ..PauseScope::default() };
        let reason = "the mail server is moved".to_owned();
        let pause = app.pause_all(self.story.actor(), scope, reason).await.expect("nothing speaks against it").what;
        self.pauses.push(pause.clone());
        format!("paused {channel:?}")
    }

    /// A person finds out whether what is uncertain arrived.
    pub(super) async fn settle_uncertain(&mut self) -> String {
        let uncertain = self.any_gesture(|it| it.state == GestureState::Uncertain);
        let Some(gesture) = uncertain else { return "nothing is uncertain".to_owned() };
        let finding = match self.delivered.has_reached(gesture.id) {
            true => Finding::Reached,
            false if self.dice.percent(60) => Finding::TryAgain,
            false => Finding::GiveUp,
        };
        let resolve = ResolveGesture {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            id: gesture.id,
            version: gesture.version,
            finding,
            how: "asked them".to_owned(),
            at: None,
            carrier: None,
        };
        self.try_to(&format!("found out of {}: {finding}", gesture.id), resolve).await.0
    }
}
