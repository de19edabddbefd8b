use super::{
    super::{
        Begin, Field, Kind, NoteFacts, Part, UsedFact, Wish, compose, starter,
        testkit::{Known, item, template},
    },
    Lint, greeting, language, told_in,
};
use crate::domain::{
    customer::{Channel, FactOrigin},
    gesture::GestureKind,
    interaction::Purchase,
    note_problem::ProblemReason as R,
};

const GOOD: &str = "Dear Ana,\n\nthank you for talking about winter-hardy roses with us.\n\nWrite to hello@garden.example.\n\n\
                    Ben and the team";

/// What is found in a person's words over a channel.
fn found(known: &Known, channel: Channel, kind: GestureKind, subject: &str, text: &str, last: &[&str]) -> Vec<R> {
    let facts = [known.facts()];
    let told = told_in(&[subject, text], "en", channel, &facts, &[]);
    let lint = Lint { subject, text, language: "", channel, kind, known: &facts, told: &told, hidden: &[] };
    lint.written(last).into_iter().map(|problem| problem.reason).collect()
}

fn letter(known: &Known, text: &str) -> Vec<R> {
    found(known, Channel::Post, GestureKind::Note, "", text, &[])
}

#[test]
fn p8_good_words_are_left_alone() {
    for channel in [Channel::Post, Channel::Email, Channel::Message, Channel::HandOver] {
        assert_eq!(found(&Known::much(), channel, GestureKind::Note, "Roses", GOOD, &[]), [], "{channel}");
    }
}

#[test]
fn p8_a_persons_words_name_something_particular_too() {
    let known = Known::much();
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", "things")), [R::NothingParticular]);
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", "Geraniums")), [], "in whatever case and number");
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", "teapotter")), [R::NothingParticular]);
}

#[test]
fn p8_what_was_noted_with_an_article_is_told_without() {
    let mut known = Known::much();
    known.interaction.detail.topics = vec!["a red teapot".to_owned()];
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", "your red teapot")), []);
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", "the theatre")), [R::NothingParticular]);
}

/// Somebody of whom no more is known than how often they came.
fn regular(days: u32) -> Known {
    let mut known = Known::nothing();
    known.location = Known::much().location;
    known.summary.visit_days = days;
    known
}

#[test]
fn p8_a_number_of_visits_is_particular_in_a_persons_words_too() {
    let text = |words: &str| format!("Hello,\n\n{words} Write to hello@garden.example.\n\nBen and the team");
    for words in [
        "thank you for coming on 4 days.",
        "it was your 4th visit.",
        "it was good to see you for the fourth time.",
        "thank you for four lovely visits.",
    ] {
        assert_eq!(letter(&regular(4), &text(words)), [], "{words}");
        assert_eq!(letter(&regular(5), &text(words)), [R::NothingParticular], "{words}");
    }
    for words in ["we are open until 4.", "see you on 4 May.", "thank you for coming."] {
        assert_eq!(letter(&regular(4), &text(words)), [R::NothingParticular], "{words}");
    }
}

#[test]
fn p8_a_number_is_kept_as_templates_write_it() {
    let known = regular(4);
    let told = |text: &str, before: &[UsedFact]| {
        let told = told_in(&[text], "en", Channel::Post, &[known.facts()], before);
        told.into_iter().map(|fact| (fact.path, fact.text)).collect::<Vec<_>>()
    };
    let visits = |text: &str| vec![("history.visit_days".to_owned(), text.to_owned())];
    assert_eq!(told("You came four times.", &[]), visits("4"));
    let before = |text: &str| {
        let (path, text) = ("history.visit_days".to_owned(), text.to_owned());
        [UsedFact { path, text, known: FactOrigin::SeenHere, particular: true }]
    };
    assert_eq!(told("You came 4 times.", &before("4")), visits("4"));
    assert_eq!(told("You came on\u{a0}4 days.", &before("4\u{a0}days")), visits("4\u{a0}days"));
    assert_eq!(told("You came 3 times.", &before("3")), visits("3"), "still told, though it is more by now");
    assert_eq!(told("Open until 4.", &before("4")), []);
}

