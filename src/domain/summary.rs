//! What the desk must know at a glance, kept beside the facts it is made from.

use super::{
    ids::{CaseId, CustomerId, InteractionId, LocationId},
    interaction::{
        Direction, Interaction, InteractionChannel, InteractionKind, InteractionState, NoPurchaseReason, Outcome,
    },
    returning::days_between,
    upcoming::NEVER,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One customer's history in one row. Written with each fact; can be rebuilt from the interactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Whose.
    pub customer: CustomerId,
    /// Distinct local days with an inbound, unvoided visit, purchase or enquiry.
    pub visit_days: u32,
    /// The first of them.
    pub first_visit: Option<Date>,
    /// The last of them.
    pub last_visit: Option<Date>,
    /// The day of the last purchase.
    pub last_purchase: Option<Date>,
    /// Unvoided interactions by kind; observations are not counted.
    pub counts: BTreeMap<InteractionKind, u32>,
    /// How often each gap between neighbouring visit days occurred, by days: the exact median follows from it.
    pub gaps: BTreeMap<u32, u32>,
    /// What was paid, in micros by currency; never added up.
    pub spend: BTreeMap<String, i64>,
    /// The last inbound interaction that has begun.
    pub last: Option<LastSeen>,
    /// When a note, call or gift last reached the customer.
    pub last_contact_at: Option<Timestamp>,
    /// The oldest open case.
    pub open_case: Option<CaseId>,
    /// Promised gestures not kept yet.
    pub open_promises: u32,
    /// Grief of their own: cheerful gestures wait until a person releases them.
    pub grieving_since: Option<Timestamp>,
    /// The day on which somebody of us last spoke with them: over the phone, by chat, or in person where it is known
    /// with whom.
    pub last_spoken: Option<Date>,
    /// The day, in UTC, on which the last visit day or conversation was recorded.
    pub known_on: Option<Date>,
    /// When time alone may next set off a rule for them.
    pub look_at: Timestamp,
}

/// The last time we saw the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSeen {
    /// The interaction.
    pub interaction: InteractionId,
    /// When it began.
    pub at: Timestamp,
    /// Where.
    pub location: LocationId,
    /// What kind of thing it was.
    pub kind: InteractionKind,
    /// Over what.
    pub channel: InteractionChannel,
    /// How it ended; `None` while it lasts.
    pub outcome: Option<Outcome>,
    /// Why nothing was bought.
    pub no_purchase_reason: Option<NoPurchaseReason>,
    /// What they looked at, asked about or bought, in plain words; surprises and confidential purchases left out.
    pub about: Vec<String>,
    /// Who served.
    pub staff: String,
    /// How they felt, −2 to +2.
    pub mood: Option<i8>,
    /// The day it began on, at its place.
    pub local_date: Date,
    /// The last time before that day: what the desk speaks of while today's visit goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Box<LastSeen>>,
}

impl Summary {
    /// The summary of somebody we have not met.
    #[must_use]
    pub fn new(customer: CustomerId) -> Self {
        Self {
            customer,
            visit_days: 0,
            first_visit: None,
            last_visit: None,
            last_purchase: None,
            counts: BTreeMap::new(),
            gaps: BTreeMap::new(),
            spend: BTreeMap::new(),
            last: None,
            last_contact_at: None,
            open_case: None,
            open_promises: 0,
            grieving_since: None,
            last_spoken: None,
            known_on: None,
            look_at: NEVER,
        }
    }
}

/// Most words kept of what the last interaction was about.
const ABOUT_MAX: usize = 5;

impl Summary {
    /// The exact median gap between visit days in days (the lower one of two middles), or `None` below two visit days.
    #[must_use]
    pub fn median_gap(&self) -> Option<u32> {
        let total: u64 = self.gaps.values().map(|n| u64::from(*n)).sum();
        let middle = total.checked_add(1)? / 2;
        let mut seen = 0;
        self.gaps.iter().find_map(|(gap, n)| {
            seen += u64::from(*n);
            (middle > 0 && seen >= middle).then_some(*gap)
        })
    }

