//! The contact budget: how many notes, calls and gifts may reach one household within a rolling period.
//!
//! A window is `(t − period, t]`. Planning reserves a place at the due instant; what happened counts always, even
//! above the limit.

use super::{
    gesture::{Contact, ContactState, Gesture},
    ids::GestureId,
    settings::Settings,
};
use jiff::{SignedDuration, Timestamp};

/// A budget and the places taken in it.
#[derive(Debug)]
pub struct Budget<'a> {
    places: Vec<&'a Contact>,
    period: SignedDuration,
    limit: usize,
}

/// Why there is no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Full {
    /// The gestures, or where there is none the contacts, that used it up.
    pub used_by: Vec<String>,
    /// The earliest instant from the one asked for on at which there is a place.
    pub free_at: Option<Timestamp>,
}

impl<'a> Budget<'a> {
    /// A household's budget; `except` leaves out the place a gesture already holds.
    pub fn new(contacts: impl Iterator<Item = &'a Contact>, settings: &Settings, except: Option<GestureId>) -> Self {
        let places = contacts
            .filter(|c| c.state != ContactState::Released && (except.is_none() || c.gesture != except))
            .collect();
        Self { places, period: settings.policy.budget_period, limit: settings.policy.budget_contacts as usize }
    }

    /// Whether one more contact fits at an instant: every rolling window that would hold it has a place.
    ///
    /// # Errors
    /// [`Full`], naming what used the place up and when there is one again.
    pub fn place_at(&self, at: Timestamp) -> Result<(), Full> {
        self.window_over(at).map_or(Ok(()), |used_by| {
            let free_at = self
                .places
                .iter()
                .filter_map(|place| place.at.checked_add(self.period).ok())
                .filter(|free| *free > at && self.window_over(*free).is_none())
                .min();
            Err(Full { used_by, free_at })
        })
    }

    /// Whether a contact may happen now, counted by what happened or is on its way.
    ///
    /// # Errors
    /// [`Full`], naming what used the budget up and when the first of it leaves the period.
    pub fn start_at(&self, now: Timestamp) -> Result<(), Full> {
        let used: Vec<_> =
            self.places.iter().filter(|p| p.state == ContactState::Used && self.within(p.at, now)).collect();
        if used.len() < self.limit {
            return Ok(());
        }
        let free_at = nth_newest(&used, self.limit).and_then(|at| at.checked_add(self.period).ok());
        Err(Full { used_by: used.iter().map(|p| name(p)).collect(), free_at })
    }

    fn within(&self, place: Timestamp, end: Timestamp) -> bool {
        place <= end && end.duration_since(place) < self.period
    }

    /// The places of the first window that has none left for a contact at `at`.
    fn window_over(&self, at: Timestamp) -> Option<Vec<String>> {
        let later = self.places.iter().map(|p| p.at).filter(|end| *end > at && self.within(at, *end));
        std::iter::once(at).chain(later).find_map(|end| {
            let inside: Vec<_> = self.places.iter().filter(|p| self.within(p.at, end)).collect();
            (inside.len() >= self.limit).then(|| inside.iter().map(|p| name(p)).collect())
        })
    }
}

/// With `limit` places, the instant whose leaving the period makes room: the `limit`-th newest.
fn nth_newest(used: &[&&Contact], limit: usize) -> Option<Timestamp> {
    let mut instants: Vec<_> = used.iter().map(|p| p.at).collect();
    instants.sort_unstable_by(|a, b| b.cmp(a));
    instants.get(limit.saturating_sub(1)).copied()
}

fn name(contact: &Contact) -> String {
    contact.gesture.map_or_else(|| format!("a {} on record", contact.kind), |g| format!("gestures/{g}"))
}

/// The reservation that must give way when something happened unplanned: the lowest priority, the latest among equals.
pub fn first_to_give_way<'a>(
    contacts: impl Iterator<Item = &'a Contact>,
    started: impl Fn(GestureId) -> bool,
) -> Option<&'a Contact> {
    contacts
        .filter(|c| c.state == ContactState::Reserved && c.gesture.is_some_and(|g| !started(g)))
        .min_by_key(|c| (c.priority, std::cmp::Reverse(c.at)))
}

/// The place that a gesture takes.
#[must_use]
pub fn place_for(gesture: &Gesture, id: uuid::Uuid, at: Timestamp, state: ContactState) -> Contact {
    Contact {
        id,
        household: gesture.household,
        customer: gesture.customer,
        channel: gesture.channel,
        kind: gesture.kind,
        at,
        state,
        gesture: Some(gesture.id),
        priority: gesture.priority,
    }
}

#[cfg(test)]
mod tests;
