//! Whom a person's text greets.

use super::super::problems;
use crate::domain::{
    customer::Customer,
    note_problem::{NoteProblem, ProblemReason},
    person_name::is_name,
};

/// How letters begin that go on with a name, in lower case.
const DEAR: &[&str] = &[
    "dear",
    "lieber",
    "liebe",
    "liebes",
    "sehr geehrter",
    "sehr geehrte",
    "cher",
    "chère",
    "estimado",
    "estimada",
    "querido",
    "querida",
    "gentile",
    "caro",
    "cara",
    "beste",
    "geachte",
    "prezado",
    "prezada",
    "kære",
    "kära",
    "bästa",
];

/// Words behind them that are nobody's name, in lower case.
const ANYBODY: &[&str] = &[
    "all",
    "customer",
    "customers",
    "everybody",
    "everyone",
    "family",
    "friend",
    "friends",
    "guest",
    "guests",
    "madam",
    "neighbour",
    "sir",
    "team",
    "damen",
    "familie",
    "freunde",
    "freundin",
    "freund",
    "gast",
    "gäste",
    "herren",
    "kunde",
    "kunden",
    "kundin",
    "nachbarn",
    "ami",
    "amis",
    "client",
    "cliente",
    "clientes",
    "clienti",
    "famille",
    "familia",
    "famiglia",
    "madame",
    "monsieur",
    "klant",
    "klanten",
];

/// The longest line that is a greeting, in characters.
const LONGEST: usize = 80;

/// Whether a paragraph is a greeting and nothing else.
pub(super) fn is_one(paragraph: &str) -> bool {
    let line = paragraph.trim();
    !line.contains('\n') && line.chars().count() <= LONGEST && line.ends_with([',', '!', ':'])
}

/// What is wrong with the greeting of a text: a name left out, or somebody else's.
pub(super) fn misses(text: &str, customer: &Customer) -> Option<NoteProblem> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).filter(|line| is_one(line))?;
    if problems::unfilled(line, &[]).is_some() {
        return None;
    }
    let spoken = line.to_lowercase();
    let greeted = DEAR.iter().filter_map(|dear| spoken.strip_prefix(dear));
    let greeted = greeted.filter(|rest| !rest.starts_with(char::is_alphanumeric)).min_by_key(|rest| rest.len())?;
    let called = greeted.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '!' | ':'));
    let greeted: Vec<&str> = greeted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if greeted.is_empty() {
        let text = format!("Its greeting leaves out a name: “{line}”.");
        return Some(NoteProblem::new(ProblemReason::MissingName, text, "Fill in the name, or say “Hello,”."));
    }
    if !is_name(called) && !greeted.iter().any(|word| ANYBODY.contains(word)) {
        let text = format!("It greets by what is no name: “{line}”.");
        let suggestion = "Enter the name, or say “Hello,”.";
        return Some(NoteProblem::new(ProblemReason::MissingName, text, suggestion));
    }
    let profile = &customer.profile;
    let names = [&profile.display_name, &profile.given_name, &profile.family_name].map(|name| name.to_lowercase());
    let is_known = names.iter().any(|name| !name.is_empty());
    let theirs =
        |word: &&str| names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric())).any(|it| it == *word);
    if !is_known || greeted.iter().any(|word| theirs(word) || ANYBODY.contains(word)) {
        return None;
    }
    let text = format!("It greets somebody else: “{line}”.");
    let suggestion = format!("Greet {} by name.", profile.display_name.trim());
    Some(NoteProblem::new(ProblemReason::MissingName, text, suggestion))
}
