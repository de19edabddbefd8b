//! A record that was part of another is by itself again (P10).

use super::{
    super::{Once, record::respond, story},
    editable, guardian, heed_new_dates, keep,
    merge::{Merged, address_anew, answer_crossing, family, related, take_stock},
    twins,
};
use crate::domain::{
    customer::{Customer, CustomerStatus, Identifier},
    doubt,
    gesture::{Gesture, GestureState, Reason},
    ids::{CustomerId, GestureId, InteractionId},
    interaction::Interaction,
    ledger::Ledger,
    merging::{HandOver, Merge, NotSame, Person, fold, ordered, without_removed},
    planning::Planned,
    recovery,
    refusal::{Precondition, Refusal},
    replan::{self, Replan, make_room, plan_again, replan_pending},
    world::{Actor, Command, Context, EventKind, Miss, Needs, Replay, Subject, World},
};
use std::collections::{BTreeMap, BTreeSet};

/// Takes a record out of the one that it is part of. Both are what they were before, with what happened since: what was
/// recorded to the old name, or by identifiers that came with it, goes with it, and so does what answers that. What was
/// changed meanwhile stays with the survivor, what was removed stays removed.
#[derive(Debug, Clone)]
pub struct UnmergeCustomer {
    /// Who parts them.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The record that is part of another.
    pub id: CustomerId,
}

impl Command for UnmergeCustomer {
    type Reply = Merged;

    fn needs(&self) -> Needs {
        let keys = self.once.keys.iter().cloned().collect();
        Needs { keys, customers: [self.id].into(), families: [self.id].into(), alone: true, ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Merged, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let Some(begun) = ledger.world.handed_over.clone() else {
            if let Replay::Of(resource) = self.once.replay(&ledger)? {
                return self.replayed(ledger.world, &resource);
            }
            return Err(self.hand_over(&ledger)?);
        };
        self.part(&mut ledger, begun.from)?;
        answer_crossing(&mut ledger, &begun)?;
        ledger.world.handed_over = None;
        self.once.remember(&mut ledger, &Subject::Customer(begun.from).to_string());
        Merged::read(ledger.world, begun.from, self.id)
    }
}

impl UnmergeCustomer {
    fn replayed(&self, world: &World, resource: &str) -> Result<Merged, Refusal> {
        let survivor = resource.strip_prefix("customers/").and_then(|id| id.parse().ok()).map(CustomerId);
        let survivor = survivor.ok_or_else(|| Refusal::NotFound { kind: "customer", name: resource.to_owned() })?;
        Ok(Merged { replayed: true, ..Merged::read(world, survivor, self.id)? })
    }

    /// Asks for what goes with the record.
    fn hand_over(&self, ledger: &Ledger<'_, '_>) -> Result<Refusal, Refusal> {
        let world = &ledger.world;
        let record = world.customers.get(&self.id).ok_or_else(|| Refusal::not_found("customer", &self.id))?;
        if record.status != CustomerStatus::Merged {
            let resource = Subject::Customer(self.id).to_string();
            let message = format!("{resource} is part of no other record");
            return Err(Refusal::Precondition { kind: Precondition::CustomerNotMerged, resource, message });
        }
        let survivor = editable(world, self.id)?;
        let mut origins = family(world, self.id);
        origins.insert(self.id);
        let mut needs = self.needs();
        needs.customers.insert(survivor.id);
        needs.families.insert(survivor.id);
        Ok(Refusal::Miss(Miss::HandOver(Box::new(HandOver {
            from: survivor.id,
            from_household: survivor.household,
            to: record.id,
            to_household: record.household,
            origins,
            needs,
            crossing: BTreeSet::new(),
        }))))
    }

    fn part(&self, ledger: &mut Ledger<'_, '_>, survivor: CustomerId) -> Result<(), Refusal> {
        self.restore(ledger, survivor)?;
        let stopped = self.undo(ledger)?;
        let both = [survivor, self.id];
        // Or they would be taken for one again.
        let pair = ordered((survivor, self.id));
        if ledger.world.not_same.get(&pair).is_none() {
            ledger.world.not_same.put(pair, NotSame { pair, at: ledger.now() });
        }
        both.into_iter().try_for_each(|id| take_stock(ledger, id))?;
        tell_apart(ledger, both)?;
        take_back_common(ledger, survivor)?;
        let_go_on(ledger, both)?;
        bring_back(ledger, both, &stopped)?;
        address_anew(ledger, self.id, None)?;
        both.into_iter().try_for_each(|id| settle(ledger, id))
    }

