//! What notes are printed on.

use crate::domain::{customer::Channel, limits::SHEETS_PER_FILE_MAX, text_enum::text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a sheet is printed on.
    pub enum Format {
        /// A card of A6 to be folded from A5: two pages, outside and inside, to be printed on both sides of the paper
        /// and turned over the short edge. The [subject](super::Sheet::subject) stands on the front, the sender on the
        /// back.
        FoldedCard = "folded_card",
        /// A letter on A4 whose address stands in the window of a DIN long or C5/6 envelope: DIN 5008:2020, form B.
        LetterA4 = "letter_a4",
        /// A letter on US Letter whose address stands in the window of a #10 envelope, wherever the letter slides in
        /// it.
        LetterUs = "letter_us",
        /// An address on a continuous label 62 mm wide, as long as it takes; one page for each.
        AddressTape62 = "address_tape_62",
        /// A note on a continuous label 62 mm wide, as long as it takes, for what is handed over; one page for each.
        NoteTape62 = "note_tape_62",
        /// Addresses on A4 sheets of 24 labels of 70 mm × 37 mm, three beside each other, without gaps.
        LabelsA4 = "labels_a4",
        /// Addresses on US Letter sheets of 30 labels of 2⅝ in × 1 in (the geometry of Avery 5160).
        LabelsUs = "labels_us",
        /// A4 for whoever writes by hand: the text in large letters beside the address, and lines to write on.
        HandA4 = "hand_a4",
        /// The same on US Letter.
        HandUs = "hand_us",
    }
}

impl Format {
    /// How many sheets share a page.
    #[must_use]
    pub const fn sheets_per_page(self) -> usize {
        match self {
            Self::LabelsA4 => 24,
            Self::LabelsUs => 30,
            _ => 1,
        }
    }

    /// How many pages a sheet has.
    const fn pages_per_sheet(self) -> usize {
        match self {
            Self::FoldedCard => 2,
            _ => 1,
        }
    }

    /// Whether it shows the address, and so is of no use for what is handed over.
    #[must_use]
    pub const fn needs_address(self) -> bool {
        matches!(self, Self::LetterA4 | Self::LetterUs | Self::AddressTape62 | Self::LabelsA4 | Self::LabelsUs)
    }

    /// Whether it shows the address alone, and so is printed beside what the note itself stands on.
    #[must_use]
    pub const fn is_address_alone(self) -> bool {
        matches!(self, Self::AddressTape62 | Self::LabelsA4 | Self::LabelsUs)
    }

    /// Where a sheet lies in a file, by its number there, from 0.
    #[must_use]
    pub fn slot(self, number: usize) -> Slot {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (page, position) = match self.sheets_per_page() {
            1 => (number * self.pages_per_sheet(), 0),
            shared => (number / shared, number % shared + 1),
        };
        Slot { page: count(page + 1), position: count(position) }
    }
}

/// How a run is cut into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// What it is printed on.
    pub format: Format,
    /// How many sheets a file has at most: a multiple of [`Format::sheets_per_page`].
    per_file: u32,
}

impl Cut {
    /// Files of at most so many sheets, and of one page at least; `None` stands for [`SHEETS_PER_FILE_MAX`], and no
    /// file has more.
    #[must_use]
    pub fn new(format: Format, per_file: Option<u32>) -> Self {
        let shared = u32::try_from(format.sheets_per_page()).unwrap_or(1);
        let wished = per_file.unwrap_or(SHEETS_PER_FILE_MAX).min(SHEETS_PER_FILE_MAX);
        Self { format, per_file: (wished / shared).max(1) * shared }
    }

    /// How many sheets a file has at most.
    #[must_use]
    pub const fn per_file(self) -> u32 {
        self.per_file
    }

    /// Where a sheet lies of which so many lie before it in its file. Files end where they are full, and also where the
    /// press left something out: so a sheet's number in the run doesn't tell its file.
    #[must_use]
    pub fn place(self, begun: Begun, before: u32) -> Place {
        let Slot { page, position } = self.format.slot(usize::try_from(before).unwrap_or(usize::MAX));
        Place { number: begun.sheets + before + 1, file: begun.files + 1, page, position }
    }
}

/// What there is of a run before its next file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Begun {
    /// How many files.
    pub files: u32,
    /// How many sheets they have together.
    pub sheets: u32,
}

/// Where a sheet lies in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its first page, from 1.
    pub page: u32,
    /// Which of the labels on that page, row by row, from 1; 0 where it has the page for itself.
    pub position: u32,
}

/// Where a note lies in what was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its number in the run, from 1.
    pub number: u32,
    /// The file, from 1.
    pub file: u32,
    /// Its first page in the file, from 1.
    pub page: u32,
    /// Which of the labels on that page, from 1; 0 where it has the page for itself.
    pub position: u32,
}

/// What notes of a channel are checked against before anybody chose, and one alone is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    /// For what is posted.
    pub post: Format,
    /// For what is handed over.
    pub hand_over: Format,
}

impl Default for Formats {
    fn default() -> Self {
        Self { post: Format::LetterA4, hand_over: Format::FoldedCard }
    }
}

impl Formats {
    /// That of a channel; what goes over any other is handed over, when it is printed.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> Format {
        match channel {
            Channel::Post => self.post,
            _ => self.hand_over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Begun, Cut, Format, Place, Slot};

    #[test]
    fn a_sheet_is_found_by_its_number() {
        let slot = |page, position| Slot { page, position };
        assert_eq!(Format::LetterA4.slot(0), slot(1, 0));
        assert_eq!(Format::LetterA4.slot(6), slot(7, 0));
        assert_eq!(Format::FoldedCard.slot(3), slot(7, 0), "each card has two pages");
        assert_eq!(Format::LabelsA4.slot(23), slot(1, 24));
        assert_eq!(Format::LabelsA4.slot(24), slot(2, 1));
    }

    #[test]
    fn files_are_cut_where_pages_end() {
        let cut = Cut::new(Format::LabelsA4, Some(50));
        assert_eq!(cut.per_file(), 48);
        assert_eq!(cut.place(Begun::default(), 47), Place { number: 48, file: 1, page: 2, position: 24 });
        let one_left_out = Begun { files: 1, sheets: 47 };
        assert_eq!(cut.place(one_left_out, 0), Place { number: 48, file: 2, page: 1, position: 1 });
        assert_eq!(Cut::new(Format::LabelsA4, Some(1)).per_file(), 24, "a page at least");
        assert_eq!(Cut::new(Format::LetterA4, None).per_file(), 1_000);
    }
}
