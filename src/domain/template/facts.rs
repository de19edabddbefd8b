//! What a text may speak of, and how it is read.
//!
//! Tact is kept here, so that no template can break it: at a sensitive place neither the place, the reason nor what it
//! was about is given, a surprise or confidential purchase never is, and nothing that labels a person or names a price
//! in passing.

use super::value::{Value, some_line};
use crate::domain::{
    card::is_fit,
    case::{Case, CaseOrigin},
    customer::{Channel, Customer, Fact, FactKind, FactOrigin, Greeting},
    identity::phone_in_words,
    interaction::{Detail, Interaction, InteractionKind, Outcome, PurchaseItem},
    location::Location,
    money::Money,
    person_name::{Formality, PersonName, Usage, format, is_name},
    summary::Summary,
    upcoming::Upcoming,
};
use std::borrow::Cow;

pub(super) use crate::domain::card::origin;

/// What is known when one gesture's words are composed.
#[derive(Debug, Clone, Copy)]
pub struct NoteFacts<'a> {
    /// To whom.
    pub customer: &'a Customer,
    /// Their history.
    pub summary: &'a Summary,
    /// In whose name.
    pub location: &'a Location,
    /// What it answers; `None` for a gesture that answers nothing.
    pub interaction: Option<&'a Interaction>,
    /// The visit day that was reached, for a milestone.
    pub milestone: Option<u32>,
    /// The day or silence that it is for.
    pub upcoming: Option<Upcoming>,
    /// What went wrong and is being put right, where it is about that.
    pub case: Option<&'a Case>,
}

impl<'a> NoteFacts<'a> {
    fn is_sensitive(&self) -> bool {
        self.location.settings.sensitive
    }

    /// What was recorded of the interaction, where it may be spoken of.
    fn detail(&self) -> Option<&'a Detail> {
        self.interaction.map(|interaction| &interaction.detail).filter(|_| !self.is_sensitive())
    }

    /// Likewise, where nothing of it is hidden: where a purchase is, all is that could give it away.
    fn open_detail(&self) -> Option<&'a Detail> {
        self.detail().filter(|detail| !detail.purchase.as_ref().is_some_and(|p| p.surprise || p.confidential))
    }
}

type Read<'a> = Option<Value<'a>>;

/// Most members of a list of free words that a note may name.
const NAMED_MAX: usize = 10;

fn text(text: &str) -> Read<'_> {
    some_line(text).map(Value::Text)
}

/// Free words, where they are fit to be said.
fn texts<'a>(all: impl Iterator<Item = &'a str>) -> Read<'a> {
    let fit: Vec<Cow<'a, str>> = once(all.filter(|text| is_fit(text)).filter_map(some_line), NAMED_MAX, |text| text);
    (!fit.is_empty()).then_some(Value::Texts(fit))
}

/// The first so many of what differs by name: what was noted line by line is said once.
fn once<T>(all: impl Iterator<Item = T>, most: usize, name: impl Fn(&T) -> &str) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        if kept.len() == most {
            break;
        }
        if !kept.iter().any(|other| name(other).trim().eq_ignore_ascii_case(name(&one).trim())) {
            kept.push(one);
        }
    }
    kept
}

fn count(number: impl Into<u64>) -> Read<'static> {
    Some(number.into()).filter(|number| *number > 0).map(Value::Count)
}

/// Whether the name may be said over a channel: not on a screen that others see, of who was at a sensitive place.
fn is_sayable(facts: &NoteFacts<'_>, channel: Channel) -> bool {
    let customer = facts.customer.addressee();
    if facts.is_sensitive() && channel == Channel::Message {
        return false;
    }
    channel != Channel::InPerson || customer.profile.greeting.unwrap_or(Greeting::ByName) == Greeting::ByName
}

pub(super) fn name<'a>(facts: &NoteFacts<'a>, channel: Channel) -> Read<'a> {
    let name = facts.customer.addressee().greetable_name().filter(|_| is_sayable(facts, channel))?;
    match name {
        Cow::Borrowed(name) => text(name),
        Cow::Owned(name) => some_line(&name).map(|line| Value::Text(line.into_owned().into())),
    }
}

pub(super) fn given_name<'a>(facts: &NoteFacts<'a>, channel: Channel) -> Read<'a> {
    let name = &facts.customer.addressee().profile.given_name;
    text(name).filter(|_| is_name(name) && is_sayable(facts, channel))
}

