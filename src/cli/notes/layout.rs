//! What notes are printed on, as people name it.

use clap::ValueEnum;

use crate::proto::v1::PrintLayout;

/// What a note is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Layout {
    /// A card of A6, folded from A5; print on both sides, turned over the short edge.
    FoldedCard,
    /// A letter on A4 for envelopes with a window (DIN long, C5/6).
    LetterA4,
    /// A letter on US Letter for #10 envelopes with a window.
    LetterUs,
    /// The address on a continuous label, 62 mm wide.
    #[value(name = "address-tape-62")]
    AddressTape62,
    /// The note on a continuous label, 62 mm wide.
    #[value(name = "note-tape-62")]
    NoteTape62,
    /// Addresses on A4 sheets of 24 labels, 70 mm × 37 mm.
    LabelsA4,
    /// Addresses on US Letter sheets of 30 labels, 2⅝ in × 1 in.
    LabelsUs,
    /// For writing by hand, on A4: the text beside the address, and lines.
    HandA4,
    /// The same on US Letter.
    HandUs,
}

impl Layout {
    pub(super) const fn of_contract(self) -> PrintLayout {
        match self {
            Self::FoldedCard => PrintLayout::FoldedCard,
            Self::LetterA4 => PrintLayout::LetterA4,
            Self::LetterUs => PrintLayout::LetterUs,
            Self::AddressTape62 => PrintLayout::AddressTape62,
            Self::NoteTape62 => PrintLayout::NoteTape62,
            Self::LabelsA4 => PrintLayout::LabelsA4,
            Self::LabelsUs => PrintLayout::LabelsUs,
            Self::HandA4 => PrintLayout::HandA4,
            Self::HandUs => PrintLayout::HandUs,
        }
    }
}
