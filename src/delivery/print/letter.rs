//! Letters whose address shows in the window of an envelope.

use super::{
    desk::{Desk, Layer},
    fonts::Look,
    page::{Frame, Page, Rule, inches, mm},
    setter::{Align, Size},
};
use crate::domain::paper::Part;

/// Where things stand on a letter.
#[derive(Debug)]
pub(super) struct Geometry {
    page: (f32, f32),
    /// The name of who writes.
    name: Frame,
    /// Their address and how to reach them, and below it the date.
    sender: Frame,
    /// The sender in one small line above the address, where the window shows it.
    return_line: Option<Frame>,
    /// What the window shows however the letter lies in the envelope.
    recipient: Frame,
    subject_top: f32,
    /// The edges of the text.
    text: (f32, f32),
    /// Where the text has to end.
    text_bottom: f32,
    /// How wide a line of text may be to be read with ease.
    measure: f32,
    small_print: Frame,
    /// Where it is folded.
    folds: [f32; 2],
    /// Where it is punched.
    hole: Option<f32>,
    /// How far marks reach from the left edge.
    marks: (f32, f32),
}

/// DIN 5008:2020, form B: the address field is 85 mm × 45 mm, 20 mm from the left and 45 mm from the top; its upper
/// 17.7 mm are for the return line and remarks, its lower 27.3 mm for the address; folds at 105 mm and 210 mm.
pub(super) const A4: Geometry = Geometry {
    page: (mm(210.0), mm(297.0)),
    name: Frame::in_mm(25.0, 18.0, 165.0, 16.0),
    sender: Frame::in_mm(125.0, 50.0, 65.0, 42.0),
    return_line: Some(Frame::in_mm(25.0, 53.8, 76.0, 8.0)),
    recipient: Frame::in_mm(25.0, 62.9, 76.0, 27.1),
    subject_top: mm(101.0),
    text: (mm(25.0), mm(190.0)),
    text_bottom: mm(272.0),
    measure: mm(150.0),
    small_print: Frame::in_mm(25.0, 276.0, 165.0, 12.0),
    folds: [mm(105.0), mm(210.0)],
    hole: Some(mm(148.5)),
    marks: (mm(5.0), mm(9.0)),
};

/// A #10 envelope (4⅛ in × 9½ in) has its window of 1⅛ in × 4½ in at ⅞ in from the left and ½ in from the bottom. The
/// letter is folded at 3¾ in and 7½ in, so that it can slide by ⅜ in up and 1 in to the right: what is between 2½ in
/// and 3¼ in from its top, and between ⅞ in and 4⅜ in from its left, always shows; what is right of 5⅜ in never does.
pub(super) const US: Geometry = Geometry {
    page: (inches(8.5), inches(11.0)),
    name: Frame { x: inches(1.0), y: inches(0.6), width: inches(6.5), height: inches(0.6) },
    sender: Frame { x: inches(5.5), y: inches(1.3), width: inches(2.0), height: inches(2.0) },
    return_line: None,
    recipient: Frame { x: inches(1.0), y: inches(2.5), width: inches(3.3), height: inches(0.75) },
    subject_top: inches(4.1),
    text: (inches(1.0), inches(7.5)),
    text_bottom: inches(10.0),
    measure: inches(5.9),
    small_print: Frame { x: inches(1.0), y: inches(10.15), width: inches(6.5), height: inches(0.45) },
    folds: [inches(3.75), inches(7.5)],
    hole: None,
    marks: (inches(0.2), inches(0.35)),
};

const NAME: [Size; 4] = [size(17.0, 20.0), size(15.0, 18.0), size(13.0, 15.5), size(11.0, 13.0)];
const SENDER: [Size; 3] = [size(9.5, 12.5), size(8.5, 11.0), size(7.5, 9.5)];
const RETURN_LINE: [Size; 3] = [size(7.5, 9.0), size(6.75, 8.0), size(6.0, 7.2)];
const RECIPIENT: [Size; 4] = [size(11.0, 12.8), size(10.0, 11.6), size(9.0, 10.4), size(8.0, 9.2)];
const SUBJECT: [Size; 3] = [size(13.0, 16.5), size(12.0, 15.0), size(11.0, 13.5)];
const TEXT: [Size; 5] = [size(12.0, 16.5), size(11.5, 15.5), size(11.0, 14.5), size(10.5, 13.5), size(10.0, 12.8)];
const SMALL_PRINT: [Size; 3] = [size(8.0, 10.0), size(7.5, 9.2), size(7.0, 8.4)];

/// Between the subject and the text.
const SUBJECT_GAP: f32 = 13.0;
/// Between the sender and the date.
const DATE_GAP: f32 = 9.0;
/// The lines of the subject, at most.
const SUBJECT_HEIGHT: f32 = 34.0;

