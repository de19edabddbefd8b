//! How somebody is greeted, and in whose language the card speaks.

use super::*;

#[test]
fn greetings_are_as_they_like_them() {
    let mut scene = Scene::new();
    scene.seen = None;
    scene.summary.visit_days = 6;
    scene.customer.profile.greeting = Some(Greeting::WarmWithoutName);
    let card = scene.card();
    assert_eq!((card.display_name.as_str(), card.how_to_say.as_str()), ("", ""));
    assert_eq!(card.say.expect("a saying").text, "Good morning. Welcome back, it is good to see you again.");
    scene.customer.profile.greeting = Some(Greeting::None);
    assert_eq!((scene.card().say, scene.card().ask), (None, None));
}

#[test]
fn nobody_is_spoken_to_by_a_bare_family_name_but_where_each_name_gets_a_title() {
    let mut scene = Scene::new();
    scene.customer.profile.display_name.clear();
    scene.customer.profile.family_name = "佐藤".to_owned();
    assert_eq!(scene.card().hello, "Good morning.");
    assert_eq!(scene.card().display_name, "佐藤", "it is shown");
    scene.customer.profile.language = "ja".to_owned();
    assert!(scene.card().hello.contains("佐藤様"), "{}", scene.card().hello);
    (scene.customer.profile.language, scene.customer.profile.honorific) = (String::new(), "Mx".to_owned());
    scene.customer.profile.family_name = "Okafor".to_owned();
    assert_eq!(scene.card().hello, "Good morning, Mx Okafor.");
}

#[test]
fn one_is_greeted_in_ones_language_by_the_clock_of_the_place_and_in_ones_form_of_address() {
    let mut scene = Scene::new();
    scene.location.settings.language = "de".to_owned();
    let profile = &mut scene.customer.profile;
    profile.display_name.clear();
    (profile.honorific, profile.family_name) = ("Frau".to_owned(), "Falke".to_owned());
    for (language, at, expected) in [
        ("", "2026-11-22T09:00:00+01:00", "Guten Morgen, Frau Falke."),
        ("de-AT", "2026-11-22T12:00:00+01:00", "Guten Tag, Frau Falke."),
        ("en", "2026-11-22T19:00:00+01:00", "Good evening, Frau Falke."),
        ("fr", "2026-11-23T01:00:00+01:00", "Bonsoir Frau Falke."),
        ("sw", "2026-11-22T19:00:00+01:00", "Guten Abend, Frau Falke."),
    ] {
        scene.customer.profile.language = language.to_owned();
        let card = scene.card_at(instant(at));
        assert_eq!(card.hello, expected, "{language}");
        assert_eq!(card.desk_language, "de");
        assert!(card.say.expect("something to say").text.starts_with(expected));
        assert_eq!(card.display_name, "Frau Falke");
    }
    let profile = &mut scene.customer.profile;
    (profile.honorific, profile.given_name, profile.family_name) =
        (String::new(), "恵子".to_owned(), "佐藤".to_owned());
    profile.language = "ja".to_owned();
    let card = scene.card_at(instant("2026-11-22T12:00:00+01:00"));
    assert_eq!((card.hello.as_str(), card.spoken_language), ("佐藤恵子様、こんにちは。", "ja"));
    assert_eq!(card.display_name, "佐藤恵子");
    scene.customer.profile.greeting = Some(Greeting::WarmWithoutName);
    assert_eq!(scene.card_at(instant("2026-11-22T12:00:00+01:00")).hello, "こんにちは。");
    scene.customer.profile.greeting = Some(Greeting::None);
    assert_eq!(scene.card().hello, "");
}

#[test]
fn staff_read_their_own_language_whatever_the_customer_speaks() {
    let mut scene = Scene::new();
    scene.location.settings.language = "de".to_owned();
    scene.customer.profile.language = "es".to_owned();
    scene.wronged();
    let card = scene.card();
    assert_eq!(
        card.first.expect("a case").text,
        "Zuerst um Entschuldigung bitten: the spout was chipped (offen seit gestern)."
    );
    assert_eq!(card.ask.as_deref(), Some("¿Qué podemos hacer para arreglarlo?"));
    scene.case = None;
    scene.summary.last_visit = Some(TODAY);
    scene.summary.visit_days = 5;
    let card = scene.card();
    assert_eq!(card.milestone.as_deref(), Some("5. Besuch"));
    assert!(card.say.expect("a saying").text.ends_with("Esta es su visita número 5: gracias por venir."));
}
