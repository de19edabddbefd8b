//! The part of the world that a group of commands looks at and changes.
//!
//! The store loads it with a fixed number of set reads, each [`Command`] decides on it in turn (seeing what the ones
//! before it decided), and the store writes what changed with one statement per table. A command that is refused
//! leaves no trace: its changes lie in an overlay that is dropped.

mod command;
mod event;
mod keys;
mod needs;
mod table;

pub use command::{Command, Context};
pub use event::{Actor, Event, EventDetail, EventKind, Subject};
pub use keys::{ErasedFields, Fingerprint, IdempotencyKey, KeyHasher, KeyRecord, Replay, differing};
pub use needs::{Due, Miss, Needs, Neighbourhood};
pub use table::{Row, Table};

use super::{
    action::{Action, Changes},
    capacity::{CallDay, Calls, FreedDay},
    case::{Case, CaseState, Grant},
    customer::{Customer, CustomerStatus, IdentifierKey},
    erasing::{ErasureSecret, Forgetting},
    gesture::{Contact, Gesture},
    hold_out::HoldOutSecret,
    ids::{
        ActionId, CaseId, CustomerId, GestureId, HouseholdId, InteractionId, LocationId, NoteBatchId, NoteId, RuleId,
    },
    interaction::Interaction,
    journey::TouchpointMap,
    location::Location,
    merging::{HandOver, Merge, NotSame},
    note::{LastWords, Note, NoteBatch, NoteState},
    obligation::{Decision, Obligation},
    pause::PauseBook,
    refusal::Refusal,
    rulebook::RuleBook,
    settings::Settings,
    summary::Summary,
    template::TemplateBook,
    when::Zones,
};
use jiff::{Timestamp, civil::Date};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// The loaded part of the ledger.
#[derive(Debug)]
pub struct World {
    /// The enabled rules, compiled.
    pub rules: Arc<RuleBook>,
    /// The templates, compiled.
    pub templates: Arc<TemplateBook>,
    /// The service's settings that decisions depend on.
    pub settings: Arc<Settings>,
    /// The time-zone database.
    pub zones: Zones,
    /// Draws the households that are held out of rules.
    pub hold_out: HoldOutSecret,
    /// Recognises who was erased.
    pub erasure: ErasureSecret,
    /// Of the identifiers for which somebody may be created: those of people who were erased.
    pub erased: HashMap<IdentifierKey, CustomerId>,
    /// The households named in the needs, as far as they exist.
    pub households: BTreeSet<HouseholdId>,
    /// Every touchpoint of the journeys.
    pub touchpoints: Arc<TouchpointMap>,
    /// The locations named in the needs, as far as they exist.
    pub locations: HashMap<LocationId, Arc<Location>>,
    /// Customers by id.
    pub customers: Table<CustomerId, Customer>,
    /// Summaries by customer.
    pub summaries: Table<CustomerId, Summary>,
    /// Interactions by id.
    pub interactions: Table<InteractionId, Interaction>,
    /// Obligations by interaction.
    pub obligations: Table<InteractionId, Obligation>,
    /// Decisions by rule and occurrence.
    pub decisions: Table<(RuleId, String), Decision>,
    /// Gestures by id.
    pub gestures: Table<GestureId, Gesture>,
    /// Cases by id.
    pub cases: Table<CaseId, Case>,
    /// Grants by location, day and number, of the days for which they were asked.
    pub grants: Table<(LocationId, Date, u32), Grant>,
    /// Contacts by id.
    pub contacts: Table<Uuid, Contact>,
    /// Batches of notes by id.
    pub batches: Table<NoteBatchId, NoteBatch>,
    /// Notes by id.
    pub notes: Table<NoteId, Note>,
    /// What customers last read that no note of a batch brought them, of those for whom it was asked.
    pub last_words: BTreeMap<CustomerId, Vec<LastWords>>,
    /// What [readers](Needs::readers) bought as a surprise or in confidence lately, by whom and in which interaction.
    pub hidden: BTreeMap<(CustomerId, InteractionId), Vec<String>>,
    /// The revision of the catalogue.
    pub revision: i64,
    /// What was planned before this revision of the catalogue is planned anew, wherever it is.
    pub planned_since: i64,
    /// How many calls are planned for each day, role and location of [`World::calls_known`].
    pub calls: Table<CallDay, Calls>,
    /// Days on which a place for a call became free. The store offers it to those who wait for one.
    pub freed: Table<CallDay, FreedDay>,
    /// The locations whose planned calls were counted.
    pub calls_known: BTreeSet<LocationId>,
    /// The pauses that hold.
    pub pauses: Arc<PauseBook>,
    /// Actions of the desk that can be taken back.
    pub actions: Table<ActionId, Action>,
    /// Idempotency keys.
    pub keys: Table<IdempotencyKey, KeyRecord>,
    /// Which records are part of which.
    pub merges: Table<Uuid, Merge>,
    /// Which records are known to be of two people, of those whose families were wanted.
    pub not_same: Table<(CustomerId, CustomerId), NotSame>,
    /// What the command had handed over.
    pub handed_over: Option<HandOver>,
    /// Visit days of the customers for whom they were asked, with how many interactions make each.
    pub visit_days: Table<CustomerId, BTreeMap<Date, u32>>,
    /// The customers whose whole history is loaded.
    pub histories: BTreeSet<CustomerId>,
    /// The customers whose gifts are loaded.
    pub gifts_known: BTreeSet<CustomerId>,
    /// The customers for whom it is known for whom they stand.
    pub wards_known: BTreeSet<CustomerId>,
    /// The gestures that were picked for those who claim; others came along with them, and not with all that is theirs.
    pub picked: BTreeSet<GestureId>,
    /// What commands asked for while deciding, and got.
    pub granted: Vec<Needs>,
    events: Vec<Event>,
    settled_events: usize,
    forgetting: Option<Forgetting>,
}

