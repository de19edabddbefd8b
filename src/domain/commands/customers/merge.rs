//! Two records turn out to be one person's (P10).

use super::{
    super::{Once, story},
    deceased::let_rest,
    editable, guardian, heed_new_dates, keep, twins,
};
use crate::domain::{
    content,
    customer::{Customer, CustomerKind, CustomerStatus, Identifier},
    gesture::{ContactState, Gesture, GestureState},
    ids::{CustomerId, GestureId},
    ledger::Ledger,
    limits::{MERGE_DEPTH_MAX, MERGED_MAX},
    merging::{HandOver, Merge, Person, fold, ordered},
    refusal::{Precondition, Refusal},
    replan::{Replan, make_room, replan_pending},
    summary::Summary,
    upcoming::NEVER,
    world::{Actor, Command, Context, EventDetail, EventKind, Miss, Needs, Replay, Subject, World},
};
use std::collections::BTreeSet;

/// Makes one record part of another. All that was the duplicate's is the survivor's from then on, the duplicate's name
/// and identifiers lead to the survivor, and what both would have been thanked for is thanked for once.
#[derive(Debug, Clone)]
pub struct MergeCustomers {
    /// Who says that they are one.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// Whose record goes on.
    pub survivor: CustomerId,
    /// The version of it that was read; any, when not said.
    pub survivor_version: Option<i64>,
    /// Whose record becomes part of it.
    pub duplicate: CustomerId,
    /// The version of it that was read; any, when not said.
    pub duplicate_version: Option<i64>,
    /// Only says what would come of it.
    pub validate_only: bool,
}

/// Two records that are, or were, one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Whose record goes on.
    pub survivor: Customer,
    /// Their history; as it is before the merge, where that was only tried.
    pub survivor_summary: Summary,
    /// The other record.
    pub duplicate: Customer,
    /// Its history.
    pub duplicate_summary: Summary,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Merged {
    /// The two as they are now.
    pub(super) fn read(world: &World, survivor: CustomerId, duplicate: CustomerId) -> Result<Self, Refusal> {
        let get = |id: CustomerId| {
            let needs = || Needs { customers: [id].into(), ..Needs::default() };
            world.customers.get(&id).cloned().ok_or_else(|| Refusal::Miss(Miss::More(Box::new(needs()))))
        };
        Ok(Self {
            survivor: get(survivor)?,
            survivor_summary: world.summary(survivor),
            duplicate: get(duplicate)?,
            duplicate_summary: world.summary(duplicate),
            replayed: false,
        })
    }
}

impl Command for MergeCustomers {
    type Reply = Merged;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: [self.survivor, self.duplicate].into(),
            families: [self.survivor, self.duplicate].into(),
            alone: true,
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Merged, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let Some(begun) = ledger.world.handed_over.clone() else {
            if let Replay::Of(_) = self.once.replay(&ledger)? {
                return Ok(Merged { replayed: true, ..Merged::read(ledger.world, self.survivor, self.duplicate)? });
            }
            self.check(ledger.world)?;
            let outcome = self.preview(&ledger)?;
            if self.validate_only {
                return Ok(outcome);
            }
            return Err(self.hand_over(&outcome));
        };
        self.merge(&mut ledger)?;
        answer_crossing(&mut ledger, &begun)?;
        ledger.world.handed_over = None;
        self.once.remember(&mut ledger, &Subject::Customer(self.survivor).to_string());
        Merged::read(ledger.world, self.survivor, self.duplicate)
    }
}

impl MergeCustomers {
    fn check(&self, world: &World) -> Result<(), Refusal> {
        if self.survivor == self.duplicate {
            return Err(Refusal::invalid("duplicate", "must be another customer than the survivor"));
        }
        let survivor = by_own_name(world, self.survivor, self.survivor_version)?;
        let duplicate = by_own_name(world, self.duplicate, self.duplicate_version)?;
        let is_organization = |customer: &Customer| customer.kind == CustomerKind::Organization;
        if is_organization(&survivor) != is_organization(&duplicate) {
            return Err(Refusal::invalid("duplicate", "a person and an organisation can't be one customer"));
        }
        let stands_for = |one: &Customer, other: &Customer| {
            other.profile.guardian.as_ref().is_some_and(|guardian| guardian.customer == one.id)
        };
        if stands_for(&survivor, &duplicate) || stands_for(&duplicate, &survivor) {
            return Err(Refusal::invalid("duplicate", "one of them stands for the other, so they are two people"));
        }
        let (of_survivor, of_duplicate) = (family(world, self.survivor), family(world, self.duplicate));
        self.check_not_apart(world, &of_survivor, &of_duplicate)?;
        let members = of_survivor.len() + of_duplicate.len();
        if members >= MERGED_MAX || depth(world, self.duplicate) >= MERGE_DEPTH_MAX {
            return Err(Refusal::Precondition {
                kind: Precondition::TooManyMerged,
                resource: Subject::Customer(self.survivor).to_string(),
                message: format!(
                    "at most {MERGED_MAX} records may be part of one customer's, nested at most {MERGE_DEPTH_MAX} deep"
                ),
            });
        }
        Ok(())
    }

