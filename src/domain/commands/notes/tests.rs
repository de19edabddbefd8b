#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    customer::{Channel, Consent, ConsentState, Customer, Purpose},
    gesture::{ContactState, Content, Gesture, GestureState, Reason},
    ids::{CustomerId, GestureId, NoteId},
    interaction::{Interaction, Purchase, PurchaseItem},
    ledger::NewCase,
    limits::ATTEMPTS_MAX,
    note::{BatchState, Chunk, Note, NoteState, Selection},
    note_problem::ProblemReason,
    settings::Route,
    template::{CompiledTemplate, Template, TemplateBook, TemplateState, starter},
    testkit::{Kit, actor, at, customer, email, once, shop_id, visit},
};
use jiff::SignedDuration;
use std::sync::Arc;

mod answering;
mod cancelling;
mod composing;
mod doubt;
mod leaving;
mod printing;
mod rewriting;
mod settling;

const LEASE: SignedDuration = SignedDuration::from_secs(10);
const MONDAY_10: &str = "2026-11-23T10:00";

/// Everybody's notes of a Monday morning, and the words in which they are written.
struct Night {
    kit: Kit,
    batch: NoteBatchId,
    notes: Vec<NoteId>,
}

/// Somebody who takes e-mails, and looked at something on Sunday.
fn reader(n: u8) -> (Customer, Interaction) {
    let mut ana = customer(n);
    say(&mut ana, Channel::Email, ConsentState::Granted);
    let mut visit = visit(n, &ana, at("2026-11-22T15:00"));
    visit.detail.items_looked_at = vec![format!("teapot number {n}")];
    (ana, visit)
}

fn say(customer: &mut Customer, channel: Channel, state: ConsentState) {
    customer.consents.push(Consent {
        channel,
        purpose: Purpose::Gratitude,
        state,
        source: "test".to_owned(),
        text_version: String::new(),
        at: at("2026-11-01T00:00"),
    });
}

/// A note by e-mail that thanks for a visit.
fn thanks(n: u8, visit: &Interaction, customer: &Customer) -> Gesture {
    let mut note = email(n, customer, at(MONDAY_10));
    note.interaction = Some(visit.id);
    note.content.template = Some(("thanks-for-stopping-by".parse().unwrap(), 1));
    note
}

fn kit() -> Kit {
    let mut kit = Kit::new(at(MONDAY_10));
    let compiled = starter::templates().iter().map(|(id, definition)| {
        let template = Template {
            id: id.parse().unwrap(),
            state: TemplateState::Active,
            version: 1,
            definition: definition.clone(),
            revision: 1,
            created_at: at("2026-01-01T00:00"),
            updated_at: at("2026-01-01T00:00"),
        };
        CompiledTemplate::new(template).unwrap()
    });
    kit.world.templates = Arc::new(TemplateBook::new(compiled));
    kit
}

fn due() -> Selection {
    Selection::Due { filter: String::new(), as_of: at(MONDAY_10) }
}

fn segment() -> Selection {
    Selection::Segment {
        filter: String::new(),
        template: "thanks-for-being-our-customer".parse().unwrap(),
        location: shop_id(),
        channels: vec![Channel::Email],
    }
}

impl Night {
    /// A batch over what is due for these customers, not composed yet.
    fn begin(mut kit: Kit, selection: Selection) -> Self {
        let create = Create {
            actor: actor(),
            once: once("one", "x"),
            display_name: String::new(),
            selection,
            customer_count: 0,
        };
        let batch = kit.run(&create).unwrap().batch.id;
        Self { kit, batch, notes: Vec::new() }
    }

