//! What a note says.

use super::carry::has_own_words;
use crate::domain::{
    customer::{Channel, Customer},
    gesture::{Content, Gesture},
    interaction::Interaction,
    ledger::missing_interaction,
    location::Location,
    note::Words,
    refusal::Refusal,
    replan::location_of,
    summary::Summary,
    template::{CompiledTemplate, Draft, NoteFacts, Objection, Part, Wish, compose, objections, wanted_language},
    upcoming::Upcoming,
    world::World,
};
use jiff::Timestamp;
use std::sync::Arc;

/// What was written, and what speaks against sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain::commands) struct Written {
    pub(in crate::domain::commands) words: Words,
    pub(in crate::domain::commands) objections: Vec<Objection>,
}

/// What one gesture adds to a note, held while it is composed.
struct Source<'a> {
    template: &'a Arc<CompiledTemplate>,
    location: Arc<Location>,
    interaction: Option<&'a Interaction>,
    milestone: Option<u32>,
    upcoming: Option<Upcoming>,
}

/// Writes the note of gestures, the strongest first, over a channel, not in the words of what the customer had read by
/// an instant: written again by the same, it comes out the same as long as its facts hold.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(super) fn write(
    world: &World,
    gestures: &[Gesture],
    channel: Channel,
    read_by: Timestamp,
) -> Result<Written, Refusal> {
    let Some(strongest) = gestures.first() else { return Ok(nothing()) };
    if has_own_words(strongest) {
        return Ok(in_own_words(strongest, channel));
    }
    let customer = world.customer(strongest.customer)?.facing(&strongest.terms.recipient, channel);
    let sources = gestures.iter().map(|gesture| source(world, gesture)).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(from_sources(world, &customer, &sources, channel, read_by))
}

/// Writes the note of a template that answers nothing.
///
/// # Errors
/// [`Refusal::Miss`] when the location is not loaded.
pub(in crate::domain::commands) fn write_unasked(
    world: &World,
    customer: &Customer,
    template: &Arc<CompiledTemplate>,
    location: &Arc<Location>,
    channel: Channel,
    read_by: Timestamp,
) -> Written {
    let source =
        Source { template, location: Arc::clone(location), interaction: None, milestone: None, upcoming: None };
    from_sources(world, &customer.facing("", channel), &[source], channel, read_by)
}

fn from_sources(
    world: &World,
    customer: &Customer,
    sources: &[Source<'_>],
    channel: Channel,
    read_by: Timestamp,
) -> Written {
    let summary = world.summary(customer.id);
    let mut parts = sources.iter().map(|source| part(source, customer, &summary));
    let (Some(strongest), Some(first)) = (parts.next(), sources.first()) else { return nothing() };
    let others: Vec<_> = parts.collect();
    let last = world.last_notes(customer.id);
    let last = last.iter().filter(|note| note.delivered_at.is_some_and(|at| at <= read_by));
    let last: Vec<_> = last.map(|note| note.words.text.as_str()).collect();
    let wish = Wish { channel, language: wanted_language(customer, &first.location), last_notes: &last };
    let draft = compose(strongest, &others, &wish);
    let objections = objections(&draft, &last);
    Written { words: words(draft, channel), objections }
}

fn part<'a>(source: &'a Source<'_>, customer: &'a Customer, summary: &'a Summary) -> Part<'a> {
    let facts = NoteFacts {
        customer,
        summary,
        location: &source.location,
        interaction: source.interaction,
        milestone: source.milestone,
        upcoming: source.upcoming,
    };
    Part { template: source.template, facts }
}

/// Where a gesture's words come from: the template in which it was planned, else that of its kind.
fn source<'a>(world: &'a World, gesture: &Gesture) -> Result<Source<'a>, Refusal> {
    let interaction = match gesture.interaction {
        Some(id) => Some(world.interactions.get(&id).ok_or_else(|| missing_interaction(id))?),
        None => None,
    };
    let planned = gesture.content.template.as_ref().and_then(|(id, _)| world.templates.get(id));
    let template = planned.unwrap_or_else(|| world.templates.unasked(gesture.kind));
    let location = location_of(world, &gesture.location)?;
    Ok(Source { template, location, interaction, milestone: gesture.milestone(), upcoming: Upcoming::of(gesture) })
}

fn words(draft: Draft, channel: Channel) -> Words {
    Words {
        language: draft.language,
        subject: subject(draft.subject, channel),
        text: draft.text,
        template: Some(draft.template),
        variant: draft.variant,
        facts: draft.facts,
    }
}

/// Only e-mail has a subject line.
fn subject(subject: String, channel: Channel) -> String {
    if channel == Channel::Email { subject } else { String::new() }
}

/// A person's own words go as they are: whoever wrote them to this customer has looked at them.
fn in_own_words(gesture: &Gesture, channel: Channel) -> Written {
    let Content { language, subject: line, text, .. } = &gesture.content;
    let words = Words {
        language: language.clone(),
        subject: subject(line.clone(), channel),
        text: text.clone(),
        ..Words::default()
    };
    let objections = if text.trim().is_empty() { vec![Objection::Empty] } else { Vec::new() };
    Written { words, objections }
}

fn nothing() -> Written {
    Written { words: Words::default(), objections: vec![Objection::Empty] }
}
