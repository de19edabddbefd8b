//! How much speaks for two records being of one person, in bits.
//!
//! An agreement counts by how rare the value is: log2(0.9 / share of customers who have it), up to a bound for each
//! field. A likeness counts less, a difference against. The sum is compared with log2 of the number of customers: so
//! many bits it takes to tell one of them from all others. A common name then tells little, and the rule stays honest
//! as the house grows. (Fellegi and Sunter, "A theory for record linkage", 1969, with weights from the meaning of the
//! fields; none was fitted to a set of data.)

use super::{
    face::{Face, Place, heard},
    frequencies::{Counts, Frequencies, day},
};
use crate::domain::{customer::BirthDate, identity::nicknames::are_nicknames};
use jiff::civil::Date;

/// Something that speaks for or against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// What, in words without personal data.
    pub reason: &'static str,
    /// How much: positive for one person, negative against.
    pub bits: f64,
}

/// What came of comparing two records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The sum.
    pub bits: f64,
    /// What it is made of, the strongest first.
    pub evidence: Vec<Evidence>,
}

/// How sure it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// For machines: next to no doubt.
    Narrow,
    /// For people, who look again.
    Broad,
}

impl Rule {
    /// Bits above what tells one customer from all others.
    pub(super) const fn margin(self) -> f64 {
        match self {
            Self::Narrow => 10.0,
            Self::Broad => 1.0,
        }
    }

    /// Whether the rule takes two records for one person's, among so many customers.
    #[must_use]
    pub fn is_met(self, comparison: &Comparison, customers: u64, frequencies: &Frequencies) -> bool {
        comparison.bits >= self.threshold(customers, frequencies)
    }

    /// The bits that it takes among so many customers: what tells one of them from all others, less where people have
    /// several records each, and a margin.
    #[must_use]
    pub fn threshold(self, customers: u64, frequencies: &Frequencies) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
        let customers = customers.max(2) as f64;
        (customers / frequencies.others_of_one()).log2() + self.margin()
    }
}

const NAME_MAX: f64 = 13.0;
const BIRTHDAY_MAX: f64 = 12.0;
const POSTAL_CODE_MAX: f64 = 10.0;
const STREET_MAX: f64 = 10.0;
const TOWN_MAX: f64 = 8.0;
const NUMBER_MAX: f64 = 5.0;
const EMAIL_MAX: f64 = 13.0;
const PHONE: f64 = 9.0;
/// The parts of an address depend on each other.
const ADDRESS: (f64, f64) = (-5.0, 18.0);

const ONE_LETTER: f64 = 2.5;
const ALIKE: f64 = 4.5;
const OTHER_NAME: f64 = -3.0;
const OTHER_DAY: f64 = -4.0;
/// A slip of the pen changes a date by less.
const OTHER_GENERATION: f64 = -6.0;
/// Years within which a parent is hardly born before a child.
const GENERATION: u16 = 15;
const SWAPPED: f64 = -2.0;

/// Compares two records.
#[must_use]
pub fn compare(a: &Face, b: &Face, frequencies: &Frequencies) -> Comparison {
    let mut evidence = names(a, b, frequencies);
    let day = a.birth.zip(b.birth).map(|(a, b)| birthdays(a, b, frequencies));
    evidence.extend(day);
    let named_otherwise = evidence.iter().any(|it| it.reason == OTHER_GIVEN);
    // Who share a home and a phone but no name and no birthday are more likely a family.
    let a_family = named_otherwise && day.is_none_or(|day| day.bits <= 0.0);
    let shared = [places(a, b, frequencies), emails(a, b, frequencies), phones(a, b)];
    evidence.extend(shared.into_iter().flatten().map(|it| {
        let counted = if a_family && it.bits > 0.0 { it.bits / 2.0 } else { it.bits };
        Evidence { bits: counted, ..it }
    }));
    evidence.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    Comparison { bits: evidence.iter().map(|it| it.bits).sum(), evidence }
}

const OTHER_GIVEN: &str = "other given name";

/// Given and family names, as they stand or the one for the other, whichever fits better.
fn names(a: &Face, b: &Face, all: &Frequencies) -> Vec<Evidence> {
    let given = name(&a.given, &b.given, &all.given, all);
    let family = name(&a.family, &b.family, &all.family, all);
    let crossed = [name(&a.given, &b.family, &all.family, all), name(&a.family, &b.given, &all.family, all)];
    let sum = |parts: [Option<(Likeness, f64)>; 2]| parts.iter().flatten().map(|(_, bits)| bits).sum::<f64>();
    let mut evidence = Vec::new();
    let one_is_there = crossed.iter().flatten().any(|(like, _)| matches!(like, Likeness::Same | Likeness::Nearly));
    if one_is_there && sum(crossed) + SWAPPED > sum([given, family]) {
        evidence.push(Evidence { reason: "names the other way round", bits: sum(crossed) + SWAPPED });
        return evidence;
    }
    let said = |part: Option<(Likeness, f64)>, reasons: [&'static str; 4]| {
        part.map(|(likeness, bits)| Evidence { reason: reasons[likeness as usize], bits })
    };
    evidence.extend(said(given, ["same given name", "given name nearly the same", "given name like it", OTHER_GIVEN]));
    evidence.extend(said(
        family,
        ["same family name", "family name nearly the same", "family name like it", "other family name"],
    ));
    evidence
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Same,
    Nearly,
    Alike,
    Other,
}

