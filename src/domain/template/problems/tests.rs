use super::problems;
use crate::domain::{
    customer::Channel,
    note_problem::{NoteProblem, ProblemReason},
    template::{
        Draft, Occasion,
        testkit::{Known, body, definition, template},
    },
};

fn draft(words: &str, last_notes: &[&str]) -> Draft {
    let template = template(definition(Occasion::Interaction, vec![body(words)]));
    Known::much().compose(&template, Channel::Post, "en", last_notes)
}

fn against(words: &str, last_notes: &[&str]) -> Vec<NoteProblem> {
    problems(&draft(words, last_notes), last_notes)
}

/// Whether one problem was found, for this reason.
fn is(found: &[NoteProblem], reason: ProblemReason) -> bool {
    matches!(found, [problem] if problem.reason == reason)
}

const ROSES: &str = "{{ interaction.topics or 'it' }}";

#[test]
fn p8_a_note_names_something_particular() {
    assert_eq!(against(&format!("We spoke of {ROSES}."), &[]), []);
    let plain = "Dear {{ customer.name or 'you' }}, thank you for coming on {{ interaction.date }} to {{ location.name or 'us' }}.";
    assert_eq!(against(plain, &[]), [NoteProblem::nothing_particular()]);
    let consulted = "{% if interaction.topics %}Thank you.{% endif %}";
    assert_eq!(against(consulted, &[]), [NoteProblem::nothing_particular()]);
}

#[test]
fn p8_a_place_left_unfilled_is_seen() {
    for words in [
        "Dear [name], {}",
        "Dear <Vorname>, {}",
        "Dear XXX, {}",
        "TODO: {}",
        "Dear ___, {}",
        "{% raw %}Dear {{ customer.name }},{% endraw %} {}",
        "{% raw %}{% if x %}{% endraw %} {}",
        "Dear , {}",
    ] {
        let found = against(&words.replace("{}", ROSES), &[]);
        assert!(is(&found, ProblemReason::Placeholder), "{words}: {found:?}");
    }
    for words in ["5 < 6 and 7 > 2, {}", "[1] {}", "XXL, {}", "Hello, {}"] {
        assert_eq!(against(&words.replace("{}", ROSES), &[]), [], "{words}");
    }
}

#[test]
fn p8_what_a_fact_is_called_is_no_place_left_unfilled() {
    for name in ["Tea [organic]", "T-shirt XXX", "cable <USB> 1m", "TODO pad", "vase___1", "book “Death , love”"] {
        let mut known = Known::much();
        known.interaction.detail.topics = vec![name.to_owned()];
        let against = |words: &str| {
            let template = template(definition(Occasion::Interaction, vec![body(words)]));
            problems(&known.compose(&template, Channel::Post, "en", &[]), &[])
        };
        assert_eq!(against(&format!("We spoke of {ROSES}.")), [], "{name}");
        assert!(is(&against(&format!("We spoke of {ROSES}, XXX.")), ProblemReason::Placeholder), "{name}");
    }
}

#[test]
fn p8_a_note_that_says_nothing_is_not_sent() {
    let found = against("{% if not customer.name %}x{% endif %}", &[]);
    assert_eq!(found, [NoteProblem::empty(), NoteProblem::nothing_particular()]);
}

#[test]
fn p8_the_words_of_the_last_notes_are_not_repeated() {
    let words = format!("Thank you for talking about {ROSES} with us on {{{{ interaction.date | day }}}}. See you.");
    let other_facts = "Dear Ben,\n\nThank you for talking about garden gnomes with us on Tuesday, 3 May. Bye.";
    assert!(is(&against(&words, &[other_facts]), ProblemReason::RepeatedWording));
    let others = ["a note", "another note", "a third note"];
    assert_eq!(against(&words, &[&others[..], &[other_facts]].concat()), [], "a fourth note is long ago");
    assert_eq!(against(&words, &["Thank you for talking about nothing."]), []);
    assert_eq!(against(&words, &["Thank you for talking about\nroses with us on a line of its own."]), []);
}

#[test]
fn p8_short_sentences_may_be_said_again_but_not_all_of_them() {
    let words = format!("Thank you. {ROSES}. See you.");
    assert_eq!(against(&words, &["Thank you. Something else. See you"]), []);
    assert!(is(&against(&words, &["Thank you. Tulips. See you."]), ProblemReason::RepeatedWording));
}

#[test]
fn p8_a_full_stop_within_a_fact_ends_no_sentence() {
    let mut known = Known::much();
    known.interaction.detail.topics = vec!["No. 5, by St. John".to_owned()];
    let template =
        template(definition(Occasion::Interaction, vec![body(&format!("It was about {ROSES} as we both know."))]));
    let note = known.compose(&template, Channel::Post, "en", &[]);
    assert_eq!(problems(&note, &["Lines before.\nIt was about the old oak as we both know."]).len(), 1);
}

#[test]
fn p8_another_variant_is_tried_before_a_person_is_asked() {
    let variants = ["Roses are what we spoke of", "We spoke of this with pleasure", "This is what it was about"];
    let texts = variants.map(|words| body(&format!("{words}: {ROSES}.")));
    let template = template(definition(Occasion::Interaction, texts.to_vec()));
    let known = Known::much();
    let mut notes: Vec<String> = Vec::new();
    for _ in 0..3 {
        let last: Vec<_> = notes.iter().rev().map(String::as_str).collect();
        let note = known.compose(&template, Channel::Post, "en", &last);
        assert_eq!(problems(&note, &last), []);
        notes.push(note.text);
    }
    let last: Vec<_> = notes.iter().rev().map(String::as_str).collect();
    let fourth = known.compose(&template, Channel::Post, "en", &last);
    assert!(is(&problems(&fourth, &last), ProblemReason::RepeatedWording), "{fourth:?}");
}
