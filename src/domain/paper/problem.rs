//! Why a sheet can't be printed.

use super::sheet::Part;
use crate::domain::note_problem::{NoteProblem, ProblemReason};

/// Something that keeps a sheet from being printed as it is. The text of a problem names no person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Characters that would come out as empty boxes.
    #[error("no font has {}, which the {part} needs", named(characters))]
    NoFont {
        /// Where they stand.
        part: Part,
        /// Which ones, each once, in the order of their numbers.
        characters: Vec<char>,
    },
    /// Even in the smallest size that can be read well it doesn't fit.
    #[error("the {part} is too long for the format by {lines_over} line{}", if *lines_over == 1 { "" } else { "s" })]
    TooLong {
        /// What is too long.
        part: Part,
        /// How many lines of the smallest size have no room.
        lines_over: usize,
    },
    /// A word is wider than its place, even in the smallest size, and must not be broken.
    #[error("the {part} has a word that is too wide for the format")]
    TooWide {
        /// Where it stands.
        part: Part,
    },
    /// The format can't do without it.
    #[error("the format needs the {part}, which is empty")]
    Missing {
        /// What is missing.
        part: Part,
    },
}

impl Problem {
    /// The same as what speaks against the note, with what to do about it.
    #[must_use]
    pub fn of_note(&self) -> NoteProblem {
        let (reason, suggestion) = match self {
            Self::NoFont { .. } => {
                (ProblemReason::NoFont, "Write it without, or have whoever runs the service add a font (print.fonts).")
            }
            Self::TooLong { part: Part::Recipient, .. } | Self::TooWide { part: Part::Recipient } => {
                (ProblemReason::TooLong, "Shorten the postal address, or choose labels with more room.")
            }
            Self::TooLong { .. } | Self::TooWide { .. } => {
                (ProblemReason::TooLong, "Say less, or choose a format with more room.")
            }
            Self::Missing { part: Part::Text } => (ProblemReason::Empty, "Write what you want to thank them for."),
            Self::Missing { .. } => (ProblemReason::FactMissing, "Enter it, or choose a format that does without it."),
        };
        NoteProblem::new(reason, self.sentence(), suggestion)
    }

    /// Adds to what speaks against the words of a note what can't be set of them, each reason once. Whom nothing can be
    /// posted to is for the gates, whatever the words.
    pub fn add_to(found: &mut Vec<NoteProblem>, unset: &[Self]) {
        let of_words = unset.iter().filter(|it| !matches!(it, Self::Missing { part: Part::Recipient }));
        for problem in of_words.map(Self::of_note) {
            if found.iter().all(|known| known.reason != problem.reason) {
                found.push(problem);
            }
        }
    }

    /// What is wrong, as a sentence of its own.
    fn sentence(&self) -> String {
        let text = self.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}.", letters.as_str())
    }
}

/// Most characters that are named.
const NAMED_MAX: usize = 5;

/// The first characters by number and look, and how many more there are.
fn named(characters: &[char]) -> String {
    let name = |character: &char| format!("U+{:04X} ({})", u32::from(*character), visible(*character));
    let names: Vec<_> = characters.iter().take(NAMED_MAX).map(name).collect();
    let more = characters.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}

/// What can be shown of a character: itself, unless it would change the line that it stands in.
fn visible(character: char) -> String {
    if character.is_control() || character.is_whitespace() || is_mark_or_format(character) {
        "can't be shown".to_owned()
    } else {
        format!("“{character}”")
    }
}

/// Combining marks of the common blocks and characters that steer the direction of text.
const fn is_mark_or_format(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
}

/// What came out of the press.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The PDF; empty if no sheet could be printed.
    pub pdf: Vec<u8>,
    /// The sheets that can't be printed, by their index from 0, and all that is wrong with each. They are not in the
    /// PDF.
    pub left_out: Vec<(usize, Vec<Problem>)>,
}

/// The PDF could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the PDF could not be written: {0}")]
pub struct NotPrinted(pub String);
