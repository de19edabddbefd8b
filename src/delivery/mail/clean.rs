//! Making any text harmless for a mail: what controls is taken out, what can be seen stays.

use crate::domain::direction::closed;
use std::borrow::Cow;

/// How many characters a name or a subject keeps.
const LINE_MAX_CHARS: usize = 250;

/// One line: no control characters and no line breaks of any kind, no space but single ones between words, nothing that
/// a reader would decode once more, and nothing that turns the direction of what a mail program writes behind it.
/// Longer than 250 characters it is cut, and shows that.
pub(super) fn line(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_hidden(*c) || c.is_whitespace()).collect();
    let mut line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    // The beginning of an encoded word (RFC 2047): with this inside, plain ASCII would be read as something else.
    while line.contains("=?") {
        line = line.replace("=?", "= ?");
    }
    if let Some((cut, _)) = line.char_indices().nth(LINE_MAX_CHARS) {
        line.truncate(cut);
        line.truncate(line.trim_end().len());
        line.push('…');
    }
    closed(&line).into_owned()
}

/// Text of several lines, each ended by `\n`, without control characters but tabs. No line turns the direction of what
/// a mail program writes behind it.
pub(super) fn text(text: &str) -> String {
    let unified = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    let seen = unified.trim_end().chars().filter_map(|c| match c {
        '\t' => Some(c),
        // All that Unicode has for the end of a line.
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        c => Some(c).filter(|c| !is_hidden(*c)),
    });
    closed(&seen.collect::<String>()).into_owned()
}

/// Control characters, and the separators that some programs take for line breaks.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one() {
        assert_eq!(line("Eve\r\nBcc: all@example.com"), "Eve Bcc: all@example.com");
        assert_eq!(line(" Zoë\u{0}\u{85}\u{2028}  O’Neil\t"), "Zoë O’Neil");
        assert_eq!(line("\r\n \u{7}"), "");
    }

    #[test]
    fn no_direction_is_left_turned() {
        assert_eq!(line("Ana \u{202e}ikS"), "Ana \u{202e}ikS\u{202c}");
        assert_eq!(
            line(&format!("\u{2067}{}", "ä".repeat(300))).chars().last(),
            Some('\u{2069}'),
            "also when it is cut"
        );
        assert_eq!(text("\u{202e}a\r\nb"), "\u{202e}a\u{202c}\nb");
    }

    #[test]
    fn what_looks_encoded_is_read_as_it_stands() {
        assert_eq!(line("=?utf-8?q?Boss?="), "= ?utf-8?q?Boss?=");
        assert!(!line("==??=?").contains("=?"));
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let cut = line(&"ä".repeat(300));
        assert_eq!(cut.chars().count(), LINE_MAX_CHARS + 1);
        assert!(cut.ends_with('…'));
        assert_eq!(line(&"ä".repeat(LINE_MAX_CHARS)).chars().count(), LINE_MAX_CHARS);
    }

    #[test]
    fn a_text_keeps_its_lines() {
        assert_eq!(text("Dear Ana,\r\n\r\n\tthank\u{1b}[31m you.\rBen\n\n"), "Dear Ana,\n\n\tthank[31m you.\nBen");
        assert_eq!(text("a\u{2028}b\u{85}c\u{0}d"), "a\nb\ncd");
    }
}
