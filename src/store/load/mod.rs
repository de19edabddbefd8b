//! Loads what a group of commands needs, in a fixed number of set reads.
//!
//! First the ids within reach are found; on PostgreSQL the households of their customers are locked then (in order of
//! id, so that nobody waits in a circle), and only after that the rows are read: what a command decides on can't change
//! under it.

mod calls;
mod claimed;
mod families;
mod fetch;
mod gifts;
mod hand_over;
mod hidden;
mod neighbours;
mod notes;
mod reach;

pub(super) use families::of as members;
pub(super) use fetch::customers;
pub(super) use fetch::wards;
pub(super) use hidden::{purchases as hidden_purchases, since as hidden_since};

use super::{actions, catalog::Catalog, due, error::StoreError};
use crate::domain::{
    customer::Customer,
    ids::{CustomerId, HouseholdId},
    merging::HandOver,
    world::{Miss, Needs, World},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend};
use std::collections::BTreeSet;

/// What the store remembers of a world beside the world itself.
#[derive(Debug)]
pub(super) struct Session {
    catalog: std::sync::Arc<Catalog>,
    /// The households that are locked until the end of the transaction.
    locked: BTreeSet<HouseholdId>,
    /// Nothing is written, so nothing is locked.
    only_reads: bool,
    /// Contacts before this instant count in no budget any more.
    contacts_from: Timestamp,
    /// Surprises before this instant are none any more.
    hidden_from: Timestamp,
}

/// Why loading did not come to an end.
#[derive(Debug)]
pub(super) enum LoadError {
    Store(StoreError),
    /// A customer came within reach after the locks were taken: begin again.
    Shifted,
}

impl<E: Into<StoreError>> From<E> for LoadError {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

impl Session {
    pub(super) fn new(catalog: std::sync::Arc<Catalog>, contacts_from: Timestamp, now: Timestamp) -> Self {
        let hidden_from = hidden::since(now);
        Self { catalog, locked: BTreeSet::new(), only_reads: false, contacts_from, hidden_from }
    }

    /// For those who keep nothing of what they decide.
    pub(super) fn reading(catalog: std::sync::Arc<Catalog>, contacts_from: Timestamp, now: Timestamp) -> Self {
        Self { only_reads: true, ..Self::new(catalog, contacts_from, now) }
    }

    /// Whether others could change what is read.
    fn locks(&self, db: &impl ConnectionTrait) -> bool {
        !self.only_reads && db.get_database_backend() == DbBackend::Postgres
    }

    /// Loads what the commands need; each command's needs apart, since its neighbours are those of its own customers.
    pub(super) async fn load(
        &mut self,
        db: &impl ConnectionTrait,
        world: &mut World,
        needs: &[Needs],
    ) -> Result<(), LoadError> {
        // Batches come first of all locks: whoever works on one waits here for the others.
        notes::batches(db, world, needs, self.hidden_from).await?;
        // Before the locks: whoever writes the same key meanwhile makes the insert fail, and the group is replayed; or
        // the command is refused by what they did, and looks again.
        fetch::keys(db, world, needs).await?;
        actions::load(db, world, needs).await?;
        let mut reach = self.reach(db, world, needs).await?;
        // Only now: whoever picks waits for nobody, but keeps what was picked from others.
        let wishes: Vec<_> = needs.iter().flat_map(|need| need.due.iter().cloned()).collect();
        let picked = due::pick(db, &wishes, &world.pauses, world.settings.catch_up_per_minute).await?;
        if !picked.is_empty() {
            world.picked.extend(&picked);
            let picked = Needs { gestures: picked.clone(), ..Needs::default() };
            reach.extend(self.reach(db, world, std::slice::from_ref(&picked)).await?);
        }
        let fetched = fetch::everything(db, world, &reach, needs, self.contacts_from).await?;
        claimed::sources(db, world, &picked, self.hidden_from).await?;
        hidden::from_leaving(db, world, needs, self.hidden_from).await?;
        if self.locks(db) && self.has_shifted(world, &reach, &fetched) {
            return Err(LoadError::Shifted);
        }
        self.place(world, needs);
        Ok(())
    }

