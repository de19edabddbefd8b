//! Who stands there: ranks the customers whom an identifier finds, and says when the desk must ask.

use super::{
    customer::{Customer, CustomerStatus, IdentifierKey, IdentifierKind},
    identity::{
        Names, compare_hint,
        search::{Asked, SearchQuery},
    },
};

/// A customer who fits, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Who.
    pub customer: &'a Customer,
    /// How well, 1 to 100: 100 for a number or id that is theirs alone, 60 for a shared one, 30 more for the name,
    /// at most 99 without one that is theirs alone.
    pub score: u8,
    /// What fits, in words without personal data.
    pub reasons: Vec<String>,
    /// They are called otherwise than the one who stands there.
    pub is_called_otherwise: bool,
}

const UNIQUE: u8 = 100;
const SHARED: u8 = 60;
const NAME: u8 = 30;
const SHARED_MAX: u8 = 99;

/// Ranks the customers who have one of the identifiers, best first; equals in order of id. Erased ones and records
/// that became part of another are left out.
#[must_use]
pub fn rank<'a>(customers: &'a [Customer], asked: &[IdentifierKey], name_hint: &str) -> Vec<Candidate<'a>> {
    let mut ranked: Vec<_> = customers
        .iter()
        .filter(|c| matches!(c.status, CustomerStatus::Active | CustomerStatus::Deceased))
        .filter_map(|customer| fit(customer, asked, name_hint))
        .collect();
    ranked.sort_by(|a, b| b.score.cmp(&a.score).then(a.customer.id.cmp(&b.customer.id)));
    ranked
}

/// Whether the desk must ask before it sees anything: several fit equally well, or who fits best is called otherwise,
/// as when one of a household gives the number or the card of another.
#[must_use]
pub fn needs_confirmation(ranked: &[Candidate<'_>]) -> bool {
    match ranked {
        [first, ..] if first.is_called_otherwise => true,
        [first, second, ..] => first.score == second.score,
        _ => false,
    }
}

/// Whole names reach this score.
const WHOLE_NAME: u8 = 85;
/// Who is so near could as well be meant.
const NEAR: u8 = 10;

/// Whether those whom a name found, best first, leave no doubt who is meant: one with just that name, and nobody near.
#[must_use]
pub fn is_clear(scores: &[u8]) -> bool {
    let second = scores.get(1).copied().unwrap_or_default();
    scores.first().is_some_and(|first| *first >= WHOLE_NAME && first - second.min(*first) > NEAR)
}

/// Whether a text says whom it means by an address, a number or an id, whatever its words are: `ada@example.com` is not
/// whichever Ada we know. What may be the number of a card may as well be a name with a postal code.
#[must_use]
pub fn names_an_identifier(asked: &[IdentifierKey], words: &SearchQuery) -> bool {
    // Letters stand for digits too, as in `0800 FLOWERS`: a name with a birthday can be dialled.
    let has_words = words.asked.iter().any(|asked| matches!(asked, Asked::Word { .. }));
    asked.iter().any(|key| match key.kind {
        IdentifierKind::Loyalty => false,
        IdentifierKind::Phone => !has_words,
        IdentifierKind::Email | IdentifierKind::ExternalId | IdentifierKind::Social => true,
    })
}

fn fit<'a>(customer: &'a Customer, asked: &[IdentifierKey], name_hint: &str) -> Option<Candidate<'a>> {
    let matched: Vec<_> = customer.identifiers.iter().map(|i| i.key()).filter(|key| asked.contains(key)).collect();
    let best = matched.iter().map(|key| if key.kind.is_unique() { UNIQUE } else { SHARED }).max()?;
    let mut reasons: Vec<_> = matched.iter().map(|key| words(key.kind).to_owned()).collect();
    reasons.dedup();
    let mut score = best;
    let names = compare_hint(&customer.profile, name_hint);
    match names {
        Names::Agree => {
            reasons.push("same name".to_owned());
            score = if best == UNIQUE { UNIQUE } else { (best + NAME).min(SHARED_MAX) };
        }
        Names::Differ => reasons.push("another name".to_owned()),
        Names::Unsaid => {}
    }
    Some(Candidate { customer, score, reasons, is_called_otherwise: names == Names::Differ })
}

