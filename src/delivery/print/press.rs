//! The press: from sheets to a PDF.

use super::{copy::is_right_to_left, desk::Desk, fonts::FontBook, page::Page, pdf::Volume, setter::Setter};
use crate::domain::paper::{Format, NotPrinted, Printed, Problem, Sheet};
use std::sync::{Mutex, PoisonError};

/// Most setters that are kept for later: more threads than this don't print at once.
const SETTERS_MAX: usize = 16;

/// Prints sheets with its fonts. Shared by threads; each call works on the calling one.
pub struct Press {
    book: FontBook,
    /// Setters that nobody uses at the moment.
    idle: Mutex<Vec<Setter>>,
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Press").field("book", &self.book).finish_non_exhaustive()
    }
}

impl Press {
    /// A press with these fonts.
    #[must_use]
    pub const fn new(book: FontBook) -> Self {
        Self { book, idle: Mutex::new(Vec::new()) }
    }

    /// What keeps a sheet from being printed in a format; empty when nothing does. Makes no PDF.
    #[must_use]
    pub fn check(&self, format: Format, sheet: &Sheet) -> Vec<Problem> {
        self.with_setter(|setter| self.compose(setter, format, sheet).1)
    }

    /// Prints sheets into one PDF, in their order, but for those that can't be printed. The title is what a reader of
    /// the file sees in its window.
    ///
    /// The same sheets, title and fonts give the same bytes. The PDF is kept in memory until it is whole, about 13 KiB
    /// for each sheet: cut a long run into files of a thousand, at multiples of [`Format::sheets_per_page`].
    ///
    /// # Errors
    /// [`NotPrinted`] when no PDF can be made of the pages.
    pub fn typeset(&self, format: Format, title: &str, sheets: &[Sheet]) -> Result<Printed, NotPrinted> {
        let language = common_language(sheets);
        let mut printed = Printed::default();
        self.with_setter(|setter| {
            let mut volume = Volume::new(&self.book, title, language, is_right_to_left(language));
            for (index, sheet) in sheets.iter().enumerate() {
                let (pages, problems) = self.compose(setter, format, sheet);
                if !problems.is_empty() {
                    printed.left_out.push((index, problems));
                    continue;
                }
                match format.grid() {
                    Some(grid) => {
                        for label in pages {
                            volume.add_label(grid, label, &sheet.language)?;
                        }
                    }
                    None => volume.add(pages, &sheet.language)?,
                }
            }
            // A PDF has at least one page.
            if printed.left_out.len() < sheets.len() {
                printed.pdf = volume.finish()?;
            }
            Ok(printed)
        })
    }

    fn compose(&self, setter: &mut Setter, format: Format, sheet: &Sheet) -> (Vec<Page>, Vec<Problem>) {
        let mut desk = Desk::new(&self.book, setter, sheet);
        let pages = format.compose(&mut desk);
        let mut problems = desk.problems;
        // The sender stands in two places of a letter.
        let mut seen = Vec::with_capacity(problems.len());
        problems.retain(|problem| {
            let is_new = !seen.contains(problem);
            if is_new {
                seen.push(problem.clone());
            }
            is_new
        });
        (pages, problems)
    }

    fn with_setter<T>(&self, work: impl FnOnce(&mut Setter) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut setter = idle().pop().unwrap_or_else(|| Setter::new(&self.book));
        let done = work(&mut setter);
        let mut idle = idle();
        if idle.len() < SETTERS_MAX {
            idle.push(setter);
        }
        done
    }
}

/// The language of all sheets, if they are in one; else none.
fn common_language(sheets: &[Sheet]) -> &str {
    let first = sheets.first().map_or("", |sheet| sheet.language.as_str());
    if sheets.iter().all(|sheet| sheet.language == first) { first } else { "" }
}
