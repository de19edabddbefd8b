//! How notes are put on paper.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How notes are put on paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Print {
    /// Folders with fonts besides the built-in ones.
    pub fonts: Vec<PathBuf>,
    /// What is posted is printed on this where nobody says otherwise.
    pub post: PrintFormat,
    /// What is handed over is printed on this where nobody says otherwise.
    pub hand_over: PrintFormat,
}

/// What a sheet is printed on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintFormat {
    /// A card of A6, folded from A5.
    FoldedCard,
    /// A letter on A4.
    LetterA4,
    /// A letter on US Letter.
    LetterUs,
    /// An address on a continuous label of 62 mm.
    #[serde(rename = "address_tape_62")]
    AddressTape62,
    /// A note on a continuous label of 62 mm.
    #[serde(rename = "note_tape_62")]
    NoteTape62,
    /// Address labels on A4.
    LabelsA4,
    /// Address labels on US Letter.
    LabelsUs,
    /// A sheet for writing by hand on A4.
    HandA4,
    /// A sheet for writing by hand on US Letter.
    HandUs,
}
