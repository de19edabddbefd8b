#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    customer::{Channel, Consent, ConsentState, Customer, Purpose},
    gesture::{ContactState, GestureKind, GestureState, Reason, Tone},
    ids::GestureId,
    interaction::{Direction, InteractionKind},
    ledger::NewCase,
    limits::ATTEMPTS_MAX,
    obligation::ObligationState,
    refusal::Precondition,
    testkit::{Kit, actor, at, call, customer, email, once, settings, shop_id, unkeyed, visit},
    when::default_message_hours,
    world::{Due, EventKind},
};
use jiff::{SignedDuration, Timestamp};

mod calls;
mod capacity;
mod doubt;
mod genuine;
mod gifts;
mod leases;
mod meanwhile;
mod outdated;
mod pauses;
mod people;
mod promises;
mod rescheduling;
mod rescue;
mod revival;
mod test_mode;

const MONDAY_10: &str = "2026-11-23T10:00";

fn claim() -> Claim {
    Claim {
        actor: actor(),
        once: unkeyed(),
        due: Due {
            at: at(MONDAY_10),
            kinds: Vec::new(),
            channels: Vec::new(),
            locations: Vec::new(),
            in_batches: Vec::new(),
            untested: false,
            far_side_deduplicates: false,
            due_from: None,
            limit: 10,
        },
        worker: "worker-1".to_owned(),
        lease: SignedDuration::from_secs(60),
    }
}

/// As [`claim`], by a worker whose far side recognises what it gets twice.
fn deduplicating() -> Claim {
    let claim = claim();
    Claim { due: Due { far_side_deduplicates: true, ..claim.due }, worker: "worker-2".to_owned(), ..claim }
}

fn start(id: GestureId, token: i64) -> StartDelivery {
    StartDelivery { actor: actor(), id, token }
}

fn complete(id: GestureId, proof: Proof) -> Complete {
    Complete {
        actor: actor(),
        id,
        proof,
        carried_out_by: String::new(),
        words: String::new(),
        at: None,
        gift_value: None,
        carrier: None,
    }
}

fn fail(id: GestureId, token: i64, retryable: bool) -> Fail {
    Fail { actor: actor(), id, proof: Proof::Token(token), retryable, reason: "mailbox full".to_owned(), carrier: None }
}

fn say(customer: &mut Customer, channel: Channel, state: ConsentState, at: Timestamp) {
    customer.consents.push(Consent {
        channel,
        purpose: Purpose::Gratitude,
        state,
        source: "test".to_owned(),
        text_version: String::new(),
        at,
    });
}

/// Ana, who takes e-mails, with a note by e-mail due on Monday at 10:00 that answers a visit.
fn with_note() -> (Kit, Customer, crate::domain::gesture::Gesture) {
    let now = at(MONDAY_10);
    let mut ana = customer(1);
    say(&mut ana, Channel::Email, ConsentState::Granted, at("2026-01-02T00:00"));
    let visit = visit(1, &ana, at("2026-11-22T15:00"));
    let mut note = email(1, &ana, now);
    note.interaction = Some(visit.id);
    let kit = Kit::new(now).with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    (kit, ana, note)
}

fn open_case(kit: &mut Kit, customer: &Customer) -> crate::domain::ids::CaseId {
    let new = NewCase {
        id: None,
        customer: customer.id,
        interaction: None,
        gesture: None,
        location: None,
        origin: crate::domain::case::CaseOrigin::Person,
        summary: "The rake broke.".to_owned(),
        severity: 3,
        assignee: String::new(),
    };
    kit.change(|ledger| ledger.open_case(new)).id
}
