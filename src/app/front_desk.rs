//! A customer walks in: identifier → candidates → card. Reads only, past the write queue.

use super::{App, AppError};
use crate::domain::{
    card::{Card, CardInput, LastTime, card},
    customer::{Customer, IdentifierKey},
    identity::search::SearchQuery,
    ids::{CustomerId, LocationId},
    limits::CANDIDATES_MAX,
    location::Location,
    recognition::{is_clear, needs_confirmation, rank},
    refusal::Refusal,
    rule::Trigger,
    summary::Summary,
    world::Actor,
};
use crate::store::AtDesk;

/// Whom the desk may have before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// Those who fit, best first.
    pub candidates: Vec<Fit>,
    /// Several fit equally: ask before anything is shown.
    pub needs_confirmation: bool,
    /// The card, when one fits best.
    pub card: Option<Card>,
}

/// Somebody who fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Who.
    pub customer: Customer,
    /// 1 to 100.
    pub score: u8,
    /// What fits, in words without personal data.
    pub reasons: Vec<String>,
}

impl App {
    /// Finds who stands at the desk, and shows the card when it is clear who it is. Any of the identifiers may fit;
    /// a name tells apart those who share one. Where none does, those are found who fit the words.
    ///
    /// # Errors
    /// When the location is not known, or the store fails. That nobody fits is no error.
    pub async fn recognize(
        &self,
        actor: &Actor,
        location: &LocationId,
        asked: &[IdentifierKey],
        name_hint: &str,
        words: Option<&SearchQuery>,
    ) -> Result<Recognition, AppError> {
        let mut views = self.store.recognise(asked).await?;
        views.retain(|view| !view.customer.profile.discreet || actor.authority.sees_discreet());
        let customers: Vec<Customer> = views.iter().map(|view| view.customer.clone()).collect();
        let ranked = rank(&customers, asked, name_hint);
        if let Some(words) = words.filter(|_| ranked.is_empty()) {
            return self.recognize_by_words(actor, location, words).await;
        }
        let needs_confirmation = needs_confirmation(&ranked);
        let best = ranked.first().map(|best| best.customer.id).filter(|_| !needs_confirmation);
        let card = match views.iter().find(|view| Some(view.customer.id) == best) {
            Some(view) => Some(self.show_card(actor, "Recognize", location, view).await?),
            None => None,
        };
        let fit = |c: &crate::domain::recognition::Candidate<'_>| Fit {
            customer: c.customer.clone(),
            score: c.score,
            reasons: c.reasons.clone(),
        };
        Ok(Recognition { candidates: ranked.iter().map(fit).collect(), needs_confirmation, card })
    }

    /// By a name, which is nobody's alone: the card comes only with one whole name, and nobody near it.
    async fn recognize_by_words(
        &self,
        actor: &Actor,
        location: &LocationId,
        words: &SearchQuery,
    ) -> Result<Recognition, AppError> {
        let found = self.find(actor, words, CANDIDATES_MAX).await?.results;
        let scores: Vec<u8> = found.iter().map(|fit| fit.score).collect();
        let clear = found.first().filter(|_| is_clear(&scores)).map(|fit| fit.customer.id);
        let card = match clear {
            Some(customer) => Some(self.card(actor, "Recognize", location, customer).await?),
            None => None,
        };
        Ok(Recognition { needs_confirmation: clear.is_none() && !found.is_empty(), candidates: found, card })
    }

    /// The card of a customer who is known, at a location.
    ///
    /// # Errors
    /// When either does not exist, or the store fails.
    pub async fn card(
        &self,
        actor: &Actor,
        method: &'static str,
        location: &LocationId,
        customer: CustomerId,
    ) -> Result<Card, AppError> {
        let found = self.store.customers_at_desk(&[customer]).await?;
        let view = found.first().ok_or_else(|| Refusal::not_found("customer", &customer))?;
        self.show_card(actor, method, location, view).await
    }

    async fn show_card(
        &self,
        actor: &Actor,
        method: &'static str,
        location: &LocationId,
        view: &AtDesk,
    ) -> Result<Card, AppError> {
        let catalog = self.store.catalog().await?;
        let here = catalog.locations.get(location).ok_or_else(|| Refusal::not_found("location", location))?;
        let milestones: Vec<u32> = catalog
            .rules
            .rules()
            .iter()
            .filter_map(|compiled| match &compiled.rule.definition.trigger {
                Trigger::Milestone { visit_days } => Some(visit_days),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        let now = self.now();
        let seen = last_time(&view.summary, here, self, now);
        let last = seen.and_then(|seen| Some(LastTime { seen, location: catalog.locations.get(&seen.location)? }));
        let shown = card(&CardInput {
            customer: &view.customer,
            summary: &view.summary,
            last,
            location: here,
            open_case: view.open_case.as_ref(),
            gestures: &view.gestures,
            milestones: &milestones,
            location_gap_days: self.settings().lapse_gap_days,
            zones: self.zones(),
            now,
        });
        self.note_read(actor, method, view.customer.id).await;
        Ok(shown)
    }
}

/// The last time before today, by the desk's clock.
fn last_time<'a>(
    summary: &'a Summary,
    here: &Location,
    app: &App,
    now: jiff::Timestamp,
) -> Option<&'a crate::domain::summary::LastSeen> {
    let zone = app.zones().get(&here.settings.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let today = crate::domain::when::local_date(&zone, now);
    let last = summary.last.as_ref()?;
    if last.local_date < today { Some(last) } else { last.previous.as_deref() }
}
