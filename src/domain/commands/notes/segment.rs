//! Plans a note for one customer of a segment, through every gate.

use super::{compose, create::segment_channels, words};
use crate::domain::{
    answer::gate,
    customer::{Channel, Customer, Purpose},
    gesture::{Content, Gesture, GestureKind, GestureState, Schedule, Terms, Tone, Written},
    ids::{CustomerId, GestureId, LocationId, NoteId, TemplateId},
    ledger::Ledger,
    note::{Note, NoteBatch, NoteState, Tries},
    planning::{Plan as Planning, Planned, Wish, plan_gesture},
    refusal::Refusal,
    replan::location_of,
    rule::OverBudget,
    when::{Wait, local_date},
};
use jiff::{SignedDuration, tz::TimeZone};

/// What a segment asks for.
pub(super) struct Asked {
    pub(super) template: TemplateId,
    pub(super) location: LocationId,
    pub(super) channels: Vec<Channel>,
}

/// How strong a note is that no rule asked for.
const PRIORITY: u8 = 50;

/// How long after it is due a note of a segment makes sense, approval included.
const DEADLINE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The note of one customer: written, a person's to finish, or skipped with the gate that stopped it.
pub(super) fn note(
    ledger: &mut Ledger<'_, '_>,
    batch: &NoteBatch,
    customer: CustomerId,
    asked: &Asked,
) -> Result<Note, Refusal> {
    let customer = ledger.world.customer(customer)?.clone();
    let location = location_of(ledger.world, &asked.location)?;
    let template = ledger.world.templates.get(&asked.template).cloned();
    let template = template.ok_or_else(|| Refusal::not_found("template", &asked.template))?;
    let terms = Terms {
        channels: segment_channels(ledger.world, &asked.channels),
        moment_at: ledger.now(),
        wait: Wait::Exact(SignedDuration::ZERO),
        window: None,
        business_days: false,
        deadline: DEADLINE,
        fresh_until: None,
        occasion: None,
        fact: None,
        over_budget: OverBudget::Suppress,
        at_their_time: false,
        recipient: String::new(),
        gift_value: None,
    };
    let wish = Wish {
        customer: &customer,
        location: &location,
        kind: GestureKind::Note,
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        promised: false,
        terms: &terms,
        role: "",
        anew: None,
    };
    let today = local_date(&TimeZone::UTC, ledger.now());
    let planned = match gate(&customer, today) {
        Some((reason, explanation)) => Planned::Stopped { reason, explanation: explanation.to_owned() },
        None => plan_gesture(ledger.world, &wish, ledger.now())?,
    };
    let (channel, schedule) = match planned {
        Planned::Stopped { reason, explanation }
        | Planned::Gesture(Planning { held: Some((reason, explanation)), .. }) => {
            return Ok(compose::skipped(ledger, batch, customer.id, Vec::new(), reason, explanation));
        }
        Planned::Gesture(Planning { channel, schedule, .. }) => (channel, schedule),
    };
    let written = words::write_unasked(ledger.world, &customer, &template, &location, channel, ledger.now());
    let id = NoteId(ledger.new_id());
    let mut note = Note {
        id,
        batch: batch.id,
        customer: customer.id,
        gestures: Vec::new(),
        channel: Some(channel),
        words: written.words,
        state: NoteState::Composed,
        reason: None,
        explanation: String::new(),
        problems: Vec::new(),
        due_at: schedule.due_at,
        chunk: None,
        printed: None,
        tries: Tries::default(),
        created_at: ledger.now(),
        delivered_at: None,
        edit: None,
        version: 1,
    };
    if !written.problems.is_empty() {
        compose::object(&mut note, written.problems);
    }
    let gesture = gesture(ledger, &customer, &note, Plan { terms, schedule, location: location.id.clone() });
    note.gestures.push(gesture.id);
    ledger.add_gesture(gesture);
    Ok(note)
}

/// When and in whose name a note was planned.
struct Plan {
    terms: Terms,
    schedule: Schedule,
    location: LocationId,
}

/// The gesture that the note carries, or that a person finishes.
fn gesture(ledger: &mut Ledger<'_, '_>, customer: &Customer, note: &Note, plan: Plan) -> Gesture {
    let Plan { terms, schedule, location } = plan;
    let words = &note.words;
    let with_person = note.state == NoteState::WithPerson;
    Gesture {
        id: GestureId(ledger.new_id()),
        customer: customer.id,
        household: customer.household,
        interaction: None,
        case: None,
        location,
        rule: None,
        occurrence: format!("batch/{}", note.batch),
        kind: GestureKind::Note,
        channel: note.channel.unwrap_or(Channel::HandOver),
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        priority: PRIORITY,
        role: String::new(),
        group: String::new(),
        promised: false,
        state: GestureState::Scheduled,
        reason: note.reason,
        explanation: note.explanation.clone(),
        schedule,
        terms,
        content: Content {
            language: words.language.clone(),
            subject: words.subject.clone(),
            text: words.text.clone(),
            facts: words.facts.iter().map(|fact| fact.path.clone()).collect(),
            template: words.template.clone(),
        },
        written: (!with_person).then_some(Written { batch: note.batch, note: note.id, folded: false }),
        with_person,
        lease: None,
        perhaps_left: None,
        taken: None,
        attempts: 0,
        completed_at: None,
        version: 1,
        created_at: ledger.now(),
    }
}

/// Whether a batch planned the gesture itself.
pub(super) fn is_planned_by(gesture: &Gesture, batch: &NoteBatch) -> bool {
    gesture.rule.is_none() && gesture.occurrence == format!("batch/{}", batch.id)
}
