//! A call found somebody in mourning.

use super::{
    carry_out::{Told, carry_out, count_apart, record_contact},
    schedule::{Schedule, Weighed},
};
use crate::domain::{
    commands::{Once, notes::write_unasked},
    customer::{Channel, Purpose},
    gesture::{Content, Gesture, GestureKind, GestureState, Reason, Tone},
    ids::{CustomerId, LocationId},
    ledger::Ledger,
    refusal::Refusal,
    replan::location_of,
    world::{EventDetail, EventKind, Subject},
};

/// Condolence comes before thanks.
const PRIORITY: u8 = 80;

const WAITS: &str = "Waits until a person finds the time right for cheer.";

/// We spoke, and that counts as a contact; but where it was to be a thank-you, nobody was thanked. Care was taken by
/// the call itself, and a note of condolence follows. What else is cheerful waits until a person releases it.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn heed(ledger: &mut Ledger<'_, '_>, gesture: Gesture, told: Told) -> Result<(), Refusal> {
    let customer = gesture.customer;
    ledger.note(EventKind::Bereaved, Subject::Customer(customer), Some(customer), EventDetail::default());
    let mut summary = ledger.world.summary(customer);
    let is_news = summary.grieving_since.is_none();
    summary.grieving_since.get_or_insert(ledger.context.now);
    ledger.world.summaries.put(customer, summary);
    let location = gesture.location.clone();
    if gesture.tone == Tone::Caring && gesture.state.may_become(GestureState::Completed) {
        carry_out(ledger, gesture, told, "We spoke with the customer, who is in mourning.")?;
    } else {
        let text = "The customer is in mourning: this was no time for thanks.";
        ledger.cancel(vec![gesture.id], Reason::OwnLife, text)?;
        let contact = record_contact(ledger, &gesture, told)?;
        count_apart(ledger, &gesture, contact)?;
    }
    ledger.hold_cheer(customer, Reason::OwnLife, WAITS)?;
    if is_news { condole(ledger, customer, location) } else { Ok(()) }
}

/// One note of condolence for each loss, as far as a gate lets it pass. What says nothing particular is for a person to
/// finish (P8).
fn condole(ledger: &mut Ledger<'_, '_>, customer: CustomerId, location: LocationId) -> Result<(), Refusal> {
    let Some(template) = ledger.world.templates.condolence().cloned() else { return Ok(()) };
    let wish = Schedule {
        actor: ledger.actor.clone(),
        once: Once::default(),
        customer,
        location,
        interaction: None,
        kind: GestureKind::Note,
        channels: vec![Channel::Post, Channel::Email],
        purpose: Purpose::Gratitude,
        tone: Tone::Caring,
        priority: PRIORITY,
        role: String::new(),
        promised: false,
        due_at: None,
        deadline_at: None,
        occasion: None,
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
    };
    let Weighed::Gesture(mut note) = wish.weigh(ledger)? else { return Ok(()) };
    let whom = ledger.world.customer(customer)?;
    let place = location_of(ledger.world, &note.location)?;
    let written = write_unasked(ledger.world, whom, &template, &place, note.channel, ledger.now());
    if !written.problems.is_empty() {
        note.with_person = true;
        note.reason = Some(Reason::NotGenuine);
        note.explanation = "Says nothing particular yet: a person finishes it.".to_owned();
    }
    note.content = Content {
        language: written.words.language,
        subject: written.words.subject,
        text: written.words.text,
        facts: written.words.facts.into_iter().map(|fact| fact.path).collect(),
        template: written.words.template,
    };
    ledger.add_gesture(*note);
    Ok(())
}
