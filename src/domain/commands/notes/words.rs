//! What a note says.

use super::carry::has_own_words;
use crate::domain::{
    case::Case,
    content::case_of,
    customer::{Channel, Customer},
    gesture::{Content, Gesture, GestureKind},
    ids::CustomerId,
    interaction::Interaction,
    ledger::missing_interaction,
    location::Location,
    note::Words,
    note_problem::NoteProblem,
    refusal::Refusal,
    replan::location_of,
    summary::Summary,
    template::{
        Begin, CompiledTemplate, Draft, Lint, NoteFacts, Part, UsedFact, Wish, compose, is_so, problems, told_in,
        wanted_language,
    },
    upcoming::Upcoming,
    world::World,
};
use jiff::Timestamp;
use std::sync::Arc;

/// What was written, and what speaks against sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain::commands) struct Written {
    pub(in crate::domain::commands) words: Words,
    pub(in crate::domain::commands) problems: Vec<NoteProblem>,
}

/// How a note is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Over which channel.
    pub(super) channel: Channel,
    /// Not in the words of what the customer had read by this instant.
    pub(super) read_by: Timestamp,
    /// Which variant of the template is tried first.
    pub(super) begin: Begin,
}

/// What one gesture adds to a note, held while it is composed.
struct Source<'a> {
    template: &'a Arc<CompiledTemplate>,
    location: Arc<Location>,
    interaction: Option<&'a Interaction>,
    milestone: Option<u32>,
    upcoming: Option<Upcoming>,
    case: Option<&'a Case>,
}

/// Writes the note of gestures, the strongest first: written again in the same manner, it comes out the same as long as
/// its facts hold.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(super) fn write(world: &World, gestures: &[Gesture], manner: Manner) -> Result<Written, Refusal> {
    let Some(strongest) = gestures.first() else { return Ok(nothing()) };
    if has_own_words(strongest) {
        return in_own_words(world, gestures, strongest, manner);
    }
    let customer = world.customer(strongest.customer)?.facing(&strongest.terms.recipient, manner.channel);
    let sources = gestures.iter().map(|gesture| source(world, gesture)).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(from_sources(world, &customer, &sources, strongest.kind, manner))
}

/// Writes what a gesture says that leaves by itself, as a batch would write it that leaves at this instant.
///
/// # Errors
/// [`Refusal::Miss`] when what it answers is not loaded.
pub(in crate::domain::commands) fn write_alone(
    world: &World,
    gesture: &Gesture,
    now: Timestamp,
) -> Result<Written, Refusal> {
    let manner = Manner { channel: gesture.channel, read_by: now, begin: Begin::Anywhere };
    write(world, std::slice::from_ref(gesture), manner)
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
    let location = Arc::clone(location);
    let source = Source { template, location, interaction: None, milestone: None, upcoming: None, case: None };
    let manner = Manner { channel, read_by, begin: Begin::Anywhere };
    from_sources(world, &customer.facing("", channel), &[source], GestureKind::Note, manner)
}

/// Looks at what a person would have a note of gestures say: the facts that stand in it, and what speaks against it. Of
/// the facts that it told before, those count that it still tells.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(super) fn look(
    world: &World,
    gestures: &[Gesture],
    words: &Words,
    manner: Manner,
) -> Result<(Vec<UsedFact>, Vec<NoteProblem>), Refusal> {
    let Some(strongest) = gestures.first() else { return Ok((Vec::new(), vec![NoteProblem::empty()])) };
    let channel = manner.channel;
    knowing(world, gestures, strongest, channel, |customer, known| {
        let told = told_in(&[&words.subject, &words.text], &words.language, channel, known, &words.facts);
        let hidden = world.hidden_from_others(customer.id);
        let lint = lint(words, &told, strongest, channel, known, &hidden);
        let problems = lint.written(&last_read(world, customer.id, manner.read_by));
        (told, problems)
    })
}

/// Whether a note names what its reader has bought as a surprise or in confidence where others may read it: they may
/// have done so since it was written.
///
/// # Errors
/// [`Refusal::Miss`] when what its gestures answer is not loaded.
pub(super) fn give_surprise_away(
    world: &World,
    gestures: &[Gesture],
    words: &Words,
    channel: Channel,
) -> Result<bool, Refusal> {
    let Some(strongest) = gestures.first() else { return Ok(false) };
    let hidden = world.hidden_from_others(strongest.customer);
    // Hardly any reader has something to hide, and every note that leaves is looked at.
    if hidden.is_empty() {
        return Ok(false);
    }
    knowing(world, gestures, strongest, channel, |_, known| {
        lint(words, &words.facts, strongest, channel, known, &hidden).gives_surprise_away().is_some()
    })
}

/// The same of what leaves by itself. Which facts its words tell is not kept with it, so they are looked for.
///
/// # Errors
/// [`Refusal::Miss`] when what it answers is not loaded.
pub(in crate::domain::commands) fn gives_surprise_away(world: &World, gesture: &Gesture) -> Result<bool, Refusal> {
    if !gesture.is_written() || world.hidden_from_others(gesture.customer).is_empty() {
        return Ok(false);
    }
    let (gestures, channel) = (std::slice::from_ref(gesture), gesture.channel);
    let Content { language, subject, text, .. } = gesture.content.clone();
    let facts = knowing(world, gestures, gesture, channel, |_, known| {
        told_in(&[&subject, &text], &language, channel, known, &[])
    })?;
    let words = Words { language, subject, text, facts, ..Words::default() };
    give_surprise_away(world, gestures, &words, channel)
}