pub(super) const fn size(letters: f32, leading: f32) -> Size {
    Size { letters, leading }
}

pub(super) fn compose(desk: &mut Desk<'_>, geometry: &Geometry) -> Page {
    desk.require(Part::Recipient);
    desk.require(Part::Text);
    let sheet = desk.sheet;
    let mut page = Page::new(geometry.page.0, geometry.page.1);
    let (name, details) = sheet.sender.split_at(sheet.sender.len().min(1));
    let block = desk.lines(Part::Sender, name, Look::Strong, &NAME, geometry.name, Align::Start);
    page.put(Part::Sender, geometry.name.x, geometry.name.y, block);
    let block = desk.lines(Part::Sender, details, Look::Plain, &SENDER, geometry.sender, Align::Start);
    let date_top = geometry.sender.y + if block.height > 0.0 { block.height + DATE_GAP } else { 0.0 };
    page.put(Part::Sender, geometry.sender.x, geometry.sender.y, block);
    put_return_line(desk, geometry, &mut page);
    let block =
        desk.lines(Part::Recipient, &sheet.recipient, Look::Plain, &RECIPIENT, geometry.recipient, Align::Start);
    page.put(Part::Recipient, geometry.recipient.x, geometry.recipient.y, block);
    let sender_bottom = geometry.sender.y + geometry.sender.height;
    let date = Frame { y: date_top, height: sender_bottom - date_top, ..geometry.sender };
    let block = desk.prose(Part::Date, &sheet.date, Look::Plain, &SENDER, date, Align::Start);
    page.put(Part::Date, date.x, date.y, block);
    put_text(desk, geometry, &mut page);
    let frame = geometry.small_print;
    let block = desk.prose(Part::SmallPrint, &sheet.small_print, Look::Plain, &SMALL_PRINT, frame, Align::Start);
    let top = frame.y + (frame.height - block.height).max(0.0);
    page.put(Part::SmallPrint, frame.x, top, block);
    for y in geometry.folds.into_iter().chain(geometry.hole) {
        let reach = if Some(y) == geometry.hole { geometry.marks.1 + mm(2.0) } else { geometry.marks.1 };
        page.mark((geometry.marks.0, y), (reach, y));
    }
    page
}

/// The sender in one line, small and underlined, just above the address.
fn put_return_line(desk: &mut Desk<'_>, geometry: &Geometry, page: &mut Page) {
    let Some(frame) = geometry.return_line else { return };
    let line = desk.sheet.return_line.clone();
    if line.trim().is_empty() {
        return;
    }
    let block = desk.lines(Part::Sender, &[line], Look::Plain, &RETURN_LINE, frame, Align::Start);
    let top = frame.y + (frame.height - block.height).max(0.0);
    page.put(Part::Sender, frame.x, top, block);
    let y = frame.y + frame.height + 0.6;
    page.rules.push(Rule { from: (frame.x, y), to: (frame.x + frame.width, y), weight: 0.3, grey: 130 });
}

/// Subject, text, and who signs and how to answer.
fn put_text(desk: &mut Desk<'_>, geometry: &Geometry, page: &mut Page) {
    let sheet = desk.sheet;
    let (left, right) = geometry.text;
    // Lines begin at the edge from which they are read.
    let x = if desk.is_right_to_left() { right - geometry.measure } else { left };
    let frame = Frame { x, y: geometry.subject_top, width: geometry.measure, height: SUBJECT_HEIGHT };
    let block = desk.prose(Part::Subject, &sheet.subject, Look::Strong, &SUBJECT, frame, Align::Start);
    let top = frame.y + if block.height > 0.0 { block.height + SUBJECT_GAP } else { 0.0 };
    page.put(Part::Subject, frame.x, frame.y, block);
    let layers = [
        Layer { part: Part::Text, words: &sheet.text, look: Look::Plain, align: Align::Start, scale: 1.0, gap: 0.0 },
        Layer {
            part: Part::Reply,
            words: &sheet.reply,
            look: Look::Italic,
            align: Align::Start,
            scale: 0.92,
            gap: 1.1,
        },
    ];
    let frame = Frame { y: top, height: geometry.text_bottom - top, ..frame };
    for (part, offset, block) in desk.stack(&layers, &TEXT, frame).blocks {
        page.put(part, frame.x, frame.y + offset, block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_of_an_american_envelope_never_shows_the_sender_instead_of_the_recipient() {
        let (left, right) = (inches(0.875), inches(0.875 + 4.5));
        assert!(US.sender.x > right, "whatever the letter slides");
        assert!(US.sender.x + US.sender.width <= US.text.1);
        assert!(US.recipient.x > left && US.recipient.x + US.recipient.width < right - inches(1.0));
    }
}
