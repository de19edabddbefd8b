use super::{templates, unasked};
use crate::domain::{
    customer::Channel,
    gesture::GestureKind,
    interaction::{Interaction, Purchase},
    note_problem::NoteProblem,
    rule::Trigger,
    starter,
    summary::Summary,
    template::{
        Begin, CompiledTemplate, LAST_NOTES, Lint, NoteFacts, Occasion, Part, TemplateDefinition, TemplateState, Wish,
        check, compose, problems,
        testkit::{self, Known},
    },
};
use std::collections::BTreeMap;

const LANGUAGES: [&str; 2] = ["en", "de"];
const WRITTEN: [Channel; 4] = [Channel::Email, Channel::Message, Channel::Post, Channel::HandOver];

fn definition(slug: &str) -> &'static TemplateDefinition {
    &templates().iter().find(|(known, _)| *known == slug).expect("a starter template").1
}

fn is_written(definition: &TemplateDefinition) -> bool {
    definition.texts.iter().any(|text| !text.opening.is_empty())
}

#[test]
fn every_starter_template_can_be_saved() {
    for (slug, definition) in templates() {
        assert_eq!(check(definition), [], "{slug}");
    }
}

#[test]
fn every_starter_rule_has_a_template_that_its_trigger_serves() {
    for (slug, rule) in starter::rules().into_iter().chain(starter::rules_that_are_off()) {
        assert!(definition(slug).occasion.is_given_by(&rule.trigger), "{slug}");
    }
    let any = Trigger::Interaction(Default::default());
    for kind in GestureKind::ALL {
        assert_eq!(definition(unasked(*kind)).occasion, Occasion::Customer, "{kind}");
        assert!(Occasion::Customer.is_given_by(&any));
    }
}

/// Each way of knowing less than everything.
fn knowing_less() -> Vec<(&'static str, Known)> {
    let without = |what, change: fn(&mut Known)| {
        let mut known = Known::much();
        change(&mut known);
        (what, known)
    };
    vec![
        ("all", Known::much()),
        ("nothing", Known::nothing()),
        without("no name", |k| k.customer.profile = Default::default()),
        without("no items", |k| k.interaction.detail.purchase = None),
        without("hidden", |k| hide(&mut k.interaction)),
        without("nothing said", |k| {
            (k.interaction.detail.items_looked_at, k.interaction.detail.topics) = Default::default();
            k.interaction.detail.fault = None;
        }),
        without("sensitive", |k| k.location.settings.sensitive = true),
        without("no reply contact", |k| k.location.settings.reply_contact = Default::default()),
        without("first visit", |k| {
            (k.summary.visit_days, k.summary.first_visit) = (1, Some(k.interaction.local_date));
        }),
        without("a case", |k| k.case = Some(k.case(&["A free tasting for two."]))),
        without("no history", |k| k.summary = Summary::new(k.customer.id)),
    ]
}

fn hide(interaction: &mut Interaction) {
    if let Some(Purchase { surprise, .. }) = &mut interaction.detail.purchase {
        *surprise = true;
    }
}

#[test]
fn p8_starter_texts_read_well_however_little_is_known() {
    for (what, known) in knowing_less() {
        for (slug, definition) in templates() {
            let template = testkit::template(definition.clone());
            for (channel, language) in Channel::ALL.iter().flat_map(|c| LANGUAGES.map(|language| (*c, language))) {
                let draft = known.compose(&template, channel, language, &[]);
                let against = problems(&draft, &[]);
                let place = format!("{what}, {slug}, {channel}, {language}: {}", draft.text);
                assert!(against.iter().all(|o| *o == NoteProblem::nothing_particular()), "{against:?} {place}");
                assert_eq!(draft.language, language, "{place}");
                assert!(!draft.text.contains("  ") && !draft.text.contains(" ."), "{place}");
                assert!(draft.text.chars().next().is_some_and(char::is_uppercase), "{place}");
                assert!(draft.text.matches('!').count() == 0, "{place}");
                let body = draft.text[draft.body.clone()].trim_end();
                assert!(body.ends_with(['.', '?']), "{place}");
                assert_eq!(draft.subject.is_empty(), !channel.has_subject() || !is_written(definition), "{place}");
            }
        }
    }
}

#[test]
fn p8_starter_notes_name_what_is_particular_where_it_is_known() {
    for known in knowing_less().into_iter().filter(|(what, _)| !matches!(*what, "nothing")).map(|(_, known)| known) {
        for (slug, definition) in templates().iter().filter(|(_, definition)| is_written(definition)) {
            let template = testkit::template(definition.clone());
            let is_known = known.summary.visit_days > 1;
            for (channel, language) in WRITTEN.iter().flat_map(|c| LANGUAGES.map(|language| (*c, language))) {
                let draft = known.compose(&template, channel, language, &[]);
                let found = problems(&draft, &[]);
                let is_rule = !matches!(*slug, "apology" | "did-that-answer-it");
                assert!(!(is_known && is_rule) || found.is_empty(), "{slug} {language} {found:?}: {}", draft.text);
            }
        }
    }
}

