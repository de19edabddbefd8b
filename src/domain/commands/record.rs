//! An interaction comes in: dedupe → who → fact and summary → rules → obligation and gestures.

use super::{
    Once,
    correct::take_back,
    outreach, place,
    story::{self, Span},
    who::{Found, Who},
};
use crate::domain::{
    answer::{answer, heed_misery, local_date, note_interaction},
    gesture::{Gesture, Reason, Tone},
    ids::{InteractionId, LocationId},
    interaction::{Detail, Interaction, InteractionKind, InteractionState, NoPurchaseReason, Outcome},
    ledger::{Ledger, missing_interaction},
    limits::{CLOCK_SKEW_MAX, FIRST_YEAR},
    moment,
    obligation::{Obligation, unanswered},
    refusal::{Refusal, Violation},
    settings::Settings,
    upcoming,
    world::{Actor, Command, Context, EventKind, Needs, Replay, World},
};
use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use std::{collections::BTreeSet, sync::Arc};

/// Records an interaction.
#[derive(Debug, Clone)]
pub struct Record {
    /// Who records it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// Who it is about.
    pub who: Who,
    /// What happened.
    pub new: NewInteraction,
    /// The settings that say how far around it the other half of its story is looked for.
    pub settings: Arc<Settings>,
    /// The instant of the call.
    pub now: Timestamp,
}

/// What a source says happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInteraction {
    /// Where.
    pub location: LocationId,
    /// When it began; now, when not said.
    pub start_at: Option<Timestamp>,
    /// When it ended; when it began, when not said of what is over at once.
    pub end_at: Option<Timestamp>,
    /// Counted, never thanked.
    pub history: bool,
    /// The rest.
    pub detail: Detail,
}

/// An interaction as it stands, with what it is owed and what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The interaction.
    pub interaction: Interaction,
    /// What it is owed.
    pub obligation: Obligation,
    /// The gestures that answer it, its visit's where it joined one.
    pub gestures: Vec<Gesture>,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Recorded {
    /// An interaction as it stands.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when it is not loaded.
    pub fn read(world: &World, id: InteractionId, replayed: bool) -> Result<Self, Refusal> {
        let missing = || missing_interaction(id);
        let interaction = world.interactions.get(&id).cloned().ok_or_else(missing)?;
        let obligation = world.obligations.get(&id).cloned().ok_or_else(missing)?;
        let mut gestures: Vec<_> = world.gestures_for(interaction.joined.unwrap_or(id)).cloned().collect();
        gestures.sort_by_key(|g| (g.schedule.due_at, g.id));
        Ok(Self { interaction, obligation, gestures, replayed })
    }
}

impl Command for Record {
    type Reply = Recorded;

    fn needs(&self) -> Needs {
        let detail = &self.new.detail;
        let mut needs = Needs {
            keys: self.once.keys.iter().cloned().collect(),
            locations: [self.new.location.clone()].into(),
            interactions: detail.replaces.into_iter().collect(),
            ..Needs::default()
        };
        self.who.add_needs(&mut needs);
        if detail.kind == InteractionKind::Return {
            needs.subjects.extend(detail.subject.clone());
        }
        let start = self.new.start_at.unwrap_or(self.now);
        if matches!(detail.kind, InteractionKind::Visit | InteractionKind::Purchase) {
            let span = Span::new(start, self.new.end_at, detail.expected_end, &self.settings);
            needs.neighbours.insert(story::neighbourhood(&self.new.location, span, &self.settings));
        }
        needs.days.extend(days_around(start));
        needs
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Recorded, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            let id = interaction_id(&resource)?;
            return Recorded::read(ledger.world, id, true);
        }
        let id = self.enter(&mut ledger)?;
        self.once.remember(&mut ledger, &format!("interactions/{id}"));
        Recorded::read(ledger.world, id, false)
    }
}

