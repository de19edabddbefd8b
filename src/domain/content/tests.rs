#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    customer::Profile,
    interaction::Interaction,
    rule::{Pattern, RuleState},
    rulebook::Cause,
    starter,
    template::starter as words,
    testkit::{self, Kit, at},
};

fn rule(kind: GestureKind, template: Option<&str>) -> Rule {
    let (slug, mut definition) = starter::rules().swap_remove(1);
    definition.trigger = Trigger::Interaction(Pattern::default());
    definition.action.gesture = kind;
    definition.action.template = template.map(|slug| slug.parse().unwrap());
    Rule {
        id: slug.parse().unwrap(),
        state: RuleState::Enabled,
        version: 1,
        definition,
        revision: 1,
        created_at: at("2026-01-01T00:00"),
        updated_at: at("2026-01-01T00:00"),
    }
}

fn browse(customer: &Customer) -> Interaction {
    let mut visit = testkit::visit(1, customer, at("2026-11-23T10:00"));
    visit.detail.items_looked_at = vec!["the roses".to_owned()];
    visit
}

/// What a rule says of a look at the roses.
fn said(kit: &Kit, rule: &Rule, channel: Channel) -> Content {
    let customer = testkit::customer(1);
    let (visit, location, mut summary) = (browse(&customer), testkit::shop(), kit.world.summary(customer.id));
    summary.visit_days = 5;
    let cause = Cause::Interaction { interaction: &visit, on_latest_visit_day: true };
    let facts = Facts { cause, customer: &customer, summary: &summary, location: &location };
    of_rule(&kit.world, rule, &facts, channel)
}

fn kit() -> Kit {
    Kit::new(at("2026-11-23T12:00"))
}

fn template(content: &Content) -> &str {
    content.template.as_ref().unwrap().0.as_str()
}

#[test]
fn a_rule_speaks_in_the_words_of_its_template_and_tells_which() {
    let note = said(&kit(), &rule(GestureKind::Note, Some("thanks-for-stopping-by")), Channel::Email);
    assert_eq!(template(&note), "thanks-for-stopping-by");
    assert!(note.text.contains("the roses") && note.text.contains("Ana 1"), "{}", note.text);
    assert!(!note.subject.is_empty());
    assert!(note.facts.contains(&"interaction.items_looked_at".to_owned()), "{:?}", note.facts);
}

#[test]
fn a_rule_without_a_template_or_with_a_lost_one_speaks_in_its_kinds_words() {
    for lost in [None, Some("nobody-knows-it")] {
        for kind in GestureKind::ALL {
            let content = said(&kit(), &rule(*kind, lost), Channel::Phone);
            assert_eq!(template(&content), words::unasked(*kind));
            assert!(!content.text.is_empty());
        }
    }
}

#[test]
fn an_empty_book_speaks_all_the_same() {
    let mut kit = kit();
    kit.world.templates = std::sync::Arc::default();
    for kind in GestureKind::ALL {
        let content = of_kind(&kit.world, *kind, &testkit::customer(1), &testkit::shop(), None, Channel::Email);
        assert!(!content.text.is_empty(), "{kind}");
    }
}

#[test]
fn a_milestone_names_the_day_that_was_reached() {
    let mut milestone = rule(GestureKind::Recognition, Some("milestone"));
    milestone.definition.trigger = Trigger::Milestone { visit_days: vec![5] };
    let content = said(&kit(), &milestone, Channel::InPerson);
    assert!(content.facts.contains(&"milestone.visit_days".to_owned()), "{content:?}");
    assert!(
        content.text.contains("5th") || content.text.contains("fifth") || content.text.contains('5'),
        "{}",
        content.text
    );
}

#[test]
fn another_channel_gets_other_words_but_a_persons_own_stay() {
    let ana = testkit::customer(1);
    let (visit, rule) = (browse(&ana), rule(GestureKind::Note, Some("thanks-for-stopping-by")));
    let kit = kit().with_customer(&ana).with_interaction(&visit);
    let written = said(&kit, &rule, Channel::Email);
    let mut gesture = testkit::email(1, &ana, at("2026-11-24T10:00"));
    gesture.interaction = Some(visit.id);
    gesture.content = written.clone();
    assert_eq!(on_channel(&kit.world, &gesture, Channel::Email).unwrap(), written, "the same channel");
    let spoken = on_channel(&kit.world, &gesture, Channel::Phone).unwrap();
    assert!(!spoken.text.contains("Dear") && spoken.text.contains("the roses"), "{}", spoken.text);

    let own = Content { text: "See you on Monday!".to_owned(), ..Content::default() };
    gesture.content = own.clone();
    assert_eq!(on_channel(&kit.world, &gesture, Channel::Phone).unwrap(), own);
}

#[test]
fn who_was_written_the_same_lately_gets_another_variant() {
    let ana = testkit::customer(1);
    let kit = kit().with_customer(&ana);
    let rule = rule(GestureKind::Note, Some("thanks-for-stopping-by"));
    let first = said(&kit, &rule, Channel::Email);
    let mut earlier = testkit::email(1, &ana, at("2026-11-24T10:00"));
    earlier.content = first.clone();
    let second = said(&kit.with_gesture(&earlier), &rule, Channel::Email);
    assert_ne!(first.text, second.text);
    assert_eq!(first.template, second.template);
}

#[test]
fn who_has_a_language_of_their_own_is_spoken_to_in_it() {
    let mut ana = testkit::customer(1);
    ana.profile = Profile { language: "de-AT".to_owned(), ..ana.profile };
    let content = of_kind(&kit().world, GestureKind::Call, &ana, &testkit::shop(), None, Channel::Phone);
    assert_eq!(content.language, "de");
}
