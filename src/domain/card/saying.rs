//! One sentence to say, and one question worth asking.

use super::{
    build::CardInput,
    tact::{is_fit, is_speakable, origin},
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
pub(super) fn sentence(input: &CardInput<'_>, milestone: Option<&str>, welcome_back: bool) -> Option<Saying> {
    let profile = &input.customer.profile;
    if input.open_case.is_some() || profile.greeting == Some(Greeting::None) {
        return None;
    }
    let welcome = || Saying::plain(welcome(input, welcome_back));
    if input.location.settings.sensitive || input.summary.grieving_since.is_some() {
        return Some(welcome());
    }
    let found = milestone.map(|milestone| of_milestone(input, milestone));
    Some(found.or_else(|| of_last_time(input)).or_else(|| of_liking(input)).unwrap_or_else(welcome))
}

fn welcome(input: &CardInput<'_>, welcome_back: bool) -> String {
    let words = match (welcome_back, input.summary.visit_days) {
        (true, _) => "Welcome back, it is good to see you again",
        (false, 0) => "Welcome, it is good to meet you",
        (false, 1) if input.last.is_none() => "Welcome, it is good to meet you",
        (false, _) => "It is good to see you again",
    };
    match spoken_name(input) {
        "" => format!("{words}."),
        name => format!("{words}, {name}."),
    }
}

/// The name, if it may be said aloud.
pub(super) fn spoken_name<'a>(input: &CardInput<'a>) -> &'a str {
    let profile = &input.customer.profile;
    match profile.greeting.unwrap_or(Greeting::ByName) {
        Greeting::ByName => &profile.display_name,
        Greeting::WarmWithoutName | Greeting::None => "",
    }
}

fn of_milestone(input: &CardInput<'_>, milestone: &str) -> Saying {
    Saying {
        text: format!("This is your {milestone}: thank you for coming to us."),
        evidence: format!("customers/{}", input.customer.id),
        origin: Some(FactOrigin::SeenHere),
    }
}

fn of_last_time(input: &CardInput<'_>) -> Option<Saying> {
    let (seen, about) = speakable_about(input)?;
    let origin = origin(seen.channel);
    let text = match seen.outcome {
        Some(Outcome::Purchased) => format!("Last time you chose {about}: I hope it was the right thing."),
        _ if seen.kind == InteractionKind::Enquiry => format!("Last time you asked about {about}."),
        _ => format!("Last time we spoke about {about}."),
    };
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

fn of_liking(input: &CardInput<'_>) -> Option<Saying> {
    let facts = input.customer.profile.facts.iter();
    let liked = |fact: &&Fact| {
        matches!(fact.kind, FactKind::Like | FactKind::Interest) && is_speakable(fact) && !fact.text.trim().is_empty()
    };
    let fact = facts.filter(liked).max_by_key(|fact| fact.learned_at)?;
    let text = match fact.origin {
        FactOrigin::ToldUs => format!("You once told us: “{}”. Is there something of that kind today?", fact.text),
        _ => format!("I remember what you enjoy here: {}.", fact.text),
    };
    Some(Saying { text, evidence: fact.id.to_string(), origin: Some(fact.origin) })
}

/// The question: what makes good while a case is open; else what we need to know most.
pub(super) fn question(input: &CardInput<'_>) -> Option<String> {
    if input.open_case.is_some() {
        return Some("What would put this right for you?".to_owned());
    }
    let profile = &input.customer.profile;
    if profile.greeting == Some(Greeting::None) || input.summary.grieving_since.is_some() {
        return None;
    }
    if profile.display_name.is_empty() && profile.greeting != Some(Greeting::WarmWithoutName) {
        return Some("How would you like to be called?".to_owned());
    }
    if !input.location.settings.sensitive
        && let Some(question) = of_what_was_missing(input)
    {
        return Some(question);
    }
    let may_write = input.customer.consent(Channel::Email, Purpose::Gratitude);
    let has_email = input.customer.contact_point(ContactPointKind::Email).is_some();
    (has_email && may_write == ConsentState::Unknown).then(|| "May we thank you by e-mail now and then?".to_owned())
}

/// Of what they wanted and did not get the last time.
fn of_what_was_missing(input: &CardInput<'_>) -> Option<String> {
    let (seen, about) = speakable_about(input)?;
    match seen.no_purchase_reason? {
        NoPurchaseReason::OutOfStock | NoPurchaseReason::NotOffered => {
            Some(format!("Have you found {about} in the meantime, or shall we see to it?"))
        }
        NoPurchaseReason::Undecided | NoPurchaseReason::JustLooking | NoPurchaseReason::Question => {
            Some(format!("Would you like another look at {about}?"))
        }
        _ => None,
    }
}