    /// Has every record that it was part of say what it says without it, and itself what it said before.
    fn restore(&self, ledger: &mut Ledger<'_, '_>, survivor: CustomerId) -> Result<(), Refusal> {
        let without = without(ledger.world, self.id);
        let said = person(ledger.world, self.id).unwrap_or_default();
        let mut own = customer(ledger.world, self.id)?;
        let mut own_summary = ledger.world.summary(self.id);
        let mut came_with = family(ledger.world, self.id);
        came_with.insert(self.id);
        for Without { id, before, now, anew } in without {
            let mut record = customer(ledger.world, id)?;
            let mut summary = ledger.world.summary(id);
            let deceased = anew.deceased;
            anew.tell(&mut record, &mut summary);
            if id == survivor {
                let (theirs, others) =
                    record.identifiers.drain(..).partition(|it| it.origin.is_some_and(|it| came_with.contains(&it)));
                record.identifiers = others;
                own.identifiers = self.own_again(theirs);
                without_removed(said.clone(), &before, &now).tell(&mut own, &mut own_summary);
                guardian::reappoint(ledger, &mut record)?;
            } else {
                record.status = CustomerStatus::Merged;
                if let Some(merge) = merge_of(ledger.world, id).cloned() {
                    ledger.world.merges.put(merge.id, Merge { deceased, ..merge });
                }
            }
            ledger.world.summaries.put(id, summary);
            keep(ledger, record, EventKind::CustomersParted, related(self.id));
        }
        own.merged_into = None;
        guardian::reappoint(ledger, &mut own)?;
        ledger.world.summaries.put(self.id, own_summary);
        keep(ledger, own, EventKind::CustomersParted, related(survivor));
        Ok(())
    }

    fn own_again(&self, identifiers: Vec<Identifier>) -> Vec<Identifier> {
        let own = |it: Identifier| Identifier { origin: it.origin.filter(|origin| *origin != self.id), ..it };
        identifiers.into_iter().map(own).collect()
    }