#[test]
fn p8_what_composing_takes_for_particular_is_so_in_a_persons_words_too() {
    let known = Known::much();
    let case = known.case(&["a new teapot"]);
    let facts = [NoteFacts { case: Some(&case), ..known.facts() }];
    let mut looked_at = 0;
    for (slug, definition) in starter::templates() {
        let template = template(definition.clone());
        for (n, text) in (0..).zip(&definition.texts) {
            let wish =
                Wish { channel: Channel::Post, language: &text.language, last_notes: &[], begin: Begin::With(n) };
            let draft = compose(Part { template: &template, facts: facts[0] }, &[], &wish);
            // The words that stand there because of a code are not those of the fact.
            let is_code = |fact: &UsedFact| Field::find(&fact.path).is_none_or(|it| matches!(it.kind, Kind::Choice(_)));
            if !draft.facts.iter().any(|fact| fact.particular && !is_code(fact)) {
                continue;
            }
            let told = told_in(&[&draft.subject, &draft.text], &draft.language, Channel::Post, &facts, &[]);
            assert!(told.iter().any(|fact| fact.particular), "{slug}, {n}: {}\n{:?}", draft.text, draft.facts);
            looked_at += 1;
        }
    }
    assert!(looked_at > 40, "{looked_at}");
}

#[test]
fn p8_what_was_forgotten_in_a_text_is_seen() {
    let known = Known::much();
    assert_eq!(letter(&known, "  \n "), [R::Empty, R::NothingParticular]);
    assert_eq!(letter(&known, &GOOD.replace("thank you", "thank [name]")), [R::Placeholder]);
    assert_eq!(letter(&known, &GOOD.replace("Dear Ana", "Dear Bob")), [R::MissingName]);
    assert_eq!(letter(&known, &GOOD.replace("Dear Ana", "Dear")), [R::MissingName]);
    for fine in ["Hello", "Dear Frau Schmidt", "Dear neighbour", "Liebe Ana", "Good morning"] {
        assert_eq!(letter(&known, &GOOD.replace("Dear Ana", fine)), [], "{fine}");
    }
    assert_eq!(letter(&known, &GOOD.replace("\n\nBen and the team", "")), [R::NoPerson]);
    assert_eq!(letter(&known, &GOOD.replace("Write to hello@garden.example.", "Bye.")), [R::NoWayToAnswer]);
    assert_eq!(letter(&known, &GOOD.replace("Write to hello@garden.example.", "Call 030 12345.")), []);
}

#[test]
fn p8_what_is_no_name_is_no_greeting() {
    let mut known = Known::much();
    known.customer.profile.display_name = "test@example.com".to_owned();
    for wrong in ["Dear test@example.com", "Dear +49 170 1234567", "Liebe Unbekannt", "Dear n/a"] {
        assert_eq!(letter(&known, &GOOD.replace("Dear Ana", wrong)), [R::MissingName], "{wrong}");
    }
    for fine in ["Dear Ana", "Dear guest", "Hello"] {
        assert_eq!(letter(&known, &GOOD.replace("Dear Ana", fine)), [], "{fine}");
    }
}

#[test]
fn p8_sentences_that_were_said_before_are_found_but_not_the_way_of_signing() {
    let known = Known::much();
    let again = |last: &str| found(&known, Channel::Post, GestureKind::Note, "", GOOD, &[last]);
    assert_eq!(again("Dear Ana,\n\nhow are you?\n\nWrite to hello@garden.example.\n\nBen and the team"), []);
    assert_eq!(again(&GOOD.replace("Dear Ana", "Hello")), [R::RepeatedWording]);
}

#[test]
fn who_says_in_which_language_is_written_to_in_that() {
    let mut known = Known::much();
    known.customer.profile.language = "de-AT".to_owned();
    let english = "Hello,\n\nthank you for the time that you had for winter-hardy roses with us and for your visit. Call \
                   030 12345.\n\nBen and the team";
    assert_eq!(letter(&known, english), [R::WrongLanguage]);
    let german = "Hallo,\n\nvielen Dank, dass Sie mit uns über das Thema winter-hardy roses gesprochen haben und für uns Zeit \
                  haben. 030 12345\n\nBen and the team";
    assert_eq!(letter(&known, german), []);
    known.customer.profile.language.clear();
    assert_eq!(letter(&known, english), [], "nobody said in which");
}

#[test]
fn languages_are_told_by_their_small_words_or_not_at_all() {
    assert_eq!(language::of("Thank you for the visit, and see you with your roses."), Some("en"));
    assert_eq!(language::of("Merci pour votre visite, nous avons les roses dans une serre."), Some("fr"));
    assert_eq!(language::of("Danke!"), None);
    assert_eq!(language::of("Ευχαριστούμε για την επίσκεψή σας"), None);
}

