//! What a gesture says: one plain, true sentence per kind, in English or German.
//!
//! A surprise or confidential purchase is never named, and at a sensitive place nothing is.

use super::{
    customer::{Channel, Customer},
    gesture::{Content, GestureKind},
    interaction::{Detail, Interaction, InteractionKind, Outcome},
    location::Location,
    rule::Action,
    rulebook::Facts,
};
use jiff::civil::{Date, Weekday};

/// The languages in which sentences are built in. The first serves all others.
pub const LANGUAGES: [&str; 2] = ["en", "de"];

/// Composes what a rule's gesture says to a customer, about this interaction.
#[must_use]
pub fn compose(action: &Action, facts: &Facts<'_>, channel: Channel) -> Content {
    let wanted = preferred_language(facts);
    if let Some(own) = best_text(action, wanted) {
        return Content { language: own.0.to_owned(), text: own.1.to_owned(), facts: Vec::new() };
    }
    let german = primary(wanted).eq_ignore_ascii_case("de");
    let about = nameable(facts.interaction, facts.location);
    let said =
        if german { german_text(action.gesture, facts, about) } else { english_text(action.gesture, facts, about) };
    let signature =
        facts.location.settings.reply_contact.name.as_deref().unwrap_or(&facts.location.settings.display_name);
    let written = matches!(channel, Channel::Email | Channel::Message | Channel::Post | Channel::HandOver);
    let text = if written { format!("{said}\n— {signature}") } else { said };
    let mut used = vec!["interaction.local_date".to_owned(), "interaction.location".to_owned()];
    used.extend(about.map(|(field, _)| field.to_owned()));
    Content { language: if german { "de" } else { "en" }.to_owned(), text, facts: used }
}

/// What a gesture says that a person scheduled without words of their own: it rests on no interaction.
#[must_use]
pub fn compose_unasked(kind: GestureKind, customer: &Customer, location: &Location) -> Content {
    let own = customer.profile.language.as_str();
    let wanted = if own.is_empty() { &location.settings.language } else { own };
    let place = &location.settings.display_name;
    let german = primary(wanted).eq_ignore_ascii_case("de");
    let text = match (kind, german) {
        (GestureKind::Apology, false) => format!("We at {place} are sorry, and would like to put things right."),
        (GestureKind::Apology, true) => "Es tut uns leid. Wir möchten es gutmachen.".to_owned(),
        (GestureKind::Call, false) => format!("A call from {place}: is all as you wished?"),
        (GestureKind::Call, true) => format!("Ein Anruf von {place}: Ist alles nach Ihrem Wunsch?"),
        (GestureKind::Recognition, false) => "How good to see you again.".to_owned(),
        (GestureKind::Recognition, true) => "Wie schön, Sie wiederzusehen.".to_owned(),
        (GestureKind::Note | GestureKind::Gift, false) => format!("Thank you for being a customer of {place}."),
        (GestureKind::Note | GestureKind::Gift, true) => format!("Danke für Ihr Vertrauen in {place}."),
    };
    let facts = vec!["location.display_name".to_owned()];
    Content { language: if german { "de" } else { "en" }.to_owned(), text, facts }
}

fn preferred_language<'a>(facts: &Facts<'a>) -> &'a str {
    let own = facts.customer.profile.language.as_str();
    if own.is_empty() { &facts.location.settings.language } else { own }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The rule's own text in the wanted language, else in its primary language, else its first (BCP 47 look-up).
fn best_text<'a>(action: &'a Action, wanted: &str) -> Option<(&'a str, &'a str)> {
    let exact = |t: &&super::rule::RuleText| t.language.eq_ignore_ascii_case(wanted);
    let near = |t: &&super::rule::RuleText| primary(&t.language).eq_ignore_ascii_case(primary(wanted));
    let texts = &action.texts;
    texts
        .iter()
        .find(exact)
        .or_else(|| texts.iter().find(near))
        .or_else(|| texts.first())
        .map(|t| (t.language.as_str(), t.text.as_str()))
}

/// The one thing of an interaction that may be named, with the field it comes from.
fn nameable<'a>(interaction: &'a Interaction, location: &Location) -> Option<(&'static str, &'a str)> {
    let detail = &interaction.detail;
    let hidden = detail.purchase.as_ref().is_some_and(|p| p.surprise || p.confidential);
    if hidden || location.settings.sensitive {
        return None;
    }
    let bought =
        detail.purchase.as_ref().and_then(|p| p.items.first()).map(|i| ("interaction.purchase.items", i.name.as_str()));
    let looked_at = detail.items_looked_at.first().map(|item| ("interaction.items_looked_at", item.as_str()));
    let topic = detail.topics.first().map(|topic| ("interaction.topics", topic.as_str()));
    bought.or(looked_at).or(topic).filter(|(_, words)| !words.is_empty())
}

