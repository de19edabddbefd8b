//! Sheets for whoever writes by hand: what to write, to whom, and lines to write on.

use super::{
    desk::{Desk, Layer},
    fonts::Look,
    letter::size,
    page::{Frame, Page, Rule, inches, mm},
    setter::{Align, Size},
};
use crate::domain::paper::Part;

/// The paper.
#[derive(Debug)]
pub(super) struct Paper {
    width: f32,
    height: f32,
    margin: f32,
}

pub(super) const A4: Paper = Paper { width: mm(210.0), height: mm(297.0), margin: mm(18.0) };
pub(super) const US: Paper = Paper { width: inches(8.5), height: inches(11.0), margin: inches(0.75) };

/// How wide the column of the address is.
const SIDE: f32 = mm(57.0);
/// Between the columns.
const GUTTER: f32 = mm(9.0);
/// From one line to write on to the next.
const LINE_STEP: f32 = mm(10.0);
/// Between the text and the first line to write on.
const LINES_GAP: f32 = mm(16.0);
/// How many lines there are to write on, at least.
const LINES_MIN: f32 = 5.0;

const TEXT: [Size; 6] =
    [size(17.0, 25.0), size(16.0, 23.0), size(15.0, 21.0), size(14.0, 19.0), size(13.0, 17.5), size(12.0, 16.0)];
const ADDRESS: [Size; 6] =
    [size(13.0, 17.0), size(12.0, 15.6), size(11.0, 14.0), size(10.0, 12.6), size(9.0, 11.4), size(7.5, 9.6)];
const NOTES: [Size; 3] = [size(9.5, 12.5), size(8.5, 11.0), size(7.5, 9.5)];

pub(super) fn compose(desk: &mut Desk<'_>, paper: &Paper) -> Page {
    desk.require(Part::Text);
    let sheet = desk.sheet;
    let mut page = Page::new(paper.width, paper.height);
    let inner = paper.margin.mul_add(-2.0, paper.width);
    let text_width = inner - SIDE - GUTTER;
    let is_right_to_left = desk.is_right_to_left();
    // The address is beside the text, at the side where lines end.
    let (text_x, side_x) = if is_right_to_left {
        (paper.margin + SIDE + GUTTER, paper.margin)
    } else {
        (paper.margin, paper.margin + text_width + GUTTER)
    };
    let bottom = paper.height - paper.margin;
    let text_height = LINES_MIN.mul_add(-LINE_STEP, bottom - LINES_GAP - paper.margin);
    let frame = Frame { x: text_x, y: paper.margin, width: text_width, height: text_height };
    let layers = [
        Layer {
            part: Part::Subject,
            words: &sheet.subject,
            look: Look::Strong,
            align: Align::Start,
            scale: 1.0,
            gap: 0.0,
        },
        Layer { part: Part::Text, words: &sheet.text, look: Look::Plain, align: Align::Start, scale: 1.0, gap: 0.6 },
        Layer {
            part: Part::Reply,
            words: &sheet.reply,
            look: Look::Italic,
            align: Align::Start,
            scale: 0.85,
            gap: 0.8,
        },
    ];
    let stack = desk.stack(&layers, &TEXT, frame);
    let text_bottom = frame.y + stack.height;
    for (part, offset, block) in stack.blocks {
        page.put(part, frame.x, frame.y + offset, block);
    }
    let side_bottom = put_side(desk, &mut page, Frame { x: side_x, width: SIDE, ..frame });
    let rule_x = if is_right_to_left { text_x - GUTTER / 2.0 } else { side_x - GUTTER / 2.0 };
    let rule_bottom = text_bottom.max(side_bottom);
    page.rules.push(Rule { from: (rule_x, frame.y), to: (rule_x, rule_bottom), weight: 0.4, grey: 150 });
    let mut y = rule_bottom + LINES_GAP;
    while y <= bottom {
        page.rules.push(Rule { from: (paper.margin, y), to: (paper.width - paper.margin, y), weight: 0.4, grey: 150 });
        y += LINE_STEP;
    }
    page
}

/// The address, the date and who writes. Returns where they end.
fn put_side(desk: &mut Desk<'_>, page: &mut Page, frame: Frame) -> f32 {
    let sheet = desk.sheet;
    let mut y = frame.y;
    let half = Frame { height: frame.height / 2.0, ..frame };
    let block = desk.lines(Part::Recipient, &sheet.recipient, Look::Plain, &ADDRESS, half, Align::Start);
    if block.height > 0.0 {
        let bottom = y + block.height;
        page.put(Part::Recipient, frame.x, y, block);
        y = bottom + mm(8.0);
    }
    let quarter = Frame { height: frame.height / 8.0, ..frame };
    let block = desk.prose(Part::Date, &sheet.date, Look::Italic, &NOTES, quarter, Align::Start);
    if block.height > 0.0 {
        let bottom = y + block.height;
        page.put(Part::Date, frame.x, y, block);
        y = bottom + mm(4.0);
    }
    let rest = Frame { height: frame.height / 4.0, ..frame };
    let block = desk.lines(Part::Sender, &sheet.sender, Look::Plain, &NOTES, rest, Align::Start);
    let bottom = y + block.height;
    page.put(Part::Sender, frame.x, y, block);
    bottom
}