/// How alike two names of several words are, and what that tells; `None` where one is missing.
fn name(a: &[String], b: &[String], counts: &Counts, all: &Frequencies) -> Option<(Likeness, f64)> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (whole_a, whole_b) = (a.concat(), b.concat());
    let told = |a: &str, b: &str| all.bits(counts, a, NAME_MAX).min(all.bits(counts, b, NAME_MAX));
    if whole_a == whole_b {
        return Some((Likeness::Same, told(&whole_a, &whole_b)));
    }
    let (mut sorted_a, mut sorted_b) = (a.to_vec(), b.to_vec());
    sorted_a.sort_unstable();
    sorted_b.sort_unstable();
    if sorted_a == sorted_b {
        return Some((Likeness::Same, told(&whole_a, &whole_b)));
    }
    let shared = a.iter().filter(|word| word.len() > 1 && b.contains(word));
    if let Some(bits) = shared.map(|word| told(word, word)).max_by(f64::total_cmp) {
        return Some((Likeness::Nearly, (bits - ONE_LETTER).max(1.0)));
    }
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a.as_str(), b.as_str())));
    let pairs = pairs.chain([(whole_a.as_str(), whole_b.as_str())]);
    let best = pairs.map(|(a, b)| word(a, b, told(a, b))).max_by(|a, b| a.1.total_cmp(&b.1));
    best.or(Some((Likeness::Other, OTHER_NAME)))
}

/// How alike two words are that are not the same.
fn word(a: &str, b: &str, bits: f64) -> (Likeness, f64) {
    let (length_a, length_b) = (a.chars().count(), b.chars().count());
    let shorter = length_a.min(length_b);
    if shorter == 1 {
        let initial = a.starts_with(b) || b.starts_with(a);
        return if initial { (Likeness::Alike, 1.5) } else { (Likeness::Other, OTHER_NAME) };
    }
    let distance = strsim::osa_distance(a, b);
    if are_nicknames(a, b) || (distance == 1 && shorter > 2) {
        (Likeness::Nearly, (bits - ONE_LETTER).max(1.0))
    } else if (distance == 2 && shorter > 4) || heard(a) == heard(b) || strsim::jaro_winkler(a, b) >= 0.9 {
        (Likeness::Alike, (bits - ALIKE).max(0.5))
    } else {
        (Likeness::Other, OTHER_NAME)
    }
}

fn birthdays(a: BirthDate, b: BirthDate, all: &Frequencies) -> Evidence {
    let (text_a, text_b) = (day(a), day(b));
    let said = |reason, bits| Evidence { reason, bits };
    if text_a == text_b {
        let most = if year_only(a) { 5.0 } else { BIRTHDAY_MAX };
        return said("same birthday", all.bits_of_own(&all.birthday, &text_a, most));
    }
    let (Some(year_a), Some(year_b)) = (a.year, b.year) else {
        let same = (a.month, a.day) == (b.month, b.day);
        return if same { said("same day and month of birth", 6.0) } else { said("other birthday", OTHER_DAY) };
    };
    let differing = text_a.bytes().zip(text_b.bytes()).filter(|(a, b)| a != b).count();
    if year_only(a) || year_only(b) {
        // That both are the first of January is no agreement.
        return match () {
            () if year_a == year_b => said("same year of birth", 2.0),
            () if year_only(a) && year_only(b) && differing == 1 => said("year of birth but for one digit", 0.0),
            () => said("other year of birth", OTHER_DAY),
        };
    }
    let same_year = year_a == year_b;
    let parts = [same_year, a.month == b.month, a.day == b.day].into_iter().filter(|same| *same).count();
    match () {
        () if same_year && (a.month, a.day) == (b.day, b.month) => said("birthday with day and month swapped", 8.0),
        () if strsim::osa_distance(&text_a, &text_b) == 1 && differing == 2 => {
            said("birthday with two digits swapped", 6.0)
        }
        () if differing == 1 => said("birthday but for one digit", 5.0),
        () if days_between(a, b) == Some(1) => said("birthday a day apart", 5.0),
        () if parts == 2 && !same_year && differing > 1 => said("same day and month of birth, another year", 2.0),
        () if parts == 2 => said("birthday but for year, month or day", 4.0),
        () if same_year => said("same year of birth", -1.0),
        () if year_a.abs_diff(year_b) > GENERATION => said("born in another generation", OTHER_GENERATION),
        () => said("other birthday", OTHER_DAY),
    }
}