const fn words(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::Phone => "same phone",
        IdentifierKind::Email => "same e-mail",
        IdentifierKind::Loyalty => "same loyalty number",
        IdentifierKind::ExternalId => "same id in another system",
        IdentifierKind::Social => "same social name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        customer::{Identifier, Profile},
        identity::parse_query,
        ids::{CustomerId, HouseholdId},
    };
    use jiff::Timestamp;
    use uuid::Uuid;

    fn identifier(kind: IdentifierKind, value: &str) -> Identifier {
        Identifier { kind, system: String::new(), typed: value.to_owned(), normalized: value.to_owned(), origin: None }
    }

    fn customer(id: u128, given: &str, identifiers: Vec<Identifier>) -> Customer {
        let profile = Profile { given_name: given.to_owned(), family_name: "Costa".to_owned(), ..Profile::default() };
        customer_of(id, profile, identifiers)
    }

    fn customer_of(id: u128, profile: Profile, identifiers: Vec<Identifier>) -> Customer {
        let id = Uuid::from_u128(id);
        Customer::new(CustomerId(id), HouseholdId(id), profile, identifiers, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_family_that_shares_a_phone_must_be_asked_unless_a_name_tells_them_apart() {
        let phone = identifier(IdentifierKind::Phone, "+351210000000");
        let family = [customer(1, "Ana", vec![phone.clone()]), customer(2, "Rui", vec![phone.clone()])];
        let asked = [phone.key()];
        let ranked = rank(&family, &asked, "");
        assert_eq!(ranked.len(), 2);
        assert!(needs_confirmation(&ranked));

        let ranked = rank(&family, &asked, "rui");
        assert_eq!(ranked[0].customer.id, family[1].id);
        assert_eq!(ranked[0].reasons, ["same phone", "same name"]);
        assert!(!needs_confirmation(&ranked));
    }

    #[test]
    fn what_is_one_customers_alone_decides() {
        let phone = identifier(IdentifierKind::Phone, "+351210000000");
        let card = identifier(IdentifierKind::Loyalty, "77");
        let family = [customer(1, "Ana", vec![phone.clone()]), customer(2, "Rui", vec![phone.clone(), card.clone()])];
        for (hint, must_ask) in [("", false), ("RUI", false), ("ana", true)] {
            let ranked = rank(&family, &[phone.key(), card.key()], hint);
            assert_eq!((ranked[0].customer.id, ranked[0].score), (family[1].id, 100));
            assert_eq!(needs_confirmation(&ranked), must_ask, "the card may be lent: {hint}");
        }
    }

    #[test]
    fn who_is_called_otherwise_is_asked_although_nobody_else_has_that_number() {
        let phone = identifier(IdentifierKind::Phone, "+351210000000");
        let ana = [customer(1, "Ana", vec![phone.clone()])];
        for (hint, must_ask) in [("", false), ("ana", false), ("Costa, Ana", false), ("Rui", true), ("Rui Costa", true)]
        {
            let ranked = rank(&ana, &[phone.key()], hint);
            assert_eq!(needs_confirmation(&ranked), must_ask, "{hint}");
            assert_eq!(ranked[0].reasons.contains(&"another name".to_owned()), must_ask, "{hint}");
        }
        let nameless = [customer_of(2, Profile::default(), vec![phone.clone()])];
        assert!(!needs_confirmation(&rank(&nameless, &[phone.key()], "Rui")), "nothing speaks against it");
    }

    #[test]
    fn an_address_or_a_number_means_whoever_has_it_and_nobody_of_that_name() {
        let regions = ["GB"];
        let names_one =
            |text: &str| names_an_identifier(&parse_query(text, &regions), &SearchQuery::parse(text, false, &regions));
        for text in ["ada@example.com", "mailto:ada@example.com", "till:4711", "020 7946 0018", "+44 20 7946 0018"] {
            assert!(names_one(text), "{text}");
        }
        for text in ["ada", "ada berg", "ada 4711", "ada LS1 4AB", "ada 12.5.1980", "4711"] {
            assert!(!names_one(text), "{text}");
        }
    }

    #[test]
    fn a_family_is_told_apart_by_names_as_the_search_reads_them() {
        let phone = identifier(IdentifierKind::Phone, "+351210000000");
        let named = |given: &str, family: &str| Profile {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            ..Profile::default()
        };
        for (given, other, family, hint) in [
            ("José", "Ana", "Core", "jose"),
            ("José", "Ana", "Core", "Core, José"),
            ("Robert", "Ana", "Core", "bob core"),
            ("小明", "小红", "王", "王小明"),
            ("Jürgen", "Ana", "Müller", "J Mueller"),
        ] {
            let them = [(1, given), (2, other)].map(|(id, it)| customer_of(id, named(it, family), vec![phone.clone()]));
            let ranked = rank(&them, &[phone.key()], hint);
            assert_eq!(ranked[0].customer.id, them[0].id, "{hint}");
            assert!(!needs_confirmation(&ranked), "{hint}");
        }
    }
}
