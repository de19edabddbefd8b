//! A gesture reached the customer.

use super::{
    super::notes::settle_carrier,
    Proof,
    carry_out::{Told, carry_out, contact_key, contact_of},
    check_free, check_version, lease_of,
    resolve::{Carrier, Finding, carrier_needs, check_carrier},
    wrong_state,
};
use crate::domain::{
    gesture::{Gesture, GestureKind, GestureState, Lease, Reason},
    gift,
    ids::{GestureId, InteractionId},
    ledger::Ledger,
    money::Money,
    refusal::Refusal,
    replan::{Replan, gesture, location_of, replan_pending},
    world::{Actor, Command, Context, Needs, World},
};
use jiff::Timestamp;

/// Notes that a gesture reached the customer, and records the contact.
#[derive(Debug, Clone)]
pub struct Complete {
    /// Who says so.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// By what right.
    pub proof: Proof,
    /// Who carried it out, where a person did; empty otherwise.
    pub carried_out_by: String,
    /// What the customer said, if anything.
    pub words: String,
    /// When it reached the customer; now, when not said. Neither ahead of now nor before it was planned.
    pub at: Option<Timestamp>,
    /// What the gift was worth, where that was not planned or came out otherwise.
    pub gift_value: Option<Money>,
    /// The note that carried it, where a person answers: a batch is locked before all else.
    pub carrier: Option<Carrier>,
}

/// What completing left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The gesture as it is now.
    pub gesture: Gesture,
    /// The contact that was recorded; none for what was sent to the test address.
    pub contact: Option<InteractionId>,
}

impl Command for Complete {
    type Reply = Completed;

    fn needs(&self) -> Needs {
        let keys = [contact_key(self.id)].into();
        Needs { gestures: [self.id].into(), keys, ..carrier_needs(self.carrier) }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Completed, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        if let Some(contact) = self.done_before(ledger.world, &gesture)? {
            return Ok(Completed { gesture, contact: Some(contact) });
        }
        check_free(&gesture)?;
        self.check_right(&gesture)?;
        self.recall_channel(&mut gesture);
        self.check_time(&gesture, ledger.now())?;
        if self.was_a_test(&gesture) {
            return after_test(&mut ledger, gesture);
        }
        if self.settle_note(&mut ledger, &gesture)? {
            let contact = contact_of(ledger.world, self.id);
            return Ok(Completed { gesture: self::gesture(ledger.world, self.id)?, contact });
        }
        let above_limit = self.take_value(&ledger, &mut gesture)?;
        let explanation = format!("The {} {} reached the customer.{above_limit}", gesture.kind, gesture.channel.by());
        let (gesture, contact) = carry_out(&mut ledger, gesture, self.told(), &explanation)?;
        heed_gift(&mut ledger, &gesture)?;
        Ok(Completed { gesture, contact: Some(contact) })
    }
}

impl Complete {
    fn told(&self) -> Told {
        Told { at: self.at, staff: self.carried_out_by.clone(), words: self.words.clone(), happy: None }
    }

    /// Settles the note that carried a gesture of which nobody knew, with all else that it carries: they arrived
    /// together.
    fn settle_note(&self, ledger: &mut Ledger<'_, '_>, gesture: &Gesture) -> Result<bool, Refusal> {
        let (Proof::Version(_), GestureState::Uncertain, Some(carrier)) = (self.proof, gesture.state, self.carrier)
        else {
            return Ok(false);
        };
        check_carrier(gesture, carrier)?;
        let told = Told { at: self.at.or(Some(ledger.now())), ..self.told() };
        settle_carrier(ledger, carrier, Finding::Reached, "its gesture was completed", told)
    }

    /// Keeps what the gift was worth. One to an organisation with a limit has to be known, since later ones are weighed
    /// against it. What happened counts, also above the limit: then that is said.
    fn take_value(&self, ledger: &Ledger<'_, '_>, gesture: &mut Gesture) -> Result<String, Refusal> {
        if self.gift_value.is_some() && gesture.kind != GestureKind::Gift {
            return Err(Refusal::invalid("gift_value", "goes only with a gift"));
        }
        if let Some(value) = &self.gift_value {
            gesture.terms.gift_value = Some(value.clone());
        }
        let customer = ledger.world.customer(gesture.customer)?;
        if gift::limit(customer, gesture.kind).is_none() {
            return Ok(String::new());
        }
        let Some(value) = &gesture.terms.gift_value else {
            let why = "must be given: the organisation has a limit, against which later gifts are weighed";
            return Err(Refusal::invalid("gift_value", why));
        };
        let location = location_of(ledger.world, &gesture.location)?;
        let at = self.at.unwrap_or_else(|| ledger.now());
        let given = gift::Gift { customer, location: &location, value: Some(value), at, gesture: Some(gesture.id) };
        Ok(match gift::weigh(ledger.world, &given, gift::Counted::Given)? {
            gift::Verdict::TooMuch(why) => format!(" {why}"),
            gift::Verdict::Fine | gift::Verdict::Unclear(_) => String::new(),
        })
    }

