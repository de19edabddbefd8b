//! The enabled rules, compiled, and what their conditions may read.

use super::{
    customer::Customer,
    filter::{Field, Filter, FilterError, RULE_CONDITIONS, Value},
    ids::RuleId,
    interaction::Interaction,
    location::Location,
    rule::{Rule, Trigger},
    summary::Summary,
};

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
        let condition = Filter::parse(&rule.definition.condition, &RULE_CONDITIONS)?;
        Ok(Self { rule, condition })
    }

    /// The first thing about the facts that keeps the rule from matching, or `None` when it matches.
    #[must_use]
    pub fn first_failed(&self, facts: &Facts<'_>) -> Option<String> {
        match &self.rule.definition.trigger {
            Trigger::Interaction(pattern) => {
                let misfit = pattern.misfit(&facts.interaction.detail, facts.interaction.moment.kind);
                if let Some(property) = misfit {
                    return Some(format!("trigger: {property}"));
                }
            }
            Trigger::Milestone { visit_days } => {
                if !facts.on_latest_visit_day {
                    return Some("trigger: latest visit day".to_owned());
                }
                if !visit_days.contains(&facts.summary.visit_days) {
                    return Some("trigger: visit_days".to_owned());
                }
            }
        }
        self.condition.first_failed(&|field| facts.read(field)).map(ToString::to_string)
    }

    /// What makes a match unique for this rule (P4): the story it belongs to, or the milestone.
    #[must_use]
    pub fn occurrence(&self, facts: &Facts<'_>) -> String {
        match self.rule.definition.trigger {
            Trigger::Interaction(_) if facts.interaction.recorded_customer == Some(facts.customer.id) => {
                facts.interaction.id.to_string()
            }
            // Attributed later: whose it was before does not take the thanks from whose it is.
            Trigger::Interaction(_) => format!("{}/{}", facts.interaction.id, facts.customer.id),
            Trigger::Milestone { .. } => format!("{}/visit/{}", facts.customer.id, facts.summary.visit_days),
        }
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

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What happened.
    pub interaction: &'a Interaction,
    /// To whom.
    pub customer: &'a Customer,
    /// Their history, this interaction included.
    pub summary: &'a Summary,
    /// Where.
    pub location: &'a Location,
    /// Whether it lies on the customer's latest visit day: only there may a milestone be reached, so that a late fact
    /// never fires one.
    pub on_latest_visit_day: bool,
}

impl<'a> Facts<'a> {
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
        let interaction = self.interaction;
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
