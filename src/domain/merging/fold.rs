//! Which of two records wins, field by field, and how changes made meanwhile are kept.

use super::Person;
use crate::domain::{
    customer::{Channel, Consent, ConsentState, ContactPoint, Profile, Purpose},
    limits::LIST_MAX,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What somebody is by themselves and by the records that are part of theirs, in the order in which they were merged.
///
/// - Words (names, language, zone, region, greeting, birth date, hours, preferred channels, guardian, gift limit): the
///   survivor's own where they have any, else the first record's that has.
/// - Under age, discreet, deceased: when any of them is.
/// - Contact points, contacts, facts and tags: all, each once, the survivor's first, up to the limit of a list.
/// - Consents: every word that was said. Where they disagree, `REFUSED` beats `GRANTED`, and the latest of `GRANTED`
///   and `UNKNOWN` counts: nobody allows more by being merged than they allowed before.
#[must_use]
pub fn fold<'a>(own: &Person, others: impl IntoIterator<Item = &'a Person>) -> Person {
    others.into_iter().fold(own.clone(), pair)
}

fn pair(mut one: Person, other: &Person) -> Person {
    let strict = stricter(&one.consents, &other.consents);
    one.consents.extend(other.consents.iter().cloned());
    one.consents.extend(strict);
    one.profile = profiles(one.profile, &other.profile);
    let tags: BTreeSet<_> = one.tags.into_iter().chain(other.tags.iter().cloned()).collect();
    Person {
        deceased: one.deceased || other.deceased,
        profile: one.profile,
        tags: tags.into_iter().take(LIST_MAX).collect(),
        consents: one.consents,
        last_contact_at: one.last_contact_at.max(other.last_contact_at),
        grieving_since: earliest(one.grieving_since, other.grieving_since),
    }
}

/// Named one by one, so that a new field asks which of two wins.
fn profiles(one: Profile, other: &Profile) -> Profile {
    Profile {
        display_name: own_or(one.display_name, &other.display_name),
        given_name: own_or(one.given_name, &other.given_name),
        family_name: own_or(one.family_name, &other.family_name),
        honorific: own_or(one.honorific, &other.honorific),
        suffix: own_or(one.suffix, &other.suffix),
        how_to_say: own_or(one.how_to_say, &other.how_to_say),
        language: own_or(one.language, &other.language),
        time_zone: own_or(one.time_zone, &other.time_zone),
        region: own_or(one.region, &other.region),
        greeting: one.greeting.or(other.greeting),
        birth_date: one.birth_date.or(other.birth_date),
        minor: one.minor || other.minor,
        discreet: one.discreet || other.discreet,
        guardian: one.guardian.or_else(|| other.guardian.clone()),
        contact_points: points(one.contact_points, &other.contact_points),
        contacts: united(one.contacts, &other.contacts, |a, b| a == b),
        gift_limit: one.gift_limit.or_else(|| other.gift_limit.clone()),
        contact_hours: one.contact_hours.or_else(|| other.contact_hours.clone()),
        preferred_channels: if one.preferred_channels.is_empty() {
            other.preferred_channels.clone()
        } else {
            one.preferred_channels
        },
        facts: united(one.facts, &other.facts, |a, b| {
            a.id == b.id || (a.kind, &a.text, a.date) == (b.kind, &b.text, b.date)
        }),
    }
}

fn own_or(own: String, other: &str) -> String {
    if own.is_empty() { other.to_owned() } else { own }
}

fn united<T: Clone>(mut own: Vec<T>, others: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    for other in others {
        if own.len() < LIST_MAX && !own.iter().any(|known| same(known, other)) {
            own.push(other.clone());
        }
    }
    own
}

/// Where one of them was not reached, neither is the other.
fn points(mut own: Vec<ContactPoint>, others: &[ContactPoint]) -> Vec<ContactPoint> {
    for point in &mut own {
        point.bad |= others.iter().any(|other| other.address == point.address && other.bad);
    }
    united(own, others, |a, b| a.address == b.address)
}

fn earliest<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

/// The words that must be said again, so that the newest word of both is the one that counts.
fn stricter(one: &[Consent], other: &[Consent]) -> Vec<Consent> {
    let about: BTreeSet<(Channel, Purpose)> = other.iter().map(|said| (said.channel, said.purpose)).collect();
    about.into_iter().filter_map(|about| last_word(one, other, about)).collect()
}

/// A refusal that a later word of the other record would hide.
fn last_word(one: &[Consent], other: &[Consent], about: (Channel, Purpose)) -> Option<Consent> {
    let (one, other) = (newest(one, about)?, newest(other, about)?);
    let (no, hidden_by) = match (one.state, other.state) {
        (ConsentState::Refused, state) if state != ConsentState::Refused => (one, other.at),
        (state, ConsentState::Refused) if state != ConsentState::Refused => (other, one.at),
        _ => return None,
    };
    Some(Consent { at: no.at.max(hidden_by), ..no })
}

