//! What would have to change for a rule to match, or for a gate to let pass: what a colleague would say who knows the
//! ledger. Names channels, times, rules and resources, never what is personal.

use super::{
    budget::{Budget, Full},
    consent::{has_contact_point, needed_contact_point, permits},
    customer::{Channel, Customer, Purpose},
    filter::{Field, Filter, Kind, RULE_CONDITIONS, Test, Value},
    gesture::{Gesture, Reason},
    ids::GestureId,
    interaction::Direction,
    location::Location,
    rule::{Pattern, RuleDefinition, Trigger},
    rulebook::Facts,
    text_enum::spoken,
    world::World,
};
use jiff::Timestamp;
use std::fmt::Display;

/// What was found where a rule failed, and what it would have matched; empty where nobody can say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// What is there, by the facts as they are now; of what may be personal, only whether it is there.
    pub found: String,
    /// What would have to be there.
    pub would: String,
}

/// What a gesture, or what would have been one, asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// For whom.
    pub customer: &'a Customer,
    /// In whose name.
    pub location: &'a Location,
    /// The channels it may take.
    pub channels: &'a [Channel],
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// The role of whom it is for in an organisation.
    pub recipient: &'a str,
    /// The gesture whose own place in the budget is not in its way.
    pub gesture: Option<GestureId>,
}

impl<'a> Asked<'a> {
    /// What a gesture asks for.
    #[must_use]
    pub fn by(gesture: &'a Gesture, customer: &'a Customer, location: &'a Location) -> Self {
        let (channels, purpose) = (gesture.terms.channels.as_slice(), gesture.purpose);
        let recipient = gesture.terms.recipient.as_str();
        Self { customer, location, channels, purpose, recipient, gesture: Some(gesture.id) }
    }
}

/// What would have had to be there instead of what failed. `definition` is that of the version that was looked at.
#[must_use]
pub fn on_failure(failed: &str, definition: Option<&RuleDefinition>, facts: &Facts<'_>) -> Advice {
    if let Some(property) = failed.strip_prefix("trigger: ") {
        return definition.map_or_else(Advice::default, |it| on_trigger(property, &it.trigger, facts));
    }
    let Ok(clause) = Filter::parse(failed, &RULE_CONDITIONS) else { return Advice::default() };
    let mut found = Vec::new();
    for part in clause.clauses() {
        part.each_test(&mut |test| found.push(shown(test, facts.read(test.field))));
    }
    found.dedup();
    Advice { found: found.join("; "), would: format!("It would match if {failed}.") }
}

fn on_trigger(property: &str, trigger: &Trigger, facts: &Facts<'_>) -> Advice {
    match (trigger, facts.interaction()) {
        (Trigger::Interaction(pattern), Some(interaction)) => on_pattern(property, pattern, interaction),
        (Trigger::Milestone { visit_days }, Some(_)) if property == "visit_days" => Advice {
            found: format!("it is visit day {}", facts.summary.visit_days),
            would: format!("It would match on visit day {}.", either(visit_days)),
        },
        (Trigger::Milestone { .. }, Some(_)) => Advice {
            found: "it lies before the latest visit day, or is no visit day".to_owned(),
            would: "It would match on the latest visit day: a late fact fires no milestone.".to_owned(),
        },
        _ => Advice::default(),
    }
}

fn on_pattern(property: &str, pattern: &Pattern, interaction: &super::interaction::Interaction) -> Advice {
    let detail = &interaction.detail;
    let (found, wanted) = match property {
        "kind" => (detail.kind.to_string(), either(&pattern.kinds)),
        "outcome" => (detail.outcome.map_or_else(|| "none".to_owned(), |it| it.to_string()), either(&pattern.outcomes)),
        "channel" => (detail.channel.to_string(), either(&pattern.channels)),
        "direction" if pattern.directions.is_empty() => (detail.direction.to_string(), Direction::Inbound.to_string()),
        "direction" => (detail.direction.to_string(), either(&pattern.directions)),
        "moment" => (interaction.moment.kind.to_string(), either(&pattern.moments)),
        _ => return Advice::default(),
    };
    Advice {
        found: format!("the {property} is {}", spoken(found)),
        would: format!("It would match if the {property} were {wanted}."),
    }
}