impl Record {
    fn enter(&self, ledger: &mut Ledger<'_, '_>) -> Result<InteractionId, Refusal> {
        let violations = self.new.violations(ledger.now());
        if !violations.is_empty() {
            return Err(Refusal::Invalid(violations));
        }
        let location = ledger.world.location(&self.new.location)?;
        let replaced = self.replaced(ledger)?;
        let found = self.who.resolve(ledger)?;
        let start_at = self.new.start_at.unwrap_or(ledger.context.now);
        let date = local_date(ledger, &location, start_at)?;
        let mut interaction = self.new.interaction(InteractionId(ledger.new_id()), found, start_at, date, ledger.now());
        interaction.journey = place::of_recorded(ledger, &location, &interaction)?;
        interaction.moment = moment::judge(&interaction.detail, interaction.verdicts());
        let id = interaction.id;
        // What the replaced one leaves behind is settled last: most often the new one takes its place in the story.
        let text = "A later record replaces it.";
        let left = replaced.map(|replaced| take_back(ledger, replaced, Reason::Replaced, text)).transpose()?;
        enter(ledger, interaction)?;
        story::settle(ledger, left.unwrap_or_default(), Reason::Replaced, text)?;
        if self.new.detail.kind == InteractionKind::Return {
            self.heed_return(ledger)?;
        }
        Ok(id)
    }

    fn replaced(&self, ledger: &Ledger<'_, '_>) -> Result<Option<Interaction>, Refusal> {
        let Some(id) = self.new.detail.replaces else { return Ok(None) };
        let found = ledger.world.interactions.get(&id).cloned();
        found.map(Some).ok_or_else(|| Refusal::not_found("interaction", &id))
    }

    /// What came back is not thanked for any more.
    fn heed_return(&self, ledger: &mut Ledger<'_, '_>) -> Result<(), Refusal> {
        let Some(subject) = &self.new.detail.subject else { return Ok(()) };
        let came_back = |i: &&Interaction| i.detail.subject.as_ref() == Some(subject);
        let sold = ledger.world.interactions.values().filter(|i| i.detail.outcome == Some(Outcome::Purchased));
        let mut answered: BTreeSet<_> = sold.filter(came_back).map(|i| i.joined.unwrap_or(i.id)).collect();
        // A visit is still thanked for while something that was bought in it is kept.
        answered.retain(|visit| ledger.world.joined_to(*visit).all(|purchase| came_back(&purchase)));
        for id in answered {
            let text = "What was bought came back.";
            ledger.cancel_gestures_for(id, Reason::Returned, text, |g| g.tone == Tone::Cheerful)?;
        }
        Ok(())
    }
}

/// The local days on which an instant may fall, whatever the zone.
pub fn days_around(at: Timestamp) -> impl Iterator<Item = jiff::civil::Date> {
    let day = TimeZone::UTC.to_datetime(at).date();
    [day.yesterday().ok(), Some(day), day.tomorrow().ok()].into_iter().flatten()
}

/// Enters an interaction into the ledger: summary, story, misery, rules, obligation.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn enter(ledger: &mut Ledger<'_, '_>, mut interaction: Interaction) -> Result<(), Refusal> {
    let id = interaction.id;
    interaction.joined = story::visit_of(ledger, &interaction);
    ledger.world.interactions.put(id, interaction.clone());
    ledger.world.obligations.put(id, unanswered(&interaction, ledger.now()));
    ledger.count_interaction(&interaction)?;
    let kind = match interaction.state {
        InteractionState::Open => EventKind::InteractionOpened,
        InteractionState::Closed | InteractionState::Voided => EventKind::InteractionRecorded,
    };
    note_interaction(ledger, kind, &interaction, Vec::new());
    outreach::count(ledger, id)?;
    heed_misery(ledger, id)?;
    respond(ledger, id)
}