fn newest(said: &[Consent], about: (Channel, Purpose)) -> Option<Consent> {
    said.iter().filter(|it| (it.channel, it.purpose) == about).max_by_key(|it| it.at).cloned()
}

impl Person {
    /// This, with what was changed between two readings of another: what was added or set stands here too, what was
    /// removed is removed.
    #[must_use]
    pub fn with_changes(self, before: &Self, after: &Self) -> Self {
        let mut changed = self.clone();
        changed.deceased = if before.deceased == after.deceased { self.deceased } else { after.deceased };
        changed.grieving_since =
            if before.grieving_since == after.grieving_since { self.grieving_since } else { after.grieving_since };
        changed.tags = list_changes(&before.tags, &after.tags, self.tags);
        changed.tags.sort_unstable();
        // Words about being contacted are only ever added.
        changed.consents.extend(after.consents.iter().filter(|said| !before.consents.contains(said)).cloned());
        changed.profile = profile_changes(&before.profile, &after.profile, self.profile);
        changed
    }
}

/// A record that was part of another: what was removed there meanwhile is removed here, what was found not to reach
/// them is known here too, and what they would not have any more they are not given here either, since nobody can tell
/// which of the two said so. What was added or set stays there.
#[must_use]
pub fn without_removed(mut record: Person, before: &Person, after: &Person) -> Person {
    let gone = |tag: &String| before.tags.contains(tag) && !after.tags.contains(tag);
    record.tags.retain(|tag| !gone(tag));
    let (then, now) = (&before.profile, &after.profile);
    record.profile.facts.retain(|fact| {
        let known = |facts: &[crate::domain::customer::Fact]| facts.iter().any(|it| it.id == fact.id);
        !known(&then.facts) || known(&now.facts)
    });
    let leads = |points: &[ContactPoint], point: &ContactPoint| points.iter().any(|it| it.address == point.address);
    let points = &mut record.profile.contact_points;
    points.retain(|point| !leads(&then.contact_points, point) || leads(&now.contact_points, point));
    learn_bad(points, &now.contact_points);
    for said in after.consents.iter().filter(|said| !before.consents.contains(said)) {
        if allows_less(said, &record.consents) {
            record.consents.push(said.clone());
        }
    }
    record
}

/// Whether a word allows less than those before it: a refusal, also one that is repeated, or a grant that is taken
/// back.
fn allows_less(said: &Consent, before: &[Consent]) -> bool {
    match said.state {
        ConsentState::Refused => true,
        ConsentState::Unknown => {
            newest(before, (said.channel, said.purpose)).is_some_and(|it| it.state == ConsentState::Granted)
        }
        ConsentState::Granted => false,
    }
}

fn learn_bad(points: &mut [ContactPoint], known: &[ContactPoint]) {
    for point in points {
        point.bad |= known.iter().any(|it| it.address == point.address && it.bad);
    }
}

fn profile_changes(before: &Profile, after: &Profile, mut onto: Profile) -> Profile {
    // That a number is bad is no change of the list.
    let mut before = before.clone();
    learn_bad(&mut before.contact_points, &after.contact_points);
    learn_bad(&mut onto.contact_points, &after.contact_points);
    let unchanged = onto.clone();
    let fields = |profile: &Profile| match serde_json::to_value(profile) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (before, after, onto) = (fields(&before), fields(after), fields(&onto));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).chain(onto.keys()).collect();
    let absent = Value::Null;
    let get = |of: &'_ Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or(absent.clone());
    let changed = names.into_iter().map(|name| {
        let (was, is, other) = (get(&before, name), get(&after, name), get(&onto, name));
        (name.clone(), value_changes(name, &was, &is, other))
    });
    let changed: Map<_, _> = changed.filter(|(_, value)| !value.is_null()).collect();
    serde_json::from_value(Value::Object(changed)).unwrap_or(unchanged)
}

/// The lists of a profile to which things are added one by one; others are set as a whole.
const COLLECTED: [&str; 3] = ["contact_points", "contacts", "facts"];

fn value_changes(name: &str, before: &Value, after: &Value, onto: Value) -> Value {
    match (before, after, onto) {
        (Value::Array(before), Value::Array(after), Value::Array(onto)) if COLLECTED.contains(&name) => {
            Value::Array(list_changes(before, after, onto))
        }
        (before, after, onto) if before == after => onto,
        (_, after, _) => after.clone(),
    }
}

fn list_changes<T: Clone + PartialEq>(before: &[T], after: &[T], onto: Vec<T>) -> Vec<T> {
    let mut list: Vec<T> = onto.into_iter().filter(|it| !before.contains(it) || after.contains(it)).collect();
    for added in after.iter().filter(|it| !before.contains(it)) {
        if !list.contains(added) {
            list.push(added.clone());
        }
    }
    list
}

#[cfg(test)]
mod tests;
