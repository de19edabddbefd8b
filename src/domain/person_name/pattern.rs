//! Filling a pattern: fields that are not known go, with the text that would have tied them to the others.

use super::PersonName;
use std::borrow::Cow;
use unicode_normalization::char::is_combining_mark;

/// A pattern with the fields of a name. Who has one name only is called by it wherever a family name would stand.
pub(super) fn fill(pattern: &str, name: &PersonName<'_>) -> String {
    let without_surname = name.surname.is_empty() && name.surname_core.is_empty();
    if without_surname && !names_given(pattern) {
        let alone = PersonName { surname: name.given, given: "", given_informal: "", ..*name };
        return fill_in(pattern, &alone);
    }
    fill_in(pattern, name)
}

/// Whether a pattern has a given name in it, and not only its initial.
fn names_given(pattern: &str) -> bool {
    let mut fields = pattern.split('{').skip(1).filter_map(|part| part.split('}').next());
    fields.any(|field| field.split('-').next() == Some("given") && !field.ends_with("initial"))
}

/// Text before and after the fields that are known, as [`coalesced`] ties it.
fn fill_in(pattern: &str, name: &PersonName<'_>) -> String {
    let mut formed = String::new();
    // What stands before the next field: since the last one that is known, and since the last one at all.
    let (mut before, mut between) = (String::new(), String::new());
    let mut is_gap = false;
    let mut rest = pattern;
    while let Some((literal, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        between.push_str(literal);
        match read(name, field).trim() {
            "" => {
                if !is_gap {
                    before = std::mem::take(&mut between);
                }
                between.clear();
                is_gap = true;
            }
            value => {
                if !formed.is_empty() {
                    formed.push_str(&if is_gap { coalesced(&before, &between) } else { between.clone() });
                }
                formed.push_str(value);
                between.clear();
                before.clear();
                is_gap = false;
            }
        }
    }
    // Text behind the last field stays with it.
    if !is_gap {
        formed.push_str(rest);
    }
    formed
}

/// One text of what stood before fields that went and what stood behind them: said once where both are the same; a
/// comma or the like behind them stays; of what else touched them, one space.
fn coalesced(before: &str, behind: &str) -> String {
    if behind.is_empty() {
        // What stood right behind a field that went stands right behind the one before it.
        return String::new();
    }
    if before.ends_with(behind) {
        return before.to_owned();
    }
    if before.trim().is_empty() {
        return behind.to_owned();
    }
    let head = before.split(char::is_whitespace).next().unwrap_or_default();
    let tail = behind.rsplit(char::is_whitespace).next().unwrap_or_default();
    let space = if before.contains(char::is_whitespace) || behind.contains(char::is_whitespace) { " " } else { "" };
    format!("{head}{space}{tail}")
}

/// A field with its modifiers, as CLDR names them.
fn read<'a>(name: &PersonName<'a>, field: &str) -> Cow<'a, str> {
    let mut words = field.split('-');
    let base = words.next().unwrap_or_default();
    let modifiers: Vec<_> = words.collect();
    let has = |modifier: &str| modifiers.contains(&modifier);
    let plain: Cow<'a, str> = match base {
        "title" => name.title.into(),
        "given" if has("informal") && !name.given_informal.is_empty() => name.given_informal.into(),
        "given" => name.given.into(),
        "given2" => name.given2.into(),
        "surname" if has("prefix") => name.surname_prefix.into(),
        "surname" if has("core") && !name.surname_core.is_empty() => name.surname_core.into(),
        "surname" if name.surname.is_empty() => joined(name.surname_prefix, name.surname_core),
        "surname" => name.surname.into(),
        "surname2" => name.surname2.into(),
        "generation" => name.generation.into(),
        "credentials" => name.credentials.into(),
        _ => "".into(),
    };
    if has("initial") {
        return plain.split_whitespace().map(initial).collect::<Vec<_>>().join(" ").into();
    }
    if has("initialCap") {
        let mut letters = plain.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        return format!("{first}{}", letters.as_str()).into();
    }
    plain
}

fn joined<'a>(prefix: &'a str, core: &'a str) -> Cow<'a, str> {
    if prefix.is_empty() { core.into() } else { format!("{prefix} {core}").into() }
}

/// The first letter of a word with its marks.
fn initial(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    let marks = letters.take_while(|letter| is_combining_mark(*letter));
    format!("{}.", first.into_iter().chain(marks).collect::<String>())
}
