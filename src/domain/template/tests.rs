//! What templates say of the facts.

mod meaning;

use super::{
    Begin, CompiledTemplate, FIELDS, FILTERS, Kind, NoteFacts, Occasion, Part, TemplateText, Wish, check, compose,
    problems,
    testkit::{Known, body, definition, item, said, template},
};
use crate::domain::{
    customer::{Channel, FactOrigin, Greeting},
    interaction::{InteractionChannel, PurchaseItem},
    limits::NOTE_MAX_BYTES,
    note_problem::NoteProblem,
};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

#[test]
fn p8_nobody_is_greeted_by_what_is_no_name() {
    let mut known = Known::much();
    let greets = "Dear {{ customer.name or 'guest' }} ({{ customer.given_name or 'nobody' }})";
    for none in ["test@example.com", "+49 170 1234567", "Unbekannt", "n/a", "x", "Meier, Hans"] {
        none.clone_into(&mut known.customer.profile.display_name);
        known.customer.profile.given_name = "unknown".to_owned();
        assert_eq!(said(&known, Occasion::Customer, greets), "Dear guest (nobody)", "{none}");
    }
    known.customer.profile.display_name = "Schmidt, Ana".to_owned();
    assert_eq!(said(&known, Occasion::Customer, greets), "Dear Ana Schmidt (nobody)", "her family name is known");
}

#[test]
fn p8_what_was_scanned_line_by_line_is_said_once() {
    let mut known = Known::much();
    let purchase = known.interaction.detail.purchase.as_mut().expect("much is known");
    purchase.items = vec![item("eine Kanne", 1), item("Eine Kanne ", 1), item("ein Sieb", 1), item("eine Kanne", 1)];
    known.interaction.detail.topics = vec!["roses".to_owned(), "roses".to_owned()];
    let say = |text: &str| said(&known, Occasion::Purchase, text);
    assert_eq!(say("{{ purchase.items | quoted | list or 'x' }}"), "“eine Kanne” and “ein Sieb”");
    assert_eq!(say("{{ interaction.topics | list or 'x' }}"), "roses");
    assert_eq!(say("{{ purchase.quantity | plural(one='# thing', other='# things') or 'x' }}"), "4 things");
}

#[test]
fn phone_numbers_are_written_for_their_reader() {
    let mut known = Known::much();
    known.location.settings.reply_contact.phone = Some("+4930901820".to_owned());
    assert_eq!(said(&known, Occasion::Customer, "{{ location.phone or 'x' }}"), "+49 30 901820", "in Britain");
    known.customer.profile.region = "DE".to_owned();
    assert_eq!(said(&known, Occasion::Customer, "{{ location.phone or 'x' }}"), "030 901820");
}

#[test]
fn values_are_written_as_the_language_does() {
    let known = Known::much();
    let say = |text: &str| said(&known, Occasion::Purchase, text);
    assert_eq!(say("{{ interaction.date }}"), "12 October 2026");
    assert_eq!(say("{{ interaction.date | day }}"), "Monday 12 October");
    assert_eq!(say("{{ history.first_visit | month or 'x' }}"), "March 2025");
    assert_eq!(say("{{ purchase.total or 'x' }}"), "€1,234.50");
    assert_eq!(say("{{ purchase.items or 'x' }}"), "3 × geranium and teapot");
    assert_eq!(say("{{ purchase.items | list(1) or 'x' }}"), "3 × geranium");
    assert_eq!(say("{{ purchase.items | first | upper_first or 'x' }}"), "3 × geranium");
    assert_eq!(say("{{ interaction.topics | first | upper_first or 'x' }}"), "Winter-hardy roses");
    assert_eq!(say("{{ interaction.items_looked_at | quoted | list or 'x' }}"), "“red teapot” and “garden bench”");
    assert_eq!(say("{{ purchase.quantity | plural(one='# CD', other='# CDs') or 'x' }}"), "4 CDs");
    assert_eq!(say("{{ purchase.items | count | plural(one='one', other='# things') or 'x' }}"), "2 things");
    assert_eq!(say("{{ history.visit_days | ordinal or 'x' }}"), "3rd");
    assert_eq!(
        say("{{ location.team }}, {{ location.name or 'x' }}"
            .replace("{{ location.team }}", "{{ location.team or 'x' }}")
            .as_str()),
        "Ben and the team, The Garden Shop"
    );
    let items = "{% for it in purchase.items %}{{ it.quantity }} {{ it.name | quoted or 'x' }}\
                 {% if not loop.last %}; {% endif %}{% else %}nothing{% endfor %}";
    assert_eq!(say(items), "3 “geranium”; 1 “teapot”");
}

