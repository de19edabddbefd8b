//! Labels, on sheets and on tape.

use super::{
    desk::{Desk, Layer},
    fonts::Look,
    grid::Grid,
    letter::size,
    page::{Frame, Page, mm},
    setter::{Align, Size},
};
use crate::domain::paper::Part;

const ADDRESS: [Size; 6] =
    [size(12.0, 14.0), size(11.0, 12.8), size(10.0, 11.6), size(9.0, 10.4), size(8.0, 9.2), size(7.0, 8.0)];
const TEXT: [Size; 1] = [size(11.0, 14.4)];

/// The width of the tape.
const TAPE: f32 = mm(62.0);
/// What the printer can't reach, and a little more.
const TAPE_MARGIN: f32 = mm(3.5);
/// The shortest piece that such printers cut.
const TAPE_MIN: f32 = mm(25.4);
/// The longest piece for an address.
const ADDRESS_MAX: f32 = mm(60.0);
/// The longest piece for a note.
const NOTE_MAX: f32 = mm(300.0);

/// The address in the middle of its label, as high as it is.
pub(super) fn address(desk: &mut Desk<'_>, grid: &Grid) -> Page {
    desk.require(Part::Recipient);
    let (width, height) = grid.label;
    let (margin_x, margin_y) = grid.margin;
    let frame = Frame {
        x: margin_x,
        y: margin_y,
        width: margin_x.mul_add(-2.0, width),
        height: margin_y.mul_add(-2.0, height),
    };
    let lines = &desk.sheet.recipient;
    let block = desk.lines(Part::Recipient, lines, Look::Plain, &ADDRESS, frame, Align::Start);
    let mut page = Page::new(width, height);
    page.put(Part::Recipient, frame.x, frame.y + (frame.height - block.height).max(0.0) / 2.0, block);
    page
}

/// The address on a piece of tape as long as it takes.
pub(super) fn address_tape(desk: &mut Desk<'_>) -> Page {
    desk.require(Part::Recipient);
    let frame = tape(ADDRESS_MAX);
    let lines = &desk.sheet.recipient;
    let block = desk.lines(Part::Recipient, lines, Look::Plain, &ADDRESS, frame, Align::Start);
    let length = piece(block.height);
    let mut page = Page::new(TAPE, length);
    page.put(Part::Recipient, frame.x, ((length - block.height) / 2.0).max(TAPE_MARGIN), block);
    page
}

/// The note on a piece of tape as long as it takes.
pub(super) fn note_tape(desk: &mut Desk<'_>) -> Page {
    desk.require(Part::Text);
    let sheet = desk.sheet;
    let layers = [
        Layer {
            part: Part::Subject,
            words: &sheet.subject,
            look: Look::Strong,
            align: Align::Start,
            scale: 1.1,
            gap: 0.0,
        },
        Layer { part: Part::Text, words: &sheet.text, look: Look::Plain, align: Align::Start, scale: 1.0, gap: 0.5 },
        Layer {
            part: Part::Reply,
            words: &sheet.reply,
            look: Look::Italic,
            align: Align::Start,
            scale: 0.85,
            gap: 0.7,
        },
    ];
    let frame = tape(NOTE_MAX);
    let stack = desk.stack(&layers, &TEXT, frame);
    let length = piece(stack.height);
    let mut page = Page::new(TAPE, length);
    let top = ((length - stack.height) / 2.0).max(TAPE_MARGIN);
    for (part, offset, block) in stack.blocks {
        page.put(part, frame.x, top + offset, block);
    }
    page
}

fn tape(longest: f32) -> Frame {
    Frame {
        x: TAPE_MARGIN,
        y: TAPE_MARGIN,
        width: TAPE_MARGIN.mul_add(-2.0, TAPE),
        height: TAPE_MARGIN.mul_add(-2.0, longest),
    }
}

fn piece(height: f32) -> f32 {
    TAPE_MARGIN.mul_add(2.0, height).max(TAPE_MIN)
}