    /// Notes that the merge is undone; returns what it had stopped.
    fn undo(&self, ledger: &mut Ledger<'_, '_>) -> Result<Vec<GestureId>, Refusal> {
        let merge = merge_of(ledger.world, self.id).cloned();
        let merge = merge.ok_or_else(|| Refusal::not_found("merge of customer", &self.id))?;
        let stopped = merge.stopped.clone();
        let undone_at = Some(ledger.now());
        ledger.world.merges.put(merge.id, Merge { undone_at, ..merge });
        Ok(stopped)
    }
}

/// A record that another was part of: what it said with that one, says now, and says without it.
struct Without {
    id: CustomerId,
    before: Person,
    now: Person,
    anew: Person,
}

/// Every record that one is part of, the nearest first, without it.
fn without(world: &World, part: CustomerId) -> Vec<Without> {
    let mut changed: BTreeMap<CustomerId, Person> = BTreeMap::new();
    let mut found = Vec::new();
    let mut below = part;
    while let Some(id) = merge_of(world, below).map(|merge| merge.survivor) {
        let merges = world.merged_into(id);
        let own = merges.first().map(|merge| merge.own.clone()).unwrap_or_default();
        let parts: Vec<_> = merges.iter().filter_map(|it| Some((it.duplicate, person(world, it.duplicate)?))).collect();
        let before = fold(&own, parts.iter().map(|(_, person)| person));
        let rest = parts.iter().filter(|(id, _)| *id != part).map(|(id, person)| changed.get(id).unwrap_or(person));
        let now = person(world, id).unwrap_or_default();
        let anew = fold(&own, rest).with_changes(&before, &now);
        changed.insert(id, anew.clone());
        found.push(Without { id, before, now, anew });
        below = id;
    }
    found
}

/// What a record says, or would say if it were part of no other.
fn person(world: &World, id: CustomerId) -> Option<Person> {
    let said = Person::of(world.customers.get(&id)?, &world.summary(id));
    let deceased = merge_of(world, id).map_or(said.deceased, |merge| merge.deceased);
    Some(Person { deceased, ..said })
}

/// How a record became part of another.
fn merge_of(world: &World, id: CustomerId) -> Option<&Merge> {
    world.merges.of(id.0).find(|merge| merge.duplicate == id && merge.undone_at.is_none())
}

fn customer(world: &World, id: CustomerId) -> Result<Customer, Refusal> {
    world.customers.get(&id).cloned().ok_or_else(|| Refusal::not_found("customer", &id))
}

/// A purchase of one in a visit of the other was none, nor was a visit of one the other's: till and desk told a story
/// that never was.
fn tell_apart(ledger: &mut Ledger<'_, '_>, both: [CustomerId; 2]) -> Result<(), Refusal> {
    let visit_of = |it: &Interaction| ledger.world.interactions.get(&it.joined?).cloned();
    let joined = both.into_iter().flat_map(|id| ledger.world.interactions_of(id));
    let crossing: Vec<(Interaction, Interaction)> = joined
        .filter_map(|it| Some((it.clone(), visit_of(it)?)))
        .filter(|(it, visit)| it.customer != visit.customer)
        .collect();
    let ids: BTreeSet<InteractionId> = crossing.iter().flat_map(|(it, visit)| [it.id, visit.id]).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let around = crossing.iter().flat_map(|(it, visit)| [it, visit]);
    let around = around.filter_map(|it| Some(story::surroundings(ledger, it, it.customer?)));
    let wanted: Vec<Needs> = around.chain([Needs { interactions: ids, ..Needs::default() }]).collect();
    // All at once: each question is a round of reads.
    let missing: Vec<_> = wanted.into_iter().filter(|needs| !ledger.world.granted.contains(needs)).collect();
    if !missing.is_empty() {
        return Err(Refusal::Miss(Miss::All(missing.into_iter().map(|needs| Miss::More(Box::new(needs))).collect())));
    }
    let mut parted: BTreeMap<InteractionId, BTreeSet<InteractionId>> = BTreeMap::new();
    for (it, visit) in crossing {
        let left = story::leave(ledger, it.id)?;
        both.into_iter().try_for_each(|id| ledger.rebuild_summary(id))?;
        story::settle(ledger, left, Reason::Parted, WHY)?;
        respond(ledger, it.id)?;
        parted.entry(visit.id).or_default().insert(it.id);
    }
    // Those that were the same as one that is another's now are still the same as each other.
    for (id, same) in both.into_iter().flat_map(|id| parted.values().map(move |same| (id, same))) {
        story::unite_again(ledger, id, same, WHY)?;
    }
    Ok(())
}

/// What the survivor was to be thanked for by counting what another did is taken back.
fn take_back_common(ledger: &mut Ledger<'_, '_>, survivor: CustomerId) -> Result<(), Refusal> {
    let of_another = |gesture: &&Gesture| {
        let set_off_by = gesture.interaction.and_then(|id| ledger.world.interactions.get(&id));
        !gesture.state.is_final() && set_off_by.is_some_and(|it| it.customer != Some(survivor))
    };
    let common = ledger.world.gestures_of(survivor).filter(of_another).map(|gesture| gesture.id).collect();
    ledger.cancel(common, Reason::Parted, WHY)
}

/// What was on its way when the merge found it to be one too many may be tried again.
fn let_go_on(ledger: &mut Ledger<'_, '_>, both: [CustomerId; 2]) -> Result<(), Refusal> {
    let one_too_many = |it: &&Gesture| doubt::over(it).is_some_and(|(reason, _)| reason == Reason::Merged);
    let theirs = both.into_iter().flat_map(|id| ledger.world.gestures_of(id)).filter(one_too_many);
    for mut gesture in theirs.cloned().collect::<Vec<_>>() {
        gesture.reason = None;
        gesture.explanation =
            if gesture.state == GestureState::Uncertain { doubt::unknown(WHY) } else { WHY.to_owned() };
        ledger.keep_quietly(gesture)?;
    }
    Ok(())
}

/// Plans again what the merge had stopped. What something else would stop now stays as it is.
fn bring_back(ledger: &mut Ledger<'_, '_>, both: [CustomerId; 2], stopped: &[GestureId]) -> Result<(), Refusal> {
    if stopped.is_empty() {
        return Ok(());
    }
    ledger.require(Needs { gestures: stopped.iter().copied().collect(), ..Needs::default() })?;
    let still = |ledger: &Ledger<'_, '_>, id: &GestureId| {
        let gesture = ledger.world.gestures.get(id).filter(|it| it.state == GestureState::Suppressed);
        gesture.filter(|it| ledger.now() < it.schedule.deadline_at).cloned()
    };
    let fresh: Vec<_> = stopped.iter().filter_map(|id| still(ledger, id)).collect();
    twins::require_rivals(ledger, both, &fresh)?;
    let how = Replan { within_deadline: true, ..Replan::since(WHY) };
    for gesture in fresh {
        // Planning one again may have moved another; and they may have been thanked for the same meanwhile.
        let Some(gesture) = still(ledger, &gesture.id) else { continue };
        if twins::is_made_by_another(ledger.world, &gesture) {
            continue;
        }
        if let (gesture, Planned::Gesture(plan)) = plan_again(ledger, gesture, &how)? {
            replan::settle(ledger, gesture, &how, plan)?;
        }
    }
    Ok(())
}

/// Plans what is pending by what holds for one of them now.
fn settle(ledger: &mut Ledger<'_, '_>, id: CustomerId) -> Result<(), Refusal> {
    let record = customer(ledger.world, id)?;
    heed_new_dates(ledger, &record)?;
    if ledger.world.open_case(id).is_none() && recovery::to_come(ledger.world, id).is_none() {
        let waits = |it: &Gesture| {
            it.state == GestureState::Held && matches!(it.reason, Some(Reason::OpenCase | Reason::Recovery))
        };
        recovery::bring_back_cheer(ledger, id, WHY.to_owned(), waits)?;
    }
    replan_pending(ledger, id, &Replan::since(WHY), |_| true)?;
    make_room(ledger, record.household)
}

const WHY: &str = "Two records that had become one are parted again.";