/// Joins an interaction to its story, and answers it and all that belong to it.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn respond(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
    let interaction = ledger.world.interactions.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
    let bought_in = interaction.joined.filter(|_| !interaction.repeats_visit());
    if let Some(visit) = bought_in.or_else(|| story::visit_of(ledger, &interaction)) {
        story::join(ledger, id, visit)?;
        answer(ledger, visit)?;
    }
    for purchase in story::purchases_of(ledger, &interaction) {
        story::join(ledger, purchase, id)?;
        answer(ledger, purchase)?;
    }
    answer(ledger, id)?;
    interaction.customer.map_or(Ok(()), |customer| upcoming::heed_return(ledger, customer))
}

impl NewInteraction {
    /// What was said, as one object whose fields have the contract's names: what repetitions are compared by.
    #[must_use]
    pub fn said(&self) -> serde_json::Value {
        let mut said = serde_json::to_value(&self.detail).unwrap_or_default();
        if let Some(fields) = said.as_object_mut() {
            let times = [("start_time", self.start_at), ("end_time", self.end_at)];
            fields.extend(
                times.into_iter().filter_map(|(field, at)| at.map(|at| (field.to_owned(), at.to_string().into()))),
            );
            fields.insert("location".to_owned(), self.location.to_string().into());
            fields.insert("history".to_owned(), self.history.into());
            // Callers know these by the contract's names.
            for (kept, called) in [
                ("expected_end", "expected_end_time"),
                ("response", "response_duration"),
                ("promised_at", "promised_time"),
                ("fulfilled_at", "fulfilled_time"),
            ] {
                if let Some(value) = fields.remove(kept) {
                    fields.insert(called.to_owned(), value);
                }
            }
        }
        said
    }

    fn interaction(
        &self,
        id: InteractionId,
        found: Found,
        start_at: Timestamp,
        local_date: jiff::civil::Date,
        now: Timestamp,
    ) -> Interaction {
        let mut detail = self.detail.clone();
        settle_outcome(&mut detail, self.end_at.is_some());
        let open = detail.outcome.is_none();
        Interaction {
            id,
            customer: found.customer,
            recorded_customer: found.recorded,
            origin: found.origin(),
            candidates: found.candidates,
            state: if open { InteractionState::Open } else { InteractionState::Closed },
            location: self.location.clone(),
            moment: moment::judge(&detail, &[]),
            detail,
            start_at,
            end_at: if open { None } else { Some(self.end_at.unwrap_or(start_at)) },
            received_at: now,
            local_date,
            journey: None,
            joined: None,
            history: self.history,
            void_reason: None,
            version: 1,
        }
    }

    /// What is wrong with the interaction's times and figures, all at once.
    #[must_use]
    pub fn violations(&self, now: Timestamp) -> Vec<Violation> {
        let mut found = Vec::new();
        let times = [
            ("start_time", self.start_at, CLOCK_SKEW_MAX),
            ("end_time", self.end_at, CLOCK_SKEW_MAX),
            ("fulfilled_time", self.detail.fulfilled_at, CLOCK_SKEW_MAX),
            ("promised_time", self.detail.promised_at, SignedDuration::MAX),
            ("expected_end_time", self.detail.expected_end, SignedDuration::MAX),
        ];
        for (field, at, ahead) in times {
            let field = format!("interaction.{field}");
            found.extend(at.and_then(|at| impossible(&field, at, ahead, now)));
        }
        let start = self.start_at.unwrap_or(now);
        for (field, at) in [("end_time", self.end_at), ("expected_end_time", self.detail.expected_end)] {
            if at.is_some_and(|at| at < start) {
                found.push(Violation::new(format!("interaction.{field}"), "must not be before `start_time`"));
            }
        }
        found.extend(self.detail.violations());
        found
    }
}

