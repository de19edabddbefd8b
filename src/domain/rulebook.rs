//! The enabled rules, compiled, and what their conditions may read.

use super::{
    customer::Customer,
    filter::{Field, Filter, FilterError, RULE_CONDITIONS, Schema, TIME_RULE_CONDITIONS, Value},
    ids::RuleId,
    interaction::Interaction,
    location::Location,
    rule::{DateKind, Rule, Trigger},
    summary::Summary,
    upcoming::{Upcoming, is_unspoken_for},
};
use jiff::civil::Date;

/// The enabled rules, strongest first.
#[derive(Debug, Default)]
pub struct RuleBook {
    rules: Vec<CompiledRule>,
}

/// A rule whose condition was read.
#[derive(Debug)]
pub struct CompiledRule {
    /// The rule.
    pub rule: Rule,
    /// Its condition.
    pub condition: Filter,
}

impl CompiledRule {
    /// Reads the condition of a rule.
    ///
    /// # Errors
    /// When the condition cannot be read.
    pub fn new(rule: Rule) -> Result<Self, FilterError> {
        let definition = &rule.definition;
        let condition = Filter::parse(&definition.condition, conditions(&definition.trigger))?;
        Ok(Self { rule, condition })
    }

    /// The first thing about the facts that keeps the rule from matching, or `None` when it matches.
    #[must_use]
    pub fn first_failed(&self, facts: &Facts<'_>) -> Option<String> {
        let misfit = misfit(&self.rule.definition.trigger, facts);
        if let Some(property) = misfit {
            return Some(format!("trigger: {property}"));
        }
        self.condition.first_failed(&|field| facts.read(field)).map(ToString::to_string)
    }

    /// Whether causes of this kind are looked at by the rule at all.
    #[must_use]
    pub const fn heeds(&self, cause: &Cause<'_>) -> bool {
        match cause {
            Cause::Interaction { .. } => !self.rule.definition.trigger.is_of_time(),
            Cause::Upcoming { what, .. } => self.heeds_kind(what),
        }
    }

    /// Whether days or silences of this kind are.
    #[must_use]
    pub const fn heeds_kind(&self, what: &Upcoming) -> bool {
        matches!(
            (what, &self.rule.definition.trigger),
            (Upcoming::Birthday { .. } | Upcoming::ImportantDate { .. }, Trigger::ImportantDate { .. })
                | (Upcoming::Anniversary { .. }, Trigger::Anniversary { .. })
                | (Upcoming::Silence { .. }, Trigger::Silence)
                | (Upcoming::Unspoken { .. }, Trigger::Unspoken { .. })
        )
    }

    /// Whether the rule asks for the customer's history, which changes from day to day.
    #[must_use]
    pub fn looks_at_history(&self) -> bool {
        let mut history = matches!(self.rule.definition.trigger, Trigger::Milestone { .. });
        for clause in self.condition.clauses() {
            clause.each_test(&mut |test| history |= test.field.path().starts_with("summary."));
        }
        history
    }

    /// What makes a match unique for this rule (P4): the story it belongs to, the milestone, the day or the silence.
    #[must_use]
    pub fn occurrence(&self, facts: &Facts<'_>) -> String {
        let customer = facts.customer.id;
        match (facts.cause, &self.rule.definition.trigger) {
            (Cause::Upcoming { what, .. }, _) => what.occurrence(customer),
            (Cause::Interaction { .. }, Trigger::Milestone { .. }) => {
                format!("{customer}/visit/{}", facts.summary.visit_days)
            }
            // By whose it would be without merges, so that neither a merge nor its end makes another occurrence of it.
            (Cause::Interaction { interaction, .. }, _) => {
                let own = interaction.own_customer();
                if interaction.recorded_customer == own {
                    interaction.id.to_string()
                } else {
                    // Attributed later: whose it was before does not take the thanks from whose it is.
                    format!("{}/{}", interaction.id, own.unwrap_or(customer))
                }
            }
        }
    }
}