fn bought(detail: &Detail) -> bool {
    detail.outcome == Some(Outcome::Purchased)
}

fn english_text(kind: GestureKind, facts: &Facts<'_>, about: Option<(&str, &str)>) -> String {
    let place = &facts.location.settings.display_name;
    let day = english_day(facts.interaction.local_date);
    let detail = &facts.interaction.detail;
    let thing = about.map(|(_, words)| words);
    match kind {
        GestureKind::Apology => {
            let what = facts.interaction.moment.reasons.first().map_or("things did not go well", String::as_str);
            format!("We are sorry about {day} at {place}: {what}. We would like to put it right.")
        }
        GestureKind::Recognition => {
            format!("How good to see you again: {}.", english_visits(facts.summary.visit_days))
        }
        GestureKind::Call if detail.kind == InteractionKind::Enquiry => match thing {
            Some(thing) => format!("You asked about {thing} on {day}. Did that answer it?"),
            None => format!("You asked us something on {day}. Did that answer it?"),
        },
        GestureKind::Call => match thing {
            Some(thing) => format!("A word about {thing} from {day}: is all as you wished?"),
            None => format!("A word about {day} at {place}: is all as you wished?"),
        },
        GestureKind::Note | GestureKind::Gift => match (detail.kind, bought(detail), thing) {
            (InteractionKind::Enquiry, _, Some(thing)) => {
                format!("Thank you for asking about {thing} on {day}. Did that answer it?")
            }
            (InteractionKind::Enquiry, _, None) => format!("Thank you for your question on {day}. Did that answer it?"),
            (_, true, Some(thing)) => format!("Thank you for choosing {thing} at {place} on {day}."),
            (_, true, None) => format!("Thank you for your purchase at {place} on {day}."),
            (_, false, Some(thing)) => {
                format!("Thank you for stopping by at {place} on {day} and taking a look at {thing}.")
            }
            (_, false, None) => format!("Thank you for stopping by at {place} on {day}."),
        },
    }
}

fn german_text(kind: GestureKind, facts: &Facts<'_>, about: Option<(&str, &str)>) -> String {
    let place = &facts.location.settings.display_name;
    let day = german_day(facts.interaction.local_date);
    let detail = &facts.interaction.detail;
    let thing = about.map(|(_, words)| words);
    match kind {
        GestureKind::Apology => {
            format!("Es tut uns leid, was am {day} bei {place} geschehen ist. Wir möchten es gutmachen.")
        }
        GestureKind::Recognition => {
            format!("Wie schön, Sie wiederzusehen – heute schon zum {}. Mal.", facts.summary.visit_days)
        }
        GestureKind::Call if detail.kind == InteractionKind::Enquiry => match thing {
            Some(thing) => format!("Sie haben am {day} nach „{thing}“ gefragt. Hat Ihnen die Antwort geholfen?"),
            None => format!("Sie hatten am {day} eine Frage. Hat Ihnen die Antwort geholfen?"),
        },
        GestureKind::Call => format!("Wir melden uns wegen des {day} bei {place}: Ist alles nach Ihrem Wunsch?"),
        GestureKind::Note | GestureKind::Gift => match (detail.kind, bought(detail), thing) {
            (InteractionKind::Enquiry, _, Some(thing)) => {
                format!("Danke, dass Sie am {day} nach „{thing}“ gefragt haben. Hat Ihnen die Antwort geholfen?")
            }
            (InteractionKind::Enquiry, _, None) => {
                format!("Danke für Ihre Frage am {day}. Hat Ihnen die Antwort geholfen?")
            }
            (_, true, Some(thing)) => {
                format!("Danke, dass Sie sich am {day} bei {place} für „{thing}“ entschieden haben.")
            }
            (_, true, None) => format!("Danke für Ihren Einkauf bei {place} am {day}."),
            (_, false, Some(thing)) => {
                format!("Danke, dass Sie am {day} bei {place} waren und sich „{thing}“ angesehen haben.")
            }
            (_, false, None) => format!("Danke für Ihren Besuch bei {place} am {day}."),
        },
    }
}

fn english_visits(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("the {n}{suffix} time")
}

fn english_day(date: Date) -> String {
    format!("{}, {} {}", date.strftime("%A"), date.day(), date.strftime("%B"))
}

fn german_day(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    let weekday = match date.weekday() {
        Weekday::Monday => "Montag",
        Weekday::Tuesday => "Dienstag",
        Weekday::Wednesday => "Mittwoch",
        Weekday::Thursday => "Donnerstag",
        Weekday::Friday => "Freitag",
        Weekday::Saturday => "Samstag",
        Weekday::Sunday => "Sonntag",
    };
    let month = usize::try_from(date.month() - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
    format!("{weekday}, {}. {month}", date.day())
}
