//! Records of one person become one, and are parted again.

use super::{App, AppError, CustomerChanged, KnownCustomer};
use crate::{
    domain::{
        commands::customers::{MergeCustomers, Merged, SetHousehold, UnmergeCustomer},
        ids::{CustomerId, HouseholdId},
        world::Actor,
    },
    store::Lane,
};
use serde_json::json;

/// Two records that should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicates {
    /// Whose record goes on, and the version of it that was read.
    pub survivor: (CustomerId, Option<i64>),
    /// Whose record becomes part of it, and the version of it that was read.
    pub duplicate: (CustomerId, Option<i64>),
    /// Only says what would come of it.
    pub validate_only: bool,
}

/// Two records that are, or were, one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOfTwo {
    /// Whose record goes on.
    pub survivor: KnownCustomer,
    /// The other.
    pub other: KnownCustomer,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl App {
    /// Moves a customer to a household, or to one of their own.
    ///
    /// # Errors
    /// [`Refusal`](crate::domain::refusal::Refusal) for one that is not there, and what a repeated write may meet (P2).
    pub async fn set_household(
        &self,
        actor: Actor,
        id: CustomerId,
        version: Option<i64>,
        household: Option<HouseholdId>,
    ) -> Result<CustomerChanged, AppError> {
        let content = self.fingerprint("", &json!({ "name": id, "household": household }));
        let once = self.once(&actor, "SetHousehold", content);
        let by = actor.clone();
        let moved = SetHousehold { actor, once, id, version, household };
        self.changed(&by, "SetHousehold", self.submit(Lane::Interactive, moved).await?).await
    }

    /// Makes one record part of another.
    ///
    /// # Errors
    /// [`Refusal`](crate::domain::refusal::Refusal) for records that can't be one, or are already, and what a repeated
    /// write may meet (P2).
    pub async fn merge_customers(&self, actor: Actor, said: Duplicates) -> Result<OneOfTwo, AppError> {
        let (survivor, survivor_version) = said.survivor;
        let (duplicate, duplicate_version) = said.duplicate;
        let content = self.fingerprint("", &json!({ "survivor": survivor, "duplicate": duplicate }));
        let once = self.once(&actor, "MergeCustomers", content);
        let (validate_only, by) = (said.validate_only, actor.clone());
        let command =
            MergeCustomers { actor, once, survivor, survivor_version, duplicate, duplicate_version, validate_only };
        if validate_only {
            let Merged { survivor, survivor_summary, duplicate, duplicate_summary, replayed } =
                self.store.consider(&command, None).await?;
            self.note_both(&by, "MergeCustomers", survivor.id, duplicate.id).await;
            return Ok(OneOfTwo {
                survivor: self.with_history(survivor, Some(survivor_summary)),
                other: self.with_history(duplicate, Some(duplicate_summary)),
                replayed,
            });
        }
        let merged = self.submit(Lane::Interactive, command).await?;
        self.one_of_two(&by, "MergeCustomers", merged).await
    }

    /// Takes a record out of the one that it is part of.
    ///
    /// # Errors
    /// [`Refusal`](crate::domain::refusal::Refusal) for a record that is part of none, and what a repeated write may
    /// meet (P2).
    pub async fn unmerge_customer(&self, actor: Actor, id: CustomerId) -> Result<OneOfTwo, AppError> {
        let once = self.once(&actor, "UnmergeCustomer", self.fingerprint("", &json!({ "name": id })));
        let by = actor.clone();
        let parted = self.submit(Lane::Interactive, UnmergeCustomer { actor, once, id }).await?;
        self.one_of_two(&by, "UnmergeCustomer", parted).await
    }

    async fn one_of_two(&self, actor: &Actor, method: &'static str, merged: Merged) -> Result<OneOfTwo, AppError> {
        let Merged { survivor, duplicate, replayed, .. } = merged;
        self.note_both(actor, method, survivor.id, duplicate.id).await;
        Ok(OneOfTwo { survivor: self.known(survivor).await?, other: self.known(duplicate).await?, replayed })
    }

    async fn note_both(&self, actor: &Actor, method: &'static str, survivor: CustomerId, duplicate: CustomerId) {
        self.note_read(actor, method, survivor).await;
        self.note_read(actor, method, duplicate).await;
    }
}
