//! What composing gives: a text, and what it rests on.

use crate::domain::{customer::FactOrigin, ids::TemplateId, note_problem::NoteProblem};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A composed text for one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// BCP 47 language of the text that was chosen.
    pub language: String,
    /// Subject line; empty where the text has none.
    pub subject: String,
    /// Opening, what is said, and closing, with a blank line between.
    pub text: String,
    /// The template of the strongest gesture, and its version.
    pub template: (TemplateId, u32),
    /// Which of that template's variants was chosen, counted from 0 among all its texts.
    pub variant: u32,
    /// The facts whose words stand in the subject or text, each once, in order of appearance.
    pub facts: Vec<UsedFact>,
    /// Where `text` speaks: opening and closing left out.
    pub(super) body: Range<usize>,
    /// Where the words of facts stand in `text`, in order.
    pub(super) told: Vec<Range<usize>>,
    /// What went wrong while it was written.
    pub(super) flaws: Vec<NoteProblem>,
}

/// A fact whose words stand in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedFact {
    /// The field that gave it, for example `purchase.items`.
    pub path: String,
    /// Its words, as they stand in the draft.
    pub text: String,
    /// How we know it.
    pub known: FactOrigin,
    /// Whether it is particular to this customer: more than a name, and more than the day and place of a visit.
    pub particular: bool,
}
