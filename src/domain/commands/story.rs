//! Till and desk tell one story: a purchase during a visit, or soon after it, belongs to the visit (4.2).

use super::record::{respond, settle_outcome};
use crate::domain::{
    answer::note_interaction,
    gesture::{Reason, Tone},
    ids::{CustomerId, InteractionId, LocationId},
    interaction::{Direction, Interaction, InteractionKind, InteractionState, Moment, MomentKind, Outcome},
    ledger::{Ledger, missing_interaction},
    moment::judge,
    refusal::Refusal,
    settings::Settings,
    world::{EventKind, Needs, Neighbourhood, differing},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long before a purchase a visit is looked for that has no known end.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// From when to when something lasted or, while it does, will have lasted: to its expected end, else as long as a visit
/// that nobody closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl Span {
    /// A span from its beginning, and what is known of its end.
    #[must_use]
    pub fn new(
        start: Timestamp,
        end_at: Option<Timestamp>,
        expected_end: Option<Timestamp>,
        settings: &Settings,
    ) -> Self {
        let left_open = || start.checked_add(settings.visit_closes_after).unwrap_or(Timestamp::MAX);
        let end = end_at.or(expected_end).unwrap_or_else(left_open);
        Self { start, end: end.max(start) }
    }

    fn of(interaction: &Interaction, settings: &Settings) -> Self {
        Self::new(interaction.start_at, interaction.end_at, interaction.detail.expected_end, settings)
    }
}

/// Where the other half of the story may lie of what happened at a place.
#[must_use]
pub fn neighbourhood(location: &LocationId, span: Span, settings: &Settings) -> Neighbourhood {
    let within = settings.purchase_joins_within;
    Neighbourhood {
        location: location.clone(),
        from: span.start.checked_sub(LOOK_BACK.max(within)).unwrap_or(Timestamp::MIN),
        to: span.end.checked_add(within).unwrap_or(Timestamp::MAX),
    }
}

/// What must be loaded to tell the story of an interaction anew once it is this customer's: the other half, and what
/// the rules decided about the customer on that day.
#[must_use]
pub fn surroundings(ledger: &Ledger<'_, '_>, interaction: &Interaction, customer: CustomerId) -> Needs {
    let settings = &ledger.world.settings;
    Needs {
        customers: [customer].into(),
        neighbours: [neighbourhood(&interaction.location, Span::of(interaction, settings), settings)].into(),
        days: [interaction.local_date].into(),
        ..Needs::default()
    }
}

/// The visit that a purchase belongs to: the latest one of the customer at the place that had begun, and was open
/// then or had ended at most [`Settings::purchase_joins_within`] before.
#[must_use]
pub fn visit_of(ledger: &Ledger<'_, '_>, purchase: &Interaction) -> Option<InteractionId> {
    let customer = purchase.customer.filter(|_| is_purchase(purchase))?;
    ledger
        .world
        .interactions_of(customer)
        .filter(|visit| is_visit(visit) && belong_together(visit, purchase, &ledger.world.settings))
        .max_by_key(|visit| (visit.start_at, visit.id))
        .map(|visit| visit.id)
}

/// The purchases that belong to a visit which is recorded after them.
#[must_use]
pub fn purchases_of(ledger: &Ledger<'_, '_>, visit: &Interaction) -> Vec<InteractionId> {
    let Some(customer) = visit.customer.filter(|_| is_visit(visit)) else { return Vec::new() };
    let bought = ledger.world.interactions_of(customer).filter(|i| is_purchase(i) && i.joined.is_none());
    let mut found: Vec<_> =
        bought.filter(|i| belong_together(visit, i, &ledger.world.settings)).map(|i| i.id).collect();
    found.sort_unstable();
    found
}

/// Whether purchases can belong to this at all.
fn is_visit(interaction: &Interaction) -> bool {
    interaction.detail.kind == InteractionKind::Visit
        && interaction.joined.is_none()
        && interaction.detail.direction == Direction::Inbound
        && interaction.state != InteractionState::Voided
}

/// Whether this can belong to a visit at all.
fn is_purchase(interaction: &Interaction) -> bool {
    interaction.detail.kind == InteractionKind::Purchase
        && interaction.detail.direction == Direction::Inbound
        && interaction.state == InteractionState::Closed
}

fn belong_together(visit: &Interaction, purchase: &Interaction, settings: &Settings) -> bool {
    let span = Span::of(visit, settings);
    visit.location == purchase.location
        && visit.history == purchase.history
        && span.start <= purchase.start_at
        && purchase.start_at.duration_since(span.end) <= settings.purchase_joins_within
}