/// The fields that the condition of a rule may name: without an interaction, none of one.
#[must_use]
pub const fn conditions(trigger: &Trigger) -> &'static Schema {
    if trigger.is_of_time() { &TIME_RULE_CONDITIONS } else { &RULE_CONDITIONS }
}

/// The first property by which a cause is not what sets a trigger off.
fn misfit(trigger: &Trigger, facts: &Facts<'_>) -> Option<&'static str> {
    let unless = |fits: bool, property| (!fits).then_some(property);
    match (facts.cause, trigger) {
        (Cause::Interaction { interaction, .. }, Trigger::Interaction(pattern)) => {
            pattern.misfit(&interaction.detail, interaction.moment.kind)
        }
        (Cause::Interaction { on_latest_visit_day, .. }, Trigger::Milestone { visit_days }) => {
            unless(on_latest_visit_day, "latest visit day")
                .or_else(|| unless(visit_days.contains(&facts.summary.visit_days), "visit_days"))
        }
        (Cause::Upcoming { what, today }, trigger) => misfit_of_time(what, today, trigger, facts),
        (Cause::Interaction { .. }, _) => Some("no interaction sets it off"),
    }
}

fn misfit_of_time(what: Upcoming, today: Date, trigger: &Trigger, facts: &Facts<'_>) -> Option<&'static str> {
    let unless = |fits: bool, property| (!fits).then_some(property);
    let asked = |kinds: &[DateKind], kind| kinds.is_empty() || kinds.contains(&kind);
    match (what, trigger) {
        (Upcoming::Birthday { .. }, Trigger::ImportantDate { kinds, .. }) => {
            unless(asked(kinds, DateKind::Birthday), "kinds")
        }
        (Upcoming::ImportantDate { fact, .. }, Trigger::ImportantDate { kinds, words }) => {
            unless(asked(kinds, DateKind::ImportantDate), "kinds").or_else(|| {
                let text = facts.customer.profile.facts.iter().find(|it| it.id == fact)?.text.to_lowercase();
                let said = words.is_empty() || words.iter().any(|word| text.contains(&word.to_lowercase()));
                unless(said, "words")
            })
        }
        (Upcoming::Anniversary { on }, Trigger::Anniversary { years }) => {
            let passed = facts.summary.first_visit.map_or(0, |first| i32::from(on.year()) - i32::from(first.year()));
            let asked = years.is_empty() || u32::try_from(passed).is_ok_and(|passed| years.contains(&passed));
            unless(asked, "years")
        }
        (Upcoming::Silence { .. }, Trigger::Silence) => None,
        (Upcoming::Unspoken { since }, Trigger::Unspoken { days }) => {
            unless(is_unspoken_for(facts.summary, since, *days, today), "days")
        }
        _ => Some("another day or silence sets it off"),
    }
}

impl RuleBook {
    /// A book of these rules.
    #[must_use]
    pub fn new(mut rules: Vec<CompiledRule>) -> Self {
        rules.sort_by(|a, b| {
            let strength = |r: &CompiledRule| std::cmp::Reverse(r.rule.definition.action.priority);
            (strength(a), &a.rule.id).cmp(&(strength(b), &b.rule.id))
        });
        Self { rules }
    }

    /// The rules, strongest first.
    #[must_use]
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    /// A rule by its id, if it is enabled.
    #[must_use]
    pub fn get(&self, id: &RuleId) -> Option<&CompiledRule> {
        self.rules.iter().find(|r| r.rule.id == *id)
    }
}

/// What may set a rule off.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// Something happened.
    Interaction {
        /// What.
        interaction: &'a Interaction,
        /// Whether it lies on the customer's latest visit day: only there may a milestone be reached, so that a late
        /// fact never fires one.
        on_latest_visit_day: bool,
    },
    /// A day is near, or a silence has begun.
    Upcoming {
        /// Which.
        what: Upcoming,
        /// The customer's day on which it is looked at.
        today: Date,
    },
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What may set it off.
    pub cause: Cause<'a>,
    /// To whom it happened, or whose day it is.
    pub customer: &'a Customer,
    /// Their history, this interaction included.
    pub summary: &'a Summary,
    /// Where it happened, or in whose name one speaks.
    pub location: &'a Location,
}

impl<'a> Facts<'a> {
    /// What happened; `None` where time alone is the cause.
    #[must_use]
    pub const fn interaction(&self) -> Option<&'a Interaction> {
        match self.cause {
            Cause::Interaction { interaction, .. } => Some(interaction),
            Cause::Upcoming { .. } => None,
        }
    }

    /// The day or the silence; `None` where something happened.
    #[must_use]
    pub const fn upcoming(&self) -> Option<Upcoming> {
        match self.cause {
            Cause::Interaction { .. } => None,
            Cause::Upcoming { what, .. } => Some(what),
        }
    }

    /// The day on which the rules of a group meet: that of the interaction, or the one for which a gesture is meant.
    #[must_use]
    pub fn day(&self) -> Date {
        match self.cause {
            Cause::Interaction { interaction, .. } => interaction.local_date,
            Cause::Upcoming { what, today } => what.day().unwrap_or(today),
        }
    }

    /// The value of a field that conditions may name; absent for all others.
    #[must_use]
    pub fn read(&self, field: Field) -> Value<'a> {
        if field.path().starts_with("interaction.") {
            self.read_interaction(field)
        } else if field.path().starts_with("customer.") {
            self.read_customer(field)
        } else if field.path().starts_with("summary.") {
            self.read_summary(field)
        } else {
            self.read_location(field)
        }
    }

    fn read_interaction(&self, field: Field) -> Value<'a> {
        let Some(interaction) = self.interaction() else { return Value::Absent };
        let detail = &interaction.detail;
        let emotion = detail.emotion.as_ref();
        let purchase = detail.purchase.as_ref();
        let total = purchase.and_then(|p| p.total.as_ref());
        match field {
            Field::InteractionName => interaction.id.0.into(),
            Field::InteractionCustomer => interaction.customer.map(|c| c.0).into(),
            Field::InteractionLocation => interaction.location.as_str().into(),
            Field::InteractionKind => detail.kind.as_str().into(),
            Field::InteractionChannel => detail.channel.as_str().into(),
            Field::InteractionDirection => detail.direction.as_str().into(),
            Field::InteractionTouchpoint => detail.touchpoint.as_ref().map(|t| t.as_str()).into(),
            Field::InteractionJourney => interaction.journey.as_ref().map(|place| place.journey.as_str()).into(),
            Field::InteractionStage => interaction.journey.as_ref().map(|place| place.stage.as_str()).into(),
            Field::InteractionStandardsKept => {
                interaction.journey.as_ref().and_then(|place| place.standards_kept()).into()
            }
            Field::InteractionState => interaction.state.as_str().into(),
            Field::InteractionStartTime => interaction.start_at.into(),
            Field::InteractionEndTime => interaction.end_at.into(),
            Field::InteractionExpectedEndTime => detail.expected_end.into(),
            Field::InteractionReceiveTime => interaction.received_at.into(),
            Field::InteractionLocalDate => interaction.local_date.into(),
            Field::InteractionStaff => detail.staff.as_str().into(),
            Field::InteractionOutcome => detail.outcome.map(|o| o.as_str()).into(),
            Field::InteractionNoPurchaseReason => detail.no_purchase_reason.map(|r| r.as_str()).into(),
            Field::InteractionFault => detail.fault.map(|f| f.as_str()).into(),
            Field::InteractionSubjectSystem => detail.subject.as_ref().map(|s| s.system.as_str()).into(),
            Field::InteractionSubjectId => detail.subject.as_ref().map(|s| s.id.as_str()).into(),
            Field::InteractionSourceSystem => detail.source.as_ref().map(|s| s.system.as_str()).into(),
            Field::InteractionSourceId => detail.source.as_ref().map(|s| s.id.as_str()).into(),
            Field::InteractionPurchaseTotal => total.map_or(Value::Absent, |t| Value::Decimal(t.micros)),
            Field::InteractionPurchaseCurrency => total.map(|t| t.currency.as_str()).into(),
            Field::InteractionPurchaseSurprise => purchase.map(|p| p.surprise).into(),
            Field::InteractionPurchaseConfidential => purchase.map(|p| p.confidential).into(),
            Field::InteractionItemsLookedAt => detail.items_looked_at.as_slice().into(),
            Field::InteractionTopics => detail.topics.as_slice().into(),
            Field::InteractionEmotionSatisfaction => emotion.map(|e| e.satisfaction).into(),
            Field::InteractionEmotionIntensity => emotion.map(|e| e.intensity).into(),
            Field::InteractionEmotionAbout => emotion.map(|e| e.about.as_str()).into(),
            Field::InteractionEmotionJudgedBy => emotion.map(|e| e.judged_by.as_str()).into(),
            Field::InteractionEffort => detail.effort.into(),
            Field::InteractionSatisfaction => detail.satisfaction.into(),
            Field::InteractionRecommendation => detail.recommendation.into(),
            Field::InteractionResponseDuration => detail.response.into(),
            Field::InteractionTransfers => detail.transfers.into(),
            Field::InteractionPromisedTime => detail.promised_at.into(),
            Field::InteractionFulfilledTime => detail.fulfilled_at.into(),
            Field::InteractionUnexpected => detail.unexpected.map(|s| s.as_str()).into(),
            Field::InteractionMomentKind => interaction.moment.kind.as_str().into(),
            Field::InteractionMomentAbout => interaction.moment.about.as_str().into(),
            Field::InteractionMomentPeak => interaction.moment.peak.into(),
            Field::InteractionJoined => interaction.joined.map(|j| j.0).into(),
            Field::InteractionHistory => interaction.history.into(),
            Field::InteractionThankedInPerson => detail.thanked_in_person.into(),
            _ => Value::Absent,
        }
    }

    fn read_customer(&self, field: Field) -> Value<'a> {
        let customer = self.customer;
        match field {
            Field::CustomerName => customer.id.0.into(),
            Field::CustomerHousehold => customer.household.0.into(),
            Field::CustomerKind => customer.kind.as_str().into(),
            Field::CustomerLanguage => customer.profile.language.as_str().into(),
            Field::CustomerRegion => customer.profile.region.as_str().into(),
            Field::CustomerTimeZone => customer.profile.time_zone.as_str().into(),
            Field::CustomerGreeting => customer.profile.greeting.map(|g| g.as_str()).into(),
            Field::CustomerMinor => customer.profile.minor.into(),
            Field::CustomerTags => customer.tags.as_slice().into(),
            Field::CustomerCreateTime => customer.created_at.into(),
            Field::CustomerUpdateTime => customer.updated_at.into(),
            _ => Value::Absent,
        }
    }

    fn read_summary(&self, field: Field) -> Value<'a> {
        let summary = self.summary;
        match field {
            Field::SummaryVisitDays => summary.visit_days.into(),
            Field::SummaryFirstVisitDate => summary.first_visit.into(),
            Field::SummaryLastVisitDate => summary.last_visit.into(),
            Field::SummaryLastPurchaseDate => summary.last_purchase.into(),
            Field::SummaryLastTime => summary.last.as_ref().map(|l| l.at).into(),
            Field::SummaryLastLocation => summary.last.as_ref().map(|l| l.location.as_str()).into(),
            Field::SummaryLastContactTime => summary.last_contact_at.into(),
            Field::SummaryOpenCase => summary.open_case.map(|c| c.0).into(),
            Field::SummaryOpenPromises => summary.open_promises.into(),
            _ => Value::Absent,
        }
    }

    fn read_location(&self, field: Field) -> Value<'a> {
        let settings = &self.location.settings;
        match field {
            Field::LocationName => self.location.id.as_str().into(),
            Field::LocationTimeZone => settings.time_zone.as_str().into(),
            Field::LocationRegion => settings.region.as_str().into(),
            Field::LocationLanguage => settings.language.as_str().into(),
            Field::LocationCurrency => settings.currency.as_str().into(),
            Field::LocationSensitive => settings.sensitive.into(),
            Field::LocationBrand => settings.brand.as_deref().into(),
            _ => Value::Absent,
        }
    }
}
