//! Where a sheet is composed: sets its parts into frames, and takes down what does not fit.

use super::{
    copy::{Care, Copy, is_right_to_left},
    fonts::{FontBook, Look},
    page::Frame,
    setter::{Align, Block, Setter, Size},
};
use crate::domain::paper::{Part, Problem, Sheet};

/// Rounding must not make a text too long.
const TOLERANCE: f32 = 0.05;

/// Lines of addresses are rather made smaller than broken, down to this share of the largest size.
const WHOLE_LINES_MIN: f32 = 0.74;

/// Composes one sheet.
pub(super) struct Desk<'a> {
    book: &'a FontBook,
    setter: &'a mut Setter,
    pub(super) sheet: &'a Sheet,
    pub(super) problems: Vec<Problem>,
}

/// Blocks below each other, all set in steps of the same size.
pub(super) struct Stack {
    /// Each with its distance from the top.
    pub(super) blocks: Vec<(Part, f32, Block)>,
    pub(super) height: f32,
}

/// A part of a stack.
pub(super) struct Layer<'a> {
    pub(super) part: Part,
    pub(super) words: &'a str,
    pub(super) look: Look,
    pub(super) align: Align,
    /// Its size beside that of the text.
    pub(super) scale: f32,
    /// The space above it, in lines of the text; none above the first.
    pub(super) gap: f32,
}

impl<'a> Desk<'a> {
    pub(super) fn new(book: &'a FontBook, setter: &'a mut Setter, sheet: &'a Sheet) -> Self {
        Self { book, setter, sheet, problems: Vec::new() }
    }

    /// Whether the sheet is read from right to left.
    pub(super) fn is_right_to_left(&self) -> bool {
        is_right_to_left(&self.sheet.language)
    }

    /// Notes that the format can't do without a part, if it is empty.
    pub(super) fn require(&mut self, part: Part) {
        let is_empty = match part {
            Part::Recipient => self.sheet.recipient.iter().all(|line| line.trim().is_empty()),
            _ => self.sheet.text.trim().is_empty(),
        };
        if is_empty {
            self.problems.push(Problem::Missing { part });
        }
    }

    /// Sets names and addresses, each line by itself: in the largest of these sizes, not much smaller than the first,
    /// in which every line stays whole; else in the largest in which all fit with long lines going on in the next one,
    /// between words.
    pub(super) fn lines(
        &mut self,
        part: Part,
        lines: &[String],
        look: Look,
        sizes: &[Size],
        frame: Frame,
        align: Align,
    ) -> Block {
        let words: Vec<_> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        let copy = self.copy(part, &words.join("\n"), look, Care::Verbatim);
        let is_large = |size: &&Size| size.letters >= sizes[0].letters * WHOLE_LINES_MIN;
        for size in sizes.iter().take_while(is_large) {
            let block = self.setter.set(self.book, &copy, *size, frame.width, align);
            if block.lines.len() == words.len() && fits(&block, frame) {
                return self.checked(part, block);
            }
        }
        self.fit(part, &copy, sizes, frame, align)
    }

    /// Sets prose in the largest of these sizes in which it fits into the frame.
    pub(super) fn prose(
        &mut self,
        part: Part,
        words: &str,
        look: Look,
        sizes: &[Size],
        frame: Frame,
        align: Align,
    ) -> Block {
        let copy = self.copy(part, words, look, care_of(part));
        self.fit(part, &copy, sizes, frame, align)
    }

    /// Sets several parts below each other, in the largest of these sizes in which all fit into the frame.
    pub(super) fn stack(&mut self, layers: &[Layer<'_>], sizes: &[Size], frame: Frame) -> Stack {
        let layers: Vec<_> = layers.iter().filter(|layer| !layer.words.trim().is_empty()).collect();
        let copies: Vec<_> =
            layers.iter().map(|layer| self.copy(layer.part, layer.words, layer.look, care_of(layer.part))).collect();
        let mut stack = Stack { blocks: Vec::new(), height: 0.0 };
        for size in sizes {
            stack = Stack { blocks: Vec::new(), height: 0.0 };
            for (layer, copy) in layers.iter().zip(&copies) {
                if !stack.blocks.is_empty() {
                    stack.height += layer.gap * size.leading;
                }
                let scaled = Size { letters: size.letters * layer.scale, leading: size.leading * layer.scale };
                let block = self.setter.set(self.book, copy, scaled, frame.width, layer.align);
                let top = stack.height;
                stack.height += block.height;
                stack.blocks.push((layer.part, top, block));
            }
            if stack.height <= frame.height + TOLERANCE {
                break;
            }
        }
        // What is too long is the text, whatever stands around it.
        if let Some((_, _, text)) = stack.blocks.iter().find(|(part, ..)| *part == Part::Text).or(stack.blocks.first())
        {
            self.note_lines_over(Part::Text, stack.height - frame.height, text.leading);
        }
        for (part, _, block) in &mut stack.blocks {
            if block.is_too_wide {
                self.problems.push(Problem::TooWide { part: *part });
            }
            *block = self.checked(*part, std::mem::take(block));
        }
        stack
    }

    fn copy(&mut self, part: Part, words: &str, look: Look, care: Care) -> Copy {
        let copy = Copy::new(self.book, words, look, care, &self.sheet.language);
        self.note_no_font(part, &copy.missing);
        copy
    }

    fn fit(&mut self, part: Part, copy: &Copy, sizes: &[Size], frame: Frame, align: Align) -> Block {
        let mut block = Block::default();
        for size in sizes {
            block = self.setter.set(self.book, copy, *size, frame.width, align);
            if fits(&block, frame) {
                return self.checked(part, block);
            }
        }
        if block.is_too_wide {
            self.problems.push(Problem::TooWide { part });
        }
        self.note_lines_over(part, block.height - frame.height, block.leading);
        self.checked(part, block)
    }

    /// A block whose characters without glyph were noted.
    fn checked(&mut self, part: Part, block: Block) -> Block {
        // What no font has is known already; a font may still lack a form that only shaping asks for.
        if !self.problems.iter().any(|problem| matches!(problem, Problem::NoFont { part: known, .. } if *known == part))
        {
            self.note_no_font(part, &block.unprintable);
        }
        block
    }

    fn note_no_font(&mut self, part: Part, characters: &[char]) {
        if !characters.is_empty() {
            let mut characters = characters.to_vec();
            characters.sort_unstable();
            characters.dedup();
            self.problems.push(Problem::NoFont { part, characters });
        }
    }

    fn note_lines_over(&mut self, part: Part, over: f32, leading: f32) {
        if over > TOLERANCE {
            // From a float that is positive and small.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page has few lines")]
            let lines_over = (over / leading).ceil() as usize;
            self.problems.push(Problem::TooLong { part, lines_over });
        }
    }
}

fn fits(block: &Block, frame: Frame) -> bool {
    !block.is_too_wide && block.height <= frame.height + TOLERANCE
}

/// What may be done with a part that people wrote.
const fn care_of(part: Part) -> Care {
    match part {
        Part::Subject => Care::Headline,
        _ => Care::Prose,
    }
}
