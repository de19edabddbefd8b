//! Whether words that a person wrote tell a number of a customer's: on how many days they came, which anniversary it
//! is.
//!
//! A number alone tells nothing: "open until 5" is not the fifth visit. It is told where it stands as a whole number,
//! in digits or as a word of the language, shortly before what it counts.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Days on which somebody came.
    Visits,
    Nights,
    Years,
    /// Things that were bought.
    Things,
}

impl Counted {
    /// What a field counts; `None` for a field that is no number.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "history.visit_days" | "milestone.visit_days" => Some(Self::Visits),
            "visit.nights" => Some(Self::Nights),
            "day.years" => Some(Self::Years),
            "purchase.quantity" => Some(Self::Things),
            _ => None,
        }
    }
}

/// How a language counts. All words are in lower case, with single spaces between.
struct Counting {
    language: &'static str,
    visits: &'static str,
    nights: &'static str,
    years: &'static str,
    things: &'static str,
    /// Two to twelve; a bar between several ways.
    cardinals: &'static str,
    /// Second to twelfth, to which [`inflections`](Self::inflections) may be added.
    ordinals: &'static str,
    inflections: &'static str,
    /// What makes an ordinal number of digits.
    endings: &'static str,
}

const COUNTING: &[Counting] = &[
    Counting {
        language: "en",
        visits: "day days time times visit visits",
        nights: "night nights",
        years: "year years anniversary",
        things: "thing things item items piece pieces article articles product products",
        cardinals: "two|twice three four five six seven eight nine ten eleven twelve",
        ordinals: "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
        inflections: "",
        endings: "st nd rd th",
    },
    Counting {
        language: "de",
        visits: "tag tage tagen mal male malen besuch besuche besuchen",
        nights: "nacht nächte nächten übernachtung übernachtungen",
        years: "jahr jahre jahren jahrestag jahrestages jubiläum",
        things: "ding dinge dingen sache sachen stück stücke stücken teil teile teilen artikel artikeln",
        cardinals: "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        ordinals: "zweite dritte vierte fünfte sechste siebte|siebente achte neunte zehnte elfte zwölfte",
        inflections: "n r s m",
        endings: "",
    },
    Counting {
        language: "fr",
        visits: "jour jours fois visite visites",
        nights: "nuit nuits nuitée nuitées",
        years: "an ans année années anniversaire",
        things: "chose choses article articles pièce pièces produit produits",
        cardinals: "deux trois quatre cinq six sept huit neuf dix onze douze",
        ordinals: "deuxième|second|seconde troisième quatrième cinquième sixième septième huitième neuvième dixième onzième \
                   douzième",
        inflections: "",
        endings: "er re e ème eme nd nde",
    },
    Counting {
        language: "es",
        visits: "día días vez veces visita visitas",
        nights: "noche noches",
        years: "año años aniversario",
        things: "cosa cosas artículo artículos producto productos pieza piezas",
        cardinals: "dos tres cuatro cinco seis siete ocho nueve diez once doce",
        ordinals: "segund tercer cuart quint sext séptim octav noven décim undécim|decimoprimer duodécim|decimosegund",
        inflections: "o a",
        endings: "º ª o a er",
    },
    Counting {
        language: "it",
        visits: "giorno giorni volta volte visita visite",
        nights: "notte notti",
        years: "anno anni anniversario",
        things: "cosa cose articolo articoli prodotto prodotti pezzo pezzi",
        cardinals: "due tre quattro cinque sei sette otto nove dieci undici dodici",
        ordinals: "second terz quart quint sest settim ottav non decim undicesim dodicesim",
        inflections: "o a",
        endings: "º ª o a",
    },
    Counting {
        language: "nl",
        visits: "dag dagen keer maal bezoek bezoeken",
        nights: "nacht nachten overnachting overnachtingen",
        years: "jaar jaren jubileum",
        things: "ding dingen artikel artikelen product producten stuk stuks",
        cardinals: "twee drie vier vijf zes zeven acht negen tien elf twaalf",
        ordinals: "tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde",
        inflections: "",
        endings: "e de ste",
    },
    Counting {
        language: "pt",
        visits: "dia dias vez vezes visita visitas",
        nights: "noite noites",
        years: "ano anos aniversário",
        things: "coisa coisas artigo artigos item itens produto produtos peça peças",
        cardinals: "dois|duas três quatro cinco seis sete oito nove dez onze doze",
        ordinals: "segund terceir quart quint sext sétim oitav non décim décim décim",
        inflections: "o a",
        endings: "º ª o a",
    },
    Counting {
        language: "pl",
        visits: "dzień dni dniach raz razy wizyta wizyty wizyt wizytę wizycie",
        nights: "noc noce nocy",
        years: "rok roku lata lat rocznica rocznicę rocznicy",
        things: "rzecz rzeczy produkt produkty produktów sztuka sztuki sztuk",
        cardinals: "dwa|dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście",
        ordinals: "drug trzec czwart piąt szóst siódm ósm dziewiąt dziesiąt jedenast dwunast",
        inflections: "i y a ą ia ią ej ego ym im",
        endings: "",
    },
    Counting {
        language: "ja",
        visits: "日 回 度",
        nights: "泊",
        years: "年 周年",
        things: "点 個",
        cardinals: "",
        ordinals: "",
        inflections: "",
        endings: "",
    },
];

