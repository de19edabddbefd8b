//! Where something stands in a text.

use minijinja::machinery::Span;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain::template) struct Place {
    /// Counted from 1.
    pub(in crate::domain::template) line: u32,
    /// Counted from 1, in characters.
    pub(in crate::domain::template) column: u32,
}

impl Place {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// Where a span begins: MiniJinja counts lines from 1 and characters from 0.
    pub(super) fn of(span: Span) -> Self {
        Self { line: span.start_line.into(), column: u32::from(span.start_col) + 1 }
    }

    /// The place of a byte offset.
    fn of_offset(source: &str, offset: usize) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let line = before.matches('\n').count();
        let column = before.chars().rev().take_while(|c| *c != '\n').count();
        let ordinal = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
        Self { line: ordinal(line), column: ordinal(column) }
    }
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain::template) struct Fault {
    pub(in crate::domain::template) place: Place,
    pub(in crate::domain::template) message: String,
    pub(in crate::domain::template) nearest: Option<String>,
}

impl Fault {
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), nearest: None }
    }

    /// Offers the right name.
    pub(super) fn with_nearest(mut self, nearest: Option<String>) -> Self {
        if let Some(name) = &nearest {
            self.message = format!("{}; did you mean `{name}`?", self.message);
        }
        self.nearest = nearest;
        self
    }

    /// What the parser or tokenizer says.
    pub(super) fn of_parser(source: &str, error: &minijinja::Error) -> Self {
        let place = match (error.range(), error.line()) {
            (Some(range), _) => Place::of_offset(source, range.start),
            (None, line) => Place { line: line.and_then(|line| line.try_into().ok()).unwrap_or(1), column: 1 },
        };
        Self::at(place, error.detail().unwrap_or("can't be read"))
    }
}
