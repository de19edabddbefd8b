//! What workers and people carry out, at random.

use super::acts::Shop;
use gratitude::domain::{
    commands::gestures::{
        CallOutcome, Cancel, Claim, Complete, Fail, LogCall, Proof, Release, StartDelivery, Started, Take,
    },
    customer::Channel,
    ids::GestureId,
    world::Due,
};
use jiff::SignedDuration;

impl Shop {
    pub(super) async fn claim(&mut self) -> String {
        let far_side_deduplicates = self.dice.percent(30);
        let claim = Claim {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            due: Due { at: self.story.ledger.now(), limit: 100, far_side_deduplicates, ..Due::default() },
            worker: if far_side_deduplicates { "relay" } else { "till" }.to_owned(),
            lease: SignedDuration::from_mins(1),
        };
        let claimed = self.story.submit(claim).await.gestures;
        let twice = claimed.iter().find(|claimed| claimed.gesture.perhaps_left.is_some() && !far_side_deduplicates);
        assert_eq!(twice, None, "P4: it may have left, and its far side would not recognise it");
        let ids: Vec<_> = claimed.iter().map(|c| c.gesture.id).collect();
        self.tokens.extend(claimed.into_iter().map(|c| (c.gesture, c.token, far_side_deduplicates)));
        format!("claimed {ids:?}, far side deduplicates: {far_side_deduplicates}")
    }

    /// A worker answers with a token that may be old by now.
    pub(super) async fn answer_claim(&mut self) -> String {
        let Some((gesture, token, deduplicated)) = self.dice.one_of(&self.tokens).cloned() else {
            return "no claim".to_owned();
        };
        let (actor, id, proof) = (self.story.actor(), gesture.id, Proof::Token(token));
        match self.delivered.by(id, token) {
            // Mostly the newest work is begun at once.
            None if self.dice.percent(80) => {
                let start = StartDelivery { actor, id, token };
                let (what, started) = self.try_to(&format!("started {id}"), start).await;
                if let Some(Started::Started(gesture)) = &started {
                    let reached = self.dice.percent(70);
                    self.delivered.begun(gesture, token, deduplicated, reached);
                }
                what
            }
            Some(true) => self.try_to(&format!("completed {id}"), self.complete(id, proof)).await.0,
            Some(false) => {
                let retryable = self.dice.percent(50);
                let fail =
                    Fail { actor, id, proof, retryable, reason: "no answer from the server".to_owned(), carrier: None };
                self.try_to(&format!("failed {id}"), fail).await.0
            }
            _ => self.try_to(&format!("released {id}"), Release { actor, id, proof }).await.0,
        }
    }

    fn complete(&self, id: GestureId, proof: Proof) -> Complete {
        Complete {
            actor: self.story.actor(),
            id,
            proof,
            carried_out_by: "Rui".to_owned(),
            words: String::new(),
            at: None,
            gift_value: None,
            carrier: None,
        }
    }

    /// A person does something about a gesture.
    pub(super) async fn person(&mut self) -> String {
        let Some(gesture) = self.any_gesture(|g| !g.state.is_final()) else { return "no gesture".to_owned() };
        let (actor, id, version) = (self.story.actor(), gesture.id, gesture.version);
        if gesture.channel == Channel::Phone && self.dice.percent(60) {
            let outcomes = [
                CallOutcome::Reached { happy: Some(5) },
                CallOutcome::Reached { happy: Some(1) },
                CallOutcome::Voicemail,
                CallOutcome::NoAnswer,
                CallOutcome::Busy,
                CallOutcome::CallBack { at: self.story.ledger.now() + SignedDuration::from_hours(5) },
                CallOutcome::WrongNumber,
                CallOutcome::NeverAgain,
                CallOutcome::Bereavement,
                CallOutcome::Died,
            ];
            let outcome = *self.dice.one_of(&outcomes).expect("there are some");
            let once = self.story.unrepeated();
            let call = LogCall { actor, once, id, version, outcome, words: String::new(), staff: "Rui".to_owned() };
            let (what, logged) = self.try_to(&format!("called about {id}: {outcome:?}"), call).await;
            if logged.is_some() {
                match outcome {
                    CallOutcome::Reached { .. } => self.delivered.by_person(id),
                    CallOutcome::CallBack { .. } => self.given_time_anew(id),
                    _ => {}
                }
            }
            return what;
        }
        match self.dice.below(4) {
            0 => {
                let take = Take { actor, id, version: Some(version), staff: "Rui".to_owned() };
                self.try_to(&format!("Rui took {id}"), take).await.0
            }
            1 => {
                let cancel = Cancel { actor, id, version: None, reason: "not wanted".to_owned() };
                self.try_to(&format!("cancelled {id}"), cancel).await.0
            }
            _ => {
                let complete = self.complete(id, Proof::Version(version));
                let (what, done) = self.try_to(&format!("carried out {id}"), complete).await;
                // Of anything else a person only says that it arrived.
                if done.is_some() && gesture.is_for_people() {
                    self.delivered.by_person(id);
                }
                what
            }
        }
    }
}