pub(super) fn formal_name<'a>(facts: &NoteFacts<'a>, channel: Channel) -> Read<'a> {
    let profile = &facts.customer.addressee().profile;
    some_line(&profile.honorific).and(some_line(&profile.family_name).filter(|family| is_name(family)))?;
    let spoken = if profile.language.is_empty() { &facts.location.settings.language } else { &profile.language };
    let formal = || format(&PersonName::of(profile), spoken, &profile.language, Usage::Addressing, Formality::Formal);
    let formal = is_sayable(facts, channel).then(formal)?;
    some_line(&formal).map(|line| Value::Text(line.into_owned().into()))
}

pub(super) fn likes<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let told =
        |fact: &&Fact| matches!(fact.kind, FactKind::Like | FactKind::Interest) && fact.origin == FactOrigin::ToldUs;
    let known = facts.customer.profile.facts.iter().filter(|_| !facts.is_sensitive());
    texts(known.filter(told).map(|fact| fact.text.as_str()))
}

pub(super) fn visit_days<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    count(facts.summary.visit_days)
}

pub(super) fn first_visit<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    // Of who came on one day only, it would be no more than the day of a visit.
    facts.summary.first_visit.filter(|_| facts.summary.visit_days > 1).map(Value::Date)
}

pub(super) fn last_visit<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.summary.last_visit.map(Value::Date)
}

pub(super) fn last_purchase<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.summary.last_purchase.map(Value::Date)
}

pub(super) fn last_about<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let last = facts.summary.last.as_ref()?;
    let is_here = last.location == facts.location.id && !facts.is_sensitive();
    let is_pleasant = last.mood.is_none_or(|mood| mood >= 0)
        && last.outcome != Some(Outcome::Unresolved)
        && !matches!(last.kind, InteractionKind::Complaint | InteractionKind::Return);
    if is_here && is_pleasant { texts(last.about.iter().map(String::as_str)) } else { None }
}

pub(super) fn spent<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let currency = &facts.location.settings.currency;
    let micros = facts.summary.spend.get(currency).copied().filter(|micros| *micros > 0 && !facts.is_sensitive())?;
    Some(Value::Money(Cow::Owned(Money { currency: currency.clone(), micros })))
}

pub(super) fn location_name<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    text(&facts.location.settings.display_name).filter(|_| !facts.is_sensitive())
}

pub(super) fn location_person<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.location.settings.reply_contact.name.as_deref().and_then(text)
}

pub(super) fn location_team<'a>(facts: &NoteFacts<'a>, channel: Channel) -> Read<'a> {
    let brand = || facts.location.settings.brand.as_deref().and_then(text).filter(|_| !facts.is_sensitive());
    location_person(facts, channel).or_else(brand).or_else(|| location_name(facts, channel))
}

pub(super) fn location_email<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.location.settings.reply_contact.email.as_deref().and_then(text)
}

pub(super) fn location_phone<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let settings = &facts.location.settings;
    let own = facts.customer.profile.region.as_str();
    let region = if own.is_empty() { settings.region.as_str() } else { own };
    let number = some_line(settings.reply_contact.phone.as_deref()?)?;
    Some(Value::Text(phone_in_words(&number, region).into()))
}

pub(super) fn date<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.interaction.map(|interaction| Value::Date(interaction.local_date))
}

pub(super) fn kind<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.detail().map(|detail| Value::Choice(detail.kind.as_str()))
}

pub(super) fn channel<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.detail().map(|detail| Value::Choice(detail.channel.as_str()))
}

pub(super) fn outcome<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.detail()?.outcome.map(|outcome| Value::Choice(outcome.as_str()))
}

pub(super) fn staff<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    text(&facts.detail()?.staff)
}

pub(super) fn items_looked_at<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    texts(facts.open_detail()?.items_looked_at.iter().map(String::as_str))
}

pub(super) fn topics<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    texts(facts.open_detail()?.topics.iter().map(String::as_str))
}

pub(super) fn enquiry_about<'a>(facts: &NoteFacts<'a>, channel: Channel) -> Read<'a> {
    topics(facts, channel).or_else(|| items_looked_at(facts, channel))
}

