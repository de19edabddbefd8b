//! A customer is changed; what is pending is planned by what holds now.

use super::{
    CustomerReply,
    create::{brought_back, distinct, note_return, refuse_taken, sorted},
    editable, guardian, heed_new_dates, keep,
    merge::address_anew,
};
use crate::domain::{
    customer::{Customer, CustomerKind, Identifier, Profile},
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    replan::{Replan, replan_pending},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Subject, World, differing},
};
use std::{fmt, sync::Arc};

/// Changes a customer.
#[derive(Debug, Clone)]
pub struct UpdateCustomer {
    /// Who changes it.
    pub actor: Actor,
    /// The customer.
    pub id: CustomerId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// What becomes of the profile. Facts stay as they are.
    pub profile: ProfileChange,
    /// The new kind, where it changes.
    pub kind: Option<CustomerKind>,
    /// The new tags, where they change.
    pub tags: Option<Vec<String>>,
    /// The new identifiers, where they change.
    pub identifiers: Option<Vec<Identifier>>,
    /// A person decided that somebody who was erased comes back, by an identifier that is new here.
    pub allow_erased: bool,
}

/// A change of a profile. It is made on what is there when the command is decided, so that it never undoes what
/// another call changed meanwhile.
#[derive(Clone)]
pub struct ProfileChange(Arc<dyn Fn(&mut Profile) + Send + Sync>);

impl ProfileChange {
    /// A change.
    pub fn new(change: impl Fn(&mut Profile) + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }
}

impl fmt::Debug for ProfileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileChange")
    }
}

/// What is said to them goes by, in words that are kept until somebody says them.
const SPOKEN_BY: [&str; 7] =
    ["display_name", "family_name", "given_name", "greeting", "honorific", "language", "suffix"];

/// What a plan depends on, besides consent.
const PLANNED_BY: [&str; 10] = [
    "birth_date",
    "contact_hours",
    "contact_points",
    "contacts",
    "gift_limit",
    "guardian",
    "minor",
    "preferred_channels",
    "region",
    "time_zone",
];

impl Command for UpdateCustomer {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs {
            customers: [self.id].into(),
            identifiers: self.identifiers.iter().flatten().map(Identifier::key).collect(),
            may_create: self.identifiers.is_some(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let before = editable(ledger.world, self.id)?;
        if self.version.is_some_and(|version| version != before.version) {
            return Err(Refusal::Stale { resource: Subject::Customer(before.id).to_string() });
        }
        refuse_taken(ledger.world, &self.actor, Some(before.id), self.identifiers.as_deref().unwrap_or_default())?;
        let mut after = self.changed(&before);
        let known: Vec<_> = before.identifiers.iter().map(Identifier::key).collect();
        let new = after.identifiers.iter().map(Identifier::key).filter(|key| !known.contains(key)).collect();
        let erased = brought_back(ledger.world, new, self.allow_erased)?;
        guardian::appoint(&ledger, before.profile.guardian.as_ref(), &mut after)?;
        let fields = changed_fields(&before, &after);
        if fields.is_empty() {
            return Ok(CustomerReply::of(before));
        }
        let dates_changed = fields.iter().any(|field| field == "birth_date");
        let plans_anew = fields.iter().any(|field| field == "kind" || PLANNED_BY.contains(&field.as_str()));
        let speaks_anew = fields.iter().any(|field| SPOKEN_BY.contains(&field.as_str()));
        let detail = EventDetail { fields, ..EventDetail::default() };
        let after = keep(&mut ledger, after, EventKind::CustomerUpdated, detail);
        if let Some(erased) = erased {
            note_return(&mut ledger, after.id, erased);
        }
        if plans_anew {
            let how = Replan::since("How and when the customer may be contacted was changed.");
            replan_pending(&mut ledger, after.id, &how, |_| true)?;
        }
        if speaks_anew {
            address_anew(&mut ledger, after.id, None)?;
        }
        if plans_anew || speaks_anew {
            guardian::heed_guardian(&mut ledger, after.id)?;
        }
        if dates_changed {
            heed_new_dates(&mut ledger, &after)?;
        }
        Ok(CustomerReply::of(after))
    }
}

impl UpdateCustomer {
    fn changed(&self, before: &Customer) -> Customer {
        let mut after = before.clone();
        (self.profile.0)(&mut after.profile);
        after.profile.facts.clone_from(&before.profile.facts);
        if let Some(kind) = self.kind {
            after.kind = kind;
        }
        if let Some(tags) = &self.tags {
            after.tags = sorted(tags);
        }
        if let Some(identifiers) = &self.identifiers {
            after.identifiers = kept(identifiers, &before.identifiers);
        }
        after
    }
}

/// The identifiers as they are wanted; those that are known stay with the record with which they came.
fn kept(wanted: &[Identifier], known: &[Identifier]) -> Vec<Identifier> {
    let as_known = |identifier: Identifier| {
        let mut same: Vec<_> = known.iter().filter(|known| known.key() == identifier.key()).cloned().collect();
        for known in same.iter_mut().filter(|known| known.origin.is_none()) {
            known.typed.clone_from(&identifier.typed);
        }
        if same.is_empty() { vec![identifier] } else { same }
    };
    distinct(wanted).into_iter().flat_map(as_known).collect()
}

/// The names of the fields that changed.
fn changed_fields(before: &Customer, after: &Customer) -> Vec<String> {
    let mut fields = differing(&before.profile, &after.profile);
    let others = [
        ("kind", before.kind != after.kind),
        ("tags", before.tags != after.tags),
        ("identifiers", before.identifiers != after.identifiers),
    ];
    fields.extend(others.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field.to_owned()));
    fields.sort_unstable();
    fields
}