/// The moment of a whole story: what is most telling of a visit and the purchases that joined it. Misery comes before
/// a peak, a peak before other gratification; the visit's own moment goes first among equals.
#[must_use]
pub fn moment_of(ledger: &Ledger<'_, '_>, visit: &Interaction) -> Moment {
    let rank = |moment: &Moment| match (moment.kind, moment.peak) {
        (MomentKind::Misery, _) => 0,
        (MomentKind::Gratification, true) => 1,
        (MomentKind::Gratification, false) => 2,
        (MomentKind::Neutral, _) => 3,
    };
    let joined = ledger.world.joined_to(visit.id).map(|purchase| purchase.moment.clone());
    let own = std::iter::once(judge(&visit.detail, visit.verdicts()));
    own.chain(joined).min_by_key(rank).expect("there is the visit's own")
}

/// Joins a purchase to a visit. What the purchase had planned on its own is taken back; a visit that was closed as
/// *not purchased* is corrected, and what it had planned is taken back too. The caller then asks the rules about the
/// visit again.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn join(ledger: &mut Ledger<'_, '_>, purchase: InteractionId, visit: InteractionId) -> Result<(), Refusal> {
    let before = existing(ledger, visit)?;
    if ledger.world.obligations.get(&visit).is_none() {
        return Err(missing_interaction(visit));
    }
    let bought = move_in(ledger, purchase, visit)?;
    if ledger.world.joined_to(visit).all(|joined| joined.id == purchase)
        && let Some(customer) = before.customer
    {
        // From now on the till counts what was paid in this visit.
        let mut summary = ledger.world.summary(customer);
        summary.add_spend(&before, -1);
        ledger.world.summaries.put(customer, summary);
    }

    let wrong = before.state == InteractionState::Closed && before.detail.outcome != Some(Outcome::Purchased);
    let thanked = bought.detail.thanked_in_person && !before.detail.thanked_in_person;
    let mut after = before.clone();
    if after.detail.purchase.is_none() {
        after.detail.purchase.clone_from(&bought.detail.purchase);
    }
    if wrong {
        after.detail.outcome = Some(Outcome::Purchased);
        after.detail.no_purchase_reason = None;
    }
    after.detail.thanked_in_person |= thanked;
    after.moment = moment_of(ledger, &after);
    if after != before {
        correct(ledger, after)?;
    }
    if wrong {
        let text = "The visit ended with a purchase after all.";
        ledger.cancel_gestures_for(visit, Reason::Corrected, text, |g| g.tone == Tone::Cheerful)?;
    }
    if thanked {
        let text = "Thanked face to face.";
        ledger.cancel_gestures_for(visit, Reason::ThankedInPerson, text, |g| g.tone == Tone::Cheerful)?;
    }
    tell_summary(ledger, visit, purchase)
}

/// Marks a purchase as part of a visit, and takes back what it had planned on its own.
fn move_in(ledger: &mut Ledger<'_, '_>, purchase: InteractionId, visit: InteractionId) -> Result<Interaction, Refusal> {
    let mut bought = existing(ledger, purchase)?;
    if bought.joined != Some(visit) {
        bought.joined = Some(visit);
        bought.version += 1;
        ledger.world.interactions.put(purchase, bought.clone());
        let text = "The purchase belongs to a visit and is answered with it.";
        ledger.cancel_gestures_for(purchase, Reason::Corrected, text, |_| true)?;
    }
    Ok(bought)
}

/// Keeps an interaction that turned out otherwise.
fn correct(ledger: &mut Ledger<'_, '_>, mut after: Interaction) -> Result<(), Refusal> {
    let before = existing(ledger, after.id)?;
    after.version += 1;
    let fields = differing(&before.detail, &after.detail);
    note_interaction(ledger, EventKind::InteractionCorrected, &after, fields);
    ledger.world.interactions.put(after.id, after);
    Ok(())
}

/// A purchase that joined a visit is not spoken of apart from it any more.
fn tell_summary(ledger: &mut Ledger<'_, '_>, visit: InteractionId, purchase: InteractionId) -> Result<(), Refusal> {
    let visit = existing(ledger, visit)?;
    let Some(customer) = visit.customer else { return Ok(()) };
    let mut summary = ledger.world.summary(customer);
    if summary.speaks_of(purchase) {
        return ledger.rebuild_summary(customer);
    }
    summary.see(&visit);
    ledger.world.summaries.put(customer, summary);
    Ok(())
}