/// How many words may stand between a number and what it counts: "three wonderful days".
const WORDS_BETWEEN: usize = 2;

/// Whether a note, in lower case, tells a number that is written so in digits: `written` are its ways, "1,234", "3rd".
/// In a language whose counting we don't know, the number itself is enough.
pub(super) fn tells(note: &str, language: &str, counted: Counted, number: Option<u64>, written: &[String]) -> bool {
    let counting = COUNTING.iter().find(|counting| counting.language.eq_ignore_ascii_case(language));
    let Some(counting) = counting else {
        return written.iter().any(|digits| whole(note, digits).any(|rest| !rest.starts_with(char::is_alphanumeric)));
    };
    let counts = |rest: &str| counting.counts(rest, counted);
    written.iter().any(|digits| whole(note, &digits.to_lowercase()).any(|rest| counts(counting.behind_ending(rest))))
        || number.is_some_and(|number| counting.says(note, number, counted))
}

/// Whether digits stand in a text, whole: "5" in "5 days" and "5th", but not in "15", "5.50" and "2,005".
pub(super) fn has_whole(text: &str, what: &str) -> bool {
    whole(text, what).next().is_some()
}

/// What stands behind each place at which digits stand, whole.
fn whole<'t>(text: &'t str, what: &'t str) -> impl Iterator<Item = &'t str> {
    let is_digit = |c: char| c.is_ascii_digit();
    let joins = |c: char| matches!(c, '.' | ',' | ':' | '\'' | '’' | '/' | '-');
    text.match_indices(what).filter(|_| !what.is_empty()).filter_map(move |(at, _)| {
        let rest = &text[at + what.len()..];
        let mut before = text[..at].chars().rev();
        let goes_before = match before.next() {
            Some(c) if joins(c) => before.next().is_some_and(is_digit),
            // Japanese puts no space between words.
            Some(c) => c.is_ascii_alphanumeric(),
            None => false,
        };
        let mut behind = rest.chars();
        let goes_on = match behind.next() {
            Some(c) if joins(c) => behind.next().is_some_and(is_digit),
            Some(c) => is_digit(c),
            None => false,
        };
        (!goes_before && !goes_on).then_some(rest)
    })
}

impl Counting {
    /// Whether what is counted comes next, or after a word or two of the same sentence.
    fn counts(&self, rest: &str, counted: Counted) -> bool {
        let names = match counted {
            Counted::Visits => self.visits,
            Counted::Nights => self.nights,
            Counted::Years => self.years,
            Counted::Things => self.things,
        };
        // Japanese puts no space between words.
        if self.language == "ja" {
            return names.split(' ').any(|name| rest.trim_start().starts_with(name));
        }
        let is_name = |word: &str| names.split(' ').any(|name| name == word);
        // "fünfmal" is one word.
        if rest.starts_with(char::is_alphanumeric) {
            return is_name(letters(rest));
        }
        let end = rest.find(['.', '!', '?', ';', ':', '\n']).unwrap_or(rest.len());
        let words = rest[..end].split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.take(WORDS_BETWEEN + 1).any(is_name)
    }

