//! Rules.

use super::{
    enums::WireEnum,
    gesture::{check_channels, read_gift_value},
    obligation::version,
    types::{duration, money, read_time_of_day, read_weekly_hours, time_of_day, timestamp, weekly_hours},
};
use crate::{
    domain::{
        customer::{Channel, Purpose},
        filter::RULE_CONDITIONS,
        gesture::GestureKind,
        hold_out::{self, PERCENT_MAX},
        limits::LIST_MAX,
        rule::{Action, OverBudget, Pattern, Rule, RuleDefinition, Trigger},
        rulebook::conditions,
        upcoming::{UNSPOKEN_MAX_DAYS, UNSPOKEN_STEP_DAYS},
        when::Wait,
    },
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
        validate::Fields,
    },
};
use jiff::SignedDuration;

/// The longest wait and the longest deadline.
const DAYS_MAX: i32 = 400;
const LENGTH_MAX: SignedDuration = SignedDuration::from_hours(24 * DAYS_MAX as i64);
const VISIT_DAYS_MAX: i32 = 1_000_000;
const YEARS_MAX: i32 = 200;

pub(crate) fn rule(rule: &Rule) -> pb::Rule {
    let definition = &rule.definition;
    pb::Rule {
        name: rule.id.name(),
        display_name: definition.display_name.clone(),
        trigger: Some(trigger(&definition.trigger)),
        condition: definition.condition.clone(),
        action: Some(action(&definition.action)),
        state: rule.state.to_wire(),
        version: version(rule.version),
        create_time: Some(timestamp(rule.created_at)),
        update_time: Some(timestamp(rule.updated_at)),
        etag: etag::of(rule.revision),
    }
}

fn trigger(trigger: &Trigger) -> pb::rule::Trigger {
    match trigger {
        Trigger::Interaction(pattern) => pb::rule::Trigger::Interaction(pb::InteractionPattern {
            kinds: wires(&pattern.kinds),
            outcomes: wires(&pattern.outcomes),
            channels: wires(&pattern.channels),
            directions: wires(&pattern.directions),
            moments: wires(&pattern.moments),
        }),
        Trigger::Milestone { visit_days } => {
            let visit_days = numbers(visit_days);
            pb::rule::Trigger::Milestone(pb::VisitMilestone { visit_days })
        }
        Trigger::ImportantDate { kinds, words } => {
            pb::rule::Trigger::ImportantDate(pb::ImportantDate { kinds: wires(kinds), words: words.clone() })
        }
        Trigger::Anniversary { years } => {
            let years = numbers(years);
            pb::rule::Trigger::FirstVisitAnniversary(pb::FirstVisitAnniversary { years })
        }
        Trigger::Silence => pb::rule::Trigger::Silence(pb::Silence {}),
        Trigger::Unspoken { days } => {
            pb::rule::Trigger::Unspoken(pb::Unspoken { days: i32::try_from(*days).unwrap_or(i32::MAX) })
        }
    }
}

fn numbers(numbers: &[u32]) -> Vec<i32> {
    numbers.iter().map(|number| i32::try_from(*number).unwrap_or(i32::MAX)).collect()
}

fn wires<E: WireEnum>(values: &[E]) -> Vec<i32> {
    values.iter().map(|value| value.to_wire()).collect()
}

fn action(action: &Action) -> pb::RuleAction {
    use pb::rule_action::Wait as Wire;
    let wait = match action.wait {
        Wait::Exact(length) => Wire::WaitDuration(duration(length)),
        Wait::Days { days, at } => {
            Wire::WaitCalendar(pb::CalendarWait { days: days.into(), at: Some(time_of_day(at)) })
        }
    };
    pb::RuleAction {
        gesture_kind: action.gesture.to_wire(),
        channels: wires(&action.channels),
        wait: Some(wait),
        windows: weekly_hours(action.window.as_ref()),
        business_days: action.business_days,
        deadline_duration: Some(duration(action.deadline)),
        priority: action.priority.into(),
        tone: action.tone.to_wire(),
        purpose: action.purpose.to_wire(),
        role: action.role.clone(),
        group: action.group.clone(),
        promised: action.promised,
        over_budget: action.over_budget.to_wire(),
        template: optional_name(action.template.as_ref()),
        hold_out_percent: action.hold_out_percent.into(),
        recipient_role: action.recipient.clone(),
        gift_value: action.gift_value.as_ref().map(money),
    }
}