    /// What a worker delivered went the way on which its delivery began, also where it was to go another way since.
    fn recall_channel(&self, gesture: &mut Gesture) {
        let begun = gesture.lease.as_ref().and_then(|lease| lease.begun);
        if let (Proof::Token(_), Some(channel)) = (self.proof, begun) {
            gesture.channel = channel;
        }
    }

    /// What a worker sent that claimed it in test mode reached nobody.
    fn was_a_test(&self, gesture: &Gesture) -> bool {
        matches!(self.proof, Proof::Token(_)) && gesture.lease.as_ref().is_some_and(|lease| lease.for_test)
    }

    /// The same again changes nothing.
    fn done_before(&self, world: &World, gesture: &Gesture) -> Result<Option<InteractionId>, Refusal> {
        if gesture.state != GestureState::Completed {
            return Ok(None);
        }
        match self.proof {
            Proof::Token(token) => lease_of(gesture, token).map(drop)?,
            Proof::Version(version) if version + 1 == gesture.version => {}
            Proof::Version(version) => check_version(gesture, version)?,
        }
        contact_of(world, gesture.id).map(Some).ok_or_else(|| wrong_state(gesture, "open"))
    }

    /// A worker must have started delivery, unless the far side recognises what it gets twice. Then it is heard also
    /// where a person had the gesture tried again meanwhile, and whatever came to it since: else it would be sent
    /// twice. A person answers for what people do, also where it was held, claimed, expired or given up while they did
    /// it, and for what nobody else knows.
    fn check_right(&self, gesture: &Gesture) -> Result<(), Refusal> {
        use GestureState::{Claimed, Delivering, Expired, Failed, Held, Scheduled, Uncertain};
        match self.proof {
            Proof::Token(token) => {
                let lease = lease_of(gesture, token)?;
                match gesture.state {
                    Delivering | Uncertain => Ok(()),
                    Scheduled if gesture.reason == Some(Reason::Tested) => Ok(()),
                    Claimed | Scheduled if lease.far_side_deduplicates => Ok(()),
                    Scheduled => begun(gesture, lease),
                    Held | Expired if !lease.for_test => begun(gesture, lease),
                    _ => Err(wrong_state(gesture, "delivering")),
                }
            }
            Proof::Version(version) => {
                check_version(gesture, version)?;
                match gesture.state {
                    Uncertain => Ok(()),
                    Scheduled | Held | Claimed | Expired | Failed if gesture.is_for_people() => Ok(()),
                    _ => Err(wrong_state(gesture, "for a person and not taken back, or uncertain,")),
                }
            }
        }
    }

    fn check_time(&self, gesture: &Gesture, now: Timestamp) -> Result<(), Refusal> {
        match self.at {
            Some(at) if at > now => Err(Refusal::invalid("complete_time", "is ahead of now")),
            Some(at) if at < gesture.created_at => Err(Refusal::invalid(
                "complete_time",
                format!("is before the gesture was made, {}", gesture.created_at),
            )),
            _ => Ok(()),
        }
    }
}

/// Refuses who never passed the gates of a start.
fn begun(gesture: &Gesture, lease: &Lease) -> Result<(), Refusal> {
    lease.begun.map(drop).ok_or_else(|| wrong_state(gesture, "delivering"))
}

/// After a gift: those that are planned for the same receiver are weighed anew.
fn heed_gift(ledger: &mut Ledger<'_, '_>, given: &Gesture) -> Result<(), Refusal> {
    if gift::limit(ledger.world.customer(given.customer)?, given.kind).is_none() {
        return Ok(());
    }
    let how = Replan::since("Another gift was given.");
    replan_pending(ledger, given.customer, &how, |gesture| gesture.kind == GestureKind::Gift)
}

/// A gesture that went to the test address waits as before; this attempt is not counted.
fn after_test(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture) -> Result<Completed, Refusal> {
    if gesture.state != GestureState::Scheduled {
        gesture.attempts = gesture.attempts.saturating_sub(1);
        let text = "It was sent to the test address, and reached nobody.";
        gesture = ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::Tested), text)?;
    }
    Ok(Completed { gesture, contact: None })
}