    /// Counts an interaction that is new to the summary; observations are left out, and a visit is counted once. Its
    /// visit day is counted apart, by [`Summary::add_visit_day`].
    pub fn count(&mut self, interaction: &Interaction) {
        let is_another = interaction.detail.kind != InteractionKind::Observation && !interaction.repeats_visit();
        if !is_another || interaction.state == InteractionState::Voided {
            return;
        }
        *self.counts.entry(interaction.detail.kind).or_default() += 1;
        if is_spoken(interaction) {
            self.last_spoken = self.last_spoken.max(Some(interaction.local_date));
        }
        self.see(interaction);
    }

    /// Takes note of an interaction's latest content: what was last, and when something was last bought.
    pub fn see(&mut self, interaction: &Interaction) {
        let detail = &interaction.detail;
        if detail.direction != Direction::Inbound || detail.kind == InteractionKind::Observation {
            return;
        }
        if detail.outcome == Some(Outcome::Purchased) {
            self.last_purchase = self.last_purchase.max(Some(interaction.local_date));
        }
        if interaction.joined.is_some() {
            return;
        }
        let mut seen = LastSeen::of(interaction);
        if self.last.as_ref().is_none_or(|last| last.order() <= seen.order()) {
            seen.previous = self.last.take().and_then(|last| last.before(seen.local_date));
            self.last = Some(seen);
        } else if let Some(last) = &mut self.last
            && seen.local_date < last.local_date
            && last.previous.as_ref().is_none_or(|previous| previous.order() <= seen.order())
        {
            last.previous = Some(Box::new(seen));
        }
    }

    /// Whether an interaction is what it speaks of as the last time, or the time before.
    #[must_use]
    pub fn speaks_of(&self, interaction: InteractionId) -> bool {
        let previous = self.last.as_ref().and_then(|last| last.previous.as_deref());
        self.last.as_ref().into_iter().chain(previous).any(|seen| seen.interaction == interaction)
    }

    /// Adds what was paid; takes it away again with `sign` −1. What came back or was only observed was not paid.
    pub fn add_spend(&mut self, interaction: &Interaction, sign: i64) {
        let detail = &interaction.detail;
        let paid = detail.outcome == Some(Outcome::Purchased) && detail.kind != InteractionKind::Observation;
        if let Some(total) = detail.purchase.as_ref().and_then(|p| p.total.as_ref()).filter(|_| paid) {
            let sum = self.spend.entry(total.currency.clone()).or_default();
            *sum = sum.saturating_add(total.micros.saturating_mul(sign));
            if *sum == 0 {
                self.spend.remove(&total.currency);
            }
        }
    }

    /// Counts a visit day that is new. `days` must hold all others when the new one lies before the last.
    ///
    /// # Errors
    /// [`DaysNeeded`] when it does, and they are not given.
    pub fn add_visit_day(&mut self, date: Date, days: Option<&BTreeMap<Date, u32>>) -> Result<(), DaysNeeded> {
        let (before, after) = match (self.last_visit, days) {
            (None, _) => (None, None),
            (Some(last), _) if last == date => return Ok(()),
            (Some(last), _) if last < date => (Some(last), None),
            (Some(_), None) => return Err(DaysNeeded),
            (Some(_), Some(days)) if days.contains_key(&date) => return Ok(()),
            (Some(_), Some(days)) => {
                (days.range(..date).next_back().map(|(day, _)| *day), days.range(date..).next().map(|(day, _)| *day))
            }
        };
        if let (Some(before), Some(after)) = (before, after)
            && let Some(n) = self.gaps.get_mut(&days_between(before, after))
        {
            *n = n.saturating_sub(1);
        }
        self.gaps.retain(|_, n| *n > 0);
        for (from, to) in [(before, Some(date)), (Some(date), after)] {
            if let (Some(from), Some(to)) = (from, to) {
                *self.gaps.entry(days_between(from, to)).or_default() += 1;
            }
        }
        self.visit_days += 1;
        self.first_visit = Some(self.first_visit.map_or(date, |first| first.min(date)));
        self.last_visit = self.last_visit.max(Some(date));
        Ok(())
    }

