//! What a command needs to see of the ledger before it can decide.

use super::IdempotencyKey;
use crate::domain::{
    customer::{Channel, IdentifierKey},
    gesture::{Gesture, GestureKind, GestureState},
    ids::{ActionId, CaseId, CustomerId, GestureId, HouseholdId, InteractionId, LocationId, NoteBatchId, NoteId},
    interaction::ExternalRef,
    merging::HandOver,
};
use jiff::{Timestamp, civil::Date};
use std::collections::BTreeSet;

/// What a command wants loaded. Sets, so that a group's needs are their union.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Idempotency keys.
    pub keys: BTreeSet<IdempotencyKey>,
    /// Identifiers whose customers are wanted, with everything that comes with a customer.
    pub identifiers: BTreeSet<IdentifierKey>,
    /// Customers, with identifiers, tags, consents, summary, pending gestures, open cases and their household's
    /// contacts.
    pub customers: BTreeSet<CustomerId>,
    /// Interactions, with obligation, decisions, gestures, customer, and the interactions that joined or follow them.
    pub interactions: BTreeSet<InteractionId>,
    /// Gestures, with their customer and interaction.
    pub gestures: BTreeSet<GestureId>,
    /// Those of the gestures that are about to leave: of what is written, what its customers bought as a surprise is
    /// wanted too.
    pub leaving: BTreeSet<GestureId>,
    /// Due gestures that nobody has, with all that comes with one: the strongest that fit, up to a number. On
    /// PostgreSQL the groups that ask for some take turns, so that no gesture is offered twice.
    pub due: Vec<Due>,
    /// Subjects (an order, a stay) whose interactions are wanted, each with all that comes with one.
    pub subjects: BTreeSet<ExternalRef>,
    /// Cases, with their customer.
    pub cases: BTreeSet<CaseId>,
    /// What locations granted on cases on a local day.
    pub grants: BTreeSet<(LocationId, Date)>,
    /// Batches of notes. On PostgreSQL those who ask for the same one take turns.
    pub batches: BTreeSet<NoteBatchId>,
    /// Notes, each with its gestures and all that comes with these. Their batches must be named too.
    pub notes: BTreeSet<NoteId>,
    /// Customers who are written to: their last notes are wanted (what they read, not what waits for them), and what
    /// they bought as a surprise.
    pub readers: BTreeSet<CustomerId>,
    /// Locations.
    pub locations: BTreeSet<LocationId>,
    /// Visits and purchases of the command's customers (whoever they turn out to be) near an instant at a place.
    pub neighbours: BTreeSet<Neighbourhood>,
    /// Decisions of the command's customers on these local days, beside their standing ones.
    pub days: BTreeSet<Date>,
    /// Actions of the desk, as far as they are still kept; not what they changed.
    pub actions: BTreeSet<ActionId>,
    /// Telephone numbers in E.164 with whose customers a command has to do, whether they are found by it or only
    /// reached; at most 200 of each. Discreet ones are found by their identifiers only.
    pub numbers: BTreeSet<String>,
    /// Whether a customer may be created for the identifiers: the store then keeps others from doing the same.
    pub may_create: bool,
    /// Households that somebody may join, with their contacts.
    pub households: BTreeSet<HouseholdId>,
    /// Customers of whom all records are wanted that are part of theirs, with how they became so.
    pub families: BTreeSet<CustomerId>,
    /// Whether nobody else may decide in the same transaction, since more changes than what is loaded.
    pub alone: bool,
}

impl Needs {
    /// Adds what another command needs.
    pub fn extend(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.identifiers.extend(other.identifiers);
        self.customers.extend(other.customers);
        self.interactions.extend(other.interactions);
        self.gestures.extend(other.gestures);
        self.leaving.extend(other.leaving);
        self.due.extend(other.due);
        self.subjects.extend(other.subjects);
        self.cases.extend(other.cases);
        self.grants.extend(other.grants);
        self.batches.extend(other.batches);
        self.notes.extend(other.notes);
        self.readers.extend(other.readers);
        self.locations.extend(other.locations);
        self.neighbours.extend(other.neighbours);
        self.days.extend(other.days);
        self.actions.extend(other.actions);
        self.numbers.extend(other.numbers);
        self.may_create |= other.may_create;
        self.households.extend(other.households);
        self.families.extend(other.families);
        self.alone |= other.alone;
    }
}

/// Visits and purchases at one place that are open, or that began or ended between two instants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbourhood {
    /// The place.
    pub location: LocationId,
    /// From this instant on.
    pub from: Timestamp,
    /// Up to and including this instant.
    pub to: Timestamp,
}

/// Which due gestures a command wants: scheduled, due and within their deadline, neither in a batch nor left to a
/// person, by priority, then by due time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// The instant at which they are due.
    pub at: Timestamp,
    /// Only these kinds; all when empty.
    pub kinds: Vec<GestureKind>,
    /// Only these channels; all when empty.
    pub channels: Vec<Channel>,
    /// Only these locations; all when empty.
    pub locations: Vec<LocationId>,
    /// Channels whose notes are left to batches.
    pub in_batches: Vec<Channel>,
    /// Only what was not sent to the test address before.
    pub untested: bool,
    /// The far side recognises what it gets twice; only there goes what may have left before.
    pub far_side_deduplicates: bool,
    /// Only what is due from then on; the store sets it, where it picks apart what is late.
    pub due_from: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

impl Due {
    /// Whether a gesture is what is wanted, due or not.
    #[must_use]
    pub fn fits(&self, gesture: &Gesture) -> bool {
        fn among<T: PartialEq>(wanted: &[T], it: &T) -> bool {
            wanted.is_empty() || wanted.contains(it)
        }
        let left_to_batches = gesture.is_written() && self.in_batches.contains(&gesture.channel);
        gesture.state == GestureState::Scheduled
            && gesture.written.is_none()
            && !gesture.with_person
            && gesture.schedule.rests_until.is_none_or(|until| until <= self.at)
            && (self.far_side_deduplicates || gesture.perhaps_left.is_none())
            && gesture.taken_at(self.at).is_none()
            && !left_to_batches
            && among(&self.kinds, &gesture.kind)
            && among(&self.channels, &gesture.channel)
            && among(&self.locations, &gesture.location)
    }
}

/// What a command found missing while deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// All visit days of a customer, with how many interactions make each.
    VisitDays(CustomerId),
    /// All interactions of a customer.
    History(CustomerId),
    /// The gifts to a customer, also those that were given.
    Gifts(CustomerId),
    /// Those for whom a customer stands.
    Wards(CustomerId),
    /// How many calls are planned at a location from a day on. On PostgreSQL those who ask take turns until their
    /// transaction ends, so that two never take the last place of a day.
    Calls {
        /// The location.
        location: LocationId,
        /// The day, by its clock.
        from: Date,
    },
    /// More of what [`Needs`] can name.
    More(Box<Needs>),
    /// That all that is a customer's is somebody else's first, and loaded so. From then on the command may not refuse:
    /// it has begun. Only for one that decides [alone](Needs::alone).
    HandOver(Box<HandOver>),
    /// All of these.
    All(Vec<Miss>),
}
