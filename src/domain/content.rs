//! What a gesture says: one plain, true sentence per kind, in English or German.
//!
//! A surprise or confidential purchase is never named, and at a sensitive place neither the place nor the reason is.

mod english;
mod german;
#[cfg(test)]
mod tests;

use super::{
    customer::{Channel, Customer},
    gesture::{Content, GestureKind},
    interaction::{Detail, FaultKind, Interaction, Outcome},
    location::Location,
    rule::Action,
    rulebook::Facts,
};
use jiff::civil::Date;

/// The languages in which sentences are built in. The first serves all others.
pub const LANGUAGES: [&str; 2] = ["en", "de"];

/// Composes what a rule's gesture says to a customer, about this interaction.
#[must_use]
pub fn compose(action: &Action, facts: &Facts<'_>, channel: Channel) -> Content {
    let wanted = wanted_language(facts.customer, facts.location);
    let story = Story::of(facts);
    let (language, said) = match is_german(wanted) {
        true => ("de", german::sentence(action.gesture, &story)),
        false => ("en", english::sentence(action.gesture, &story)),
    };
    let written = matches!(channel, Channel::Email | Channel::Message | Channel::Post | Channel::HandOver);
    let text = match signature(facts.location).filter(|_| written) {
        Some(signature) => format!("{said}\n— {signature}"),
        None => said,
    };
    Content { language: language.to_owned(), text, facts: story.facts_used(action.gesture), ..Content::default() }
}

/// What a gesture says that a person scheduled without words of their own: it rests on no interaction.
#[must_use]
pub fn compose_unasked(kind: GestureKind, customer: &Customer, location: &Location) -> Content {
    let place = named_place(location);
    let (language, text) = match is_german(wanted_language(customer, location)) {
        true => ("de", german::unasked(kind, place)),
        false => ("en", english::unasked(kind, place)),
    };
    let facts = place.map(|_| "location.display_name".to_owned()).into_iter().collect();
    Content { language: language.to_owned(), text, facts, ..Content::default() }
}

/// What may be said of an interaction.
struct Story<'a> {
    day: Date,
    place: Option<&'a str>,
    detail: &'a Detail,
    thing: Option<Thing<'a>>,
    fault: Option<FaultKind>,
    visit_days: u32,
}

/// The one thing of an interaction that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing<'a> {
    Bought(&'a str),
    LookedAt(&'a str),
    Topic(&'a str),
}

impl<'a> Story<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        let detail = &facts.interaction.detail;
        let sensitive = facts.location.settings.sensitive;
        Self {
            day: facts.interaction.local_date,
            place: named_place(facts.location),
            detail,
            thing: thing(facts.interaction).filter(|_| !sensitive),
            fault: detail.fault.filter(|fault| *fault != FaultKind::Other && !sensitive),
            visit_days: facts.summary.visit_days,
        }
    }

    fn bought(&self) -> bool {
        self.detail.outcome == Some(Outcome::Purchased)
    }

    /// The paths of the facts that the sentence of a kind rests on.
    fn facts_used(&self, kind: GestureKind) -> Vec<String> {
        if kind == GestureKind::Recognition {
            return vec!["summary.visit_days".to_owned()];
        }
        let place = self.place.map(|_| "interaction.location");
        let particular = match kind {
            GestureKind::Apology => self.fault.map(|_| "interaction.fault"),
            _ => self.thing.map(Thing::field),
        };
        let used = std::iter::once("interaction.local_date").chain(place).chain(particular);
        used.map(str::to_owned).collect()
    }
}

impl<'a> Thing<'a> {
    const fn words(self) -> &'a str {
        match self {
            Self::Bought(words) | Self::LookedAt(words) | Self::Topic(words) => words,
        }
    }

    const fn field(self) -> &'static str {
        match self {
            Self::Bought(_) => "interaction.purchase.items",
            Self::LookedAt(_) => "interaction.items_looked_at",
            Self::Topic(_) => "interaction.topics",
        }
    }
}

/// What was bought or, where nothing was, what was looked at or spoken of. Where a purchase is hidden, all is.
fn thing(interaction: &Interaction) -> Option<Thing<'_>> {
    let detail = &interaction.detail;
    let purchase = detail.purchase.as_ref();
    if purchase.is_some_and(|p| p.surprise || p.confidential) {
        return None;
    }
    let found = if detail.outcome == Some(Outcome::Purchased) {
        purchase.and_then(|p| p.items.first()).map(|item| Thing::Bought(&item.name))
    } else {
        let looked_at = detail.items_looked_at.first().map(|item| Thing::LookedAt(item));
        looked_at.or_else(|| detail.topics.first().map(|topic| Thing::Topic(topic)))
    };
    found.filter(|thing| !thing.words().is_empty())
}

/// The place, where naming it gives nothing away.
fn named_place(location: &Location) -> Option<&str> {
    (!location.settings.sensitive).then_some(location.settings.display_name.as_str())
}

fn signature(location: &Location) -> Option<&str> {
    let settings = &location.settings;
    let person = settings.reply_contact.name.as_deref().filter(|name| !name.is_empty());
    person.or_else(|| settings.brand.as_deref().filter(|_| !settings.sensitive)).or_else(|| named_place(location))
}

fn wanted_language<'a>(customer: &'a Customer, location: &'a Location) -> &'a str {
    let own = customer.profile.language.as_str();
    if own.is_empty() { &location.settings.language } else { own }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

fn is_german(tag: &str) -> bool {
    primary(tag).eq_ignore_ascii_case("de")
}