/// Of the facts that a note tells, those that are not so any more: written again from what is known now it would not
/// tell them, and nothing of what is known is called so.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(super) fn untrue(
    world: &World,
    gestures: &[Gesture],
    words: &Words,
    manner: Manner,
) -> Result<Vec<UsedFact>, Refusal> {
    let Some(strongest) = gestures.first() else { return Ok(Vec::new()) };
    let again = write(world, gestures, manner)?.words;
    let told_again = |fact: &UsedFact| again.facts.iter().any(|it| it.path == fact.path && it.text == fact.text);
    knowing(world, gestures, strongest, manner.channel, |_, known| {
        let holds = |fact: &&UsedFact| told_again(fact) || is_so(fact, &words.language, manner.channel, known);
        words.facts.iter().filter(|fact| !holds(fact)).cloned().collect()
    })
}

/// Looks at words with what is known of whom gestures are for, and of what each of them answers, the strongest first.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
fn knowing<T>(
    world: &World,
    gestures: &[Gesture],
    strongest: &Gesture,
    channel: Channel,
    look: impl FnOnce(&Customer, &[NoteFacts<'_>]) -> T,
) -> Result<T, Refusal> {
    let customer = world.customer(strongest.customer)?.facing(&strongest.terms.recipient, channel);
    let sources = gestures.iter().map(|gesture| source(world, gesture)).collect::<Result<Vec<_>, Refusal>>()?;
    let summary = world.summary(customer.id);
    let known: Vec<_> = sources.iter().map(|source| part(source, &customer, &summary).facts).collect();
    Ok(look(&customer, &known))
}

/// A look at words that are there already.
fn lint<'a>(
    words: &'a Words,
    told: &'a [UsedFact],
    strongest: &Gesture,
    channel: Channel,
    known: &'a [NoteFacts<'a>],
    hidden: &'a [String],
) -> Lint<'a> {
    let Words { subject, text, language, .. } = words;
    Lint { subject, text, language, channel, kind: strongest.kind, known, told, hidden }
}

fn from_sources(
    world: &World,
    customer: &Customer,
    sources: &[Source<'_>],
    kind: GestureKind,
    manner: Manner,
) -> Written {
    let summary = world.summary(customer.id);
    let parts: Vec<_> = sources.iter().map(|source| part(source, customer, &summary)).collect();
    let (Some((strongest, others)), Some(first)) = (parts.split_first(), sources.first()) else { return nothing() };
    let Manner { channel, read_by, begin } = manner;
    let last = last_read(world, customer.id, read_by);
    let wish = Wish { channel, language: wanted_language(customer, &first.location), last_notes: &last, begin };
    let draft = compose(*strongest, others, &wish);
    let mut problems = problems(&draft, &last);
    let known: Vec<_> = parts.iter().map(|part| part.facts).collect();
    let hidden = world.hidden_from_others(customer.id);
    let lint = Lint {
        subject: &draft.subject,
        text: &draft.text,
        language: &draft.language,
        channel,
        kind,
        known: &known,
        told: &draft.facts,
        hidden: &hidden,
    };
    problems.extend(lint.composed());
    Written { words: words(draft, channel), problems }
}

/// What a customer had read of us by an instant, the newest first.
fn last_read(world: &World, customer: CustomerId, read_by: Timestamp) -> Vec<&str> {
    world.last_read(customer).into_iter().filter(|(at, _)| *at <= read_by).map(|(_, text)| text).collect()
}

fn part<'a>(source: &'a Source<'_>, customer: &'a Customer, summary: &'a Summary) -> Part<'a> {
    let facts = NoteFacts {
        customer,
        summary,
        location: &source.location,
        interaction: source.interaction,
        milestone: source.milestone,
        upcoming: source.upcoming,
        case: source.case,
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
    let case = case_of(world, gesture)?;
    let (milestone, upcoming) = (gesture.milestone(), Upcoming::of(gesture));
    Ok(Source { template, location, interaction, milestone, upcoming, case })
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

/// Not everything has one.
fn subject(subject: String, channel: Channel) -> String {
    if channel.has_subject() { subject } else { String::new() }
}

/// A person's own words go as they are, but for what nobody may let go: another program may have written them.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
fn in_own_words(world: &World, gestures: &[Gesture], own: &Gesture, manner: Manner) -> Result<Written, Refusal> {
    let Content { language, subject: line, text, .. } = &own.content;
    let mut words = Words {
        language: language.clone(),
        subject: subject(line.clone(), manner.channel),
        text: text.clone(),
        ..Words::default()
    };
    let (told, mut problems) = look(world, gestures, &words, manner)?;
    problems.retain(|problem| !problem.reason.may_be_accepted());
    words.facts = told;
    Ok(Written { words, problems })
}

fn nothing() -> Written {
    Written { words: Words::default(), problems: vec![NoteProblem::empty()] }
}
