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
    /// The purchases whose visit it was.
    purchases: Vec<InteractionId>,
}

/// Takes an interaction out of its story: a purchase leaves its visit, a visit lets go of its purchases. What is left
/// must be [settled](settle) afterwards.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn leave(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<Left, Refusal> {
    let mut leaving = existing(ledger, id)?;
    let mut left = Left { visit: leaving.joined.take(), purchases: Vec::new() };
    if let Some(visit) = left.visit {
        leaving.version += 1;
        ledger.world.interactions.put(id, leaving.clone());
        forget_purchase(ledger, visit, &leaving)?;
    }
    let joined: Vec<_> = ledger.world.joined_to(id).cloned().collect();
    for mut purchase in joined {
        purchase.joined = None;
        purchase.version += 1;
        ledger.world.interactions.put(purchase.id, purchase.clone());
        left.purchases.push(purchase.id);
        left.visit = Some(id);
        forget_purchase(ledger, id, &purchase)?;
    }
    Ok(left)
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
    let again: Vec<_> = visit.map(|visit| visit.id).into_iter().chain(left.purchases).collect();
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