#[test]
fn one_and_many_are_told_apart_in_both_languages() {
    let mut known = Known::much();
    let say = |known: &Known, language: &str, one: &str, other: &str| {
        let text = format!("{{{{ purchase.quantity | plural(one='{one}', other='{other}') or 'x' }}}}");
        let text = TemplateText { language: language.to_owned(), ..body(&text) };
        known.compose(&template(definition(Occasion::Purchase, vec![text])), Channel::Post, language, &[]).text
    };
    assert_eq!(say(&known, "en", "# CD", "# CDs"), "4 CDs");
    assert_eq!(say(&known, "de", "eine CD", "# CDs"), "4 CDs");
    let purchase = known.interaction.detail.purchase.as_mut().expect("a purchase");
    purchase.items = vec![item("CD", 1)];
    assert_eq!(say(&known, "en", "# CD", "# CDs"), "1 CD");
    assert_eq!(say(&known, "de", "eine CD", "# CDs"), "eine CD");
    assert_eq!(say(&known, "pl", "# płyta", "# płyt"), "1 płyta");
}

#[test]
fn dates_follow_the_region() {
    let mut known = Known::much();
    let day = "{{ interaction.date }}";
    for (region, expected) in [("US", "October 12, 2026"), ("GB", "12 October 2026"), ("DE", "12 October 2026")] {
        known.customer.profile.region = region.to_owned();
        assert_eq!(said(&known, Occasion::Interaction, day), expected, "{region}");
    }
    let template = template(definition(Occasion::Interaction, vec![body(day)]));
    assert_eq!(known.compose(&template, Channel::Post, "en-US", &[]).text, "October 12, 2026");
}

#[test]
fn white_space_is_what_a_reader_expects() {
    let known = Known::nothing();
    let say = |text: &str| said(&known, Occasion::Interaction, text);
    assert_eq!(
        say("  Hello   there {% if customer.name %}x{% endif %} ,  you \n\n\n\n all \n"),
        "Hello there, you\n\nall"
    );
    assert_eq!(say("a{% if customer.name %} b{% endif %}.\nc"), "a.\nc");
    assert_eq!(say("a\n{% if customer.name %}\nb\n{% endif %}\nc"), "a\nc");
    let mut named = Known::much();
    named.customer.profile.display_name = "  Ana \u{7}\n\tMaria  ".to_owned();
    assert_eq!(said(&named, Occasion::Customer, "{{ customer.name or 'x' }}."), "Ana Maria.");
}

#[test]
fn p8_only_facts_whose_words_stand_there_are_kept() {
    let known = Known::much();
    let text = "{% if history.visit_days > 2 %}Thank you{% endif %}{% if interaction.kind == 'visit' %} for your visit\
                {% endif %} on {{ interaction.date | weekday }}{% if customer.name %}, {{ customer.name }}{% endif %}.\
                {% if not customer.likes %}{{ purchase.items | list or 'x' }}{% endif %} {{ location.name or 'x' }}";
    let draft = known.compose(&template(definition(Occasion::Purchase, vec![body(text)])), Channel::Post, "en", &[]);
    let facts: Vec<_> = draft.facts.iter().map(|f| (f.path.as_str(), f.text.as_str(), f.known, f.particular)).collect();
    assert_eq!(
        facts,
        [
            ("interaction.kind", "for your visit", FactOrigin::SeenHere, false),
            ("interaction.date", "Monday", FactOrigin::SeenHere, false),
            ("customer.name", "Ana", FactOrigin::ToldUs, false),
        ]
    );
}

