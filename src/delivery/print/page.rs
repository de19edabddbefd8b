//! Pages, before they become a PDF. Coordinates are in points from the upper left corner.

use super::setter::Block;
use crate::domain::paper::Part;

/// Points in a millimetre.
const MILLIMETRE: f32 = 72.0 / 25.4;

/// Millimetres in points.
pub(super) const fn mm(millimetres: f32) -> f32 {
    millimetres * MILLIMETRE
}

/// Inches in points.
pub(super) const fn inches(inches: f32) -> f32 {
    inches * 72.0
}

/// A page, or a label on one.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    /// In the order in which they are read.
    pub(super) texts: Vec<Text>,
    pub(super) rules: Vec<Rule>,
}

/// A text on a page.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) part: Part,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) block: Block,
}

/// A straight line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) from: (f32, f32),
    pub(super) to: (f32, f32),
    /// How thick.
    pub(super) weight: f32,
    /// From 0, black, to 255, white.
    pub(super) grey: u8,
}

/// A place on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Frame {
    /// A frame by its upper left corner and size, in millimetres.
    pub(super) const fn in_mm(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x: mm(x), y: mm(y), width: mm(width), height: mm(height) }
    }
}

/// How thin a mark for folding is.
const MARK_WEIGHT: f32 = 0.25;
/// How light it is.
const MARK_GREY: u8 = 110;

impl Page {
    pub(super) fn new(width: f32, height: f32) -> Self {
        Self { width, height, ..Self::default() }
    }

    pub(super) fn put(&mut self, part: Part, x: f32, y: f32, block: Block) {
        if !block.lines.is_empty() {
            self.texts.push(Text { part, x, y, block });
        }
    }

    /// A short line at which paper is folded or punched.
    pub(super) fn mark(&mut self, from: (f32, f32), to: (f32, f32)) {
        self.rules.push(Rule { from, to, weight: MARK_WEIGHT, grey: MARK_GREY });
    }

    /// Puts all of another page here, its corner at this place.
    pub(super) fn put_page(&mut self, x: f32, y: f32, page: Self) {
        self.texts.extend(page.texts.into_iter().map(|text| Text { x: text.x + x, y: text.y + y, ..text }));
        let moved = |(from_x, from_y): (f32, f32)| (from_x + x, from_y + y);
        self.rules.extend(page.rules.into_iter().map(|rule| Rule {
            from: moved(rule.from),
            to: moved(rule.to),
            ..rule
        }));
    }
}