fn either<T: Display>(values: &[T]) -> String {
    values.iter().map(spoken).collect::<Vec<_>>().join(" or ")
}

/// What a field holds, where that can't tell who somebody is.
fn shown(test: &Test, value: Value<'_>) -> String {
    let path = test.field.path();
    if !value.is_present() {
        return format!("there is no {path}");
    }
    let plain = match value {
        _ if is_personal(test.field) => None,
        Value::Text(word) => Some(word.to_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Timestamp(at) => Some(at.to_string()),
        Value::Date(day) => Some(day.to_string()),
        Value::Duration(length) => Some(format!("{}s", length.as_secs())),
        _ => None,
    };
    plain.map_or_else(|| format!("{path} is another"), |plain| format!("{path} is {plain}"))
}

/// Words of people, and all that the profile says, may tell who somebody is.
fn is_personal(field: Field) -> bool {
    let of_profile = field.path().starts_with("customer.") && field != Field::CustomerKind;
    of_profile || matches!(field.kind(), Kind::Text | Kind::TextList | Kind::Id(_))
}

/// What would have to change for a reason to stand in the way no more; empty where nothing can.
#[must_use]
pub fn on_reason(world: &World, reason: Reason, asked: &Asked<'_>, now: Timestamp) -> String {
    match reason {
        Reason::NoConsent => on_consent(world, asked),
        Reason::OverBudget => on_budget(world, asked, now),
        Reason::OpenCase => world.open_case(asked.customer.id).map_or_else(
            || plainly(Reason::Recovery).to_owned(),
            |case| format!("Resolving cases/{} would let it come back, behind the recovery contact.", case.id),
        ),
        other => plainly(other).to_owned(),
    }
}

/// What would have to change, where that follows from the reason alone; empty where nothing can, or it does not.
#[must_use]
pub const fn plainly(reason: Reason) -> &'static str {
    match reason {
        Reason::NoRuleMatched => "A rule would have to match; `looked_at` says what each failed by.",
        Reason::Anonymous => "Saying whose the interaction is (AttributeInteraction) has the rules asked.",
        Reason::NoOpening => "Wider hours of the rule, the channel or the customer would let it pass.",
        Reason::TooLate | Reason::Stale => {
            "Its time has passed: only a longer deadline of the rule would have left it any."
        }
        Reason::Paused => "It leaves when the pause is ended.",
        Reason::Recovery => "It comes back after the recovery contact.",
        Reason::OwnLife => "A person can release it when the time is right for cheer.",
        Reason::Group => "Of a group one speaks on a day: it would have to be the stronger one, or in no group.",
        Reason::HoldOut => "Nothing for this household: it stays held out as long as the rule holds any out.",
        Reason::Minor => "A guardian who consents would have to be known.",
        Reason::CustomerInactive => "The customer's record would have to be active.",
        Reason::GiftLimit => "A higher limit of the organisation, or a gift of less worth, would let it pass.",
        Reason::GiftUnclear => "A person can say what the gift is worth when it is given, or cancel it.",
        Reason::NotGenuine | Reason::FactsChanged => "A person can finish it in their own words.",
        _ => "",
    }
}