#[test]
fn p8_who_comes_back_often_reads_something_new_each_time() {
    let known = Known::much();
    let often =
        ["thanks-after-purchase", "thanks-for-stopping-by", "did-that-answer-it", "thanks-for-being-our-customer"];
    for slug in often {
        let template = testkit::template(definition(slug).clone());
        for (channel, language) in WRITTEN.iter().flat_map(|c| LANGUAGES.map(|language| (*c, language))) {
            let mut notes: Vec<String> = Vec::new();
            for n in 0..3 * (LAST_NOTES + 1) {
                let last: Vec<_> = notes.iter().rev().take(LAST_NOTES).map(String::as_str).collect();
                let draft = known.compose(&template, channel, language, &last);
                assert_eq!(problems(&draft, &last), [], "{slug} {channel} {language} {n}: {}", draft.text);
                notes.push(draft.text);
            }
        }
    }
}

/// In every variant: the fault that was recorded, or the words of the case, and what was given, at the end of a
/// sentence.
#[test]
fn p8_starter_apologies_name_what_happened_and_what_was_done() {
    let mut known = Known::much();
    known.case = Some(known.case(&["A new teapot.", "a free tasting for two"]));
    for slug in ["apology", "an-apology"] {
        let facts = NoteFacts { interaction: Some(&known.interaction).filter(|_| slug == "apology"), ..known.facts() };
        for text in definition(slug).texts.iter().filter(|text| !text.opening.is_empty()) {
            let alone = TemplateDefinition { texts: vec![text.clone()], ..definition(slug).clone() };
            let template = testkit::template(alone);
            for channel in WRITTEN {
                let wish = Wish { channel, language: &text.language, last_notes: &[], begin: Begin::Anywhere };
                let draft = compose(Part { template: &template, facts }, &[], &wish);
                let lint = Lint {
                    subject: &draft.subject,
                    text: &draft.text,
                    language: &draft.language,
                    channel,
                    kind: GestureKind::Apology,
                    known: &[facts],
                    told: &draft.facts,
                    hidden: &[],
                };
                let against = [problems(&draft, &[]), lint.composed()].concat();
                assert_eq!(against, [], "{slug} {channel}: {}", draft.text);
                let tells = |path: &str| draft.facts.iter().any(|fact| fact.path == path);
                assert!(tells("fault.kind") || tells("case.summary"), "{slug} {channel}: {}", draft.text);
                let and = if text.language == "en" { "and" } else { "und" };
                let done = format!("A new teapot {and} a free tasting for two.");
                assert!(draft.text.contains(&done) && !draft.text.contains(".."), "{slug} {channel}: {}", draft.text);
            }
        }
    }
}

/// Who is thanked for a purchase and then for a visit must not hear the same sentences.
#[test]
fn p8_no_two_starter_notes_share_a_sentence() {
    let known = Known::much();
    for language in LANGUAGES {
        let mut said: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (slug, definition) in templates().iter().filter(|(_, definition)| is_written(definition)) {
            for text in definition.texts.iter().filter(|text| text.language == language && text.channels.is_empty()) {
                let alone = TemplateDefinition { texts: vec![text.clone()], ..definition.clone() };
                let draft = known.compose(&testkit::template(alone), Channel::Email, language, &[]);
                for (other, texts) in said.iter().filter(|(other, _)| *other != slug) {
                    for earlier in texts {
                        assert_eq!(problems(&draft, &[earlier]), [], "{slug} and {other}: {}", draft.text);
                    }
                }
                said.entry(*slug).or_default().push(draft.text);
            }
        }
    }
}

#[test]
fn notes_name_who_writes_and_how_to_answer() {
    let known = Known::much();
    for (slug, definition) in templates().iter().filter(|(_, definition)| is_written(definition)) {
        let template = testkit::template(definition.clone());
        for language in LANGUAGES {
            let letter = known.compose(&template, Channel::Email, language, &[]).text;
            for words in ["Ben and the team", "The Garden Shop", "hello@garden.example", "+49 30 12345"] {
                assert!(letter.contains(words), "{slug}: {letter}");
            }
            let message = known.compose(&template, Channel::Message, language, &[]).text;
            assert!(message.contains("Ben and the team") && message.len() < letter.len(), "{slug}: {message}");
            let aloud = known.compose(&template, Channel::Phone, language, &[]).text;
            assert!(!aloud.contains("Ben and the team"), "{slug}: {aloud}");
        }
    }
}

#[test]
fn a_starter_template_without_interaction_speaks_of_none() {
    let known = Known::much();
    for kind in GestureKind::ALL {
        let template: CompiledTemplate = testkit::template(definition(unasked(*kind)).clone());
        assert_eq!(template.template.state, TemplateState::Active);
        let facts = NoteFacts { interaction: None, milestone: None, upcoming: None, ..known.facts() };
        let wish = Wish { channel: Channel::Email, language: "en", last_notes: &[], begin: Begin::Anywhere };
        let draft = compose(Part { template: &template, facts }, &[], &wish);
        assert!(problems(&draft, &[]).is_empty(), "{kind}: {}", draft.text);
    }
}
