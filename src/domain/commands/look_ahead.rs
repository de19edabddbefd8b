//! A customer's time has come to be looked at: a day is near, or a silence has begun.

use super::customers::end_when_of_age;
use super::record::days_around;
use crate::domain::{
    answer::{ask_rules, gate},
    customer::Customer,
    ids::{CustomerId, LocationId},
    ledger::Ledger,
    location::Location,
    planning::zones,
    refusal::Refusal,
    replan::location_of,
    rulebook::{Cause, Facts},
    summary::Summary,
    upcoming::{AT_ONCE, look_again, upcoming},
    when::local_date,
    world::{Actor, Command, Context, Needs, World},
};
use jiff::{Timestamp, civil::Date};
use std::sync::Arc;

/// Asks the rules about the days and silences of a customer. Harmless when somebody else has done so meanwhile.
#[derive(Debug, Clone)]
pub struct LookAhead {
    /// The customer.
    pub id: CustomerId,
    /// In whose name one speaks to somebody who was never met anywhere.
    pub location: LocationId,
    /// The instant at which it was found that they have to be looked at.
    pub now: Timestamp,
}

impl Command for LookAhead {
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs {
            customers: [self.id].into(),
            locations: [self.location.clone()].into(),
            days: days_around(self.now).collect(),
            ..Needs::default()
        }
    }

    /// Whether they still had to be looked at.
    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let planned = ledger.world.summary(self.id).look_at;
        if planned > ledger.now() {
            return Ok(false);
        }
        if planned == AT_ONCE {
            // Kept by a version that did not know with whom we spoke.
            ledger.rebuild_summary(self.id)?;
        }
        let Some(customer) = ledger.world.customers.get(&self.id).cloned() else { return Ok(false) };
        let mut summary = ledger.world.summary(self.id);
        let location = in_whose_name(ledger.world, &summary, &self.location)?;
        let today = today(ledger.world, &customer, &location, ledger.now());
        end_when_of_age(&mut ledger, &customer, today)?;
        let Some(customer) = ledger.world.customers.get(&self.id).cloned() else { return Ok(false) };
        if gate(&customer, today).is_none() {
            for what in upcoming(&customer, &summary, today) {
                let cause = Cause::Upcoming { what, today };
                let facts = Facts { cause, customer: &customer, summary: &summary, location: &location };
                ask_rules(&mut ledger, &facts)?;
            }
        }
        // What was planned may have changed it.
        summary = ledger.world.summary(self.id);
        summary.look_at = look_again(&customer, &summary, ledger.now());
        ledger.world.summaries.put(self.id, summary);
        Ok(true)
    }
}

/// The location where they were last met, else the given one.
///
/// # Errors
/// [`Refusal::Miss`] when it is not loaded.
pub fn in_whose_name(world: &World, summary: &Summary, otherwise: &LocationId) -> Result<Arc<Location>, Refusal> {
    location_of(world, summary.last.as_ref().map_or(otherwise, |last| &last.location))
}

/// The day that it is for a customer.
#[must_use]
pub fn today(world: &World, customer: &Customer, location: &Location, now: Timestamp) -> Date {
    let candidates = zones(customer, location, None, &world.settings);
    let known = candidates.iter().filter(|zone| !zone.id.is_empty()).find_map(|zone| world.zones.get(zone.id).ok());
    local_date(&known.unwrap_or(jiff::tz::TimeZone::UTC), now)
}
