//! In which language a text is written: by the small words that every sentence of a language has. Good enough to notice
//! that somebody pasted the English text into a German letter, and silent where it can't tell.

/// Languages, and words that are frequent in each and in none of the others, in lower case.
const WORDS: &[(&str, &[&str])] = &[
    ("en", &["the", "and", "you", "your", "for", "with", "that", "have", "this", "are", "our", "was", "from", "hope"]),
    (
        "de",
        &["und", "sie", "ihr", "ihnen", "wir", "für", "nicht", "mit", "das", "auf", "uns", "haben", "ist", "vielen"],
    ),
    ("fr", &["les", "vous", "votre", "nous", "pour", "avec", "est", "merci", "dans", "une", "des", "avons", "notre"]),
    ("es", &["los", "usted", "gracias", "nuestro", "nosotros", "esperamos", "muy", "está", "hemos", "sus", "ustedes"]),
    ("it", &["gli", "grazie", "della", "siamo", "abbiamo", "nostro", "vostra", "vostro", "sono", "che", "nostra"]),
    ("nl", &["het", "een", "wij", "voor", "niet", "bedankt", "onze", "bij", "zijn", "hebben", "graag", "jullie"]),
    ("pt", &["você", "obrigado", "obrigada", "não", "nosso", "nossa", "uma", "são", "estamos", "muito", "pela"]),
];

/// So many of its words, and twice as many as of any other, tell a language.
const ENOUGH: usize = 4;

/// The language of a text, where it can be told.
pub(super) fn of(text: &str) -> Option<&'static str> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let count = |known: &[&str]| words.iter().filter(|word| known.contains(&word.as_str())).count();
    let mut counts: Vec<(usize, &str)> = WORDS.iter().map(|(language, known)| (count(known), *language)).collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let (most, language) = counts[0];
    (most >= ENOUGH && most >= 2 * counts[1].0).then_some(language)
}