    /// Composes everything of these customers on one page.
    fn compose(&mut self, covered: &[(CustomerId, &[GestureId])]) -> bool {
        let page = covered
            .iter()
            .map(|(customer, gestures)| Covered { customer: *customer, gestures: gestures.to_vec() })
            .collect();
        let after = self.batch().work.cursor;
        let location = Some(shop_id());
        let composed = self.kit.run(&ComposePage { batch: self.batch, after, page, is_last: true, location }).unwrap();
        let mut notes: Vec<_> = self.kit.world.notes.values().filter(|note| note.batch == self.batch).collect();
        notes.sort_by_key(|note| note.customer);
        self.notes = notes.into_iter().map(|note| note.id).collect();
        self.add_up();
        composed
    }

    fn approve(&mut self) -> NoteBatch {
        self.kit.run(&Approve { actor: actor(), id: self.batch, version: None }).unwrap()
    }

    fn start(&mut self) -> Started {
        let started = self
            .kit
            .run(&StartChunk {
                batch: self.batch,
                notes: self.notes.clone(),
                readers: Vec::new(),
                owner: "here".to_owned(),
                route: Route::Spool,
                lease: LEASE,
                far_side_deduplicates: true,
            })
            .unwrap();
        self.add_up();
        started
    }

    fn finish(&mut self, started: &Started, handed: Handed) -> bool {
        let chunk = started.chunk.as_ref().unwrap();
        let notes = started.letters.iter().map(|letter| letter.note.id).collect();
        let (number, token) = (chunk.number, chunk.token);
        let finish = FinishChunk { batch: self.batch, chunk: number, token, notes, handed };
        let mine = self.kit.run(&finish).unwrap();
        self.add_up();
        mine
    }

    /// What is with the spool.
    fn spooled(&self) -> Option<Chunk> {
        self.batch().lane(Route::Spool).and_then(|lane| lane.chunks.first().cloned())
    }

    fn batch(&self) -> &NoteBatch {
        self.kit.world.batches.get(&self.batch).unwrap()
    }

    fn note(&self, n: usize) -> &Note {
        self.kit.world.notes.get(&self.notes[n]).unwrap()
    }

    fn gesture(&self, gesture: &Gesture) -> &Gesture {
        self.kit.gesture(gesture.id)
    }

    /// The counts are those of the notes, and every customer stands somewhere once composing is over.
    fn add_up(&self) {
        let batch = self.batch();
        for state in NoteState::ALL {
            let notes = self.kit.world.notes.values().filter(|n| n.batch == batch.id && n.state == *state).count();
            assert_eq!(batch.counts.of(*state), notes as u64, "{state}");
        }
        if !matches!(batch.state, BatchState::Composing | BatchState::Stopped) {
            assert_eq!(batch.customer_count, batch.counts.total());
        }
    }
}

/// A night with one note for one customer, composed.
fn one_note() -> (Night, Customer, Gesture) {
    let (ana, visit) = reader(1);
    let note = thanks(1, &visit, &ana);
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    let mut night = Night::begin(kit, due());
    assert!(night.compose(&[(ana.id, &[note.id])]));
    (night, ana, note)
}

/// Has somebody buy a thing of this name as a surprise; as the store tells it, not loaded whole.
fn buy_secretly(kit: &mut Kit, customer: &Customer, thing: &str) {
    let bought = visit(9, customer, at("2026-11-23T09:00"));
    kit.world.hidden.insert((customer.id, bought.id), vec![thing.to_owned()]);
}

fn complain(kit: &mut Kit, customer: &Customer) {
    let new = NewCase {
        id: None,
        customer: customer.id,
        interaction: None,
        gesture: None,
        location: None,
        origin: crate::domain::case::CaseOrigin::Person,
        summary: "a scratch".to_owned(),
        severity: 3,
        assignee: String::new(),
    };
    kit.change(|ledger| ledger.open_case(new));
}

fn change(kit: &mut Kit, customer: CustomerId, change: impl FnOnce(&mut Customer)) {
    let mut changed = kit.world.customers.get(&customer).unwrap().clone();
    change(&mut changed);
    kit.world.customers.put(customer, changed);
    kit.world.settle();
}
