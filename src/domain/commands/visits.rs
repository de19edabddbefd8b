//! Somebody comes in, and leaves.

use super::{
    Once, place,
    record::{Recorded, days_around, enter, impossible, interaction_id, respond, settle_outcome},
    story::{self, Span},
    who::Who,
};
use crate::domain::{
    answer::{heed_misery, local_date, note_interaction},
    ids::{CustomerId, InteractionId, LocationId},
    interaction::{
        Detail, Direction, Emotion, Interaction, InteractionChannel, InteractionKind, InteractionState,
        NoPurchaseReason, Outcome, Purchase,
    },
    ledger::{Ledger, missing_interaction},
    limits::{CLOCK_SKEW_MAX, LIST_MAX},
    moment,
    refusal::{Precondition, Refusal, Violation},
    replan::heed_visit,
    settings::Settings,
    world::{Actor, Command, Context, EventKind, Needs, Replay, World},
};
use jiff::{Timestamp, civil::Date};
use std::sync::Arc;

/// Opens a visit, or finds the one that is open. One that has ended stays as it is: who comes back after leaving
/// begins another, and is still thanked once that day, since the rules of a group act once a day.
#[derive(Debug, Clone)]
pub struct CheckIn {
    /// Who checks in the customer.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// Who came.
    pub who: Who,
    /// Where.
    pub location: LocationId,
    /// When, by the desk's clock; now, when not said.
    pub at: Option<Timestamp>,
    /// Who serves.
    pub staff: String,
    /// When the customer means to leave.
    pub expected_end: Option<Timestamp>,
    /// What a stranger looks like or is called.
    pub stranger: String,
    /// The settings that say how far around it the other half of its story is looked for.
    pub settings: Arc<Settings>,
    /// The instant of the call.
    pub now: Timestamp,
}

impl Command for CheckIn {
    type Reply = Recorded;

    fn needs(&self) -> Needs {
        let at = self.at.unwrap_or(self.now);
        let span = Span::new(at, None, self.expected_end, &self.settings);
        let mut needs = Needs {
            keys: self.once.keys.iter().cloned().collect(),
            locations: [self.location.clone()].into(),
            neighbours: [story::neighbourhood(&self.location, span, &self.settings)].into(),
            ..Needs::default()
        };
        self.who.add_needs(&mut needs);
        needs
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Recorded, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return Recorded::read(ledger.world, interaction_id(&resource)?, true);
        }
        let at = self.at.unwrap_or(ledger.context.now);
        self.check_times(at, ledger.now())?;
        let location = ledger.world.location(&self.location)?;
        let found = self.who.resolve_present(&mut ledger)?;
        let open = found.customer.and_then(|customer| self.same_visit(&ledger, customer, at));
        let id = match open {
            Some(visit) => visit,
            None => {
                let date = local_date(&ledger, &location, at)?;
                let mut detail = Detail::new(InteractionKind::Visit, InteractionChannel::InStore, Direction::Inbound);
                detail.staff.clone_from(&self.staff);
                detail.expected_end = self.expected_end;
                detail.stranger.clone_from(&self.stranger);
                let visit = Interaction {
                    id: InteractionId(ledger.new_id()),
                    customer: found.customer,
                    recorded_customer: found.recorded,
                    origin: found.origin(),
                    candidates: found.candidates,
                    state: InteractionState::Open,
                    location: self.location.clone(),
                    moment: moment::judge(&detail, &[]),
                    detail,
                    start_at: at,
                    end_at: None,
                    received_at: ledger.now(),
                    local_date: date,
                    journey: None,
                    joined: None,
                    history: false,
                    void_reason: None,
                    version: 1,
                };
                let id = visit.id;
                enter(&mut ledger, visit)?;
                if let Some(customer) = found.customer {
                    heed_visit(&mut ledger, customer, "They are on a visit: the clock of that place counts.")?;
                }
                id
            }
        };
        self.once.remember(&mut ledger, &format!("interactions/{id}"));
        Recorded::read(ledger.world, id, open.is_some())
    }
}

