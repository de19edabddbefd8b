//! What a gesture says: the words of a template, filled with the facts of what it answers.
//!
//! A gesture that nobody gave words speaks in the starter template of its kind, and so does one whose template can't be
//! used any more: composing never fails, so nobody's interaction is refused for the words of its thanks.

#[cfg(test)]
mod tests;

use super::{
    case::Case,
    customer::{Channel, Customer},
    gesture::{Content, Gesture, GestureKind},
    location::Location,
    note::{WRITTEN_CHANNELS, Words},
    refusal::Refusal,
    rule::{Rule, Trigger},
    rulebook::Facts,
    template::{Begin, CompiledTemplate, Draft, LAST_NOTES, NoteFacts, Part, Wish, compose, wanted_language},
    upcoming::Upcoming,
    world::{Miss, Needs, World},
};
use std::cmp::Reverse;

/// Composes what a rule's gesture says to a customer about this interaction.
#[must_use]
pub fn of_rule(world: &World, rule: &Rule, facts: &Facts<'_>, channel: Channel) -> Content {
    let milestone = matches!(rule.definition.trigger, Trigger::Milestone { .. }).then_some(facts.summary.visit_days);
    let upcoming = facts.upcoming();
    let action = &rule.definition.action;
    let recipient = facts.customer.facing(&action.recipient, channel);
    let facts = NoteFacts {
        customer: &recipient,
        summary: facts.summary,
        location: facts.location,
        interaction: facts.interaction(),
        milestone,
        upcoming,
        case: None,
    };
    let own = action.template.as_ref().and_then(|id| world.templates.get(id));
    let template = own.unwrap_or_else(|| world.templates.unasked(action.gesture));
    say(world, template, facts, channel)
}

/// Composes what a gesture says that nobody gave words, and which may be about a case.
#[must_use]
pub fn of_kind(
    world: &World,
    kind: GestureKind,
    customer: &Customer,
    location: &Location,
    case: Option<&Case>,
    channel: Channel,
) -> Content {
    let summary = world.summary(customer.id);
    let facts =
        NoteFacts { customer, summary: &summary, location, interaction: None, milestone: None, upcoming: None, case };
    say(world, world.templates.unasked(kind), facts, channel)
}

/// Composes anew what a gesture says, since it takes another channel. A person's own words stay.
///
/// # Errors
/// [`Refusal::Miss`] when what it answers must be loaded first.
pub fn on_channel(world: &World, gesture: &Gesture, channel: Channel) -> Result<Content, Refusal> {
    let customer = world.customer(gesture.customer)?;
    // Who is reached through somebody may be reached through somebody else by now.
    let others_words = gesture.channel != channel || customer.is_charge() || !customer.profile.contacts.is_empty();
    if others_words { anew(world, gesture, channel) } else { Ok(gesture.content.clone()) }
}

/// Composes anew what a gesture says, by what is known now. A person's own words stay.
///
/// # Errors
/// [`Refusal::Miss`] when what it answers must be loaded first.
pub fn anew(world: &World, gesture: &Gesture, channel: Channel) -> Result<Content, Refusal> {
    let customer = world.customer(gesture.customer)?;
    let Some(template) = gesture.content.template.as_ref().and_then(|(id, _)| world.templates.get(id)) else {
        return Ok(gesture.content.clone());
    };
    let interaction = gesture.interaction.map(|id| world.interactions.get(&id).ok_or(id)).transpose();
    let interaction = interaction.map_err(|id| {
        let needs = Needs { interactions: [id].into(), ..Needs::default() };
        Refusal::Miss(Miss::More(Box::new(needs)))
    })?;
    let location = world.location(&gesture.location)?;
    let summary = world.summary(gesture.customer);
    let recipient = customer.facing(&gesture.terms.recipient, channel);
    let facts = NoteFacts {
        customer: &recipient,
        summary: &summary,
        location: &location,
        interaction,
        milestone: gesture.milestone(),
        upcoming: Upcoming::of(gesture),
        case: case_of(world, gesture)?,
    };
    Ok(say(world, template, facts, channel))
}

/// The case that a gesture makes up for: the one that it settles, else what is open about the same interaction.
///
/// # Errors
/// [`Refusal::Miss`] when it must be loaded first.
pub fn case_of<'a>(world: &'a World, gesture: &Gesture) -> Result<Option<&'a Case>, Refusal> {
    if let Some(id) = gesture.case {
        let needs = || Needs { cases: [id].into(), ..Needs::default() };
        return world.cases.get(&id).map(Some).ok_or_else(|| Refusal::Miss(Miss::More(Box::new(needs()))));
    }
    let Some(interaction) = gesture.interaction else { return Ok(None) };
    Ok(world.open_case(gesture.customer).filter(|case| case.interaction == Some(interaction)))
}

fn say(world: &World, template: &CompiledTemplate, facts: NoteFacts<'_>, channel: Channel) -> Content {
    let last_notes = last_notes(world, facts.customer);
    let language = wanted_language(facts.customer, facts.location);
    let wish = Wish { channel, language, last_notes: &last_notes, begin: Begin::Anywhere };
    compose(Part { template, facts }, &[], &wish).into()
}

/// What the customer was last written, the newest first, as far as it is loaded: what is planned for them, and what
/// answered the interactions at hand.
fn last_notes<'a>(world: &'a World, customer: &Customer) -> Vec<&'a str> {
    let mut written: Vec<_> = world
        .gestures_of(customer.id)
        .filter(|gesture| WRITTEN_CHANNELS.contains(&gesture.channel) && !gesture.content.text.is_empty())
        .collect();
    written.sort_by_key(|gesture| Reverse((gesture.created_at, gesture.id)));
    written.into_iter().take(LAST_NOTES).map(|gesture| gesture.content.text.as_str()).collect()
}

impl From<Words> for Content {
    fn from(words: Words) -> Self {
        Self {
            language: words.language,
            subject: words.subject,
            text: words.text,
            facts: words.facts.into_iter().map(|fact| fact.path).collect(),
            template: words.template,
        }
    }
}

impl From<Draft> for Content {
    fn from(draft: Draft) -> Self {
        Self {
            language: draft.language,
            subject: draft.subject,
            text: draft.text,
            facts: draft.facts.into_iter().map(|fact| fact.path).collect(),
            template: Some(draft.template),
        }
    }
}