impl World {
    /// A world in which nothing is loaded yet.
    #[must_use]
    pub fn new(rules: Arc<RuleBook>, templates: Arc<TemplateBook>, settings: Arc<Settings>) -> Self {
        Self {
            rules,
            templates,
            settings,
            zones: Zones::bundled(),
            hold_out: HoldOutSecret::default(),
            erasure: ErasureSecret::default(),
            erased: HashMap::new(),
            households: BTreeSet::new(),
            forgetting: None,
            touchpoints: Arc::default(),
            locations: HashMap::new(),
            customers: Table::default(),
            summaries: Table::default(),
            interactions: Table::default(),
            obligations: Table::default(),
            decisions: Table::default(),
            gestures: Table::default(),
            cases: Table::default(),
            grants: Table::default(),
            contacts: Table::default(),
            batches: Table::default(),
            notes: Table::default(),
            last_words: BTreeMap::new(),
            hidden: BTreeMap::new(),
            revision: 0,
            planned_since: 0,
            calls: Table::default(),
            freed: Table::default(),
            calls_known: BTreeSet::new(),
            pauses: Arc::default(),
            actions: Table::default(),
            keys: Table::default(),
            merges: Table::default(),
            not_same: Table::default(),
            handed_over: None,
            visit_days: Table::default(),
            histories: BTreeSet::new(),
            gifts_known: BTreeSet::new(),
            wards_known: BTreeSet::new(),
            picked: BTreeSet::new(),
            granted: Vec::new(),
            events: Vec::new(),
            settled_events: 0,
        }
    }

    /// Keeps what the command just decided.
    pub fn settle(&mut self) {
        self.each_table(|table| table.settle());
        self.settled_events = self.events.len();
    }

    /// Forgets what the command just tried.
    pub fn revert(&mut self) {
        self.forgetting = None;
        self.each_table(|table| table.revert());
        self.events.truncate(self.settled_events);
    }

    /// Notes that the database has everything by now, as far as its open transaction goes.
    pub fn flushed(&mut self) {
        self.each_table(|table| table.flushed());
        self.events.clear();
        self.settled_events = 0;
    }

    fn each_table(&mut self, mut apply: impl FnMut(&mut dyn table::Overlay)) {
        apply(&mut self.customers);
        apply(&mut self.summaries);
        apply(&mut self.interactions);
        apply(&mut self.obligations);
        apply(&mut self.decisions);
        apply(&mut self.gestures);
        apply(&mut self.cases);
        apply(&mut self.grants);
        apply(&mut self.contacts);
        apply(&mut self.batches);
        apply(&mut self.notes);
        apply(&mut self.actions);
        apply(&mut self.keys);
        apply(&mut self.merges);
        apply(&mut self.not_same);
        apply(&mut self.visit_days);
        apply(&mut self.calls);
        apply(&mut self.freed);
    }

