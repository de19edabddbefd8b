//! A call found somebody in mourning.

use super::carry_out::{Told, carry_out, count_apart, record_contact};
use crate::domain::{
    gesture::{Gesture, GestureState, Reason, Tone},
    ledger::Ledger,
    refusal::Refusal,
    world::{EventDetail, EventKind, Subject},
};

const WAITS: &str = "Waits until a person finds the time right for cheer.";

/// We spoke, and that counts as a contact; but where it was to be a thank-you, nobody was thanked. Care was taken by
/// the call itself. What else is cheerful waits until a person releases it.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn heed(ledger: &mut Ledger<'_, '_>, gesture: Gesture, told: Told) -> Result<(), Refusal> {
    let customer = gesture.customer;
    ledger.note(EventKind::Bereaved, Subject::Customer(customer), Some(customer), EventDetail::default());
    let mut summary = ledger.world.summary(customer);
    summary.grieving_since.get_or_insert(ledger.context.now);
    ledger.world.summaries.put(customer, summary);
    if gesture.tone == Tone::Caring {
        carry_out(ledger, gesture, told, "We spoke with the customer, who is in mourning.")?;
    } else {
        let text = "The customer is in mourning: this was no time for thanks.";
        let gesture = ledger.move_gesture(gesture, GestureState::Cancelled, Some(Reason::OwnLife), text)?;
        let contact = record_contact(ledger, &gesture, told)?;
        count_apart(ledger, &gesture, contact)?;
    }
    ledger.hold_cheer(customer, Reason::OwnLife, WAITS)
}