#[test]
fn how_a_fact_is_known_follows_its_channel() {
    let mut known = Known::much();
    let template = template(definition(Occasion::Interaction, vec![body("{{ interaction.topics or 'x' }}")]));
    for (channel, origin) in [
        (InteractionChannel::InStore, FactOrigin::SeenHere),
        (InteractionChannel::Email, FactOrigin::ToldUs),
        (InteractionChannel::Web, FactOrigin::OtherChannel),
    ] {
        known.interaction.detail.channel = channel;
        let draft = known.compose(&template, Channel::Post, "en", &[]);
        assert_eq!((draft.facts[0].known, draft.facts[0].particular), (origin, true), "{channel}");
    }
}

/// Everything that can be written of a field, absent or not.
fn everything() -> CompiledTemplate {
    let of = |occasion: Occasion| {
        let fields = FIELDS.iter().filter(|f| f.is_given_by(occasion) && !matches!(f.kind, Kind::Choice(_)));
        fields.map(|field| format!("{{{{ {} or '-' }}}}\n", field.path)).collect::<String>()
    };
    // No occasion gives all fields; a purchase gives most of what must be hidden.
    template(definition(Occasion::Purchase, vec![body(&of(Occasion::Purchase))]))
}

#[test]
fn a_sensitive_place_gives_nothing_away() {
    let mut known = Known::much();
    known.location.settings.sensitive = true;
    known.location.settings.brand = Some("Garden Brand".to_owned());
    let text = known.compose(&everything(), Channel::Email, "en", &[]).text;
    for secret in ["Garden", "rose", "teapot", "bench", "geranium", "1,234", "Ben\n", "late"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.contains("Ben and the team"), "{text}");
}

