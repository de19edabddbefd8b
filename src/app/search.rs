//! Somebody is looked for by what a person types: exact identifiers first, then words as they stand, then what is like
//! them.

use super::{App, AppError, front_desk::Fit};
use crate::{
    domain::{
        customer::CustomerStatus,
        identity::{
            Names, compare_hint, nearest,
            search::{Lookup, Scorer, SearchQuery, owner_fit},
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

/// Nobody reaches this of whom words are missing.
const FAIR: u8 = 70;

/// Somebody has the number that was typed, but not the name beside it: perhaps one of their household is meant.
const OTHERWISE_CALLED_MAX: u8 = 60;

/// Candidates by customer: score and reasons.
type Scored = BTreeMap<CustomerId, (u8, Vec<&'static str>)>;
/// One of them.
type Ranked = (CustomerId, (u8, Vec<&'static str>));

impl App {
    /// Customers who fit a text, at most `limit`. Discreet ones are found by a whole identifier only, and only for
    /// those who may see them.
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
        let limit = limit.min(SEARCH_MAX);
        let mut scored = self.owners(query).await?;
        let exactly: Vec<CustomerId> = scored.keys().copied().collect();
        if scored.is_empty() {
            scored = self.by_words(query, limit).await?;
        }
        let mut ranked: Vec<_> = scored.into_iter().collect();
        ranked.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
        let beside = if exactly.is_empty() { "" } else { query.beside.as_str() };
        let sees_discreet = actor.authority.sees_discreet();
        let may_be_told =
            |it: &Fit| !it.customer.profile.discreet || (sees_discreet && exactly.contains(&it.customer.id));
        let mut results: Vec<Fit> = Vec::new();
        // One more than is told says whether more fit; some of them may be untold, or have become part of others.
        for page in ranked.chunks(limit + 1) {
            self.survivors(page, beside, &mut results).await?;
            results.retain(may_be_told);
            if results.len() > limit {
                break;
            }
        }
        let has_more = results.len() > limit;
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

    /// Who fits the words: as they were typed; where few do, also as they may have been meant, and then by some of the
    /// words.
    async fn by_words(&self, query: &SearchQuery, limit: usize) -> Result<Scored, AppError> {
        let all = |words| Wanted { words, all: true };
        let mut scored = Scored::new();
        if query.asked.is_empty() {
            return Ok(scored);
        }
        let mut scorer = Scorer::new(query);
        let begun = query.begun();
        let typing = !begun.is_empty();
        for words in std::iter::once(query.exact()).chain(begun) {
            self.score(&mut scorer, all(words), &mut scored).await?;
            // Whoever has only beginnings of what was typed comes behind all of these.
            if scored.len() > limit {
                break;
            }
        }
        if scored.len() >= FEW || (typing && !scored.is_empty()) {
            return Ok(scored);
        }
        let widened = self.widened(query).await?;
        self.score(&mut scorer, all(widened.clone()), &mut scored).await?;
        // Whoever types on sees those who have all the words, whoever is done also those of whom one was noted
        // otherwise.
        if scored.is_empty() || (!typing && scored.len() < FEW) {
            match widened.len() {
                0 | 1 => {}
                2 => {
                    for word in widened {
                        self.score(&mut scorer, all(vec![word]), &mut scored).await?;
                    }
                }
                _ => self.score(&mut scorer, Wanted { words: widened, all: false }, &mut scored).await?,
            }
        }
        if scored.values().all(|(score, _)| *score < FAIR) {
            for joined in query.joined() {
                let widened = self.widened(&joined).await?;
                self.score(&mut Scorer::new(&joined), all(widened), &mut scored).await?;
            }
        }
        Ok(scored)
    }

    /// What was typed, as it may have been meant.
    async fn widened(&self, query: &SearchQuery) -> Result<Vec<Vec<Lookup>>, AppError> {
        let near = self.store.words_near(query.spelled()).await?;
        Ok(query.widened(|word| nearest(word, near.iter().map(String::as_str))))
    }

    async fn score(&self, scorer: &mut Scorer<'_>, wanted: Wanted, scored: &mut Scored) -> Result<(), AppError> {
        for hit in self.store.search(&wanted).await? {
            if let Some(fit) = scorer.fit(&hit.terms) {
                let known = scored.entry(hit.customer).or_default();
                if known.0 < fit.score {
                    *known = (fit.score, fit.reasons);
                }
            }
        }
        Ok(())
    }

    /// Adds the customers themselves to those that are there, each once, the survivor for one that became part of
    /// another; best first, equals by name. Who is called otherwise than what was typed `beside` their number comes
    /// behind.
    async fn survivors(&self, ranked: &[Ranked], beside: &str, results: &mut Vec<Fit>) -> Result<(), AppError> {
        let ids: Vec<_> = ranked.iter().map(|(id, _)| *id).collect();
        let known = self.store.customers(&ids).await?;
        for (id, (score, reasons)) in ranked {
            let Some(customer) = known.get(id) else { continue };
            let speaks = matches!(customer.status, CustomerStatus::Active | CustomerStatus::Deceased);
            if speaks && results.iter().all(|it| it.customer.id != customer.id) {
                let mut fit = Fit { customer: customer.clone(), score: *score, reasons: Vec::new() };
                fit.reasons.extend(reasons.iter().map(|&reason| reason.to_owned()));
                match compare_hint(&customer.profile, beside) {
                    Names::Agree => fit.reasons.push("same name".to_owned()),
                    Names::Differ => {
                        fit.reasons.push("another name".to_owned());
                        fit.score = fit.score.min(OTHERWISE_CALLED_MAX);
                    }
                    Names::Unsaid => {}
                }
                results.push(fit);
            }
        }
        results.sort_by(|a, b| {
            let name = |it: &Fit| it.customer.profile.display_name.to_lowercase();
            b.score.cmp(&a.score).then_with(|| name(a).cmp(&name(b))).then(a.customer.id.cmp(&b.customer.id))
        });
        Ok(())
    }
}