    /// Nobody has said of the two, or of records that are part of theirs, that they are two people.
    fn check_not_apart(
        &self,
        world: &World,
        of_survivor: &BTreeSet<CustomerId>,
        of_duplicate: &BTreeSet<CustomerId>,
    ) -> Result<(), Refusal> {
        let records = of_survivor.iter().chain([&self.survivor]);
        let mut pairs =
            records.flat_map(|one| of_duplicate.iter().chain([&self.duplicate]).map(move |other| (*one, *other)));
        let Some((one, other)) = pairs.find(|pair| world.not_same.get(&ordered(*pair)).is_some()) else {
            return Ok(());
        };
        let (resource, other) = (Subject::Customer(one).to_string(), Subject::Customer(other));
        let message = format!(
            "{resource} and {other} are known to be two people; MarkNotSame with `take_back` lets them be one again"
        );
        Err(Refusal::Precondition { kind: Precondition::MarkedNotSame, resource, message })
    }

    /// What would come of it, but for the history.
    fn preview(&self, ledger: &Ledger<'_, '_>) -> Result<Merged, Refusal> {
        let mut merged = Merged::read(ledger.world, self.survivor, self.duplicate)?;
        let Merged { survivor, survivor_summary, duplicate, duplicate_summary, .. } = &mut merged;
        unite(survivor, survivor_summary, duplicate, duplicate_summary);
        let guardian = survivor.profile.guardian.clone();
        guardian::appoint(ledger, guardian.as_ref(), survivor)?;
        Ok(merged)
    }

    fn hand_over(&self, outcome: &Merged) -> Refusal {
        let mut needs = self.needs();
        needs.customers.extend(outcome.survivor.profile.guardian.as_ref().map(|guardian| guardian.customer));
        Refusal::Miss(Miss::HandOver(Box::new(HandOver {
            from: self.duplicate,
            from_household: outcome.duplicate.household,
            to: self.survivor,
            to_household: outcome.survivor.household,
            origins: BTreeSet::new(),
            needs,
            crossing: BTreeSet::new(),
        })))
    }

    fn merge(&self, ledger: &mut Ledger<'_, '_>) -> Result<(), Refusal> {
        let Merged { mut survivor, mut survivor_summary, mut duplicate, duplicate_summary, .. } =
            Merged::read(ledger.world, self.survivor, self.duplicate)?;
        let own = ledger.world.merged_into(survivor.id).first().map(|merge| merge.own.clone());
        let own = own.unwrap_or_else(|| Person::of(&survivor, &survivor_summary));
        let (deceased, birth_date) = (duplicate.status == CustomerStatus::Deceased, survivor.profile.birth_date);
        let language = survivor.profile.language.clone();
        unite(&mut survivor, &mut survivor_summary, &mut duplicate, &duplicate_summary);
        guardian::reappoint(ledger, &mut survivor)?;
        let survivor = keep(ledger, survivor, EventKind::CustomersMerged, related(duplicate.id));
        let duplicate = keep(ledger, duplicate, EventKind::CustomersMerged, related(survivor.id));
        ledger.world.summaries.put(survivor.id, survivor_summary);
        take_stock(ledger, survivor.id)?;
        lay_down(ledger, duplicate.id)?;
        story::unite_visits(ledger, survivor.id, WHY)?;

        let pending: Vec<_> =
            ledger.world.gestures_of(survivor.id).filter(|it| is_pending(it.state)).map(|it| it.id).collect();
        if survivor.status == CustomerStatus::Deceased {
            // Not cancelled: where only one of the two has died, the other's comes back when they are parted.
            let_rest(ledger, survivor.id, GestureState::Suppressed)?;
        } else {
            twins::fold(ledger, survivor.id, duplicate.id)?;
            // In another language, all that waits is said anew.
            let came_with = (language == survivor.profile.language).then_some(duplicate.id);
            address_anew(ledger, survivor.id, came_with)?;
            if birth_date != survivor.profile.birth_date {
                heed_new_dates(ledger, &survivor)?;
            }
            replan_pending(ledger, survivor.id, &Replan::since(WHY), |_| true)?;
            make_room(ledger, survivor.household)?;
        }
        let stopped = |id: &GestureId| {
            ledger.world.gestures.get(id).is_some_and(|gesture| gesture.state == GestureState::Suppressed)
        };
        let stopped = pending.into_iter().filter(stopped).collect();
        let merge = Merge {
            id: ledger.new_id(),
            survivor: survivor.id,
            duplicate: duplicate.id,
            own,
            deceased,
            stopped,
            at: ledger.now(),
            undone_at: None,
        };
        ledger.world.merges.put(merge.id, merge);
        Ok(())
    }
}

/// A record that may be merged under its own name.
fn by_own_name(world: &World, id: CustomerId, version: Option<i64>) -> Result<Customer, Refusal> {
    let customer = editable(world, id)?;
    let resource = Subject::Customer(customer.id).to_string();
    if customer.id != id {
        let message = format!("customers/{id} is part of {resource}; name that one");
        return Err(Refusal::Precondition { kind: Precondition::CustomerMerged, resource, message });
    }
    if version.is_some_and(|version| version != customer.version) {
        return Err(Refusal::Stale { resource });
    }
    Ok(customer)
}

