//! Whether words give away what they must not name, however they put it.

use super::told::{ARTICLES, bare, stands_in};

/// Words before a thing that say which one is meant, besides articles, in lower case.
const POINTERS: &[&str] = &[
    "your", "this", "that", "her", "his", "their", "dem", "des", "einem", "einer", "eines", "ihr", "ihre", "ihren",
    "ihrem", "ihrer", "ihres", "dein", "deine", "deinen", "deinem", "deiner", "diese", "dieser", "diesen", "diesem",
    "dieses", "votre", "vos", "ton", "ta", "tes", "son", "sa", "ses", "ce", "cet", "cette", "ces", "du", "l", "su",
    "sus", "tu", "tus", "este", "esta", "ese", "esa", "suo", "sua", "tuo", "tua", "questo", "questa", "uw", "je",
    "jouw", "deze", "dit", "die", "seu", "o",
];

/// Words behind a thing after which it is told more closely, in lower case: "a chain *of* silver".
const LINKS: &[&str] = &[
    "of", "with", "for", "from", "in", "aus", "mit", "für", "von", "vom", "de", "du", "des", "d", "en", "avec", "pour",
    "con", "para", "di", "da", "per", "van", "met", "voor", "com",
];

/// Behind these a word is told in German, where the tail of a compound is enough to know what is meant, in lower case.
const GERMAN_POINTERS: &[&str] = &[
    "der", "die", "das", "den", "dem", "ein", "eine", "einen", "einem", "einer", "eines", "am", "zum", "zur", "beim",
    "vom", "im", "ans", "ins", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihres", "dein", "deine", "deinen", "deinem",
    "deiner", "diese", "dieser", "diesen", "diesem", "dieses", "neue", "neuen", "neuer", "neues",
];

/// Things whose word stands in notes that speak of something else, in lower case: they have to be pointed at.
const EVERYDAY: &[&str] = &[
    "day", "time", "visit", "year", "week", "evening", "morning", "thing", "gift", "present", "set", "box", "card",
    "note", "team", "shop", "store", "house", "home", "line", "order", "service", "tag", "zeit", "besuch", "jahr",
    "woche", "abend", "morgen", "geschenk", "karte", "haus", "laden", "stunde", "jour", "visite", "cadeau", "regalo",
    "día",
];

/// What a note says, in lower case.
#[derive(Debug)]
pub(super) struct Said {
    /// But for what it tells of an open purchase: what was bought openly may be named.
    pub(super) all: String,
    /// But for all that is known otherwise.
    pub(super) own: String,
}

/// Whether a note gives away a thing that was noted under a name: it has the name, with its article or without, however
/// its parts are joined; or every telling word of it, in whatever order and form; or a word that only a brand has; or,
/// in words that tell nothing else, what it is ("the ring", of "a diamond ring"), unless that stands in one of the
/// names that are `ours` (in lower case), such as the shop's.
pub(super) fn gives_away(said: &Said, name: &str, ours: &str) -> bool {
    let given = bare(name).unwrap_or_else(|| name.trim().to_owned());
    let name = given.to_lowercase();
    let words: Vec<&str> = tokens(&said.all).collect();
    if stands_in(&said.all, &name) || has_in_a_row(&words, &tokens(&name).collect::<Vec<_>>()) {
        return true;
    }
    let telling: Vec<&str> = telling_words(&name).collect();
    if telling.len() > 1 && telling.iter().all(|wanted| stands_in(&said.all, wanted)) {
        return true;
    }
    let is_ours = |word: &str| stands_in(ours, word);
    let own: Vec<&str> = tokens(&said.own).collect();
    let mut brands = tokens(&given).filter(|word| is_branded(word)).map(str::to_lowercase);
    if brands.any(|brand| !is_ours(&brand) && own.contains(&brand.as_str())) {
        return true;
    }
    thing(&name).is_some_and(|thing| !is_ours(thing) && names(&own, thing, ours))
}

/// Whether words name a thing: by its own word, in whatever form; or by the tail of a compound ("Ring", of
/// "Diamantring") where it is pointed at, or its head stands there too ("Ring mit Diamanten").
fn names(words: &[&str], thing: &str, ours: &str) -> bool {
    let points = |at: usize, by: &dyn Fn(&str) -> bool| words[at.saturating_sub(2)..at].iter().any(|word| by(word));
    let is_pointer = |word: &str| POINTERS.contains(&word);
    let is_german = |word: &str| GERMAN_POINTERS.contains(&word);
    words.iter().enumerate().any(|(at, word)| {
        if is_form_of(word, thing) {
            return !EVERYDAY.contains(&thing) || points(at, &is_pointer);
        }
        let Some(head) = head_before(word, thing) else { return false };
        let has_head = || words.iter().any(|other| other.starts_with(head));
        !stands_in(ours, word) && !EVERYDAY.contains(word) && (points(at, &is_german) || has_head())
    })
}

/// What stands before a word that ends a compound: of "Diamantring" before "Ring" the "Diamant".
fn head_before<'t>(word: &str, compound: &'t str) -> Option<&'t str> {
    const SHORTEST: usize = 4;
    let head = compound.strip_suffix(word)?;
    (word.chars().count() >= SHORTEST && head.chars().count() >= SHORTEST).then_some(head)
}

