//! One sentence to say, and one question worth asking.

use super::{
    build::CardInput,
    tact::{is_fit, is_speakable, origin},
    words::{Spoken, Words, counted, fill},
};
use crate::domain::{
    customer::{Channel, ConsentState, ContactPointKind, Fact, FactKind, FactOrigin, Greeting, Purpose},
    interaction::{InteractionKind, NoPurchaseReason, Outcome},
    summary::LastSeen,
};

/// A sentence to say, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// The sentence.
    pub text: String,
    /// The name of what it rests on (`interactions/…`, or `customers/…` for the number of visits), or the id of a fact;
    /// empty for a plain welcome.
    pub evidence: String,
    /// How we know that; `None` for a plain welcome.
    pub origin: Option<FactOrigin>,
}

impl Saying {
    fn plain(text: String) -> Self {
        Self { text, evidence: String::new(), origin: None }
    }
}

/// The sentence: a milestone, else what was seen or said last time, else something they like, else a welcome.
///
/// Nothing while something is wrong (that comes first), and nothing for who wants no greeting. At a sensitive place,
/// or in a time of grief, only the welcome: others may hear it, or it would be out of tune.
pub(super) fn sentence(
    input: &CardInput<'_>,
    words: &Words,
    milestone: Option<u32>,
    welcome_back: bool,
) -> Option<Saying> {
    let profile = &input.customer.profile;
    if input.open_case.is_some() || profile.greeting == Some(Greeting::None) {
        return None;
    }
    let words = &words.spoken;
    let welcome = || Saying::plain(welcome(input, words, welcome_back).to_owned());
    if input.location.settings.sensitive || input.summary.grieving_since.is_some() {
        return Some(welcome());
    }
    let found = milestone.map(|number| of_milestone(input, words, number));
    Some(found.or_else(|| of_last_time(input, words)).or_else(|| of_liking(input, words)).unwrap_or_else(welcome))
}

fn welcome<'w>(input: &CardInput<'_>, words: &'w Spoken, welcome_back: bool) -> &'w str {
    match (welcome_back, input.summary.visit_days) {
        (true, _) => &words.welcome_back,
        (false, 0) => &words.meet,
        (false, 1) if input.last.is_none() => &words.meet,
        (false, _) => &words.again,
    }
}

fn of_milestone(input: &CardInput<'_>, words: &Spoken, number: u32) -> Saying {
    Saying {
        text: counted(&words.milestone, number),
        evidence: format!("customers/{}", input.customer.id),
        origin: Some(FactOrigin::SeenHere),
    }
}

fn of_last_time(input: &CardInput<'_>, words: &Spoken) -> Option<Saying> {
    let (seen, about) = speakable_about(input)?;
    let origin = origin(seen.channel);
    let text = match seen.outcome {
        Some(Outcome::Purchased) => &words.chose,
        _ if seen.kind == InteractionKind::Enquiry => &words.asked,
        _ => &words.spoke,
    };
    let text = fill(text, &[("about", about)]);
    Some(Saying { text, evidence: format!("interactions/{}", seen.interaction), origin: Some(origin) })
}

/// What they looked at or asked for the last time, if it may be spoken of: it happened here or they told us, and it
/// was no unhappy hour.
fn speakable_about<'a>(input: &CardInput<'a>) -> Option<(&'a LastSeen, &'a str)> {
    let last = input.last.filter(|last| !last.is_private_at(input.location))?;
    let seen = last.seen;
    let pleasant = seen.mood.is_none_or(|mood| mood >= 0) && seen.outcome != Some(Outcome::Unresolved);
    let harmless = !matches!(seen.kind, InteractionKind::Complaint | InteractionKind::Return);
    let known = matches!(origin(seen.channel), FactOrigin::ToldUs | FactOrigin::SeenHere);
    let about = seen.about.iter().find(|about| !about.trim().is_empty() && is_fit(about))?;
    (pleasant && harmless && known).then_some((seen, about.as_str()))
}

fn of_liking(input: &CardInput<'_>, words: &Spoken) -> Option<Saying> {
    let facts = input.customer.profile.facts.iter();
    let liked = |fact: &&Fact| {
        matches!(fact.kind, FactKind::Like | FactKind::Interest) && is_speakable(fact) && !fact.text.trim().is_empty()
    };
    let fact = facts.filter(liked).max_by_key(|fact| fact.learned_at)?;
    let text = if fact.origin == FactOrigin::ToldUs { &words.told } else { &words.enjoys };
    let text = fill(text, &[("about", &fact.text)]);
    Some(Saying { text, evidence: fact.id.to_string(), origin: Some(fact.origin) })
}

/// The question: what makes good while a case is open; else what we need to know most.
pub(super) fn question(input: &CardInput<'_>, words: &Words) -> Option<String> {
    let words = &words.spoken;
    if input.open_case.is_some() {
        return Some(words.put_right.clone());
    }
    let profile = &input.customer.profile;
    if profile.greeting == Some(Greeting::None) || input.summary.grieving_since.is_some() {
        return None;
    }
    if profile.display_name.is_empty() && profile.greeting != Some(Greeting::WarmWithoutName) {
        return Some(words.how_called.clone());
    }
    if !input.location.settings.sensitive
        && let Some(question) = of_what_was_missing(input, words)
    {
        return Some(question);
    }
    let may_write = input.customer.consent(Channel::Email, Purpose::Gratitude);
    let has_email = input.customer.contact_point(ContactPointKind::Email).is_some();
    (has_email && may_write == ConsentState::Unknown).then(|| words.by_email.clone())
}

/// Of what they wanted and did not get the last time.
fn of_what_was_missing(input: &CardInput<'_>, words: &Spoken) -> Option<String> {
    let (seen, about) = speakable_about(input)?;
    let question = match seen.no_purchase_reason? {
        NoPurchaseReason::OutOfStock | NoPurchaseReason::NotOffered => &words.found,
        NoPurchaseReason::Undecided | NoPurchaseReason::JustLooking | NoPurchaseReason::Question => &words.another_look,
        _ => return None,
    };
    Some(fill(question, &[("about", about)]))
}