/// Makes one record of two.
fn unite(
    survivor: &mut Customer,
    survivor_summary: &mut Summary,
    duplicate: &mut Customer,
    duplicate_summary: &Summary,
) {
    let other = Person::of(duplicate, duplicate_summary);
    fold(&Person::of(survivor, survivor_summary), [&other]).tell(survivor, survivor_summary);
    let came_along = duplicate
        .identifiers
        .drain(..)
        .map(|identifier| Identifier { origin: Some(identifier.origin.unwrap_or(duplicate.id)), ..identifier });
    survivor.identifiers.extend(came_along);
    duplicate.status = CustomerStatus::Merged;
    duplicate.merged_into = Some(survivor.id);
}

/// Nothing of a record that is part of another is counted, and nobody looks at its days.
fn lay_down(ledger: &mut Ledger<'_, '_>, id: CustomerId) -> Result<(), Refusal> {
    take_stock(ledger, id)?;
    let summary = Summary { look_at: NEVER, ..ledger.world.summary(id) };
    ledger.world.summaries.put(id, summary);
    Ok(())
}

/// What the interactions of one are owed that the other's gestures answered, or answer now.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn answer_crossing(ledger: &mut Ledger<'_, '_>, begun: &HandOver) -> Result<(), Refusal> {
    if begun.crossing.is_empty() {
        return Ok(());
    }
    ledger.require(Needs { interactions: begun.crossing.clone(), ..Needs::default() })?;
    begun.crossing.iter().try_for_each(|id| ledger.refresh_obligation(*id))
}

/// Makes the summary anew from what is theirs now.
pub(super) fn take_stock(ledger: &mut Ledger<'_, '_>, id: CustomerId) -> Result<(), Refusal> {
    let mut summary = ledger.world.summary(id);
    summary.open_case = ledger.world.open_case(id).map(|case| case.id);
    let promised = ledger.world.gestures_of(id).filter(|gesture| gesture.promised && !gesture.state.is_final());
    summary.open_promises = u32::try_from(promised.count()).unwrap_or(u32::MAX);
    if let Some(household) = ledger.world.customers.get(&id).map(|customer| customer.household) {
        let reached =
            ledger.world.contacts_of(household).filter(|it| it.customer == id && it.state == ContactState::Used);
        summary.last_contact_at = summary.last_contact_at.max(reached.map(|contact| contact.at).max());
    }
    ledger.world.summaries.put(id, summary);
    ledger.rebuild_summary(id)
}

/// What waits for somebody speaks to them by the name, the language and the facts of the record that it is of now: all
/// of it, or what came with another record. What a person is doing at the moment stays in the words that they have
/// before them, and a person's own words stay as they are.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn address_anew(
    ledger: &mut Ledger<'_, '_>,
    id: CustomerId,
    came_with: Option<CustomerId>,
) -> Result<(), Refusal> {
    let came = |gesture: &Gesture| {
        let answers = gesture.interaction.and_then(|it| ledger.world.interactions.get(&it));
        came_with.is_none_or(|other| {
            answers.is_some_and(|it| it.origin.is_some()) || gesture.occurrence.starts_with(&other.to_string())
        })
    };
    let now = ledger.now();
    let is_nobodys =
        |it: &&Gesture| it.written.is_none() && it.state != GestureState::Claimed && it.taken_at(now).is_none();
    let waiting =
        ledger.world.gestures_of(id).filter(|it| is_pending(it.state)).filter(is_nobodys).filter(|it| came(it));
    let waiting: Vec<_> = waiting.cloned().collect();
    if waiting.iter().any(|gesture| gesture.content.template.is_some()) {
        ledger.require_pending([id])?;
    }
    for mut gesture in waiting {
        let content = content::anew(ledger.world, &gesture, gesture.channel)?;
        if content != gesture.content {
            gesture.content = content;
            ledger.keep_quietly(gesture)?;
        }
    }
    Ok(())
}

pub(super) fn related(customer: CustomerId) -> EventDetail {
    EventDetail { related: vec![Subject::Customer(customer).to_string()], ..EventDetail::default() }
}

/// All records that are part of a customer's, however indirectly.
pub(super) fn family(world: &World, id: CustomerId) -> BTreeSet<CustomerId> {
    let mut found = BTreeSet::new();
    let mut next = vec![id];
    while let Some(survivor) = next.pop() {
        for merge in world.merged_into(survivor) {
            if found.insert(merge.duplicate) {
                next.push(merge.duplicate);
            }
        }
    }
    found
}

/// How deep records are nested in one.
fn depth(world: &World, id: CustomerId) -> usize {
    world.merged_into(id).into_iter().map(|merge| depth(world, merge.duplicate) + 1).max().unwrap_or(0)
}

/// Whether a gesture is still to come, and can be stopped.
pub(super) const fn is_pending(state: GestureState) -> bool {
    state.may_become(GestureState::Suppressed)
}

const WHY: &str = "Two records of the customer became one.";
