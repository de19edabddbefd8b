//! A customer walks in: identifier → candidates → card. Reads only, past the write queue.

use super::{App, AppError};
use crate::domain::{
    card::{Card, CardInput, LastTime, card},
    customer::{Customer, IdentifierKey},
    ids::{CustomerId, LocationId},
    location::Location,
    recognition::{needs_confirmation, rank},
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
    pub customer: CustomerId,
    /// As they like to be called.
    pub display_name: String,
    /// 1 to 100.
    pub score: u8,
    /// What fits.
    pub reasons: Vec<String>,
}

impl App {
    /// Finds who stands at the desk, and shows the card when it is clear who it is. Any of the identifiers may fit;
    /// a name tells apart those who share one.
    ///
    /// # Errors
    /// When the location is not known, or the store fails. That nobody fits is no error.
    pub async fn recognize(
        &self,
        actor: &Actor,
        location: &LocationId,
        asked: &[IdentifierKey],
        name_hint: &str,
    ) -> Result<Recognition, AppError> {
        let views = self.store.recognise(asked).await?;
        let customers: Vec<Customer> = views.iter().map(|view| view.customer.clone()).collect();
        let ranked = rank(&customers, asked, name_hint);
        let needs_confirmation = needs_confirmation(&ranked);
        let best = ranked.first().map(|best| best.customer.id).filter(|_| !needs_confirmation);
        let card = match views.iter().find(|view| Some(view.customer.id) == best) {
            Some(view) => Some(self.show_card(actor, "Recognize", location, view).await?),
            None => None,
        };
        let fit = |c: &crate::domain::recognition::Candidate<'_>| Fit {
            customer: c.customer.id,
            display_name: c.customer.profile.display_name.clone(),
            score: c.score,
            reasons: c.reasons.clone(),
        };
        Ok(Recognition { candidates: ranked.iter().map(fit).collect(), needs_confirmation, card })
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
