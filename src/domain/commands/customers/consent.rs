//! A customer says what they allow.

use super::{super::Once, CustomerReply, editable, guardian, keep, replayed};
use crate::domain::{
    consent::{choose_channel, liked, permits},
    customer::{Channel, Consent, ConsentState, Customer, Purpose},
    gesture::GestureState,
    ids::{CustomerId, GestureId},
    ledger::Ledger,
    refusal::Refusal,
    replan::{Replan, location_of, replan_pending},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Keeps a customer's word about being contacted. What it forbids goes another way or ends; what waits may take a
/// better way that it allows, and what had ended stays so.
#[derive(Debug, Clone)]
pub struct SetConsent {
    /// Who says that they said so.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The customer.
    pub id: CustomerId,
    /// Over which channel. What is handed over counts as said in person.
    pub channel: Channel,
    /// For what.
    pub purpose: Purpose,
    /// What they said.
    pub state: ConsentState,
    /// Where they said it.
    pub source: String,
    /// The version of the text that was agreed to.
    pub text_version: String,
    /// When they said it; now, when not said. Not ahead of now.
    pub at: Option<Timestamp>,
}

impl Command for SetConsent {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), customers: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        if self.at.is_some_and(|at| at > ledger.now()) {
            return Err(Refusal::invalid("consent.consent_time", "is ahead of now"));
        }
        let mut customer = editable(ledger.world, self.id)?;
        let channel = if self.channel == Channel::HandOver { Channel::InPerson } else { self.channel };
        customer.consents.push(Consent {
            channel,
            purpose: self.purpose,
            state: self.state,
            source: self.source.clone(),
            text_version: self.text_version.clone(),
            at: self.at.unwrap_or(ledger.context.now),
        });
        let detail = EventDetail {
            state: Some(self.state.to_string()),
            fields: vec![format!("{channel}/{}", self.purpose)],
            ..EventDetail::default()
        };
        let customer = keep(&mut ledger, customer, EventKind::ConsentSet, detail);
        let how = Replan::since(format!(
            "The customer's word on {} for {} was kept: {}.",
            channel.in_words(),
            self.purpose,
            self.state
        ));
        let elsewhere = elsewhere(ledger.world, &customer)?;
        replan_pending(&mut ledger, customer.id, &how, |gesture| elsewhere.contains(&gesture.id))?;
        guardian::heed_guardian(&mut ledger, customer.id)?;
        self.once.remember(&mut ledger, &Subject::Customer(customer.id).to_string());
        Ok(CustomerReply::of(customer))
    }
}

/// The gestures that may not take their channel any more, and those that may take a better one by now: who allows
/// e-mails at the desk need not come again for the note. What somebody has in hand goes the way it began.
fn elsewhere(world: &World, customer: &Customer) -> Result<BTreeSet<GestureId>, Refusal> {
    let mut found = BTreeSet::new();
    for gesture in world.gestures_of(customer.id) {
        let location = location_of(world, &gesture.location)?;
        let regime = world.settings.regime(customer, &location);
        let (terms, purpose) = (&gesture.terms, gesture.purpose);
        let is_forbidden = !permits(customer, regime, gesture.channel, purpose);
        let in_hand = gesture.with_person
            || gesture.taken.is_some()
            || gesture.attempts > 0
            || gesture.live_batch().is_some()
            || gesture.state == GestureState::Claimed;
        let best = || {
            let offered = liked(customer, &terms.channels);
            choose_channel(customer, &terms.recipient, regime, &offered, purpose).channel
        };
        if is_forbidden || !in_hand && best() != Some(gesture.channel) {
            found.insert(gesture.id);
        }
    }
    Ok(found)
}