/// Where only the year is known, many systems write the first of January.
fn year_only(it: BirthDate) -> bool {
    (it.month, it.day) == (1, 1)
}

fn days_between(a: BirthDate, b: BirthDate) -> Option<u32> {
    let date = |it: BirthDate| Date::new(it.year?, it.month, it.day).ok();
    Some((date(a)? - date(b)?).get_days().unsigned_abs())
}

/// The two addresses that agree best.
fn places(a: &Face, b: &Face, all: &Frequencies) -> Option<Evidence> {
    let pairs = a.places.iter().flat_map(|a| b.places.iter().map(move |b| (a, b)));
    let bits = pairs.filter_map(|(a, b)| place(a, b, all)).max_by(f64::total_cmp)?;
    let reason = match bits {
        bits if bits >= 8.0 => "same address",
        bits if bits > 0.0 => "address partly the same",
        _ => "other address",
    };
    Some(Evidence { reason, bits: bits.clamp(ADDRESS.0, ADDRESS.1) })
}

fn place(a: &Place, b: &Place, all: &Frequencies) -> Option<f64> {
    let streets = [(&a.street, &b.street), (&a.street, &b.rest), (&a.rest, &b.street), (&a.rest, &b.rest)];
    let street =
        streets.into_iter().filter_map(|(a, b)| part(a, b, &all.street, STREET_MAX, all)).max_by(f64::total_cmp);
    let number = (!a.number.is_empty() && !b.number.is_empty())
        .then(|| if a.number == b.number { all.bits(&all.number, &a.number, NUMBER_MAX) } else { -1.0 });
    let parts = [neighbourhood(a, b, all), street, number];
    parts.iter().any(Option::is_some).then(|| parts.iter().flatten().sum())
}

/// Postal code and town. The town follows from the code, so that both are the same tells no more than the stronger.
fn neighbourhood(a: &Place, b: &Place, all: &Frequencies) -> Option<f64> {
    let code = part(&a.postal_code, &b.postal_code, &all.postal_code, POSTAL_CODE_MAX, all);
    let town = part(&a.town, &b.town, &all.town, TOWN_MAX, all);
    match (code, town) {
        (Some(code), Some(town)) if code > 0.0 && town > 0.0 => Some(code.max(town)),
        (Some(code), Some(town)) => Some(code + town),
        (code, town) => code.or(town),
    }
}

/// Part of an address: the same, nearly so, or another.
fn part(a: &str, b: &str, counts: &Counts, most: f64, all: &Frequencies) -> Option<f64> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let bits = all.bits(counts, a, most).min(all.bits(counts, b, most));
    if a == b {
        return Some(bits);
    }
    let shorter = a.chars().count().min(b.chars().count());
    let distance = strsim::osa_distance(a, b);
    let near = (distance == 1 && shorter > 3) || (shorter > 5 && (distance == 2 || strsim::jaro_winkler(a, b) > 0.92));
    Some(if near { (bits - ONE_LETTER).max(0.5) } else { -1.5 })
}

fn emails(a: &Face, b: &Face, all: &Frequencies) -> Option<Evidence> {
    let pairs = a.emails.iter().flat_map(|a| b.emails.iter().map(move |b| (a, b)));
    let compared = pairs.map(|((local_a, domain_a), (local_b, domain_b))| {
        let own = |local| all.bits_of_own(&all.email, local, EMAIL_MAX);
        let bits = own(local_a).min(own(local_b));
        let distance = strsim::osa_distance(local_a, local_b);
        let shorter = local_a.len().min(local_b.len());
        match (local_a == local_b, strsim::osa_distance(domain_a, domain_b) <= 2) {
            (true, true) => Evidence { reason: "same e-mail", bits },
            (true, false) => Evidence { reason: "same e-mail at another provider", bits: bits - ONE_LETTER },
            (false, _) if distance == 1 && shorter > 4 => {
                Evidence { reason: "e-mail but for one letter", bits: bits - ONE_LETTER }
            }
            (false, _) if distance == 2 && shorter > 7 => {
                Evidence { reason: "e-mail but for two letters", bits: bits - ALIKE }
            }
            (false, _) => Evidence { reason: "other e-mail", bits: -1.0 },
        }
    });
    compared.max_by(|a, b| a.bits.total_cmp(&b.bits))
}

fn phones(a: &Face, b: &Face) -> Option<Evidence> {
    (!a.phones.is_disjoint(&b.phones)).then_some(Evidence { reason: "same phone", bits: PHONE })
}