    /// What the current command has changed so far, with how it was before.
    #[must_use]
    pub fn tried(&self) -> Changes {
        let carried_out = |key: &IdempotencyKey| key.is_of_contact();
        Changes {
            customers: self.customers.tried(),
            summaries: self.summaries.tried(),
            interactions: self.interactions.tried(),
            obligations: self.obligations.tried(),
            decisions: self.decisions.tried(),
            gestures: self.gestures.tried(),
            cases: self.cases.tried(),
            contacts: self.contacts.tried(),
            carried_out: self.keys.tried().into_iter().map(|it| it.after.key).filter(carried_out).collect(),
        }
    }

    /// Forgets every row, since the database has others now. Nothing may be unwritten.
    pub fn begin_anew(&mut self) {
        let catalogue = (Arc::clone(&self.rules), Arc::clone(&self.templates), Arc::clone(&self.settings));
        let empty = Self::new(catalogue.0, catalogue.1, catalogue.2);
        let before = std::mem::replace(self, empty);
        self.zones = before.zones;
        self.hold_out = before.hold_out;
        self.erasure = before.erasure;
        self.touchpoints = before.touchpoints;
        self.pauses = before.pauses;
        (self.revision, self.planned_since) = (before.revision, before.planned_since);
    }

    /// Has the store forget what is not loaded. Only for a command that decides [alone](Needs::alone).
    pub fn forget(&mut self, what: Forgetting) {
        self.forgetting = Some(what);
    }

    /// What the store has to forget, once.
    pub fn take_forgetting(&mut self) -> Option<Forgetting> {
        self.forgetting.take()
    }

