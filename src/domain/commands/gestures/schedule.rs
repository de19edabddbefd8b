//! A person plans a gesture that no rule makes.

use super::super::Once;
use crate::domain::{
    answer::gate,
    content,
    customer::{Channel, Customer, Purpose},
    gesture::{Content, Gesture, GestureKind, Reason, Terms, Tone},
    ids::{CustomerId, GestureId, InteractionId, LocationId},
    interaction::InteractionState,
    ledger::{Ledger, missing_interaction},
    location::Location,
    money::Money,
    planning::{Plan, Planned, Wish, plan_gesture},
    refusal::{Precondition, Refusal},
    replan::{gesture, missing_gesture},
    rule::OverBudget,
    template::wanted_language,
    when::{Wait, WeeklyHours, local_date},
    world::{Actor, Command, Context, Needs, Replay, Subject, World},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// Plans a gesture through every gate.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Who plans it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// For whom.
    pub customer: CustomerId,
    /// In whose name.
    pub location: LocationId,
    /// What it answers, of the same customer.
    pub interaction: Option<InteractionId>,
    /// Note, call …
    pub kind: GestureKind,
    /// The channels it may take, best first.
    pub channels: Vec<Channel>,
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// Cheerful or caring.
    pub tone: Tone,
    /// 0 to 100.
    pub priority: u8,
    /// Who carries it out.
    pub role: String,
    /// We said we would.
    pub promised: bool,
    /// Not before; now, when not said.
    pub due_at: Option<Timestamp>,
    /// Not at or after; 7 days after it is due, when not said.
    pub deadline_at: Option<Timestamp>,
    /// The day for which it is meant; not together with `deadline_at`.
    pub occasion: Option<Date>,
    /// When it may be carried out; the channel's hours, when not said.
    pub window: Option<WeeklyHours>,
    /// What to say; the words of the kind's starter template, when not said.
    pub content: Option<Content>,
    /// The role of whom it is for in an organisation; anybody's when empty.
    pub recipient: String,
    /// Of a gift, what it is worth, where that is known.
    pub gift_value: Option<Money>,
}

/// How long after it is due a gesture makes sense that a person planned without saying.
const DEADLINE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The same for something that is meant for a day: longer than any, since the day itself ends it.
const OCCASION_DEADLINE: SignedDuration = SignedDuration::from_hours(2 * 24);

/// What was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The gesture as it is now.
    pub gesture: Gesture,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for Schedule {
    type Reply = Scheduled;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: [self.customer].into(),
            locations: [self.location.clone()].into(),
            interactions: self.interaction.into_iter().collect(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Scheduled, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let gesture = match self.weigh(&mut ledger)? {
            Weighed::Stopped(reason, explanation) => {
                let customer = ledger.world.customer(self.customer)?;
                return Err(refused(customer, reason, explanation));
            }
            Weighed::Gesture(gesture) => *gesture,
        };
        ledger.add_gesture(gesture.clone());
        if let Some(interaction) = self.interaction {
            ledger.refresh_obligation(interaction)?;
        }
        self.once.remember(&mut ledger, &Subject::Gesture(gesture.id).to_string());
        Ok(Scheduled { gesture, replayed: false })
    }
}

/// What the gates say of a gesture that a person wants.
pub(super) enum Weighed {
    /// It may be planned so.
    Gesture(Box<Gesture>),
    /// A gate stops it.
    Stopped(Reason, String),
}

impl Schedule {
    /// Takes the gesture through every gate. Adds nothing yet.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], and [`Refusal::Miss`] when something must be loaded first.
    pub(super) fn weigh(&self, ledger: &mut Ledger<'_, '_>) -> Result<Weighed, Refusal> {
        let customer = ledger.world.customer(self.customer)?.clone();
        let location = ledger.world.location(&self.location)?;
        self.check_interaction(ledger, &customer)?;
        let terms = self.terms(ledger.now())?;
        let planned = self.plan(ledger, &customer, &location, &terms)?;
        Ok(match planned {
            Planned::Stopped { reason, explanation } => Weighed::Stopped(reason, explanation),
            Planned::Gesture(plan) => {
                let id = GestureId(ledger.new_id());
                let (state, reason, explanation) = plan.standing(None, String::new());
                let Plan { channel, schedule, unclear, .. } = plan;
                Weighed::Gesture(Box::new(Gesture {
                    id,
                    customer: customer.id,
                    household: customer.household,
                    interaction: self.interaction,
                    case: None,
                    location: location.id.clone(),
                    rule: None,
                    occurrence: id.to_string(),
                    kind: self.kind,
                    channel,
                    purpose: self.purpose,
                    tone: self.tone,
                    priority: self.priority,
                    role: self.role.clone(),
                    group: String::new(),
                    promised: self.promised,
                    state,
                    reason,
                    explanation,
                    schedule,
                    terms,
                    content: self.content(ledger.world, &customer, &location, channel),
                    written: None,
                    with_person: unclear.is_some(),
                    lease: None,
                    perhaps_left: None,
                    taken: None,
                    attempts: 0,
                    completed_at: None,
                    version: 1,
                    created_at: ledger.now(),
                }))
            }
        })
    }

