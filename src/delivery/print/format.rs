//! Each format, composed.

use super::{card, desk::Desk, grid::Grid, hand, label, letter, page::Page};
use crate::domain::paper::Format;

impl Format {
    /// Composes a sheet: its pages, or its label where several share a page.
    pub(super) fn compose(self, desk: &mut Desk<'_>) -> Vec<Page> {
        match self {
            Self::FoldedCard => card::compose(desk),
            Self::LetterA4 => vec![letter::compose(desk, &letter::A4)],
            Self::LetterUs => vec![letter::compose(desk, &letter::US)],
            Self::AddressTape62 => vec![label::address_tape(desk)],
            Self::NoteTape62 => vec![label::note_tape(desk)],
            Self::LabelsA4 => vec![label::address(desk, &Grid::A4_3_BY_8)],
            Self::LabelsUs => vec![label::address(desk, &Grid::US_3_BY_10)],
            Self::HandA4 => vec![hand::compose(desk, &hand::A4)],
            Self::HandUs => vec![hand::compose(desk, &hand::US)],
        }
    }

    /// Where labels are on a page that several share.
    pub(super) const fn grid(self) -> Option<&'static Grid> {
        match self {
            Self::LabelsA4 => Some(&Grid::A4_3_BY_8),
            Self::LabelsUs => Some(&Grid::US_3_BY_10),
            _ => None,
        }
    }
}