    /// Makes the summary anew from all interactions of the customer. What is not made from them (contacts, cases,
    /// promises, grief) stays.
    #[must_use]
    pub fn rebuilt<'a>(&self, interactions: impl Iterator<Item = &'a Interaction>) -> Self {
        let mut interactions: Vec<_> = interactions.filter(|i| i.state != InteractionState::Voided).collect();
        interactions.sort_by_key(|i| (i.start_at, i.id));
        let bought = interactions.iter().filter(|i| !i.repeats_visit());
        let joined: BTreeSet<_> = bought.filter_map(|i| i.joined).collect();
        let mut fresh = Self {
            last_contact_at: self.last_contact_at,
            open_case: self.open_case,
            open_promises: self.open_promises,
            grieving_since: self.grieving_since,
            known_on: self.known_on,
            look_at: self.look_at,
            ..Self::new(self.customer)
        };
        let days: BTreeSet<_> = interactions.iter().filter(|i| i.counts_as_visit_day()).map(|i| i.local_date).collect();
        for day in days {
            // In order, so nothing lies before the last and no other days are needed.
            if fresh.add_visit_day(day, None).is_err() {
                continue;
            }
        }
        for interaction in interactions {
            fresh.count(interaction);
            if !joined.contains(&interaction.id) {
                fresh.add_spend(interaction, 1);
            }
        }
        fresh
    }
}

/// Whether somebody of us spoke with the customer in it, as far as it was recorded.
fn is_spoken(interaction: &Interaction) -> bool {
    match interaction.detail.channel {
        InteractionChannel::Phone | InteractionChannel::Chat => interaction.state == InteractionState::Closed,
        InteractionChannel::InStore => !interaction.detail.staff.is_empty(),
        _ => false,
    }
}

/// A visit day lies before the last one, and the others are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaysNeeded;

impl LastSeen {
    /// What the desk must know of an interaction.
    #[must_use]
    pub fn of(interaction: &Interaction) -> Self {
        let detail = &interaction.detail;
        let hidden = detail.purchase.as_ref().is_some_and(|p| p.surprise || p.confidential);
        let bought = detail.purchase.iter().flat_map(|p| p.items.iter().map(|i| &i.name));
        let mut about: Vec<String> = Vec::new();
        // What they looked at and asked gives away what they bought.
        for words in bought.chain(&detail.items_looked_at).chain(&detail.topics).filter(|_| !hidden) {
            if about.len() < ABOUT_MAX && !about.contains(words) {
                about.push(words.clone());
            }
        }
        Self {
            interaction: interaction.id,
            at: interaction.start_at,
            location: interaction.location.clone(),
            kind: detail.kind,
            channel: detail.channel,
            outcome: detail.outcome,
            no_purchase_reason: detail.no_purchase_reason,
            about,
            staff: detail.staff.clone(),
            mood: detail.emotion.as_ref().map(|e| e.satisfaction),
            local_date: interaction.local_date,
            previous: None,
        }
    }

    /// Of two at the same instant, the one with the later id counts as later.
    const fn order(&self) -> (Timestamp, InteractionId) {
        (self.at, self.interaction)
    }

    /// Itself or the time before it, whichever lies before a day.
    fn before(mut self, day: Date) -> Option<Box<Self>> {
        let previous = self.previous.take();
        if self.local_date < day { Some(Box::new(self)) } else { previous.filter(|p| p.local_date < day) }
    }
}

#[cfg(test)]
mod tests;