#[test]
fn what_does_not_fit_what_carries_it_is_too_long() {
    let known = Known::much();
    let long = GOOD.replace("thank you", &"thank you ".repeat(200));
    assert_eq!(found(&known, Channel::Message, GestureKind::Note, "", &long, &[]), [R::TooLong]);
    assert_eq!(found(&known, Channel::Email, GestureKind::Note, &"Roses ".repeat(40), GOOD, &[]), [R::TooLong]);
}

#[test]
fn p8_a_surprise_is_named_to_nobody_but_who_is_handed_the_note() {
    let mut known = Known::much();
    known.interaction.detail.purchase =
        Some(Purchase { total: None, items: vec![item("silver ring", 1)], surprise: true, confidential: false });
    let text = GOOD.replace("Dear Ana", "Hello").replace("winter-hardy roses", "old roses and the Silver Ring");
    for channel in [Channel::Email, Channel::Post, Channel::Message] {
        assert_eq!(
            found(&known, channel, GestureKind::Note, "", &text, &[]),
            [R::SurpriseAtSharedAddress],
            "{channel}"
        );
    }
    assert_eq!(found(&known, Channel::HandOver, GestureKind::Note, "", &text, &[]), []);
    let subject =
        found(&known, Channel::Email, GestureKind::Note, "Your silver ring", &GOOD.replace("winter-hardy", "old"), &[]);
    assert_eq!(subject, [R::SurpriseAtSharedAddress]);
}

#[test]
fn p8_a_surprise_is_no_better_hidden_without_its_article() {
    let mut known = Known::much();
    let purchase = |name| Purchase { total: None, items: vec![item(name, 1)], surprise: true, confidential: false };
    known.interaction.detail.purchase = Some(purchase("a diamond ring"));
    for (subject, line) in [("Your diamond ring", "old roses"), ("", "old roses; the ring will please her")] {
        let text = GOOD.replace("winter-hardy roses", line);
        let reasons = found(&known, Channel::Email, GestureKind::Note, subject, &text, &[]);
        assert_eq!(reasons, [R::SurpriseAtSharedAddress], "{subject} {line}");
    }
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy", "old")), [], "of anything else, whatever is particular");
    known.interaction.detail.purchase = Some(purchase("赤い急須"));
    let japanese = GOOD.replace("winter-hardy roses", "old roses, 先日は赤い急須を");
    assert_eq!(letter(&known, &japanese), [R::SurpriseAtSharedAddress]);
}

#[test]
fn p8_no_surprise_of_theirs_is_named_whatever_the_note_is_about() {
    let known = Known::much();
    let hidden = ["ein Diamantring".to_owned(), "teapot".to_owned()];
    let facts = [known.facts()];
    let found = |channel, subject: &str, text: &str| {
        let told = told_in(&[subject, text], "en", channel, &facts, &[]);
        let kind = GestureKind::Note;
        let lint = Lint { subject, text, language: "", channel, kind, known: &facts, told: &told, hidden: &hidden };
        lint.written(&[]).into_iter().map(|problem| problem.reason).collect::<Vec<_>>()
    };
    let ring = GOOD.replace("winter-hardy", "the Diamantring and old");
    assert_eq!(found(Channel::Email, "", &ring), [R::SurpriseAtSharedAddress]);
    assert_eq!(found(Channel::Email, "Ihr Diamantring", GOOD), [R::SurpriseAtSharedAddress]);
    assert_eq!(found(Channel::HandOver, "", &ring), []);
    assert_eq!(found(Channel::Email, "", GOOD), []);
    let teapot = GOOD.replace("winter-hardy roses", "the teapot");
    assert_eq!(found(Channel::Email, "", &teapot), [], "another one was bought openly");
}

#[test]
fn p8_goods_are_called_what_they_are_called() {
    let mut known = Known::much();
    for name in ["Grüner Tee [Bio]", "T-Shirt XXX", "Kabel <USB> 1m", "TODO-Block", "Vase_____1", "Buch „Tod , Liebe“"]
    {
        known.interaction.detail.topics = vec![name.to_owned()];
        let text = GOOD.replace("winter-hardy roses", name);
        assert_eq!(letter(&known, &text), [], "{name}");
        let small = GOOD.replace("winter-hardy roses", &name.to_lowercase());
        assert_eq!(letter(&known, &small), [], "{name}");
        let unfilled = text.replace("with us", "with us, [name]");
        assert_eq!(letter(&known, &unfilled), [R::Placeholder], "{name}");
    }
    known.interaction.detail.topics = vec!["roses".to_owned()];
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy", "[Bio]")), [R::Placeholder], "nobody bought that");
}

