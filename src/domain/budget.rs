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
use std::cmp::Reverse;

/// A budget and the places taken in it.
#[derive(Debug)]
pub struct Budget<'a> {
    /// The oldest first.
    places: Vec<&'a Contact>,
    period: SignedDuration,
    limit: usize,
}

/// Why there is no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Full {
    /// What used it up, as resource names: what happened before what is planned, and of each the oldest first.
    pub used_by: Vec<String>,
    /// Those of it that are planned, and for when.
    pub planned: Vec<(GestureId, Timestamp)>,
    /// The earliest instant from the one asked for on at which there is a place.
    pub free_at: Option<Timestamp>,
}

/// Most names that a sentence lists.
const NAMED_MAX: usize = 10;

impl Full {
    /// The same, saying so of what was planned and expired: it keeps its place, although it reached nobody.
    #[must_use]
    pub fn saying_what_expired(mut self, expired: impl Fn(GestureId) -> bool) -> Self {
        for (gesture, _) in self.planned.iter().filter(|(gesture, _)| expired(*gesture)) {
            let name = format!("gestures/{gesture}");
            let named = self.used_by.iter_mut().find(|used| **used == name);
            named.into_iter().for_each(|used| used.push_str(" (which expired)"));
        }
        self
    }
}

impl std::fmt::Display for Full {
    /// "gestures/… and interactions/…".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = self.used_by.len().min(NAMED_MAX);
        f.write_str(&self.used_by[..named].join(" and "))?;
        match self.used_by.len() - named {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl<'a> Budget<'a> {
    /// A household's budget; `except` leaves out the place a gesture already holds.
    pub fn new(contacts: impl Iterator<Item = &'a Contact>, settings: &Settings, except: Option<GestureId>) -> Self {
        let taken = |c: &&Contact| c.state != ContactState::Released && (except.is_none() || c.gesture != except);
        let mut places: Vec<_> = contacts.filter(taken).collect();
        places.sort_unstable_by_key(|place| (place.at, place.id));
        Self { places, period: settings.policy.budget_period, limit: settings.policy.budget_contacts as usize }
    }

    /// Whether one more contact fits at an instant: every rolling window that would hold it has a place.
    #[must_use]
    pub fn has_place_at(&self, at: Timestamp) -> bool {
        self.full_window(at).is_none()
    }

    /// The same, with what used the place up.
    ///
    /// # Errors
    /// [`Full`], naming what used the place up and when there is one again.
    pub fn place_at(&self, at: Timestamp) -> Result<(), Full> {
        let Some(inside) = self.full_window(at) else { return Ok(()) };
        let ends = self.places.iter().filter_map(|place| place.at.checked_add(self.period).ok());
        let free_at = ends.filter(|free| *free > at).find(|free| self.has_place_at(*free));
        let (used, planned) = self.filling(inside);
        let used_by = used.iter().chain(&planned).map(|place| name(place)).collect();
        let planned = planned.iter().filter_map(|place| Some((place.gesture?, place.at))).collect();
        Err(Full { used_by, planned, free_at })
    }

    /// Whether a contact may happen now, counted by what happened or is on its way. What seems to lie ahead counts too:
    /// who wrote it had this household before, by a clock that was read later than ours.
    ///
    /// # Errors
    /// [`Full`], naming what used the budget up and when the first of it leaves the period.
    pub fn start_at(&self, now: Timestamp) -> Result<(), Full> {
        self.used_up(&self.places[self.first_within(now)..])
    }

    /// Whether there was a place at an instant that has passed, counted by what had happened until then.
    ///
    /// # Errors
    /// [`Full`], as for [`Budget::start_at`].
    pub fn had_place_at(&self, then: Timestamp) -> Result<(), Full> {
        self.used_up(self.window(then))
    }

    /// Whether what happened among these leaves a place.
    fn used_up(&self, places: &[&Contact]) -> Result<(), Full> {
        let used: Vec<_> = places.iter().filter(|place| place.state == ContactState::Used).collect();
        let Some(first_to_leave) = used.len().checked_sub(self.limit) else { return Ok(()) };
        let free_at = used.get(first_to_leave).and_then(|place| place.at.checked_add(self.period).ok());
        Err(Full { used_by: used.iter().map(|place| name(place)).collect(), planned: Vec::new(), free_at })
    }

    /// The places within the period that ends at an instant.
    fn window(&self, end: Timestamp) -> &[&'a Contact] {
        let until = self.places.partition_point(|place| place.at <= end);
        &self.places[self.first_within(end)..until]
    }

    /// The first place that is not over when a period ends.
    fn first_within(&self, end: Timestamp) -> usize {
        self.places.partition_point(|place| end.duration_since(place.at) >= self.period)
    }

    /// The places of the first window that has none left for a contact at `at`.
    fn full_window(&self, at: Timestamp) -> Option<&[&'a Contact]> {
        let later = self.places.partition_point(|place| place.at <= at);
        let ends = self.places[later..].iter().map(|place| place.at);
        let ends = ends.take_while(|end| end.duration_since(at) < self.period);
        std::iter::once(at).chain(ends).map(|end| self.window(end)).find(|inside| inside.len() >= self.limit)
    }

    /// What happened, and of what is planned as much as fills the budget: the strongest, which would give way last.
    fn filling(&self, inside: &[&'a Contact]) -> (Vec<&'a Contact>, Vec<&'a Contact>) {
        let (used, mut planned): (Vec<&Contact>, Vec<_>) = inside.iter().partition(|it| it.state == ContactState::Used);
        planned.sort_by_key(|place| (Reverse(place.priority), place.at, place.id));
        planned.truncate(self.limit.saturating_sub(used.len()));
        planned.sort_unstable_by_key(|place| (place.at, place.id));
        (used, planned)
    }
}

/// The gesture, or the interaction of a contact that nobody planned.
fn name(contact: &Contact) -> String {
    match contact.gesture {
        Some(gesture) => format!("gestures/{gesture}"),
        None => format!("interactions/{}", contact.id),
    }
}

/// The reservation that must give way when something happened unplanned: the lowest priority, the latest among equals.
pub fn first_to_give_way<'a>(
    contacts: impl Iterator<Item = &'a Contact>,
    started: impl Fn(GestureId) -> bool,
) -> Option<&'a Contact> {
    contacts
        .filter(|c| c.state == ContactState::Reserved && c.gesture.is_some_and(|g| !started(g)))
        .min_by_key(|c| (c.priority, Reverse(c.at)))
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