/// What is wrong with an instant, if it lies before any that is taken or too far ahead.
pub fn impossible(field: &str, at: Timestamp, ahead: SignedDuration, now: Timestamp) -> Option<Violation> {
    let first = date(FIRST_YEAR, 1, 1).to_zoned(TimeZone::UTC).map(|z| z.timestamp()).unwrap_or(Timestamp::MIN);
    let wrong = if at < first {
        format!("must not be before the year {FIRST_YEAR}")
    } else if at.duration_since(now) > ahead {
        format!("must not be more than {} hours ahead of now", ahead.as_hours())
    } else {
        return None;
    };
    Some(Violation::new(field, wrong))
}

impl Detail {
    /// What is wrong with the figures, all at once. Paths begin with `interaction.`.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut check = |field: &str, fits: bool, rule: &str| {
            if !fits {
                found.push(Violation::new(format!("interaction.{field}"), rule));
            }
        };
        check("effort", self.effort.is_none_or(|n| (1..=7).contains(&n)), "must be 1 to 7");
        check("satisfaction", self.satisfaction.is_none_or(|n| (1..=5).contains(&n)), "must be 1 to 5");
        check("recommendation", self.recommendation.is_none_or(|n| n <= 10), "must be 0 to 10");
        check("response_duration", self.response.is_none_or(|d| !d.is_negative()), "must not be negative");
        if let Some(emotion) = &self.emotion {
            check("emotion.satisfaction", (-2..=2).contains(&emotion.satisfaction), "must be -2 to 2");
            check("emotion.intensity", (1..=5).contains(&emotion.intensity), "must be 1 to 5");
        }
        if let Some(purchase) = &self.purchase {
            check("purchase.total", purchase.total.as_ref().is_none_or(|m| m.micros >= 0), "must not be negative");
            for (n, item) in purchase.items.iter().enumerate() {
                check(&format!("purchase.items[{n}].quantity"), item.quantity >= 1, "must be at least 1");
                let price = item.price.as_ref().is_none_or(|m| m.micros >= 0);
                check(&format!("purchase.items[{n}].price"), price, "must not be negative");
            }
        }
        let unbought = matches!(self.outcome, Some(Outcome::NotPurchased | Outcome::Abandoned));
        check(
            "no_purchase_reason",
            self.no_purchase_reason.is_none() || unbought,
            "goes only with the outcome NOT_PURCHASED or ABANDONED",
        );
        let sold = !matches!(self.outcome, Some(Outcome::NotPurchased));
        check("purchase", self.purchase.is_none() || sold, "does not go with the outcome NOT_PURCHASED");
        let bought = self.outcome.is_none_or(|outcome| outcome == Outcome::Purchased);
        check("outcome", self.kind != InteractionKind::Purchase || bought, "must be PURCHASED for a purchase");
        found
    }
}

/// Settles the outcome of what is over: a purchase was purchased, a visit that ended with nothing said of its outcome
/// was not, and what had nothing to settle informed. A visit with neither end nor outcome stays open.
pub fn settle_outcome(detail: &mut Detail, ended: bool) {
    if detail.outcome.is_none() {
        detail.outcome = match detail.kind {
            InteractionKind::Purchase => Some(Outcome::Purchased),
            InteractionKind::Visit if detail.purchase.is_some() => Some(Outcome::Purchased),
            InteractionKind::Visit if ended => Some(Outcome::NotPurchased),
            InteractionKind::Visit => None,
            _ => Some(Outcome::Informed),
        };
    }
    if matches!(detail.outcome, Some(Outcome::NotPurchased | Outcome::Abandoned)) {
        detail.no_purchase_reason.get_or_insert(NoPurchaseReason::Unknown);
    }
}

/// The id in an interaction's name.
///
/// # Errors
/// When it is none, which a stored key never has.
pub fn interaction_id(resource: &str) -> Result<InteractionId, Refusal> {
    resource
        .strip_prefix("interactions/")
        .and_then(|id| id.parse().ok())
        .map(InteractionId)
        .ok_or_else(|| Refusal::NotFound { kind: "interaction", name: resource.to_owned() })
}