impl CheckIn {
    fn check_times(&self, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        let mut wrong: Vec<_> = impossible("start_time", at, CLOCK_SKEW_MAX, now).into_iter().collect();
        if self.expected_end.is_some_and(|end| end < at) {
            wrong.push(Violation::new("expected_end_time", "must not be before `start_time`"));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Invalid(wrong)) }
    }

    /// Who comes in again before leaving is still on the same visit; so is who, by the desk's clock, comes in up to
    /// [`Settings::same_visit_within`] before the visit that is open already.
    fn same_visit(&self, ledger: &Ledger<'_, '_>, customer: CustomerId, at: Timestamp) -> Option<InteractionId> {
        let within = ledger.world.settings.same_visit_within;
        ledger
            .world
            .interactions_of(customer)
            .filter(|i| i.detail.kind == InteractionKind::Visit && i.location == self.location)
            .filter(|i| i.state == InteractionState::Open && i.joined.is_none())
            .filter(|i| i.start_at.duration_since(at) <= within)
            .max_by_key(|i| (i.start_at, i.id))
            .map(|i| i.id)
    }
}

/// Ends an open visit with its outcome.
#[derive(Debug, Clone)]
pub struct Close {
    /// Who closes it.
    pub actor: Actor,
    /// By what a repetition is recognised; empty for the service's own closing.
    pub once: Option<Once>,
    /// The visit.
    pub id: InteractionId,
    /// How it ended.
    pub ending: Ending,
    /// The instant of the call.
    pub now: Timestamp,
}

/// How a visit ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ending {
    /// Bought or not.
    pub outcome: Option<Outcome>,
    /// Why nothing was bought.
    pub no_purchase_reason: Option<NoPurchaseReason>,
    /// When; now, when not said.
    #[serde(rename = "end_time")]
    pub end_at: Option<Timestamp>,
    /// What was bought.
    pub purchase: Option<Purchase>,
    /// What they looked at.
    pub items_looked_at: Vec<String>,
    /// How they felt.
    #[serde(rename = "mood")]
    pub emotion: Option<Emotion>,
    /// Free words.
    pub remarks: String,
    /// Thanked face to face.
    pub thanked_in_person: bool,
}

impl Command for Close {
    type Reply = Recorded;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.iter().flat_map(|once| once.keys.iter().cloned()).collect(),
            interactions: [self.id].into(),
            days: self.days().collect(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Recorded, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Some(once) = &self.once
            && let Replay::Of(resource) = once.replay(&ledger)?
        {
            return Recorded::read(ledger.world, interaction_id(&resource)?, true);
        }
        let before = self.visit(&ledger)?;
        let id = before.id;
        check_open(&before)?;
        // All that comes with it: its place, and whoever else is in the story.
        ledger.world.obligations.get(&id).ok_or_else(|| missing_interaction(id))?;
        if let Some(customer) = before.customer.filter(|_| !self.days().any(|day| day == before.local_date)) {
            ledger.require(story::surroundings(&ledger, &before, customer))?;
        }
        let after = self.ending.apply(&before, &ledger)?;
        ledger.world.interactions.put(id, after.clone());
        ledger.recount_interaction(&before, &after);
        note_interaction(&mut ledger, EventKind::InteractionClosed, &after, vec!["outcome".to_owned()]);
        heed_misery(&mut ledger, id)?;
        respond(&mut ledger, id)?;
        if let Some(customer) = after.customer {
            heed_visit(&mut ledger, customer, "Their visit is over: their own clock counts.")?;
        }
        if let Some(once) = &self.once {
            once.remember(&mut ledger, &format!("interactions/{id}"));
        }
        Recorded::read(ledger.world, id, false)
    }
}

