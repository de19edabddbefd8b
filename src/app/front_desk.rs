//! A customer walks in: identifier → candidates → card. Reads only, past the write queue.

use super::{App, AppError};
use crate::{
    domain::{
        card::{Card, CardInput, LastTime, card},
        case::Case,
        customer::{Customer, CustomerStatus, IdentifierKey},
        identity::search::SearchQuery,
        ids::{CustomerId, LocationId},
        limits::CANDIDATES_MAX,
        location::Location,
        recognition::{Candidate, is_clear, names_an_identifier, needs_confirmation, rank},
        refusal::Refusal,
        rule::Trigger,
        summary::{LastSeen, Summary},
        when::local_date,
        world::{Actor, Subject},
    },
    store::AtDesk,
};
use jiff::{Timestamp, tz::TimeZone};

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
        views.retain(|view| actor.authority.sees(&view.customer));
        let customers: Vec<Customer> = views.iter().map(|view| view.customer.clone()).collect();
        let ranked = rank(&customers, asked, name_hint);
        if let Some(words) = words.filter(|_| ranked.is_empty()) {
            return self.recognize_by_words(actor, location, asked, words).await;
        }
        let needs_confirmation = needs_confirmation(&ranked);
        let best = ranked.first().map(|best| best.customer.id).filter(|_| !needs_confirmation);
        let card = match views.iter().find(|view| Some(view.customer.id) == best) {
            Some(view) => Some(self.show_card(actor, "Recognize", location, view).await?),
            None => None,
        };
        let fit = |c: &Candidate<'_>| Fit { customer: c.customer.clone(), score: c.score, reasons: c.reasons.clone() };
        let candidates: Vec<_> = ranked.iter().map(fit).collect();
        self.note_candidates(actor, &candidates, best).await;
        Ok(Recognition { candidates, needs_confirmation, card })
    }

    /// By a name, which is nobody's alone: the card comes only with one whole name, and nobody near it; and not where
    /// an address or number was given that nobody has.
    async fn recognize_by_words(
        &self,
        actor: &Actor,
        location: &LocationId,
        asked: &[IdentifierKey],
        words: &SearchQuery,
    ) -> Result<Recognition, AppError> {
        let found = self.find(actor, words, CANDIDATES_MAX).await?.results;
        let scores: Vec<u8> = found.iter().map(|fit| fit.score).collect();
        let is_clear = is_clear(&scores) && !names_an_identifier(asked, words);
        let clear = found.first().filter(|_| is_clear).map(|fit| fit.customer.id);
        let card = match clear {
            Some(customer) => Some(self.card(actor, "Recognize", location, customer).await?),
            None => None,
        };
        self.note_candidates(actor, &found, clear).await;
        Ok(Recognition { needs_confirmation: clear.is_none() && !found.is_empty(), candidates: found, card })
    }

    /// Who is offered to choose from was read as well; whose card is shown has been noted with it.
    async fn note_candidates(&self, actor: &Actor, candidates: &[Fit], shown: Option<CustomerId>) {
        for other in candidates.iter().map(|fit| fit.customer.id).filter(|id| Some(*id) != shown) {
            self.note_read(actor, "Recognize", other).await;
        }
    }

    /// The card of a customer who is known, at a location; of a record that is part of another, that one's.
    ///
    /// # Errors
    /// When either does not exist for this caller, [`Refusal::Erased`] for who was forgotten, or the store fails.
    pub async fn card(
        &self,
        actor: &Actor,
        method: &'static str,
        location: &LocationId,
        customer: CustomerId,
    ) -> Result<Card, AppError> {
        let mut view = self.at_desk(customer).await?;
        if view.customer.status == CustomerStatus::Merged {
            let survivor = self.store.customer(customer).await?;
            view = self.at_desk(survivor.ok_or_else(|| Refusal::not_found("customer", &customer))?.id).await?;
        }
        if !actor.authority.sees(&view.customer) {
            return Err(Refusal::not_found("customer", &customer).into());
        }
        if view.customer.status == CustomerStatus::Erased {
            return Err(Refusal::Erased { resource: Subject::Customer(view.customer.id).to_string() }.into());
        }
        self.show_card(actor, method, location, &view).await
    }

    async fn at_desk(&self, customer: CustomerId) -> Result<AtDesk, AppError> {
        let found = self.store.customers_at_desk(&[customer]).await?.pop();
        Ok(found.ok_or_else(|| Refusal::not_found("customer", &customer))?)
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
        let open_case = view.open_case.clone().map(|case| told_of(actor, case));
        let seen = last_time(&view.summary, here, self, now);
        let last = seen.and_then(|seen| Some(LastTime { seen, location: catalog.locations.get(&seen.location)? }));
        let shown = card(&CardInput {
            customer: &view.customer,
            summary: &view.summary,
            last,
            location: here,
            open_case: open_case.as_ref(),
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

/// That something went wrong everybody is to know who meets the customer; in which words, only people.
fn told_of(actor: &Actor, case: Case) -> Case {
    if actor.authority.sees_remarks() { case } else { Case { summary: String::new(), ..case } }
}

/// The last time before today, by the desk's clock.
fn last_time<'a>(summary: &'a Summary, here: &Location, app: &App, now: Timestamp) -> Option<&'a LastSeen> {
    let zone = app.zones().get(&here.settings.time_zone).unwrap_or(TimeZone::UTC);
    let today = local_date(&zone, now);
    let last = summary.last.as_ref()?;
    if last.local_date < today { Some(last) } else { last.previous.as_deref() }
}
