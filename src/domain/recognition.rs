//! Who stands there: ranks the customers whom an identifier finds, and says when the desk must ask.

use super::{
    commands::who::same_name,
    customer::{Customer, CustomerStatus, IdentifierKey, IdentifierKind, Profile},
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
}

const UNIQUE: u8 = 100;
const SHARED: u8 = 60;
const NAME: u8 = 30;
const SHARED_MAX: u8 = 99;

/// Ranks the customers who have one of the identifiers, best first; equals in order of id. Erased ones and records
/// that became part of another are left out.
#[must_use]
pub fn rank<'a>(customers: &'a [Customer], asked: &[IdentifierKey], name_hint: &str) -> Vec<Candidate<'a>> {
    let hint = Profile { display_name: name_hint.to_owned(), ..Profile::default() };
    let mut ranked: Vec<_> = customers
        .iter()
        .filter(|c| matches!(c.status, CustomerStatus::Active | CustomerStatus::Deceased))
        .filter_map(|customer| fit(customer, asked, &hint))
        .collect();
    ranked.sort_by(|a, b| b.score.cmp(&a.score).then(a.customer.id.cmp(&b.customer.id)));
    ranked
}

/// Whether the desk must ask before it sees anything: several fit equally well.
#[must_use]
pub fn needs_confirmation(ranked: &[Candidate<'_>]) -> bool {
    matches!(ranked, [first, second, ..] if first.score == second.score)
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

fn fit<'a>(customer: &'a Customer, asked: &[IdentifierKey], hint: &Profile) -> Option<Candidate<'a>> {
    let matched: Vec<_> = customer.identifiers.iter().map(|i| i.key()).filter(|key| asked.contains(key)).collect();
    let best = matched.iter().map(|key| if key.kind.is_unique() { UNIQUE } else { SHARED }).max()?;
    let mut reasons: Vec<_> = matched.iter().map(|key| words(key.kind).to_owned()).collect();
    reasons.dedup();
    let mut score = best;
    if same_name(&customer.profile, hint) || same_parts(&customer.profile, hint) {
        reasons.push("same name".to_owned());
        score = if best == UNIQUE { UNIQUE } else { (best + NAME).min(SHARED_MAX) };
    }
    Some(Candidate { customer, score, reasons })
}

/// Whether a hint in one piece is one of the name's parts, or both in either order.
fn same_parts(profile: &Profile, hint: &Profile) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let hint = plain(&hint.display_name);
    let (given, family) = (plain(&profile.given_name), plain(&profile.family_name));
    !hint.is_empty()
        && [given.clone(), family.clone(), format!("{given} {family}"), format!("{family} {given}")].contains(&hint)
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
        customer::Identifier,
        ids::{CustomerId, HouseholdId},
    };
    use jiff::Timestamp;
    use uuid::Uuid;

    fn identifier(kind: IdentifierKind, value: &str) -> Identifier {
        Identifier { kind, system: String::new(), typed: value.to_owned(), normalized: value.to_owned(), origin: None }
    }

    fn customer(id: u128, given: &str, identifiers: Vec<Identifier>) -> Customer {
        let profile = Profile { given_name: given.to_owned(), family_name: "Costa".to_owned(), ..Profile::default() };
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
        let ranked = rank(&family, &[phone.key(), card.key()], "ana");
        assert_eq!((ranked[0].customer.id, ranked[0].score), (family[1].id, 100));
        assert!(!needs_confirmation(&ranked));
    }
}
