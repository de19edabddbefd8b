//! Characters that turn the direction of writing, and that they turn nothing beyond their own text.
//!
//! An embedding, override or isolate (UAX #9, 2.1 to 2.5) lasts until it is closed or its paragraph ends. A name that
//! opens one and doesn't close it turns whatever stands behind it on its line: a price, an address, a sentence of ours.
//! Marks (U+200E, U+200F, U+061C) open nothing.
//!
//! In the name of a person they all have no business: closed or not, they show it otherwise than it is spelled.

use std::borrow::Cow;

/// Closes an embedding or override.
const POP: char = '\u{202c}';
/// Closes an isolate, and all that is open within it.
const POP_ISOLATE: char = '\u{2069}';

/// What a character does to the direction of what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Opens(Open),
    Closes(Open),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Embedding,
    Isolate,
}

impl Turn {
    const fn of(c: char) -> Option<Self> {
        match c {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => Some(Self::Opens(Open::Embedding)),
            '\u{2066}' | '\u{2067}' | '\u{2068}' => Some(Self::Opens(Open::Isolate)),
            POP => Some(Self::Closes(Open::Embedding)),
            POP_ISOLATE => Some(Self::Closes(Open::Isolate)),
            _ => None,
        }
    }
}

impl Open {
    const fn closed_by(self) -> char {
        match self {
            Self::Embedding => POP,
            Self::Isolate => POP_ISOLATE,
        }
    }
}

/// Whether each line of a text closes what it opens, and nothing else.
#[must_use]
pub fn is_closed(text: &str) -> bool {
    matches!(closed(text), Cow::Borrowed(_))
}

/// A text of which each line closes what it opens: what is left open is closed at the end of its line, what closes
/// nothing is left out. Nothing that can be seen is changed.
#[must_use]
pub fn closed(text: &str) -> Cow<'_, str> {
    // All of them are in General Punctuation: hardly a name has any.
    if !text.contains(|c| Turn::of(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + POP.len_utf8());
    let mut open = Vec::new();
    for c in text.chars() {
        match Turn::of(c) {
            Some(Turn::Opens(what)) => open.push(what),
            Some(Turn::Closes(what)) => match open.iter().rposition(|it| *it == what) {
                // Whatever is open within an isolate ends with it; what is open around it can't be closed from within.
                Some(at) if what == Open::Isolate || at + 1 == open.len() => open.truncate(at),
                _ => continue,
            },
            None if ends_paragraph(c) => close(&mut open, &mut written),
            None => {}
        }
        written.push(c);
    }
    close(&mut open, &mut written);
    if written == text { Cow::Borrowed(text) } else { Cow::Owned(written) }
}

/// A text without anything that changes its direction, as the name of a person is kept: its letters say by themselves
/// which way it is read.
#[must_use]
pub fn undirected(text: String) -> String {
    let directs = |c: char| Turn::of(c).is_some() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}');
    if text.contains(directs) { text.replace(directs, "") } else { text }
}

fn close(open: &mut Vec<Open>, written: &mut String) {
    written.extend(open.drain(..).rev().map(Open::closed_by));
}

/// Bidi class B, and the line separator, at which mail and HTML end a line too.
const fn ends_paragraph(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_open_is_closed_and_what_closes_nothing_left_out() {
        for (text, wanted) in [
            ("Ana", "Ana"),
            ("\u{200f}Ana\u{200e}", "\u{200f}Ana\u{200e}"),
            ("\u{202a}+49 170\u{202c}", "\u{202a}+49 170\u{202c}"),
            ("\u{202e}anA", "\u{202e}anA\u{202c}"),
            ("\u{2067}Ana", "\u{2067}Ana\u{2069}"),
            ("\u{2067}\u{202e}Ana", "\u{2067}\u{202e}Ana\u{202c}\u{2069}"),
            ("\u{2067}\u{202e}Ana\u{2069}", "\u{2067}\u{202e}Ana\u{2069}"),
            ("\u{202e}\u{2068}Ana\u{202c}", "\u{202e}\u{2068}Ana\u{2069}\u{202c}"),
            ("Ana\u{2069}\u{202c}", "Ana"),
            ("\u{202e}a\nb\u{202c}", "\u{202e}a\u{202c}\nb"),
        ] {
            assert_eq!(closed(text), wanted, "{}", text.escape_unicode());
            assert_eq!(is_closed(text), text == wanted, "{}", text.escape_unicode());
        }
    }

    #[test]
    fn a_name_is_kept_without_what_turns_it_and_with_what_its_script_needs() {
        for (typed, kept) in [
            ("\u{202e}anA\u{202c}", "anA"),
            ("\u{2067}Ana\u{2069} Be\u{200e}rg\u{61c}", "Ana Berg"),
            ("דוד\u{200f}", "דוד"),
            ("क्\u{200d}ष نمی\u{200c}دانم", "क्\u{200d}ष نمی\u{200c}دانم"),
        ] {
            assert_eq!(undirected(typed.to_owned()), kept, "{}", typed.escape_unicode());
        }
    }

    proptest! {
        #[test]
        fn what_was_closed_is_closed_wherever_it_stands(
            one in "[ab\u{200e}\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,12}",
            other in "[ab\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,12}",
        ) {
            let (one, other) = (closed(&one), closed(&other));
            prop_assert!(is_closed(&one));
            let both = format!("{one} {other}");
            prop_assert!(is_closed(&both));
        }

        #[test]
        fn nothing_that_can_be_seen_is_changed(text in "[ab\n\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,12}") {
            let seen = |text: &str| text.chars().filter(|c| Turn::of(*c).is_none()).collect::<String>();
            prop_assert_eq!(seen(&closed(&text)), seen(&text));
        }
    }
}