    /// Who was erased, of those who are found by these.
    pub fn erased_among<'a>(&self, keys: impl IntoIterator<Item = &'a IdentifierKey>) -> Option<CustomerId> {
        keys.into_iter().find_map(|key| self.erased.get(key).copied())
    }

    /// The records that are part of a customer's, in the order in which they were merged; those that are part of these
    /// are not among them.
    #[must_use]
    pub fn merged_into(&self, customer: CustomerId) -> Vec<&Merge> {
        let standing = |merge: &&Merge| merge.survivor == customer && merge.undone_at.is_none();
        let mut merges: Vec<_> = self.merges.of(customer.0).filter(standing).collect();
        merges.sort_by_key(|merge| (merge.at, merge.id));
        merges
    }

    /// What a rule decided on an occurrence, by whatever names of the customer: what was decided before two records
    /// became one stands (P4).
    pub fn decided<'w>(
        &'w self,
        rule: &'w RuleId,
        occurrence: &str,
        customer: CustomerId,
    ) -> impl Iterator<Item = &'w Decision> + use<'w> {
        let exact = self.decisions.get(&(rule.clone(), occurrence.to_owned()));
        let of_theirs = occurrence.split_once('/').filter(|(named, _)| *named == customer.to_string());
        let what = of_theirs.map(|(_, what)| what.to_owned());
        let same = move |it: &&Decision| {
            it.rule == *rule && it.occurrence.split_once('/').is_some_and(|(_, other)| Some(other) == what.as_deref())
        };
        exact.into_iter().chain(self.decisions_of(customer).filter(same))
    }

    /// Notes that something happened, in the transaction in which it happens.
    pub fn note(&mut self, event: Event) {
        self.events.push(event);
    }

    /// What happened so far, oldest first.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// A location, or the refusal that names it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub fn location(&self, id: &LocationId) -> Result<Arc<Location>, Refusal> {
        self.locations.get(id).cloned().ok_or_else(|| Refusal::not_found("location", id))
    }

    /// The customer an id stands for now: the survivor, where the record was merged.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub fn customer(&self, id: CustomerId) -> Result<&Customer, Refusal> {
        let mut found = self.customers.get(&id).ok_or_else(|| Refusal::not_found("customer", &id))?;
        while let (CustomerStatus::Merged, Some(into)) = (found.status, found.merged_into) {
            found = self.customers.get(&into).ok_or_else(|| Refusal::not_found("customer", &into))?;
        }
        Ok(found)
    }

    /// The customers who have an identifier, each once, in order of id.
    #[must_use]
    pub fn customers_with(&self, key: &IdentifierKey) -> Vec<CustomerId> {
        let mut found: Vec<_> =
            self.customers.of(key.hash()).filter_map(|c| self.customer(c.id).ok()).map(|c| c.id).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A customer's summary; an empty one for somebody we have not met.
    #[must_use]
    pub fn summary(&self, customer: CustomerId) -> Summary {
        self.summaries.get(&customer).cloned().unwrap_or_else(|| Summary::new(customer))
    }

    /// The gestures of a customer that are loaded.
    pub fn gestures_of(&self, customer: CustomerId) -> impl Iterator<Item = &Gesture> {
        self.gestures.of(customer.0)
    }

    /// The gestures that answer an interaction.
    pub fn gestures_for(&self, interaction: InteractionId) -> impl Iterator<Item = &Gesture> {
        self.gestures.of(interaction.0)
    }

    /// The interactions of a customer that are loaded.
    pub fn interactions_of(&self, customer: CustomerId) -> impl Iterator<Item = &Interaction> {
        self.interactions.of(customer.0)
    }

    /// The purchases that joined a visit. Those that were voided left it.
    pub fn joined_to(&self, visit: InteractionId) -> impl Iterator<Item = &Interaction> {
        self.interactions.of(visit.0).filter(move |i| i.joined == Some(visit) && !i.repeats_visit())
    }

    /// The visits that turned out to be the same as one.
    pub fn same_visits(&self, visit: InteractionId) -> impl Iterator<Item = &Interaction> {
        self.interactions.of(visit.0).filter(move |i| i.joined == Some(visit) && i.repeats_visit())
    }

    /// The obligations that follow a visit's.
    pub fn followers(&self, visit: InteractionId) -> impl Iterator<Item = &Obligation> {
        self.obligations.of(visit.0)
    }

    /// The decisions made about a customer that are loaded.
    pub fn decisions_of(&self, customer: CustomerId) -> impl Iterator<Item = &Decision> {
        self.decisions.of(customer.0)
    }

    /// The decisions that an interaction set off.
    pub fn decisions_for(&self, interaction: InteractionId) -> impl Iterator<Item = &Decision> {
        self.decisions.of(interaction.0).filter(move |d| d.interaction == Some(interaction))
    }

    /// The places of a household in its contact budget.
    pub fn contacts_of(&self, household: HouseholdId) -> impl Iterator<Item = &Contact> {
        self.contacts.of(household.0)
    }

    /// The place that a gesture holds in the budget.
    #[must_use]
    pub fn contact_for(&self, gesture: GestureId) -> Option<&Contact> {
        self.contacts.of(gesture.0).find(|c| c.gesture == Some(gesture))
    }

    /// What a customer last read of us and when, the newest first, as far as it was asked for: notes of batches, and
    /// what a worker or a person brought them.
    #[must_use]
    pub fn last_read(&self, customer: CustomerId) -> Vec<(Timestamp, &str)> {
        let delivered = self.notes.of(customer.0).filter(|note| note.state == NoteState::Delivered);
        let notes = delivered.filter_map(|note| Some((note.delivered_at?, note.words.text.as_str())));
        let others = self.last_words.get(&customer).into_iter().flatten().map(|it| (it.at, it.text.as_str()));
        let mut read: Vec<_> = notes.chain(others).collect();
        read.sort_by_key(|read| Reverse(*read));
        read
    }

    /// The names of what a customer bought as a surprise or in confidence, as far as it was asked for.
    #[must_use]
    pub fn hidden_from_others(&self, customer: CustomerId) -> Vec<String> {
        // What is loaded whole may have been changed since.
        let loaded = self.interactions_of(customer).flat_map(Interaction::hidden_items).map(str::to_owned);
        let read = self.hidden.range((customer, InteractionId(Uuid::nil()))..=(customer, InteractionId(Uuid::max())));
        let others = read.filter(|((_, id), _)| self.interactions.get(id).is_none());
        loaded.chain(others.flat_map(|(_, names)| names.iter().cloned())).collect()
    }

    /// The oldest open case of a customer.
    #[must_use]
    pub fn open_case(&self, customer: CustomerId) -> Option<&Case> {
        self.cases.of(customer.0).filter(|c| c.state == CaseState::Open).min_by_key(|c| (c.opened_at, c.id))
    }
}