impl Close {
    /// The visit that ends. Somebody who names one that turned out to be the same as another ends that one; by itself
    /// each ends when its own time is over, so that it is true of it if they are told apart again.
    fn visit(&self, ledger: &Ledger<'_, '_>) -> Result<Interaction, Refusal> {
        let known = |id| ledger.world.interactions.get(&id).cloned();
        let named = known(self.id).ok_or_else(|| Refusal::not_found("interaction", &self.id))?;
        match named.joined.filter(|_| self.once.is_some() && named.repeats_visit()) {
            Some(same) => known(same).ok_or_else(|| missing_interaction(same)),
            None => Ok(named),
        }
    }

    /// The days on which the visit most likely began.
    fn days(&self) -> impl Iterator<Item = Date> {
        self.ending.end_at.into_iter().chain([self.now]).flat_map(days_around)
    }
}

fn check_open(interaction: &Interaction) -> Result<(), Refusal> {
    let resource = format!("interactions/{}", interaction.id);
    let (kind, message) = match interaction.state {
        InteractionState::Open => return Ok(()),
        InteractionState::Closed => (
            Precondition::InteractionNotOpen,
            format!("{resource} is closed already; record a new interaction with `replaces` to correct it"),
        ),
        InteractionState::Voided => (Precondition::InteractionVoided, format!("{resource} was voided")),
    };
    Err(Refusal::Precondition { kind, resource, message })
}

impl Ending {
    fn apply(&self, before: &Interaction, ledger: &Ledger<'_, '_>) -> Result<Interaction, Refusal> {
        let now = ledger.now();
        let end_at = self.end_at.unwrap_or(now);
        let mut after = before.clone();
        let detail = &mut after.detail;
        if self.purchase.is_some() {
            detail.purchase.clone_from(&self.purchase);
        }
        detail.outcome = self.outcome;
        detail.no_purchase_reason = self.no_purchase_reason;
        let sold = ledger.world.joined_to(before.id).next().is_some() || detail.purchase.is_some();
        if sold && detail.outcome != Some(Outcome::Purchased) {
            // The till knows better than who saw the customer leave. What one call says of both must agree.
            detail.outcome = Some(Outcome::Purchased);
            detail.no_purchase_reason = None;
        }
        settle_outcome(detail, true);
        detail.items_looked_at.extend(self.items_looked_at.iter().cloned());
        if self.emotion.is_some() {
            detail.emotion.clone_from(&self.emotion);
        }
        if !self.remarks.is_empty() {
            detail.remarks.clone_from(&self.remarks);
        }
        detail.thanked_in_person |= self.thanked_in_person;
        let mut wrong: Vec<_> = detail.violations().into_iter().map(of_ending).collect();
        if self.purchase.is_some() && self.outcome.is_some_and(|outcome| outcome != Outcome::Purchased) {
            wrong.push(Violation::new("purchase", "goes only with the outcome PURCHASED"));
        }
        if detail.items_looked_at.len() > LIST_MAX {
            let text = format!("must not be more than {LIST_MAX} with those noted before");
            wrong.push(Violation::new("items_looked_at", text));
        }
        if end_at < before.start_at {
            wrong.push(Violation::new("end_time", "must not be before the visit's `start_time`"));
        } else if end_at.duration_since(now) > CLOCK_SKEW_MAX {
            wrong.push(Violation::new("end_time", "must not be more than 24 hours ahead of now"));
        }
        if !wrong.is_empty() {
            return Err(Refusal::Invalid(wrong));
        }
        after.journey = place::of_closed(ledger, &*ledger.world.location(&after.location)?, &after)?;
        after.moment = story::moment_of(ledger, &after);
        after.state = InteractionState::Closed;
        after.end_at = Some(end_at);
        after.version += 1;
        Ok(after)
    }
}

/// A violation of a visit's detail, by the name its field has when the visit is closed.
fn of_ending(violation: Violation) -> Violation {
    let field = violation.field.strip_prefix("interaction.").unwrap_or(&violation.field).to_owned();
    Violation { field, ..violation }
}