fn on_consent(world: &World, asked: &Asked<'_>) -> String {
    let regime = world.settings.regime(asked.customer, asked.location);
    let ways = asked.channels.iter().map(|channel| {
        let consent = !permits(asked.customer, regime, *channel, asked.purpose);
        let point =
            needed_contact_point(*channel).filter(|_| !has_contact_point(asked.customer, asked.recipient, *channel));
        let channel = channel.in_words();
        let grant = format!("a grant of {channel} for {}", asked.purpose);
        match (consent, point) {
            (true, None) => grant,
            (true, Some(kind)) => format!("{grant} with a usable contact point ({kind})"),
            (false, Some(kind)) => format!("a usable contact point ({kind}) for {channel}"),
            (false, None) => format!("{channel}, which is allowed now"),
        }
    });
    let ways: Vec<_> = ways.collect();
    format!("It would take {}; what was stopped for it is not revived.", ways.join(", or "))
}

fn on_budget(world: &World, asked: &Asked<'_>, now: Timestamp) -> String {
    let contacts = world.contacts_of(asked.customer.household);
    match Budget::new(contacts, &world.settings, asked.gesture).place_at(now) {
        Ok(()) => "The contact budget has a place again; what was stopped for it is not revived.".to_owned(),
        Err(Full { free_at: Some(at), .. }) => format!("A place in the contact budget is free at {at}."),
        Err(Full { free_at: None, .. }) => "The contact budget has no place within reach.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        rulebook::Cause,
        starter,
        testkit::{Kit, at, customer, shop, visit},
    };

    fn advice(failed: &str, slug: &str) -> Advice {
        let (ana, place) = (customer(1), shop());
        let kit = Kit::new(at("2026-03-02T10:00")).with_customer(&ana);
        let visit = visit(1, &ana, at("2026-03-02T10:00"));
        let mut summary = kit.world.summary(ana.id);
        summary.visit_days = 3;
        let cause = Cause::Interaction { interaction: &visit, on_latest_visit_day: true };
        let facts = Facts { cause, customer: &ana, summary: &summary, location: &place };
        let definition = starter::rules().into_iter().find(|(known, _)| *known == slug).unwrap().1;
        on_failure(failed, Some(&definition), &facts)
    }

    #[test]
    fn a_failed_property_says_what_is_there_and_what_would_match() {
        let outcome = advice("trigger: outcome", "thanks-after-purchase");
        assert_eq!(outcome.found, "the outcome is not purchased");
        assert_eq!(outcome.would, "It would match if the outcome were purchased.");
        let milestone = advice("trigger: visit_days", "milestone");
        assert_eq!(milestone.found, "it is visit day 3");
        assert!(milestone.would.starts_with("It would match on visit day 5 or 10"), "{}", milestone.would);
    }

    #[test]
    fn a_failed_clause_says_the_value_unless_it_is_personal() {
        let plain = advice("summary.visit_days >= 4 OR interaction.kind = purchase", "milestone");
        assert_eq!(plain.found, "summary.visit_days is 3; interaction.kind is visit");
        assert_eq!(plain.would, "It would match if summary.visit_days >= 4 OR interaction.kind = purchase.");
        assert_eq!(advice("customer.language_code = de", "milestone").found, "there is no customer.language_code");
        assert_eq!(advice("location.time_zone = \"Europe/Paris\"", "milestone").found, "location.time_zone is another");
    }

    #[test]
    fn a_gate_says_what_would_let_pass() {
        let (ana, place) = (customer(1), shop());
        let kit = Kit::new(at("2026-03-02T10:00")).with_customer(&ana);
        let channels = [Channel::Email, Channel::Post];
        let asked = Asked {
            customer: &ana,
            location: &place,
            channels: &channels,
            purpose: Purpose::Gratitude,
            recipient: "",
            gesture: None,
        };
        let consent = on_reason(&kit.world, Reason::NoConsent, &asked, kit.now);
        assert!(consent.contains("a grant of e-mail for gratitude"), "{consent}");
        assert!(consent.contains("a usable contact point (post) for post"), "{consent}");
        let budget = on_reason(&kit.world, Reason::OverBudget, &asked, kit.now);
        assert!(budget.contains("has a place again"), "{budget}");
    }
}