    /// What it answers must be the customer's own, and stand.
    fn check_interaction(&self, ledger: &Ledger<'_, '_>, customer: &Customer) -> Result<(), Refusal> {
        let Some(id) = self.interaction else { return Ok(()) };
        let found = ledger.world.interactions.get(&id).ok_or_else(|| Refusal::not_found("interaction", &id))?;
        let whose = found.customer.map(|id| ledger.world.customer(id)).transpose()?;
        if whose.is_none_or(|whose| whose.id != customer.id) {
            return Err(Refusal::invalid("gesture.interaction", "is not an interaction of this customer"));
        }
        if found.state == InteractionState::Voided {
            let resource = Subject::Interaction(id).to_string();
            let message = format!("{resource} was voided; nothing answers it");
            return Err(Refusal::Precondition { kind: Precondition::InteractionVoided, resource, message });
        }
        ledger.world.obligations.get(&id).map(drop).ok_or_else(|| missing_interaction(id))
    }

    fn terms(&self, now: Timestamp) -> Result<Terms, Refusal> {
        let moment_at = self.due_at.map_or(now, |due| due.max(now));
        let default = if self.occasion.is_some() { OCCASION_DEADLINE } else { DEADLINE };
        let deadline = self.deadline_at.map_or(default, |deadline| deadline.duration_since(moment_at));
        if deadline <= SignedDuration::ZERO {
            return Err(Refusal::invalid("gesture.deadline_time", "must be later than now and than the due time"));
        }
        Ok(Terms {
            channels: self.channels.clone(),
            moment_at,
            wait: Wait::Exact(SignedDuration::ZERO),
            window: self.window.clone(),
            business_days: false,
            deadline,
            fresh_until: None,
            occasion: self.occasion,
            fact: None,
            over_budget: OverBudget::Defer,
            at_their_time: false,
            recipient: self.recipient.clone(),
            gift_value: self.gift_value.clone(),
        })
    }

    fn plan(
        &self,
        ledger: &Ledger<'_, '_>,
        customer: &Customer,
        location: &Location,
        terms: &Terms,
    ) -> Result<Planned, Refusal> {
        if let Some((reason, explanation)) =
            gate(customer, local_date(&TimeZone::UTC, ledger.now())).filter(|(r, _)| *r != Reason::Internal)
        {
            return Ok(Planned::Stopped { reason, explanation: explanation.to_owned() });
        }
        let wish = Wish {
            customer,
            location,
            kind: self.kind,
            purpose: self.purpose,
            tone: self.tone,
            promised: self.promised,
            terms,
            role: &self.role,
            anew: None,
        };
        plan_gesture(ledger.world, &wish, ledger.now())
    }

    fn content(&self, world: &World, customer: &Customer, location: &Location, channel: Channel) -> Content {
        match self.content.clone() {
            Some(own) if own.language.is_empty() => {
                let recipient = customer.facing(&self.recipient, channel);
                Content { language: wanted_language(&recipient, location).to_owned(), ..own }
            }
            Some(own) => own,
            None => {
                content::of_kind(world, self.kind, &customer.facing(&self.recipient, channel), location, None, channel)
            }
        }
    }
}

/// The gate that stopped it, as a refusal; its explanation names the next possible time, where there is one.
pub(super) fn refused(customer: &Customer, reason: Reason, message: String) -> Refusal {
    let kind = match reason {
        Reason::TooLate | Reason::Stale => Precondition::TooLate,
        Reason::NoConsent => Precondition::NoConsent,
        Reason::OverBudget => Precondition::OverBudget,
        Reason::NoOpening | Reason::CallCapacity => Precondition::NoOpening,
        Reason::GiftLimit => Precondition::GiftLimit,
        _ => Precondition::CustomerInactive,
    };
    Refusal::Precondition { kind, resource: Subject::Customer(customer.id).to_string(), message }
}

fn replayed(world: &World, resource: &str) -> Result<Scheduled, Refusal> {
    let id = resource.strip_prefix("gestures/").and_then(|id| id.parse().ok()).map(GestureId);
    let id = id.ok_or_else(|| Refusal::NotFound { kind: "gesture", name: resource.to_owned() })?;
    let gesture = gesture(world, id).map_err(|_| missing_gesture(id))?;
    Ok(Scheduled { gesture, replayed: true })
}
