//! Somebody is looked for by what a person types: exact identifiers first, then words as they stand, then what is like
//! them.

use super::{App, AppError, front_desk::Fit};
use crate::{
    domain::{
        customer::CustomerStatus,
        identity::{
            nearest,
            search::{SearchQuery, fit, owner_fit},
        },
        ids::CustomerId,
        limits::SEARCH_MAX,
        world::Actor,
    },
    store::Wanted,
};
use std::collections::BTreeMap;

/// Who may be meant by a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// Those who fit, best first.
    pub results: Vec<Fit>,
    /// More fit than are told.
    pub has_more: bool,
}

/// So few found as typed, it was perhaps typed wrongly.
const FEW: usize = 5;

/// Candidates by customer: score and reasons.
type Scored = BTreeMap<CustomerId, (u8, Vec<&'static str>)>;

impl App {
    /// Customers who fit a text, at most `limit`. Discreet ones are found by a whole identifier only, and only for those who
    /// may see them.
    ///
    /// # Errors
    /// When the store fails. That nobody fits is no error.
    pub async fn search(&self, actor: &Actor, query: &SearchQuery, limit: usize) -> Result<Searched, AppError> {
        let found = self.find(actor, query, limit).await?;
        for result in &found.results {
            self.note_read(actor, "SearchCustomers", result.customer.id).await;
        }
        Ok(found)
    }

    /// The same for those who note readings themselves.
    pub(super) async fn find(&self, actor: &Actor, query: &SearchQuery, limit: usize) -> Result<Searched, AppError> {
        let mut scored = self.owners(query).await?;
        let exactly: Vec<CustomerId> = scored.keys().copied().collect();
        if scored.is_empty() {
            scored = self.by_words(query).await?;
        }
        let limit = limit.min(SEARCH_MAX);
        let mut ranked: Vec<_> = scored.into_iter().collect();
        ranked.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
        // A few more than are asked for, since some may have become part of others.
        let has_more = ranked.len() > limit;
        ranked.truncate(limit * 2);
        let mut results = self.survivors(ranked).await?;
        let sees_discreet = actor.authority.sees_discreet();
        results.retain(|it| !it.customer.profile.discreet || (sees_discreet && exactly.contains(&it.customer.id)));
        results.truncate(limit);
        Ok(Searched { results, has_more })
    }

    /// Who has an identifier that was typed whole.
    async fn owners(&self, query: &SearchQuery) -> Result<Scored, AppError> {
        let mut scored = Scored::new();
        for (customer, key) in self.store.owners(&query.identifiers).await? {
            let (score, reason) = owner_fit(key.kind);
            scored.entry(customer).or_insert((score, vec![reason]));
        }
        Ok(scored)
    }

    /// Who fits the words: as they were typed; where few do, also as they may have been meant, and then by some of the words.
    async fn by_words(&self, query: &SearchQuery) -> Result<Scored, AppError> {
        let all = |words| Wanted { words, all: true };
        let mut scored = Scored::new();
        if query.asked.is_empty() {
            return Ok(scored);
        }
        let exact: Vec<Wanted> = std::iter::once(query.exact()).chain(query.begun()).map(all).collect();
        self.score(query, &exact, &mut scored).await?;
        let typing = exact.len() > 1;
        if scored.len() >= FEW || (typing && !scored.is_empty()) {
            return Ok(scored);
        }
        let near = self.store.words_near(query.spelled()).await?;
        let widened = query.widened(|word| nearest(word, near.iter().map(String::as_str)));
        self.score(query, &[all(widened.clone())], &mut scored).await?;
        if scored.len() < FEW {
            let loose: Vec<Wanted> = match widened.len() {
                0 | 1 => return Ok(scored),
                2 => widened.into_iter().map(|word| all(vec![word])).collect(),
                _ => vec![Wanted { words: widened, all: false }],
            };
            self.score(query, &loose, &mut scored).await?;
        }
        Ok(scored)
    }

    async fn score(&self, query: &SearchQuery, wanted: &[Wanted], scored: &mut Scored) -> Result<(), AppError> {
        for hit in self.store.search(wanted).await? {
            if let Some(fit) = fit(query, &hit.terms) {
                scored.entry(hit.customer).or_insert((fit.score, fit.reasons));
            }
        }
        Ok(())
    }

    /// The customers themselves, each once, the survivor for one that became part of another; best first, equals by name.
    async fn survivors(&self, ranked: Vec<(CustomerId, (u8, Vec<&'static str>))>) -> Result<Vec<Fit>, AppError> {
        let ids: Vec<_> = ranked.iter().map(|(id, _)| *id).collect();
        let known = self.store.customers(&ids).await?;
        let mut results: Vec<Fit> = Vec::new();
        for (id, (score, reasons)) in ranked {
            let Some(customer) = known.get(&id) else { continue };
            let speaks = matches!(customer.status, CustomerStatus::Active | CustomerStatus::Deceased);
            if speaks && results.iter().all(|it| it.customer.id != customer.id) {
                let reasons = reasons.into_iter().map(str::to_owned).collect();
                results.push(Fit { customer: customer.clone(), score, reasons });
            }
        }
        results.sort_by(|a, b| {
            let name = |it: &Fit| it.customer.profile.display_name.to_lowercase();
            b.score.cmp(&a.score).then_with(|| name(a).cmp(&name(b))).then(a.customer.id.cmp(&b.customer.id))
        });
        Ok(results)
    }
}
