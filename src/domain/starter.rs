//! The rules a new database starts with.

use super::{
    customer::{Channel, Purpose},
    gesture::{GestureKind, Tone},
    interaction::{InteractionKind, MomentKind, Outcome},
    rule::{Action, DateKind, OverBudget, Pattern, RuleDefinition, Trigger},
    when::{ClockTime, Wait, WeeklyHours},
};
use jiff::{SignedDuration, civil::Weekday};

/// One starter rule: its slug and what it says.
pub type StarterRule = (&'static str, RuleDefinition);

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The starter rules that are on from the beginning. Each speaks in the starter template of its own slug.
#[must_use]
pub fn rules() -> Vec<StarterRule> {
    [
        ("thanks-after-purchase", thanks_after_purchase()),
        ("thanks-for-stopping-by", thanks_for_stopping_by()),
        ("did-that-answer-it", did_that_answer_it()),
        ("call-after-delivery", call_after_delivery()),
        ("apology", apology()),
        ("congratulation-at-a-peak", congratulation()),
        ("sign-off", sign_off()),
        ("milestone", milestone()),
        ("birthday", birthday()),
        ("call-to-a-silent-leaver", call_to_a_silent_leaver()),
    ]
    .map(in_own_words)
    .into()
}

/// The starter rules that nobody wants without having thought about them: they are there, but off.
#[must_use]
pub fn rules_that_are_off() -> Vec<StarterRule> {
    [("call-to-a-regular", call_to_a_regular())].map(in_own_words).into()
}

fn in_own_words((slug, mut rule): StarterRule) -> StarterRule {
    rule.action.template = slug.parse().ok();
    (slug, rule)
}

/// A thank-you of the group of which one a day is enough: in writing, the next morning.
fn thanks(priority: u8) -> Action {
    Action {
        gesture: GestureKind::Note,
        channels: vec![Channel::Email, Channel::Message, Channel::Post, Channel::HandOver],
        wait: next_morning(),
        window: None,
        business_days: false,
        deadline: DAY * 7,
        priority,
        tone: Tone::Cheerful,
        purpose: Purpose::Gratitude,
        role: String::new(),
        group: "thanks".to_owned(),
        promised: false,
        over_budget: OverBudget::Suppress,
        hold_out_percent: 0,
        template: None,
        recipient: String::new(),
        gift_value: None,
    }
}

/// Care by a person, over the phone.
fn care(wait: Wait, deadline: SignedDuration, priority: u8) -> Action {
    Action {
        gesture: GestureKind::Call,
        channels: vec![Channel::Phone],
        wait,
        deadline,
        tone: Tone::Caring,
        purpose: Purpose::Service,
        role: "care".to_owned(),
        group: String::new(),
        over_budget: OverBudget::Defer,
        ..thanks(priority)
    }
}

fn next_morning() -> Wait {
    Wait::Days { days: 1, at: at(10) }
}

fn at(hour: u8) -> ClockTime {
    ClockTime::new(hour, 0).unwrap_or(ClockTime::START_OF_DAY)
}

fn interaction(kinds: &[InteractionKind], outcomes: &[Outcome], moments: &[MomentKind]) -> Trigger {
    Trigger::Interaction(Pattern {
        kinds: kinds.to_vec(),
        outcomes: outcomes.to_vec(),
        moments: moments.to_vec(),
        ..Pattern::default()
    })
}

fn definition(display_name: &str, trigger: Trigger, condition: &str, action: Action) -> RuleDefinition {
    RuleDefinition { display_name: display_name.to_owned(), trigger, condition: condition.to_owned(), action }
}

fn thanks_after_purchase() -> RuleDefinition {
    let kinds = [InteractionKind::Purchase, InteractionKind::Visit];
    definition("Thanks after a purchase", interaction(&kinds, &[Outcome::Purchased], &[]), "", thanks(50))
}

fn thanks_for_stopping_by() -> RuleDefinition {
    let trigger = interaction(&[InteractionKind::Visit], &[Outcome::NotPurchased], &[]);
    definition("Thanks for stopping by", trigger, "", thanks(50))
}

fn did_that_answer_it() -> RuleDefinition {
    let action = Action { tone: Tone::Caring, purpose: Purpose::Service, group: "thanks".to_owned(), ..thanks(40) };
    definition("Did that answer it?", interaction(&[InteractionKind::Enquiry], &[], &[]), "", action)
}

fn call_after_delivery() -> RuleDefinition {
    let wait = Wait::Days { days: 2, at: at(10) };
    let trigger = interaction(&[InteractionKind::Delivery], &[], &[MomentKind::Neutral, MomentKind::Gratification]);
    definition("A call after a delivery", trigger, "", care(wait, DAY * 7, 45))
}

/// Within the hour, by phone, from eight in the morning: who is angry should not wait for office hours. The hour is the
/// standard, by which the queue shows it as late; an apology that comes later is better than none.
fn apology() -> RuleDefinition {
    let week: Vec<_> = Weekday::Monday.cycle_forward().take(7).collect();
    let action = Action {
        gesture: GestureKind::Apology,
        channels: vec![Channel::Phone, Channel::Email, Channel::HandOver],
        window: WeeklyHours::on(&week, at(8), at(20)).ok(),
        group: "recovery".to_owned(),
        ..care(Wait::Exact(SignedDuration::ZERO), DAY * 3, 90)
    };
    definition(
        "Apology within an hour",
        interaction(&[], &[], &[MomentKind::Misery]),
        "interaction.moment.about = us",
        action,
    )
}

fn congratulation() -> RuleDefinition {
    definition(
        "Congratulation at a peak",
        interaction(&[], &[], &[MomentKind::Gratification]),
        "interaction.moment.peak = true",
        thanks(60),
    )
}

fn sign_off() -> RuleDefinition {
    let trigger = interaction(&[InteractionKind::Support], &[Outcome::Resolved], &[]);
    definition("Sign-off at the end of a job", trigger, "", care(next_morning(), DAY * 3, 45))
}

fn milestone() -> RuleDefinition {
    let action = Action {
        gesture: GestureKind::Recognition,
        channels: vec![Channel::InPerson],
        wait: Wait::Exact(SignedDuration::ZERO),
        deadline: DAY * 365,
        group: String::new(),
        ..thanks(30)
    };
    let visit_days = vec![5, 10, 20, 50, 100, 200, 500, 1000];
    definition("Milestone", Trigger::Milestone { visit_days }, "", action)
}

/// On the day itself, or so that it arrives then; a day later it would only tell that we forgot.
fn birthday() -> RuleDefinition {
    let trigger = Trigger::ImportantDate { kinds: vec![DateKind::Birthday], words: Vec::new() };
    let action = Action {
        wait: Wait::Days { days: 0, at: at(9) },
        deadline: HOUR * 14,
        over_budget: OverBudget::Suppress,
        ..thanks(55)
    };
    definition("A birthday", trigger, "", action)
}

/// The majority leave without a word (4.11): a person asks, not a mail-out.
fn call_to_a_silent_leaver() -> RuleDefinition {
    let action = Action { purpose: Purpose::Gratitude, ..care(next_morning(), DAY * 14, 35) };
    definition("A call to a silent leaver", Trigger::Silence, "", action)
}

fn call_to_a_regular() -> RuleDefinition {
    let action = Action { purpose: Purpose::Gratitude, ..care(next_morning(), DAY * 14, 25) };
    let trigger = Trigger::Unspoken { days: 90 };
    definition("A call to a regular nobody spoke with", trigger, "summary.visit_days >= 4", action)
}