/// Whether one word is a form of another, in lower case: with an ending ("rings"), an umlaut ("Armbänder"), another
/// vowel at its end ("puppies", "кольцом").
fn is_form_of(word: &str, thing: &str) -> bool {
    const SHORTEST_STEM: usize = 4;
    const ENDING: usize = 3;
    if stands_in(word, thing) {
        return true;
    }
    let (word, thing) = (without_umlauts(word), without_umlauts(thing));
    if stands_in(&word, &thing) {
        return true;
    }
    let Some((at, last)) = thing.char_indices().next_back() else { return false };
    let (stem, endings): (&str, fn(&str) -> bool) = match last {
        'y' => (&thing[..at], |ending| ending == "ies"),
        'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'ь' | 'я' | 'ё' | 'ю' => {
            (&thing[..at], |ending| ending.chars().count() <= ENDING)
        }
        _ => return false,
    };
    let shortest = if last == 'y' { 2 } else { SHORTEST_STEM };
    stem.chars().count() >= shortest && word.strip_prefix(stem).is_some_and(endings)
}

fn without_umlauts(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            'ä' => 'a',
            'ö' => 'o',
            'ü' => 'u',
            other => other,
        })
        .collect()
}

/// Whether the parts of a name stand one behind the other, however they are joined: "SKU 4711", of "SKU-4711".
fn has_in_a_row(words: &[&str], parts: &[&str]) -> bool {
    parts.len() > 1 && words.windows(parts.len()).any(|window| window == parts)
}

/// Whether a word is one that nobody says but of a thing of that name: "MacBook", "WH1000".
fn is_branded(word: &str) -> bool {
    const SHORTEST: usize = 4;
    let has_capital_inside = word.chars().zip(word.chars().skip(1)).any(|(a, b)| a.is_lowercase() && b.is_uppercase());
    let is_code = word.contains(char::is_alphabetic) && word.contains(char::is_numeric);
    word.chars().count() >= SHORTEST && (has_capital_inside || is_code)
}

/// The words of a name that tell something: no articles and links, numbers and crumbs.
pub(super) fn telling_words(name: &str) -> impl Iterator<Item = &str> {
    tokens(name).filter(|word| is_telling(word))
}

fn is_telling(word: &str) -> bool {
    const SHORTEST: usize = 3;
    let small = word.to_lowercase();
    word.chars().count() >= SHORTEST
        && word.contains(char::is_alphabetic)
        && !ARTICLES.contains(&small.as_str())
        && !LINKS.contains(&small.as_str())
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What a thing is, by its name in lower case: the last word before what only describes it.
fn thing(name: &str) -> Option<&str> {
    let name = name.split([',', ';', ':', '(', '/']).next()?;
    tokens(name).take_while(|word| !LINKS.contains(word)).filter(|word| is_telling(word)).last()
}

#[cfg(test)]
mod tests {
    use super::{Said, gives_away};

    #[test]
    fn p8_a_thing_is_given_away_by_its_name_its_words_or_by_pointing_at_it() {
        let given_away_at = |words: &str, name: &str, ours: &str| {
            let said = Said { all: words.to_lowercase(), own: words.to_lowercase() };
            gives_away(&said, name, ours)
        };
        for (words, name) in [
            ("Your diamond ring", "a diamond ring"),
            ("The necklace will please her.", "a silver necklace"),
            ("I hope she likes your lovely necklace.", "necklace, silver, 45 cm"),
            ("Viel Freude mit dem Diamantring!", "einen Diamantring"),
            ("Ihre roten Kannen sind da.", "rote Kanne"),
            ("Passt die Kette?", "eine Kette aus Silber"),
            ("El anillo le gustará.", "un anillo de diamantes"),
            ("L'anneau est prêt.", "un anneau d'or"),
            ("A ring with a diamond", "diamond ring"),
            ("先日は赤い急須をお求めいただき", "赤い急須"),
            ("Glückwunsch zum Armband!", "ein Armband aus Gold"),
            ("Viel Freude am Armband wünschen wir.", "ein Armband aus Gold"),
            ("Ihr neues goldenes Armband", "ein Armband aus Gold"),
            ("Schöne Armbänder sind das.", "ein Armband aus Gold"),
            ("Ein Ring mit Diamanten", "Diamantring"),
            ("Viel Freude am Ring.", "Diamantring"),
            ("Viel Freude mit dem MacBook.", "MacBook Pro 14"),
            ("The puppies are waiting.", "a puppy"),
            ("Thank you for SKU 4711.", "SKU-4711"),
            ("Спасибо за кольцо", "знаменитое кольцо"),
            ("Довольны кольцом?", "знаменитое кольцо"),
            ("Enjoy your gift!", "a gift"),
        ] {
            assert!(given_away_at(words, name, "the kettle\nanna"), "{words} / {name}");
        }
        for (words, name) in [
            ("Thank you for your visit on Monday.", "a thank-you card"),
            ("Thank you for coming to The Ring & Sons.", "a diamond ring"),
            ("It was a pleasure to talk about roses.", "a diamond ring"),
            ("Dear Anna, thank you.", "size 54"),
            ("The earring was talked about.", "a ring"),
            ("Have a nice day.", "a spa day"),
            ("Reach us by phone on 030 12345.", "a smartphone"),
            ("Schön, dass Sie im Laden waren.", "Bluetooth-Lautsprecher 4711"),
            ("We are glad that you call.", "a puppy"),
        ] {
            assert!(!given_away_at(words, name, "the ring & sons\nanna"), "{words} / {name}");
        }
    }

    #[test]
    fn p8_what_is_known_otherwise_may_be_named_but_not_by_the_name_of_the_surprise() {
        let said = |own: &str| Said { all: "your oolong tea".to_owned(), own: own.to_owned() };
        assert!(!gives_away(&said("your x"), "a box of green tea", ""), "the tea is another");
        assert!(gives_away(&said("your x"), "Oolong tea", ""));
        assert!(gives_away(&said("your oolong tea"), "green tea", ""));
    }
}