/// Reads what a rule says: everything but what is output only.
pub(crate) fn read_definition(fields: &mut Fields, rule: pb::Rule) -> Option<RuleDefinition> {
    let display_name = fields.required_short("display_name", rule.display_name);
    let trigger = read_trigger(fields, rule.trigger);
    let schema = trigger.as_ref().map_or(&RULE_CONDITIONS, conditions);
    let condition = fields.filter("condition", &rule.condition, schema).map(|_| rule.condition);
    let action = fields.required("action", rule.action, read_action);
    Some(RuleDefinition { display_name, trigger: trigger?, condition: condition?, action: action? })
}

/// What sets a rule off.
pub(crate) fn read_trigger(fields: &mut Fields, trigger: Option<pb::rule::Trigger>) -> Option<Trigger> {
    match trigger {
        Some(pb::rule::Trigger::Interaction(pattern)) => fields.within("interaction", |fields| {
            Some(Trigger::Interaction(Pattern {
                kinds: fields.enums("kinds", pattern.kinds),
                outcomes: fields.enums("outcomes", pattern.outcomes),
                channels: fields.enums("channels", pattern.channels),
                directions: fields.enums("directions", pattern.directions),
                moments: fields.enums("moments", pattern.moments),
            }))
        }),
        Some(pb::rule::Trigger::Milestone(milestone)) => {
            fields.within("milestone", |fields| read_visit_days(fields, milestone.visit_days))
        }
        Some(pb::rule::Trigger::ImportantDate(date)) => fields.within("important_date", |fields| {
            Some(Trigger::ImportantDate {
                kinds: fields.enums("kinds", date.kinds),
                words: fields.shorts("words", date.words, LIST_MAX),
            })
        }),
        Some(pb::rule::Trigger::FirstVisitAnniversary(anniversary)) => {
            fields.within("first_visit_anniversary", |fields| {
                let years = read_numbers(fields, "years", anniversary.years, YEARS_MAX);
                Some(Trigger::Anniversary { years })
            })
        }
        Some(pb::rule::Trigger::Silence(pb::Silence {})) => Some(Trigger::Silence),
        Some(pb::rule::Trigger::Unspoken(unspoken)) => fields.within("unspoken", |fields| {
            let days = u32::try_from(unspoken.days).ok();
            let days = days.filter(|days| (1..=UNSPOKEN_MAX_DAYS).contains(days) && days % UNSPOKEN_STEP_DAYS == 0);
            if days.is_none() {
                let text = format!("must be a multiple of {UNSPOKEN_STEP_DAYS}, at most {UNSPOKEN_MAX_DAYS}");
                fields.refuse("days", text);
            }
            days.map(|days| Trigger::Unspoken { days })
        }),
        None => {
            fields.refuse(
                "trigger",
                "must be one of interaction, milestone, important_date, first_visit_anniversary, silence and unspoken",
            );
            None
        }
    }
}

fn read_visit_days(fields: &mut Fields, visit_days: Vec<i32>) -> Option<Trigger> {
    if visit_days.is_empty() {
        fields.refuse("visit_days", "must have at least one number");
    }
    let visit_days = read_numbers(fields, "visit_days", visit_days, VISIT_DAYS_MAX);
    Some(Trigger::Milestone { visit_days })
}

