//! Replies in a shape that people read at a glance.
//!
//! Each function returns text; colours are in it only where they can be seen.

mod access;
mod arrivals;
mod card;
mod cases;
mod coverage;
mod duplicates;
mod events;
mod explain;
mod journeys;
mod notes;
mod pauses;
mod policy;
mod queue;
mod retention;
mod rules;
mod strangers;
mod words;

pub(super) use access::{api_keys, staff};
pub(super) use arrivals::{arrival, arrival_kind};
pub(super) use card::{candidates, card, found};
pub(super) use cases::{case, cases};
pub(super) use coverage::coverage;
pub(super) use duplicates::duplicates;
pub(super) use events::event;
pub(super) use explain::{customer_explained, gesture_explained, interaction_explained};
pub(super) use journeys::{journey, journeys};
pub(super) use notes::{
    customers, linted, note, note_batch, note_batch_state, note_batches, open_print_run, pace, preview, template,
    templates, tried,
};
pub(super) use pauses::pauses;
pub(super) use policy::contact_policy;
pub(super) use queue::queue;
pub(super) use retention::retention;
pub(super) use rules::{rule_faults, rules, simulation};
pub(super) use strangers::{hints, strangers};
pub(super) use words::{
    channel, gesture_kind, gesture_state, instant, note_state, obligation_state, one_line, outcome, short_ids, utc,
    wrapped,
};