/// What an interaction leaves behind that was taken out of its story.
#[derive(Debug, Default)]
pub struct Left {
    /// The visit that may have ended without a purchase now.
    visit: Option<InteractionId>,
    /// What was answered with it: the purchases in it, and visits that were the same.
    rest: Vec<InteractionId>,
}

/// Takes an interaction out of its story: a purchase leaves its visit, a visit lets go of its purchases and of those
/// that were the same. What is left must be [settled](settle) afterwards.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn leave(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<Left, Refusal> {
    let mut leaving = existing(ledger, id)?;
    if leaving.repeats_visit() {
        is_same_as(ledger, leaving, None);
        return Ok(Left { visit: None, rest: vec![id] });
    }
    let mut left = Left { visit: leaving.joined.take(), rest: Vec::new() };
    if let Some(visit) = left.visit {
        leaving.version += 1;
        ledger.world.interactions.put(id, leaving.clone());
        forget_purchase(ledger, visit, &leaving)?;
    }
    // Without it, the next of those that were the same stands for the others.
    let mut same: Vec<_> = ledger.world.same_visits(id).cloned().collect();
    same.sort_by_key(order);
    let first = same.first().map(|visit| visit.id);
    for visit in same {
        left.rest.push(visit.id);
        let of_first = first.filter(|first| *first != visit.id);
        is_same_as(ledger, visit, of_first);
    }
    let joined: Vec<_> = ledger.world.joined_to(id).cloned().collect();
    for mut purchase in joined {
        purchase.joined = None;
        purchase.version += 1;
        ledger.world.interactions.put(purchase.id, purchase.clone());
        left.rest.push(purchase.id);
        left.visit = Some(id);
        forget_purchase(ledger, id, &purchase)?;
    }
    Ok(left)
}

/// Makes one visit of those of these that are open for a customer at the same place, where different records of theirs
/// had checked in: who comes in again before leaving is still on the same visit (4.2). The one that was opened first
/// stands for the others, which keep what they are and are it again when they [leave]. Of several that one record has,
/// only the first is taken for another's: what was apart before stays so.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn unite_visits(ledger: &mut Ledger<'_, '_>, customer: CustomerId, why: &str) -> Result<(), Refusal> {
    let open = open_visits(ledger, customer, |_| true);
    let at = |location| open.iter().filter(move |it| &it.location == location);
    let same = open.iter().filter_map(|visit| {
        let first_there = at(&visit.location).next()?;
        let first_of_own = at(&visit.location).find(|it| it.own_customer() == visit.own_customer())?;
        let joins = visit.id == first_of_own.id && visit.id != first_there.id;
        joins.then(|| (visit.clone(), first_there.id))
    });
    unite(ledger, customer, same.collect(), Reason::Merged, why)
}

/// Makes one visit again of those of these that are a customer's: they were the same as one that is another's now.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn unite_again(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
    which: &BTreeSet<InteractionId>,
    why: &str,
) -> Result<(), Refusal> {
    let mut open = open_visits(ledger, customer, |it| which.contains(&it.id)).into_iter();
    let Some(first) = open.next() else { return Ok(()) };
    unite(ledger, customer, open.map(|visit| (visit, first.id)).collect(), Reason::Parted, why)
}

/// Makes one visit of an open one that turned out to be a customer's, and of the one that they had open there already:
/// as when they come in again before leaving, they are here once (4.2). The one that was opened first stands for the
/// other.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn unite_with_open(ledger: &mut Ledger<'_, '_>, id: InteractionId, why: &str) -> Result<(), Refusal> {
    let visit = existing(ledger, id)?;
    let Some(customer) = visit.customer else { return Ok(()) };
    let there = open_visits(ledger, customer, |it| it.location == visit.location);
    let is_open = there.iter().any(|it| it.id == id);
    let Some(other) = there.into_iter().find(|it| is_open && it.id != id) else { return Ok(()) };
    let (first, again) = if order(&other) < order(&visit) { (other, visit) } else { (visit, other) };
    unite(ledger, customer, vec![(again, first.id)], Reason::Reattributed, why)
}

/// The open visits of a customer that stand for themselves, in the order in which they were opened.
fn open_visits(
    ledger: &Ledger<'_, '_>,
    customer: CustomerId,
    which: impl Fn(&Interaction) -> bool,
) -> Vec<Interaction> {
    let is_open = |it: &&Interaction| is_visit(it) && it.state == InteractionState::Open && !it.history && which(it);
    let mut open: Vec<_> = ledger.world.interactions_of(customer).filter(is_open).cloned().collect();
    open.sort_by_key(order);
    open
}