/// Numbers from 1 on, each once and in order.
fn read_numbers(fields: &mut Fields, field: &str, numbers: Vec<i32>, max: i32) -> Vec<u32> {
    let mut numbers = fields.list(field, numbers, LIST_MAX, |fields, number| {
        let read = u32::try_from(number).ok().filter(|_| (1..=max).contains(&number));
        if read.is_none() {
            fields.refuse_here(format!("is {number}; must be 1 to {max}"));
        }
        read
    });
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn read_action(fields: &mut Fields, action: pb::RuleAction) -> Option<Action> {
    let gesture = fields.required_enum("gesture_kind", action.gesture_kind);
    let channels: Vec<Channel> = fields.enums("channels", action.channels.clone());
    if channels.is_empty() {
        fields.refuse("channels", "must have at least one channel");
    }
    if let Some(kind) = gesture {
        check_channels(fields, kind, &action.channels, &channels);
    }
    let wait = read_wait(fields, action.wait);
    let shortest = SignedDuration::from_micros(1);
    if action.deadline_duration.is_none() {
        fields.refuse("deadline_duration", "must be set");
    }
    let deadline = fields.duration("deadline_duration", action.deadline_duration, shortest..=LENGTH_MAX);
    let priority = fields.ranged("priority", action.priority, 0..=100);
    let tone = fields.required_enum("tone", action.tone);
    let purpose = fields.optional_enum("purpose", action.purpose).unwrap_or(default_purpose(gesture));
    let hold_out_percent = fields.ranged("hold_out_percent", action.hold_out_percent, 0..=PERCENT_MAX.into());
    let action = Action {
        window: read_weekly_hours(fields, "windows", action.windows),
        business_days: action.business_days,
        role: fields.short("role", action.role),
        group: fields.short("group", action.group),
        promised: action.promised,
        over_budget: fields.optional_enum("over_budget", action.over_budget).unwrap_or(OverBudget::Defer),
        template: fields.optional_name("template", &action.template),
        gesture: gesture?,
        channels,
        wait: wait?,
        deadline: deadline?,
        priority: priority?,
        tone: tone?,
        purpose,
        hold_out_percent: hold_out_percent?,
        recipient: fields.short("recipient_role", action.recipient_role),
        gift_value: read_gift_value(fields, gesture, action.gift_value),
    };
    if action.hold_out_percent > 0 && !hold_out::is_allowed(&action) {
        fields.refuse("hold_out_percent", "must be 0: nobody is held out of care, an apology or what was promised");
        return None;
    }
    Some(action)
}

/// What a gesture counts as when consent is asked for and nobody said.
pub(crate) fn default_purpose(kind: Option<GestureKind>) -> Purpose {
    if kind == Some(GestureKind::Apology) { Purpose::Service } else { Purpose::Gratitude }
}

fn read_wait(fields: &mut Fields, wait: Option<pb::rule_action::Wait>) -> Option<Wait> {
    use pb::rule_action::Wait as Wire;
    match wait {
        None => Some(Wait::Exact(SignedDuration::ZERO)),
        Some(Wire::WaitDuration(length)) => {
            fields.duration("wait_duration", Some(length), SignedDuration::ZERO..=LENGTH_MAX).map(Wait::Exact)
        }
        Some(Wire::WaitCalendar(wait)) => fields.within("wait_calendar", |fields| {
            let days = fields.ranged("days", wait.days, 0..=DAYS_MAX);
            let at = fields.required("at", wait.at, read_time_of_day);
            Some(Wait::Days { days: days?, at: at? })
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{interaction::InteractionKind, rule::RuleState};
    use jiff::Timestamp;

    fn full() -> pb::Rule {
        let time = |hours| Some(pb::TimeOfDay { hours, minutes: 0 });
        pb::Rule {
            display_name: "Thanks for stopping by".to_owned(),
            trigger: Some(pb::rule::Trigger::Interaction(pb::InteractionPattern {
                kinds: vec![InteractionKind::Visit.to_wire()],
                outcomes: vec![pb::Outcome::NotPurchased.into()],
                channels: vec![pb::InteractionChannel::InStore.into()],
                directions: vec![pb::Direction::Inbound.into()],
                moments: vec![pb::MomentKind::Neutral.into()],
            })),
            condition: "summary.visit_days >= 2".to_owned(),
            action: Some(pb::RuleAction {
                gesture_kind: GestureKind::Note.to_wire(),
                channels: vec![Channel::Email.to_wire(), Channel::HandOver.to_wire()],
                wait: Some(pb::rule_action::Wait::WaitCalendar(pb::CalendarWait { days: 1, at: time(10) })),
                windows: vec![pb::WeeklyWindow { weekday: 1, open: time(9), close: time(18) }],
                business_days: true,
                deadline_duration: Some(prost_types::Duration { seconds: 86_400, nanos: 0 }),
                priority: 100,
                tone: pb::Tone::Cheerful.into(),
                purpose: Purpose::Gratitude.to_wire(),
                role: "manager".to_owned(),
                group: "thanks".to_owned(),
                promised: true,
                over_budget: OverBudget::Suppress.to_wire(),
                template: "templates/thanks".to_owned(),
                hold_out_percent: 0,
                recipient_role: "buyer".to_owned(),
                gift_value: None,
            }),
            ..pb::Rule::default()
        }
    }

    fn read(message: pb::Rule) -> Result<RuleDefinition, Vec<String>> {
        let mut fields = Fields::new();
        let definition = fields.required("rule", Some(message), read_definition);
        let paths = |item: pb::ItemError| item.violations.into_iter().map(|v| v.field).collect();
        fields.finish(definition).map_err(|failure| paths(failure.into_item_error()))
    }

    #[test]
    fn p5_a_call_goes_by_phone() {
        let calling = |channels: &[Channel]| {
            let action = full().action.unwrap();
            let (gesture_kind, channels) = (GestureKind::Call.to_wire(), wires(channels));
            pb::Rule { action: Some(pb::RuleAction { gesture_kind, channels, ..action }), ..full() }
        };
        let refused = |channels: &[Channel]| read(calling(channels)).unwrap_err();
        assert_eq!(refused(&[Channel::Phone, Channel::Email]), ["rule.action.channels[1]"]);
        assert_eq!(refused(&[Channel::Post]), ["rule.action.channels[0]", "rule.action.channels"]);
        assert_eq!(refused(&[Channel::InPerson]), ["rule.action.channels"]);
        assert!(read(calling(&[Channel::Phone, Channel::InPerson])).is_ok());
    }

    fn shown(definition: RuleDefinition) -> pb::Rule {
        let kept = Rule {
            id: "thanks".parse().unwrap(),
            state: RuleState::Enabled,
            version: 2,
            definition,
            revision: 3,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let shown = rule(&kept);
        assert_eq!((shown.name.as_str(), shown.version, shown.etag.as_str()), ("rules/thanks", 2, "v3"));
        pb::Rule {
            name: String::new(),
            state: 0,
            version: 0,
            create_time: None,
            update_time: None,
            etag: String::new(),
            ..shown
        }
    }

    #[test]
    fn what_a_rule_says_comes_back() {
        assert_eq!(shown(read(full()).unwrap()), full());
        let milestone = pb::VisitMilestone { visit_days: vec![5, 10] };
        let other = pb::Rule { trigger: Some(pb::rule::Trigger::Milestone(milestone)), ..full() };
        assert_eq!(shown(read(other.clone()).unwrap()), other);
    }

    #[test]
    fn everything_wrong_is_named() {
        let wrong = pb::Rule {
            display_name: String::new(),
            trigger: Some(pb::rule::Trigger::Milestone(pb::VisitMilestone { visit_days: vec![0, 3] })),
            condition: "summary.visit_dayz >= 2".to_owned(),
            action: Some(pb::RuleAction {
                gesture_kind: 0,
                channels: Vec::new(),
                wait: Some(pb::rule_action::Wait::WaitDuration(prost_types::Duration { seconds: -1, nanos: 0 })),
                deadline_duration: None,
                priority: 101,
                tone: 9,
                template: "rules/thanks".to_owned(),
                ..full().action.unwrap()
            }),
            ..full()
        };
        let mut paths = read(wrong).unwrap_err();
        paths.sort();
        assert_eq!(
            paths,
            [
                "rule.action.channels",
                "rule.action.deadline_duration",
                "rule.action.gesture_kind",
                "rule.action.priority",
                "rule.action.template",
                "rule.action.tone",
                "rule.action.wait_duration",
                "rule.condition",
                "rule.display_name",
                "rule.milestone.visit_days[0]",
            ]
        );
    }
}