#[test]
fn p8_what_is_particular_is_found_where_no_spaces_part_words() {
    let mut known = Known::much();
    known.interaction.detail.topics = vec!["赤い急須".to_owned(), "iPhone".to_owned()];
    for told in ["先日は赤い急須をお求めいただき", "先日はiPhoneをお求めいただき"] {
        assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", told)), [], "{told}");
    }
    assert_eq!(letter(&known, &GOOD.replace("winter-hardy roses", "先日は青い花瓶を")), [R::NothingParticular]);
}

#[test]
fn p8_a_sensitive_place_is_known_by_a_word_of_its_name() {
    let mut known = Known::much();
    known.location.settings.sensitive = true;
    known.location.settings.display_name = "Klinik für Hautkrankheiten".to_owned();
    let reasons = |subject: &str| found(&known, Channel::Email, GestureKind::Note, subject, GOOD, &[]);
    assert!(reasons("A note from the Klinik").contains(&R::SensitivePlace));
    assert!(!reasons("A note for you").contains(&R::SensitivePlace));
}

#[test]
fn p8_a_sensitive_place_gives_nothing_away_outside() {
    let mut known = Known::much();
    known.location.settings.sensitive = true;
    let reasons = |channel, subject: &str, text: &str| {
        let mut found = found(&known, channel, GestureKind::Note, subject, text, &[]);
        found.retain(|reason| *reason != R::NothingParticular);
        found
    };
    assert_eq!(reasons(Channel::Email, "Thank you", GOOD), []);
    for subject in ["For Ana", "Your visit to The Garden Shop", "Winter-hardy roses"] {
        assert_eq!(reasons(Channel::Email, subject, GOOD), [R::SensitivePlace], "{subject}");
    }
    assert_eq!(reasons(Channel::Message, "", GOOD), [R::SensitivePlace]);
    assert_eq!(reasons(Channel::Message, "", "Thank you for coming.\n\nBen"), []);
}

#[test]
fn p8_an_apology_says_for_what_and_what_was_done() {
    let known = Known::much();
    let reasons = |remedies: &[&str], text: &str| {
        let case = known.case(remedies);
        let facts = [NoteFacts { case: Some(&case), ..known.facts() }];
        let told = told_in(&[text], "en", Channel::HandOver, &facts, &[]);
        let lint = Lint {
            subject: "",
            text,
            language: "en",
            channel: Channel::HandOver,
            kind: GestureKind::Apology,
            known: &facts,
            told: &told,
            hidden: &[],
        };
        lint.written(&[]).into_iter().map(|problem| problem.reason).collect::<Vec<_>>()
    };
    let (for_nothing, for_lid) =
        ("We are sorry. You like old roses.\n\nBen", "We are sorry about a cracked lid.\n\nBen");
    assert_eq!(reasons(&[], for_nothing), [R::ApologyWithoutCause]);
    assert_eq!(reasons(&[], for_lid), []);
    assert_eq!(reasons(&["a new teapot"], for_lid), [R::ApologyWithoutCause]);
    let done = "We are sorry about a cracked lid, and have sent you a new teapot.\n\nBen";
    assert_eq!(reasons(&["a new teapot"], done), []);
}

#[test]
fn p8_facts_that_are_taken_out_of_a_text_are_not_kept() {
    let known = Known::much();
    let before = [UsedFact {
        path: "milestone.visit_days".to_owned(),
        text: "fifth".to_owned(),
        known: FactOrigin::SeenHere,
        particular: true,
    }];
    let facts = [known.facts()];
    let paths = |text: &str| {
        let told = told_in(&[text], "en", Channel::Post, &facts, &before);
        told.into_iter().map(|fact| fact.path).collect::<Vec<_>>()
    };
    assert_eq!(paths("It was your fifth visit."), ["milestone.visit_days"]);
    assert_eq!(paths("It was your sixth visit."), [""; 0]);
}

#[test]
fn greetings_are_lines_of_their_own() {
    assert!(greeting::is_one("Dear Ana,") && greeting::is_one("Hallo!"));
    assert!(!greeting::is_one("Dear Ana,\nthank you") && !greeting::is_one("Thank you for coming."));
}
