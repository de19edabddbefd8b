mod samples;

use super::{Formality::*, Order::*, Usage::*, *};
use crate::domain::testkit::customer;

/// Out of CLDR's sample names: locale, the name, and how it is formed: naming somebody formally and as friends do, and
/// speaking to them so.
type Sample = (&'static str, PersonName<'static>, [&'static str; 4]);

const fn named(given: &'static str, surname: &'static str, title: &'static str) -> PersonName<'static> {
    PersonName {
        title,
        given,
        given_informal: "",
        given2: "",
        surname,
        surname_prefix: "",
        surname_core: "",
        surname2: "",
        generation: "",
        credentials: "",
    }
}

const SAMPLES: [Sample; 12] = [
    ("en", named("Irene", "Adler", "Ms"), ["Ms Irene Adler", "Irene Adler", "Ms Adler", "Irene"]),
    ("de", named("Iris", "Falke", "Frau"), ["Frau Iris Falke", "Iris Falke", "Frau Falke", "Iris"]),
    (
        "fr",
        named("Louise", "Péricourt", "Mme"),
        ["Mme Louise Péricourt", "Louise Péricourt", "Mme Péricourt", "Louise"],
    ),
    ("hu", named("Dóra", "Mátrai", ""), ["Mátrai Dóra", "Mátrai Dóra", "Mátrai", "Dóra"]),
    ("ja", named("恵子", "佐藤", "さん"), ["佐藤恵子さん", "佐藤恵子さん", "佐藤恵子さん", "佐藤恵子さん"]),
    ("zh", named("安怡", "张", "女士"), ["张安怡女士", "张安怡", "张女士", "安怡"]),
    ("ko", named("유미", "강", "님"), ["강유미", "강유미", "강님", "유미"]),
    ("vi", named("Anh", "Nguyễn", "Ông"), ["Nguyễn Anh", "Nguyễn Anh", "Ông Anh", "Anh"]),
    ("ru", named("Ирина", "Амосова", ""), ["Ирина Амосова", "Ирина Амосова", "Амосова", "Ирина"]),
    ("th", named("ปรีชา", "แสงระวี", "คุณ"), ["คุณ ปรีชา แสงระวี", "ปรีชา แสงระวี", "คุณ ปรีชา แสงระวี", "ปรีชา"]),
    ("he", named("דנית", "לוי", ""), ["דנית לוי", "דנית לוי", "לוי", "דנית"]),
    ("hi", named("ललित", "शर्मा", "श्री"), ["श्री ललित शर्मा", "श्री ललित शर्मा", "श्री शर्मा", "ललित"]),
];

#[test]
fn sample_names_are_ordered_and_formed_as_their_language_has_it() {
    for (language, name, expected) in SAMPLES {
        let formed = [(Referring, Formal), (Referring, Informal), (Addressing, Formal), (Addressing, Informal)]
            .map(|(usage, formality)| format(&name, language, language, usage, formality));
        assert_eq!(formed, expected, "{language}");
    }
}

#[test]
fn a_full_name_keeps_its_particles_generation_and_degrees() {
    let wooster = PersonName {
        title: "Mr.",
        given: "Bertram Wilberforce",
        given_informal: "Bertie",
        given2: "Henry Robert",
        surname_core: "Wooster",
        generation: "Jr",
        credentials: "MP",
        ..PersonName::default()
    };
    let formed = |name, usage, formality| format(name, "en", "en", usage, formality);
    assert_eq!(formed(&wooster, Referring, Formal), "Mr. Bertram Wilberforce Henry Robert Wooster Jr, MP");
    assert_eq!(formed(&wooster, Addressing, Formal), "Mr. Wooster");
    assert_eq!(formed(&wooster, Addressing, Informal), "Bertie");
    let without = PersonName { generation: "", ..wooster };
    assert_eq!(formed(&without, Referring, Formal), "Mr. Bertram Wilberforce Henry Robert Wooster, MP");
    let jong = PersonName { given: "Bertus", surname_prefix: "de", surname_core: "Jong", ..PersonName::default() };
    assert_eq!(format(&jong, "nl", "nl", Referring, Informal), "Bertus de Jong");
    let ivan = PersonName {
        given: "Иван", given2: "Васильевич", surname: "Купцов", ..PersonName::default()
    };
    assert_eq!(format(&ivan, "ru", "ru", Referring, Formal), "Иван Васильевич Купцов");
}

#[test]
fn names_of_elsewhere_keep_their_own_order_and_script() {
    let keiko = named("恵子", "佐藤", "");
    assert_eq!(format(&keiko, "de", "ja", Referring, Formal), "佐藤恵子", "German writes no kanji");
    let latin = named("Keiko", "Sato", "");
    assert_eq!((order(&latin, "en", "ja"), order(&latin, "en", "en")), (SurnameFirst, GivenFirst));
    let einstein = named("アルベルト", "アインシュタイン", "");
    assert_eq!(format(&einstein, "ja", "de", Referring, Formal), "アルベルト・アインシュタイン");
    assert_eq!(order(&named("克特", "米勒", ""), "zh", "de"), GivenFirst);
    assert_eq!(format(&named("大文", "陳", ""), "en", "en", Referring, Formal), "陳大文");
}

#[test]
fn who_has_one_name_is_called_by_it() {
    let zelda = named("Zelda", "", "");
    for language in ["en", "de", "ja", "hu", "ru"] {
        assert_eq!(format(&zelda, language, "en", Addressing, Formal), "Zelda", "{language}");
    }
}

#[test]
fn somebody_is_addressed_as_they_like_and_never_by_a_bare_family_name() {
    let mut ana = customer(1);
    assert_eq!(ana.addressed_as("de", false), "Ana 1", "as they like to be called");
    ana.profile.display_name.clear();
    (ana.profile.given_name, ana.profile.family_name) = ("Ana".to_owned(), "Falke".to_owned());
    assert_eq!(ana.addressed_as("en", true), "Ana");
    for (language, expected) in [("de", "Ana Falke"), ("fr", "Ana Falke"), ("hu", "Falke Ana")] {
        assert_eq!(ana.addressed_as(language, false), expected, "{language}: nobody said whether Ms or Mr");
    }
    ana.profile.honorific = "Frau".to_owned();
    assert_eq!(ana.addressed_as("de", false), "Frau Falke");
    assert_eq!(ana.profile.shown_as("hu"), "Falke Ana");
    ana.profile = Profile::default();
    assert_eq!((ana.addressed_as("de", false), ana.profile.shown_as("de")), (String::new(), String::new()));
}
