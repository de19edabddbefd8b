//! Folded cards: A6, from A5 folded once.

use super::{
    desk::{Desk, Layer},
    fonts::Look,
    letter::size,
    page::{Frame, Page, Rule, mm},
    setter::{Align, Size},
};
use crate::domain::paper::Part;

const WIDTH: f32 = mm(210.0);
const HEIGHT: f32 = mm(148.0);
const PANEL: f32 = WIDTH / 2.0;
/// What stays free around the text inside.
const MARGIN: f32 = mm(13.0);
/// What stays free beside the words on the front.
const FRONT_MARGIN: f32 = mm(15.0);
/// Words on the front stand a little above the middle, where the eye takes it to be.
const OPTICAL_CENTRE: f32 = 0.43;
/// How long the line below the words on the front is.
const ORNAMENT: f32 = mm(14.0);
/// How far a fold mark reaches into the paper.
const MARK: f32 = mm(3.0);

const FRONT: [Size; 4] = [size(23.0, 29.0), size(20.0, 25.0), size(17.0, 21.5), size(14.0, 18.0)];
const TEXT: [Size; 7] = [
    size(12.5, 17.5),
    size(12.0, 16.5),
    size(11.5, 15.5),
    size(11.0, 14.6),
    size(10.5, 13.8),
    size(10.0, 13.0),
    size(9.5, 12.2),
];
const BACK: [Size; 3] = [size(8.5, 11.0), size(7.5, 9.6), size(7.0, 8.8)];
const SMALL_PRINT: [Size; 2] = [size(7.0, 8.6), size(6.5, 7.8)];

/// The outside, then the inside. What is read from right to left opens the other way.
pub(super) fn compose(desk: &mut Desk<'_>) -> Vec<Page> {
    desk.require(Part::Text);
    let first = if desk.is_right_to_left() { 0.0 } else { PANEL };
    vec![outside(desk, first), inside(desk, first)]
}

/// The front at `first`, the back beside it.
fn outside(desk: &mut Desk<'_>, first: f32) -> Page {
    let sheet = desk.sheet;
    let mut page = Page::new(WIDTH, HEIGHT);
    page.mark((PANEL, 0.0), (PANEL, MARK));
    page.mark((PANEL, HEIGHT - MARK), (PANEL, HEIGHT));
    let width = FRONT_MARGIN.mul_add(-2.0, PANEL);
    let front = Frame { x: first + FRONT_MARGIN, y: MARGIN, width, height: HEIGHT * 0.6 };
    let block = desk.prose(Part::Subject, &sheet.subject, Look::Plain, &FRONT, front, Align::Centre);
    if !block.lines.is_empty() {
        let top = HEIGHT.mul_add(OPTICAL_CENTRE, -block.height / 2.0).max(MARGIN);
        let y = top + block.height + mm(6.0);
        let centre = first + PANEL / 2.0;
        page.rules.push(Rule {
            from: (centre - ORNAMENT / 2.0, y),
            to: (centre + ORNAMENT / 2.0, y),
            weight: 0.5,
            grey: 90,
        });
        page.put(Part::Subject, front.x, top, block);
    }
    let back_x = PANEL - first + FRONT_MARGIN;
    let small = Frame { x: back_x, y: 0.0, width, height: HEIGHT * 0.2 };
    let small_print = desk.prose(Part::SmallPrint, &sheet.small_print, Look::Plain, &SMALL_PRINT, small, Align::Centre);
    let back = Frame { height: HEIGHT * 0.35, ..small };
    let sender = desk.lines(Part::Sender, &sheet.sender, Look::Plain, &BACK, back, Align::Centre);
    let small_print_top = HEIGHT - MARGIN - small_print.height;
    let gap = if small_print.height > 0.0 { mm(3.0) } else { 0.0 };
    page.put(Part::Sender, back_x, small_print_top - gap - sender.height, sender);
    page.put(Part::SmallPrint, back_x, small_print_top, small_print);
    page
}

/// The text where the eye falls when the card is opened.
fn inside(desk: &mut Desk<'_>, first: f32) -> Page {
    let sheet = desk.sheet;
    let mut page = Page::new(WIDTH, HEIGHT);
    let frame = Frame {
        x: first + MARGIN,
        y: MARGIN,
        width: MARGIN.mul_add(-2.0, PANEL),
        height: MARGIN.mul_add(-2.0, HEIGHT),
    };
    let layers = [
        Layer { part: Part::Date, words: &sheet.date, look: Look::Italic, align: Align::End, scale: 0.82, gap: 0.0 },
        Layer { part: Part::Text, words: &sheet.text, look: Look::Plain, align: Align::Start, scale: 1.0, gap: 0.9 },
        Layer {
            part: Part::Reply,
            words: &sheet.reply,
            look: Look::Italic,
            align: Align::Start,
            scale: 0.82,
            gap: 1.0,
        },
    ];
    let stack = desk.stack(&layers, &TEXT, frame);
    let top = frame.y + (frame.height - stack.height).max(0.0) * OPTICAL_CENTRE;
    for (part, offset, block) in stack.blocks {
        page.put(part, frame.x, top + offset, block);
    }
    page
}