fn order(visit: &Interaction) -> (Timestamp, InteractionId) {
    (visit.start_at, visit.id)
}

/// Has each of these visits of a customer be the same as the one beside it.
fn unite(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
    same: Vec<(Interaction, InteractionId)>,
    reason: Reason,
    why: &str,
) -> Result<(), Refusal> {
    if same.is_empty() {
        return Ok(());
    }
    let told: Vec<_> = same.iter().flat_map(|(visit, first)| [visit.id, *first]).collect();
    let bought = || told.iter().flat_map(|visit| ledger.world.joined_to(*visit)).map(|purchase| purchase.id);
    let interactions = told.iter().copied().chain(bought()).collect();
    ledger.require(Needs { interactions, ..Needs::default() })?;
    for (visit, first) in same {
        let also: Vec<_> = ledger.world.same_visits(visit.id).cloned().collect();
        let bought: Vec<_> = ledger.world.joined_to(visit.id).map(|purchase| purchase.id).collect();
        let id = visit.id;
        is_same_as(ledger, visit, Some(first));
        also.into_iter().for_each(|visit| is_same_as(ledger, visit, Some(first)));
        for purchase in bought {
            let left = leave(ledger, purchase)?;
            settle(ledger, left, reason, why)?;
            respond(ledger, purchase)?;
        }
        respond(ledger, id)?;
    }
    ledger.rebuild_summary(customer)
}

/// Keeps that a visit is the same as another, or as none, and tells who watches the place.
fn is_same_as(ledger: &mut Ledger<'_, '_>, mut visit: Interaction, first: Option<InteractionId>) {
    visit.joined = first;
    visit.version += 1;
    note_interaction(ledger, EventKind::InteractionCorrected, &visit, vec!["joined_interaction".to_owned()]);
    ledger.world.interactions.put(visit.id, visit);
}

/// A visit that had its purchase from the till alone does not know of it any more, nor of how it was.
fn forget_purchase(ledger: &mut Ledger<'_, '_>, visit: InteractionId, gone: &Interaction) -> Result<(), Refusal> {
    let mut visit = existing(ledger, visit)?;
    if visit.detail.purchase == gone.detail.purchase {
        visit.detail.purchase = None;
    }
    visit.moment = moment_of(ledger, &visit);
    ledger.world.interactions.put(visit.id, visit);
    Ok(())
}

/// Settles what was left behind: a visit without any purchase ended without one, and what it had planned in thanks is
/// taken back; everything left is answered anew.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn settle(ledger: &mut Ledger<'_, '_>, left: Left, reason: Reason, explanation: &str) -> Result<(), Refusal> {
    let visit = left.visit.map(|visit| existing(ledger, visit)).transpose()?;
    let visit = visit.filter(|visit| visit.state != InteractionState::Voided);
    if let Some(visit) = &visit {
        let mut after = visit.clone();
        let rest = ledger.world.joined_to(visit.id).min_by_key(|i| (i.start_at, i.id));
        if after.detail.purchase.is_none() {
            after.detail.purchase = rest.and_then(|purchase| purchase.detail.purchase.clone());
        }
        let unsold =
            rest.is_none() && after.detail.purchase.is_none() && after.detail.outcome == Some(Outcome::Purchased);
        if unsold {
            after.detail.outcome = None;
            settle_outcome(&mut after.detail, after.end_at.is_some());
        }
        after.moment = moment_of(ledger, &after);
        if after != *visit {
            correct(ledger, after)?;
        }
        if unsold {
            ledger.cancel_gestures_for(visit.id, reason, explanation, |g| g.tone == Tone::Cheerful)?;
        }
    }
    let again: Vec<_> = visit.map(|visit| visit.id).into_iter().chain(left.rest).collect();
    for id in again {
        let interaction = existing(ledger, id)?;
        if let Some(customer) = interaction.customer {
            ledger.require(surroundings(ledger, &interaction, customer))?;
            ledger.rebuild_summary(customer)?;
        }
        respond(ledger, id)?;
    }
    Ok(())
}

fn existing(ledger: &Ledger<'_, '_>, id: InteractionId) -> Result<Interaction, Refusal> {
    ledger.world.interactions.get(&id).cloned().ok_or_else(|| missing_interaction(id))
}
