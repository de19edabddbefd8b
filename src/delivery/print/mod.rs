//! Notes on paper: letters, cards, labels and sheets for writing by hand, as PDF.
//!
//! A [`Press`] has fonts and turns [`Sheet`](crate::domain::paper::Sheet)s into a PDF of a
//! [`Format`](crate::domain::paper::Format). It reads no clock and no settings: what comes out depends on what goes in.
//! A text goes from `copy` (tidied, its fonts found) through `setter` (glyphs, and lines chosen by `breaking`) into the
//! frames of a format (`letter`, `card`, `label`, `hand`; `desk` takes down what does not fit), and from there into a
//! `pdf`.

mod breaking;
mod card;
mod copy;
mod desk;
mod fonts;
mod format;
mod grid;
mod hand;
mod hyphens;
mod label;
mod letter;
mod page;
mod pdf;
mod press;
mod setter;

pub use fonts::{FontBook, NoFonts};
pub use press::Press;

#[cfg(test)]
mod tests;
