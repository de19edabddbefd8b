//! The customer's history: the summary that is kept true with every interaction, and when it has somebody looked at.

use super::Ledger;
use crate::domain::{
    customer::Customer,
    ids::{CustomerId, InteractionId},
    interaction::Interaction,
    refusal::Refusal,
    summary::Summary,
    upcoming::{AT_ONCE, look_after, next_look},
    world::Miss,
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

impl Ledger<'_, '_> {
    /// Counts an interaction that is new to its customer's summary.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when it lies before the last visit day and the other days are not loaded.
    pub fn count_interaction(&mut self, interaction: &Interaction) -> Result<(), Refusal> {
        let Some(customer) = interaction.customer else { return Ok(()) };
        let mut summary = self.world.summary(customer);
        if interaction.counts_as_visit_day() {
            let days = self.visit_days_before(customer, interaction.id);
            summary
                .add_visit_day(interaction.local_date, days.as_ref())
                .map_err(|_| Refusal::Miss(Miss::VisitDays(customer)))?;
            if let Some(mut days) = days.filter(|_| self.world.visit_days.get(&customer).is_some()) {
                *days.entry(interaction.local_date).or_default() += 1;
                self.world.visit_days.put(customer, days);
            }
        }
        summary.count(interaction);
        summary.add_spend(interaction, 1);
        self.keep_history(summary);
        Ok(())
    }

    /// The visit days of a customer without a new interaction, where they are known: of a new customer they always are.
    fn visit_days_before(&self, customer: CustomerId, new: InteractionId) -> Option<BTreeMap<Date, u32>> {
        let known = self.world.visit_days.get(&customer).cloned();
        known.or_else(|| {
            let others = || self.world.interactions_of(customer).filter(|i| i.id != new);
            self.world.customers.is_new(&customer).then(|| visit_days(others()))
        })
    }

    /// Keeps the summary true after the content of an interaction changed.
    pub fn recount_interaction(&mut self, before: &Interaction, after: &Interaction) {
        let Some(customer) = after.customer else { return };
        let mut summary = self.world.summary(customer);
        if self.world.joined_to(after.id).next().is_none() {
            summary.add_spend(before, -1);
            summary.add_spend(after, 1);
        }
        summary.see(after);
        self.world.summaries.put(customer, summary);
    }

    /// Makes a customer's summary anew from all their interactions.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when these are not loaded.
    pub fn rebuild_summary(&mut self, customer: CustomerId) -> Result<(), Refusal> {
        if !self.world.histories.contains(&customer) && !self.world.customers.is_new(&customer) {
            return Err(Refusal::Miss(Miss::History(customer)));
        }
        let rebuilt = self.world.summary(customer).rebuilt(self.world.interactions_of(customer));
        self.keep_history(rebuilt);
        if self.world.visit_days.get(&customer).is_some() {
            let days = visit_days(self.world.interactions_of(customer));
            self.world.visit_days.put(customer, days);
        }
        Ok(())
    }

    /// Keeps a summary whose visits may have changed, and when its customer must be looked at by them.
    fn keep_history(&mut self, mut summary: Summary) {
        let before = self.world.summary(summary.customer);
        let seen = |it: &Summary| (it.last_visit, it.last_spoken);
        if seen(&summary) != seen(&before) {
            summary.known_on = Some(TimeZone::UTC.to_datetime(self.context.now).date());
        }
        if let Some(customer) = self.world.customers.get(&summary.customer) {
            summary.look_at = look_after(customer, &summary, self.context.now, before.look_at);
        }
        self.world.summaries.put(summary.customer, summary);
    }

    /// Has a customer looked at whose dates changed, if a day is near; later, if one comes near later.
    pub fn look_at_dates(&mut self, customer: &Customer) {
        let mut summary = self.world.summary(customer.id);
        if summary.look_at == AT_ONCE {
            return;
        }
        let look_at = next_look(customer, &summary, self.context.now, self.context.now);
        if summary.look_at != look_at {
            summary.look_at = look_at;
            self.world.summaries.put(customer.id, summary);
        }
    }

    pub(super) fn count_promise(&mut self, customer: CustomerId, by: i32) {
        let mut summary = self.world.summary(customer);
        summary.open_promises = summary.open_promises.saturating_add_signed(by);
        self.world.summaries.put(customer, summary);
    }
}

/// How many interactions make each visit day.
fn visit_days<'a>(interactions: impl Iterator<Item = &'a Interaction>) -> BTreeMap<Date, u32> {
    let mut days = BTreeMap::new();
    for interaction in interactions.filter(|i| i.counts_as_visit_day()) {
        *days.entry(interaction.local_date).or_default() += 1;
    }
    days
}