    /// What stands behind the letters that make an ordinal number of digits.
    fn behind_ending<'t>(&self, rest: &'t str) -> &'t str {
        let letters = letters(rest);
        let is_ending = !letters.is_empty() && self.endings.split(' ').any(|ending| ending == letters);
        if is_ending { &rest[letters.len()..] } else { rest }
    }

    /// Whether a number stands in words, before what it counts.
    fn says(&self, note: &str, number: u64, counted: Counted) -> bool {
        let nth = |words: &'static str| {
            let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(2));
            let found = index.and_then(|index| words.split_whitespace().nth(index));
            found.into_iter().flat_map(|ways| ways.split('|'))
        };
        let mut cardinals = nth(self.cardinals).flat_map(|word| behind(note, word).map(move |rest| (word, rest)));
        let mut ordinals = nth(self.ordinals).flat_map(|stem| behind(note, stem));
        cardinals.any(|(word, rest)| {
            // It counts by itself.
            word == "twice" && counted == Counted::Visits && letters(rest).is_empty() || self.counts(rest, counted)
        }) || ordinals.any(|rest| {
            let ending = letters(rest);
            let is_one = ending.is_empty() || self.inflections.split(' ').any(|it| it == ending);
            is_one && self.counts(&rest[ending.len()..], counted)
        })
    }
}

/// The letters and digits with which a text begins.
fn letters(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// What stands behind each place at which a word begins so.
fn behind<'t>(note: &'t str, word: &'t str) -> impl Iterator<Item = &'t str> {
    let begins = |at: &usize| !note[..*at].chars().next_back().is_some_and(char::is_alphanumeric);
    note.match_indices(word).map(|(at, _)| at).filter(begins).map(|at| &note[at + word.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visits(language: &str, number: u64, note: &str) -> bool {
        let written = [number.to_string(), format!("{number}.")];
        tells(&note.to_lowercase(), language, Counted::Visits, Some(number), &written)
    }

    #[test]
    fn a_number_is_told_before_what_it_counts() {
        for (language, note) in [
            ("en", "You came on 5 days."),
            ("en", "Your 5th visit"),
            ("en", "for the fifth time"),
            ("en", "five wonderful days"),
            ("de", "an 5 Tagen"),
            ("de", "Ihr 5. Besuch"),
            ("de", "fünfmal"),
            ("de", "zum fünften Mal"),
            ("de", "5-mal bei uns"),
            ("fr", "la 5e fois"),
            ("fr", "pour la cinquième fois"),
            ("es", "por quinta vez"),
            ("it", "la 5ª volta"),
            ("nl", "vijf keer"),
            ("pt", "pela quinta vez"),
            ("pl", "piąta wizyta"),
            ("ja", "もう5回"),
            ("sv", "5 gånger"),
        ] {
            assert!(visits(language, 5, note), "{note}");
        }
    }

    #[test]
    fn a_number_that_counts_nothing_of_theirs_tells_nothing() {
        for note in [
            "We are open until 5.",
            "5 May is a good day",
            "It costs 5.50 for days.",
            "At 5:00 every day",
            "15 days",
            "2,005 days",
            "5,000 visits",
            "fifty days",
            "fiver times",
            "At five. Days are long.",
            "four days",
            "A5 visits",
        ] {
            assert!(!visits("en", 5, note), "{note}");
        }
        assert!(!visits("en", 10, "a tent for days"), "no ten");
        assert!(!visits("de", 3, "dreißig Tage"), "no drei");
        assert!(visits("en", 2, "You came twice.") && !visits("en", 3, "You came twice."));
        assert!(!visits("sv", 5, "kl 5:30") && !visits("sv", 5, "15 gånger"), "nor where we can't count");
    }

    #[test]
    fn every_language_counts_from_two_to_twelve() {
        for counting in COUNTING.iter().filter(|counting| counting.language != "ja") {
            for words in [counting.cardinals, counting.ordinals] {
                assert_eq!(words.split_whitespace().count(), 11, "{}: {words}", counting.language);
            }
        }
    }

    #[test]
    fn digits_are_whole_or_not_there() {
        for (text, what, there) in [
            ("5 days", "5", true),
            ("5th", "5", true),
            ("15", "5", false),
            ("5.50", "5", false),
            ("€12.50", "€12", false),
        ] {
            assert_eq!(has_whole(text, what), there, "{what} in {text}");
        }
    }
}