fn bought<'a>(facts: &NoteFacts<'a>) -> impl Iterator<Item = &'a PurchaseItem> {
    let purchase = facts.open_detail().and_then(|detail| detail.purchase.as_ref());
    purchase.into_iter().flat_map(|purchase| &purchase.items)
}

pub(super) fn items<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let named = once(bought(facts).filter(|item| some_line(&item.name).is_some()), usize::MAX, |item| &item.name);
    (!named.is_empty()).then_some(Value::Items(named))
}

pub(super) fn quantity<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    count(bought(facts).map(|item| u64::from(item.quantity)).sum::<u64>())
}

pub(super) fn total<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.open_detail()?.purchase.as_ref()?.total.as_ref().map(|total| Value::Money(Cow::Borrowed(total)))
}

/// The length to the nearest night: the hours of arrival and departure nearly cancel out.
pub(super) fn nights<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let interaction = facts.interaction.filter(|_| !facts.is_sensitive())?;
    let hours = interaction.end_at?.duration_since(interaction.start_at).as_hours();
    count(u64::try_from((hours + 12) / 24).unwrap_or(0))
}

pub(super) fn no_purchase_reason<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.detail()?.no_purchase_reason.map(|reason| Value::Choice(reason.as_str()))
}

pub(super) fn fault<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.detail()?.fault.map(|fault| Value::Choice(fault.as_str()))
}

/// Of a case, what the customer may read; at a sensitive place, nothing.
fn open_case<'a>(facts: &NoteFacts<'a>) -> Option<&'a Case> {
    facts.case.filter(|_| !facts.is_sensitive())
}

/// What a case that opened by itself was called by us is no sentence to a customer, nor in their language.
pub(super) fn case_summary<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let case = open_case(facts)?;
    let seen = facts.interaction.filter(|interaction| case.interaction == Some(interaction.id));
    let is_in_words = match case.origin {
        CaseOrigin::Person => true,
        CaseOrigin::Misery => seen.is_some_and(|it| it.moment.summary() != case.summary),
        CaseOrigin::UnhappyCall | CaseOrigin::MissedPromise => false,
    };
    text(unended(&case.summary)).filter(|_| is_in_words)
}

pub(super) fn case_remedies<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let words = open_case(facts)?.remedies.iter().map(|remedy| unended(&remedy.words));
    let done: Vec<_> = words.filter_map(some_line).collect();
    (!done.is_empty()).then_some(Value::Texts(done))
}

/// Words without the full stop at their end: they stand in a sentence that has its own.
fn unended(words: &str) -> &str {
    let words = words.trim_end();
    words.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(words)
}

pub(super) fn milestone<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    count(facts.milestone.unwrap_or(facts.summary.visit_days))
}

pub(super) fn day<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    facts.upcoming?.day().map(Value::Date)
}

/// What kinds of days there are.
pub(super) const DAY_KINDS: &[&str] = &["birthday", "important_date", "anniversary"];

pub(super) fn day_kind<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let kind = match facts.upcoming? {
        Upcoming::Birthday { .. } => DAY_KINDS[0],
        Upcoming::ImportantDate { .. } => DAY_KINDS[1],
        Upcoming::Anniversary { .. } => DAY_KINDS[2],
        Upcoming::Silence { .. } | Upcoming::Unspoken { .. } => return None,
    };
    Some(Value::Choice(kind))
}

/// What they told us of the day. At a sensitive place, nothing.
pub(super) fn day_words<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let Upcoming::ImportantDate { fact, .. } = facts.upcoming.filter(|_| !facts.is_sensitive())? else { return None };
    let told = facts.customer.profile.facts.iter().find(|it| it.id == fact)?;
    text(&told.text).filter(|_| is_fit(&told.text))
}

/// How often the day has come round; of a birthday never: nobody wants to read their age.
pub(super) fn day_years<'a>(facts: &NoteFacts<'a>, _: Channel) -> Read<'a> {
    let (from, on) = match facts.upcoming? {
        Upcoming::Anniversary { on } => (facts.summary.first_visit?, on),
        Upcoming::ImportantDate { fact, on } => {
            (facts.customer.profile.facts.iter().find(|it| it.id == fact)?.date?, on)
        }
        _ => return None,
    };
    count(u64::try_from(on.year() - from.year()).unwrap_or(0))
}