    /// Whether something changed its owner between being found and being locked: a household was left, a record merged.
    fn has_shifted(&self, world: &World, reach: &reach::Reach, fetched: &[Customer]) -> bool {
        let astray = |customer: &Customer| {
            let unknown = |into: &CustomerId| world.customers.get(into).is_none();
            !self.locked.contains(&customer.household) || customer.merged_into.as_ref().is_some_and(unknown)
        };
        let gestures = reach.gestures.iter().filter_map(|id| world.gestures.get(id)).map(|gesture| gesture.customer);
        let cases = reach.cases.iter().filter_map(|id| world.cases.get(id)).map(|case| case.customer);
        fetched.iter().any(astray) || gestures.chain(cases).any(|owner| world.customers.get(&owner).is_none())
    }

    /// What is within reach, and on PostgreSQL locked.
    async fn reach(
        &mut self,
        db: &impl ConnectionTrait,
        world: &World,
        needs: &[Needs],
    ) -> Result<reach::Reach, LoadError> {
        let reach = reach::find(db, world, needs).await?;
        if self.locks(db) {
            reach::lock(db, &reach).await?;
            self.locked.extend(&reach.households);
        }
        Ok(reach)
    }

    /// Whether the call of a command that is refused was made by somebody else, while it waited for the locks: then it
    /// is a repetition, and decides again.
    pub(super) async fn made_meanwhile(
        &self,
        db: &impl ConnectionTrait,
        world: &mut World,
        needs: &Needs,
    ) -> Result<bool, StoreError> {
        let unknown = |world: &World| needs.keys.iter().filter(|key| world.keys.get(key).is_none()).count();
        let before = unknown(world);
        if !self.locks(db) || before == 0 {
            return Ok(false);
        }
        fetch::keys(db, world, std::slice::from_ref(needs)).await?;
        Ok(unknown(world) < before)
    }

    /// Loads what a command found missing. What was decided before must have been written by then.
    pub(super) async fn load_missing(
        &mut self,
        db: &impl ConnectionTrait,
        world: &mut World,
        miss: Miss,
    ) -> Result<(), LoadError> {
        let mut misses = vec![miss];
        while let Some(miss) = misses.pop() {
            match miss {
                Miss::More(needs) => {
                    self.load(db, world, std::slice::from_ref(needs.as_ref())).await?;
                    world.granted.push(*needs);
                }
                Miss::Calls { location, from } => calls::planned(db, world, location, from).await?,
                Miss::VisitDays(customer) => fetch::visit_days(db, world, customer).await?,
                Miss::History(customer) => fetch::history(db, world, customer).await?,
                Miss::Gifts(customer) => gifts::of(db, world, customer, self.contacts_from).await?,
                Miss::Wards(guardian) => {
                    let wards = fetch::wards(db, guardian).await?;
                    misses.push(Miss::More(Box::new(Needs { customers: wards, ..Needs::default() })));
                    world.wards_known.insert(guardian);
                }
                Miss::HandOver(what) => self.hand_over(db, world, *what).await?,
                Miss::All(more) => misses.extend(more),
            }
        }
        Ok(())
    }

    /// Hands over all that is a customer's, and loads both sides as they are then.
    async fn hand_over(
        &mut self,
        db: &impl ConnectionTrait,
        world: &mut World,
        mut what: HandOver,
    ) -> Result<(), LoadError> {
        if self.only_reads {
            let what = "nothing is handed over by those who keep nothing".to_owned();
            return Err(StoreError::Bug { what }.into());
        }
        what.crossing = hand_over::all(db, &what).await?;
        world.begin_anew();
        self.load(db, world, std::slice::from_ref(&what.needs)).await?;
        for customer in [what.from, what.to] {
            fetch::history(db, world, customer).await?;
        }
        world.handed_over = Some(what);
        Ok(())
    }

    /// Puts the locations that are named or came along into the world.
    fn place(&self, world: &mut World, needs: &[Needs]) {
        let named = needs.iter().flat_map(|n| n.locations.iter().chain(n.neighbours.iter().map(|near| &near.location)));
        let of_interactions = world.interactions.values().map(|i| &i.location);
        let of_gestures = world.gestures.values().map(|g| &g.location);
        let of_cases = world.cases.values().filter_map(|case| case.location.as_ref());
        let wanted: BTreeSet<_> = named.chain(of_interactions).chain(of_gestures).chain(of_cases).cloned().collect();
        for id in wanted {
            if let Some(location) = self.catalog.locations.get(&id) {
                world.locations.insert(id, location.clone());
            }
        }
    }
}