#[test]
fn a_surprise_is_never_named() {
    let mut known = Known::much();
    let hide: [fn(&mut crate::domain::interaction::Purchase); 2] = [|p| p.surprise = true, |p| p.confidential = true];
    for hide in hide {
        hide(known.interaction.detail.purchase.as_mut().expect("a purchase"));
        known.summary = crate::domain::summary::Summary::new(known.customer.id);
        known.summary.count(&known.interaction);
        let text = known.compose(&everything(), Channel::Email, "en", &[]).text;
        for secret in ["geranium", "teapot", "bench", "winter", "1,234", "\n4"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[test]
fn a_name_that_is_not_to_be_said_aloud_is_not() {
    let mut known = Known::much();
    known.customer.profile.greeting = Some(Greeting::WarmWithoutName);
    let template = template(definition(Occasion::Customer, vec![body("{{ customer.name or 'you' }}")]));
    assert_eq!(known.compose(&template, Channel::InPerson, "en", &[]).text, "you");
    assert_eq!(known.compose(&template, Channel::Post, "en", &[]).text, "Ana");
}

fn text(language: &str, channels: &[Channel], words: &str) -> TemplateText {
    TemplateText { language: language.to_owned(), channels: channels.to_vec(), ..body(words) }
}

#[test]
fn texts_are_chosen_by_language_then_channel() {
    let known = Known::much();
    let template = template(definition(
        Occasion::Customer,
        vec![
            text("de", &[], "deutsch"),
            text("de", &[Channel::Email], "deutsche E-Mail"),
            text("de-AT", &[], "österreichisch"),
            text("en", &[Channel::Post], "English post"),
            text("pt-BR", &[], "brasileiro"),
        ],
    ));
    let chosen = |language: &str, channel| known.compose(&template, channel, language, &[]).text;
    assert_eq!(chosen("de", Channel::Post), "deutsch");
    assert_eq!(chosen("de", Channel::Email), "deutsche E-Mail");
    assert_eq!(chosen("de-AT", Channel::Post), "österreichisch");
    assert_eq!(chosen("de-Latn-CH", Channel::Post), "deutsch");
    assert_eq!(chosen("en-US", Channel::Post), "English post");
    assert_eq!(chosen("en", Channel::Email), "English post");
    assert_eq!(chosen("pt", Channel::Email), "brasileiro");
    assert_eq!(chosen("ja", Channel::Post), "deutsch");
}

#[test]
fn several_gestures_make_one_note_in_one_language() {
    let known = Known::much();
    let framed = |language: &str, words: &str| TemplateText {
        opening: format!("{words} opens"),
        closing: format!("{words} closes"),
        ..text(language, &[], words)
    };
    let strong = template(definition(Occasion::Customer, vec![framed("en", "Strong"), framed("de", "Stark")]));
    let weak = template(definition(Occasion::Customer, vec![framed("de", "Schwach")]));
    let weakest = template(definition(Occasion::Customer, vec![framed("de", "Am schwächsten")]));
    let part = |template| Part { template, facts: known.facts() };
    let wish = Wish { channel: Channel::Post, language: "en", last_notes: &[], begin: Begin::Anywhere };
    let draft = compose(part(&strong), &[part(&weak), part(&weakest)], &wish);
    assert_eq!(draft.text, "Stark opens\n\nStark\n\nSchwach\n\nAm schwächsten\n\nStark closes");
    assert_eq!((draft.language.as_str(), draft.variant), ("de", 1));
    assert_eq!(compose(part(&strong), &[], &wish).language, "en");
}

#[test]
fn a_text_message_has_no_subject() {
    let known = Known::much();
    let mail = TemplateText { subject: "For {{ customer.name or 'you' }}".to_owned(), ..body("Words.") };
    let template = template(definition(Occasion::Customer, vec![mail]));
    let draft = known.compose(&template, Channel::Email, "en", &[]);
    assert_eq!((draft.subject.as_str(), draft.facts[0].path.as_str()), ("For Ana", "customer.name"));
    assert_eq!(known.compose(&template, Channel::Post, "en", &[]).subject, "For Ana");
    assert_eq!(known.compose(&template, Channel::Message, "en", &[]).subject, "");
}

#[test]
fn what_needs_an_interaction_says_so_where_there_is_none() {
    let known = Known::much();
    let template = template(definition(Occasion::Interaction, vec![body("On {{ interaction.date }}.")]));
    let facts = NoteFacts { interaction: None, ..known.facts() };
    let wish = Wish { channel: Channel::Post, language: "en", last_notes: &[], begin: Begin::Anywhere };
    let draft = compose(Part { template: &template, facts }, &[], &wish);
    assert!(problems(&draft, &[]).contains(&NoteProblem::fact_missing("interaction.date")), "{draft:?}");
}

#[test]
fn a_note_is_bounded_whatever_the_facts() {
    let mut known = Known::much();
    let items: Vec<PurchaseItem> = (0..100).map(|_| item(&"x".repeat(256), u32::MAX)).collect();
    known.interaction.detail.purchase.as_mut().expect("a purchase").items = items;
    let all = "{{ purchase.items or 'x' }} ".repeat(150);
    let text = format!("{{% for it in purchase.items %}}{all}{{% else %}}x{{% endfor %}}");
    let template = template(definition(Occasion::Purchase, vec![body(&text)]));
    let draft = known.compose(&template, Channel::Post, "en", &[]);
    assert!(draft.text.len() <= NOTE_MAX_BYTES);
    assert!(problems(&draft, &[]).contains(&NoteProblem::cut_short()));
}

#[test]
fn a_definition_is_checked_as_a_whole() {
    let found = |definition| check(&definition).into_iter().map(|f| (f.field, f.line, f.column)).collect::<Vec<_>>();
    let at = |field: &str, line, column| (field.to_owned(), line, column);
    assert_eq!(found(definition(Occasion::Customer, Vec::new())), [at("texts", 1, 1)]);
    let bad = TemplateText {
        language: "EN_us!".to_owned(),
        subject: "a\nb".to_owned(),
        opening: "Dear {{ customer.name }},".to_owned(),
        closing: "x\n{{ locaton.name }}".to_owned(),
        ..body(" ")
    };
    let mut definition = definition(Occasion::Customer, vec![body("fine"), bad]);
    definition.display_name = String::new();
    assert_eq!(
        found(definition),
        [
            at("display_name", 1, 1),
            at("texts[1].language", 1, 1),
            at("texts[1].body", 1, 1),
            at("texts[1].subject", 1, 1),
            at("texts[1].opening", 1, 9),
            at("texts[1].closing", 2, 4),
        ]
    );
}

#[test]
fn the_authors_page_names_every_field_and_filter() {
    let page = include_str!("../../../docs/templates.md");
    for field in FIELDS {
        let known = field.known.noun();
        let flags =
            [(field.is_optional, "yes"), (field.is_particular, "yes")].map(|(is, yes)| if is { yes } else { "" });
        let row = format!(
            "| `{}` | {} | {} | {} | {known} | {} |",
            field.path,
            field.kind.noun(),
            flags[0],
            flags[1],
            field.doc
        );
        assert!(page.contains(&row), "docs/templates.md lacks\n{row}");
    }
    for filter in FILTERS {
        let row = format!("| `{}` | {} | {} |", filter.usage, filter.takes, filter.doc);
        assert!(page.contains(&row), "docs/templates.md lacks\n{row}");
    }
}

/// Names and things as people might have typed them.
fn anything() -> impl Strategy<Value = String> {
    prop::string::string_regex("[ -~äöüÄ„“\\n\\t\u{a0}🌹]{0,40}").expect("a pattern")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever stands in the records: a draft has no empty place, and its facts stand in it word for word.
    #[test]
    fn p8_no_record_leaves_a_place_empty(
        name in anything(), thing in anything(), topic in anything(), quantity in any::<u32>(), seed in any::<u8>(),
    ) {
        let mut known = Known::much();
        known.customer.profile.display_name = name;
        known.customer.profile.honorific.clear();
        known.interaction.id = crate::domain::ids::InteractionId(uuid::Uuid::from_u128(seed.into()));
        known.interaction.detail.topics = vec![topic];
        known.interaction.detail.purchase.as_mut().expect("a purchase").items = vec![item(&thing, quantity)];
        for (slug, definition) in super::starter::templates() {
            let template = template(definition.clone());
            for language in ["en", "de"] {
                let draft = known.compose(&template, Channel::Email, language, &[]);
                let opening = draft.text.lines().next().unwrap_or_default();
                let is_empty = ["Dear", "Hello", "Guten Tag"].iter().any(|words| {
                    let rest = opening.strip_prefix(words).unwrap_or_default();
                    *words == "Dear" && rest == "," || rest == " ,"
                });
                prop_assert!(!is_empty, "{slug}: {}", draft.text);
                for fact in &draft.facts {
                    let stands = draft.text.contains(&fact.text) || draft.subject.contains(&fact.text);
                    prop_assert!(stands && !fact.text.trim().is_empty(), "{slug}: {fact:?}");
                }
                for told in &draft.told {
                    let words = &draft.text[told.clone()];
                    prop_assert!(draft.facts.iter().any(|fact| fact.text == words), "{slug}: {words}");
                }
                prop_assert!(!draft.text.contains("\n\n\n") && draft.text.trim() == draft.text, "{slug}");
                prop_assert_eq!(&known.compose(&template, Channel::Email, language, &[]), &draft);
            }
        }
    }
}

#[test]
fn a_fact_turns_the_direction_of_nothing_behind_it() {
    let mut known = Known::much();
    known.customer.profile.display_name = "Ana \u{202e}ikS".to_owned();
    known.interaction.detail.topics = vec!["\u{2067}roses".to_owned(), "tea\u{202c}".to_owned()];
    let text = said(
        &known,
        Occasion::Interaction,
        "{{ customer.name or 'you' }}, {{ interaction.topics or 'that' }}: 12 euros",
    );
    assert_eq!(text, "Ana \u{202e}ikS\u{202c}, \u{2067}roses\u{2069} and tea: 12 euros");
}
