//! What holds for every format.

#![allow(clippy::unwrap_used)]

use super::{
    FontBook, Press,
    desk::Desk,
    page::{Page, Text, inches, mm},
    setter::Setter,
};
use crate::domain::paper::{Format, Part, Printed, Problem, Sheet};
use proptest::prelude::*;

fn strings(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn sheet() -> Sheet {
    Sheet {
        language: "en-GB".to_owned(),
        sender: strings(&["The Tea House", "14 Harbour Lane", "Bristol BS1 4DJ", "hello@teahouse.example"]),
        return_line: "The Tea House · 14 Harbour Lane · Bristol BS1 4DJ".to_owned(),
        recipient: strings(&["Magdalena Kowalczyk", "Flat 3", "27 Orchard Street", "BRISTOL", "BS1 5EH"]),
        date: "22 November 2026".to_owned(),
        subject: "Thank you for coming in".to_owned(),
        text: "Dear Magdalena,\n\nthank you for coming in on Friday although it rained.\n\nAmelie".to_owned(),
        reply: "You reach Amelie at +44 117 496 0123.".to_owned(),
        small_print: "You said that we may write to you.".to_owned(),
    }
}

fn press() -> Press {
    Press::new(FontBook::builtin())
}

/// The pages of a sheet, or its label, and what is wrong with it.
fn composed(format: Format, sheet: &Sheet) -> (Vec<Page>, Vec<Problem>) {
    let book = FontBook::builtin();
    let mut setter = Setter::new(&book);
    let mut desk = Desk::new(&book, &mut setter, sheet);
    let pages = format.compose(&mut desk);
    (pages, desk.problems)
}

/// A box by its left, top, right and bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Box4(f32, f32, f32, f32);

impl Box4 {
    fn holds(self, inner: Self) -> bool {
        let slack = 0.1;
        inner.0 >= self.0 - slack && inner.1 >= self.1 - slack && inner.2 <= self.2 + slack && inner.3 <= self.3 + slack
    }
}

/// Where the letters of each line are, from the height of capitals to what hangs below the line.
fn ink(text: &Text) -> Vec<Box4> {
    let size = text.block.size;
    let lines = text.block.lines.iter().filter(|line| !line.runs.is_empty());
    lines
        .map(|line| {
            let ends = line.runs.iter().map(|run| {
                let advance: f32 = run.glyphs.iter().map(|glyph| glyph.x_advance * size).sum();
                (text.x + run.x, text.x + run.x + advance)
            });
            let (left, right) =
                ends.fold((f32::MAX, f32::MIN), |(left, right), (from, to)| (left.min(from), right.max(to)));
            let baseline = text.y + line.baseline;
            Box4(left, size.mul_add(-0.65, baseline), right, size.mul_add(0.25, baseline))
        })
        .collect()
}

fn lines_of(pages: &[Page], part: Part) -> Vec<Box4> {
    pages.iter().flat_map(|page| &page.texts).filter(|text| text.part == part).flat_map(ink).collect()
}

/// What an envelope's window shows of a letter, wherever it lies.
fn window(format: Format) -> Box4 {
    match format {
        // The address zone of DIN 5008, form B.
        Format::LetterA4 => Box4(mm(20.0), mm(62.7), mm(105.0), mm(90.0)),
        _ => Box4(inches(0.875), inches(2.5), inches(4.375), inches(3.25)),
    }
}

#[test]
fn threads_share_a_press() {
    let press = press();
    let alone = press.typeset(Format::FoldedCard, "Notes", &[sheet()]).unwrap().pdf;
    std::thread::scope(|scope| {
        let works: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| press.typeset(Format::FoldedCard, "Notes", &[sheet()]).unwrap().pdf))
            .collect();
        for work in works {
            assert!(work.join().unwrap() == alone);
        }
    });
}

#[test]
fn every_format_prints_a_plain_note() {
    for format in Format::ALL.iter().copied() {
        assert_eq!(press().check(format, &sheet()), [], "{format:?}");
        let pdf = press().typeset(format, "Thank-you notes", &[sheet()]).unwrap().pdf;
        assert!(pdf.starts_with(b"%PDF-"), "{format:?}");
    }
}

#[test]
fn the_same_sheets_give_the_same_bytes() {
    let mut other = sheet();
    other.text.push_str(" Come and see us soon, we would love to hear how the story with the tea room went on.");
    for format in Format::ALL.iter().copied() {
        let used = press();
        used.typeset(format, "warm up", &[other.clone()]).unwrap();
        let sheets = [sheet(), other.clone(), sheet()];
        let fresh = press().typeset(format, "Notes", &sheets).unwrap().pdf;
        assert!(fresh == used.typeset(format, "Notes", &sheets).unwrap().pdf, "{format:?}");
    }
}

#[test]
fn a_character_without_font_is_named_with_its_place_and_nothing_is_printed() {
    let mut broken = sheet();
    broken.recipient[0] = "สมชาย".to_owned();
    broken.text.push('🎂');
    let problems = press().check(Format::LetterA4, &broken);
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let of_address =
        "no font has U+0E0A (“ช”), U+0E21 (“ม”), U+0E22 (“ย”), U+0E2A (“ส”), U+0E32 (“า”), which the address needs";
    assert_eq!(told, [of_address, "no font has U+1F382 (“🎂”), which the text needs"]);
    let printed = press().typeset(Format::LetterA4, "Notes", &[sheet(), broken]).unwrap();
    assert_eq!(printed.left_out, [(1, problems)]);
    assert!(printed.pdf == press().typeset(Format::LetterA4, "Notes", &[sheet()]).unwrap().pdf, "it is left out");
}

#[test]
fn of_many_characters_without_font_a_few_are_named() {
    let thai = Sheet { text: "ขอบคุณที่แวะมา".to_owned(), ..sheet() };
    let problems = press().check(Format::FoldedCard, &thai);
    let [Problem::NoFont { part: Part::Text, ref characters }] = problems[..] else { panic!("{problems:?}") };
    assert_eq!(characters.len(), 14);
    assert!(problems[0].to_string().ends_with(" and 9 more, which the text needs"), "{}", problems[0]);
}

#[test]
fn a_control_character_is_named_by_its_number_alone() {
    let broken = Sheet { text: "bell\u{7}".to_owned(), ..sheet() };
    let problems = press().check(Format::FoldedCard, &broken);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].to_string(), "no font has U+0007 (can't be shown), which the text needs");
}

#[test]
fn what_is_too_long_says_by_how_many_lines() {
    let long = Sheet { text: "We were so happy to see you again. ".repeat(80), ..sheet() };
    let problems = press().check(Format::FoldedCard, &long);
    let [Problem::TooLong { part: Part::Text, lines_over }] = problems[..] else { panic!("{problems:?}") };
    assert!((10..60).contains(&lines_over), "{lines_over}");
    assert_eq!(press().check(Format::LetterA4, &long), [], "a letter has room for it");
}

#[test]
fn a_format_says_what_it_cannot_do_without() {
    let handed_over = Sheet { recipient: Vec::new(), ..sheet() };
    let missing = [Problem::Missing { part: Part::Recipient }];
    for format in [Format::LetterA4, Format::LetterUs, Format::AddressTape62, Format::LabelsA4, Format::LabelsUs] {
        assert_eq!(press().check(format, &handed_over), missing, "{format:?}");
    }
    for format in [Format::FoldedCard, Format::NoteTape62, Format::HandA4, Format::HandUs] {
        assert_eq!(press().check(format, &handed_over), [], "{format:?}");
    }
    assert_eq!(press().typeset(Format::HandA4, "Notes", &[]), Ok(Printed::default()));
}

#[test]
fn the_longest_address_stays_in_the_window() {
    let six = strings(&[
        "Maximilian-Alexander Freiherr von und zu Hohenstein-Wittgenstein-Berleburg",
        "c/o Donaudampfschifffahrtsgesellschaft mbH & Co. KG, Abteilung Öffentlichkeit",
        "Hinterhaus, 4. Stock links, zweite Tür",
        "Ferdinand-Ferdinandowitsch-Schostakowitsch-Straße 128 a",
        "50667 Köln-Deutz",
        "DEUTSCHLAND",
    ]);
    let long = Sheet { recipient: six, ..sheet() };
    let (pages, problems) = composed(Format::LetterA4, &long);
    let lines = lines_of(&pages, Part::Recipient);
    assert_eq!(problems, []);
    assert!(lines.len() > 6 && lines.iter().all(|line| window(Format::LetterA4).holds(*line)), "{lines:?}");
    // The window of a #10 envelope is lower.
    let five = Sheet { recipient: long.recipient[2..].to_vec(), ..sheet() };
    let (pages, problems) = composed(Format::LetterUs, &five);
    let lines = lines_of(&pages, Part::Recipient);
    assert_eq!(problems, []);
    assert!(lines.len() == 4 && lines.iter().all(|line| window(Format::LetterUs).holds(*line)), "{lines:?}");
    let (_, problems) = composed(Format::LetterUs, &long);
    assert!(matches!(problems[..], [Problem::TooLong { part: Part::Recipient, .. }]), "{problems:?}");
}

#[test]
fn an_address_that_cannot_stay_in_the_window_is_told() {
    let too_many = Sheet { recipient: vec!["Somewhere over the rainbow 12".to_owned(); 12], ..sheet() };
    let too_wide = Sheet { recipient: strings(&[&"Taumatawhakatangihanga".repeat(5), "1 Street"]), ..sheet() };
    for format in [Format::LetterA4, Format::LetterUs, Format::LabelsA4, Format::LabelsUs] {
        let (_, problems) = composed(format, &too_many);
        assert!(matches!(problems[..], [Problem::TooLong { part: Part::Recipient, .. }]), "{format:?} {problems:?}");
        let (_, problems) = composed(format, &too_wide);
        assert!(problems.contains(&Problem::TooWide { part: Part::Recipient }), "{format:?} {problems:?}");
    }
}

#[test]
fn a_line_of_an_address_is_made_smaller_before_it_is_broken() {
    let whole = Sheet {
        recipient: strings(&["Ana", "ул. Академика Королёва, д. 12, кв. 34", "МОСКВА"]), ..sheet()
    };
    let (pages, _) = composed(Format::LabelsA4, &whole);
    assert_eq!(lines_of(&pages, Part::Recipient).len(), 3);
    let page = &pages[0].texts[0].block;
    assert!(page.size < 12.0 && page.size >= 9.0, "{}", page.size);
}

#[test]
fn marks_for_folding_are_where_the_standard_has_them() {
    let heights = |format| {
        let (pages, _) = composed(format, &sheet());
        let rules = pages[0].rules.iter().filter(|rule| rule.from.0 < mm(10.0) && rule.to.0 < mm(15.0));
        rules.map(|rule| rule.from.1).collect::<Vec<_>>()
    };
    assert_eq!(heights(Format::LetterA4), [mm(105.0), mm(210.0), mm(148.5)]);
    assert_eq!(heights(Format::LetterUs), [inches(3.75), inches(7.5)]);
    let (pages, _) = composed(Format::FoldedCard, &sheet());
    assert!(pages[0].rules[..2].iter().all(|rule| rule.from.0 == mm(105.0) && rule.to.0 == mm(105.0)));
    assert_eq!(pages.len(), 2, "an outside and an inside");
}

#[test]
fn a_card_read_from_right_to_left_opens_the_other_way() {
    let hebrew =
        Sheet {
            language: "he".to_owned(), subject: "תודה".to_owned(), text: "תודה שבאתם".to_owned(), ..sheet()
        };
    for (sheet, is_left) in [(hebrew, true), (sheet(), false)] {
        let (pages, problems) = composed(Format::FoldedCard, &sheet);
        assert_eq!(problems, []);
        let half = pages[0].width / 2.0;
        for part in [Part::Subject, Part::Text] {
            assert!(lines_of(&pages, part).iter().all(|line| (line.2 < half) == is_left), "{part:?}");
        }
        assert!(lines_of(&pages, Part::Sender).iter().all(|line| (line.0 > half) == is_left));
    }
}

#[test]
fn right_to_left_lines_end_at_the_left_and_begin_at_one_edge() {
    let text =
        "תודה שביקרת אצלנו ביום שישי למרות הגשם ושאלת על תה שנשאר עדין גם כשהוא חולט קצת יותר מדי זמן ".repeat(4);
    let hebrew = Sheet { language: "he".to_owned(), text, ..sheet() };
    let (pages, problems) = composed(Format::LetterA4, &hebrew);
    assert_eq!(problems, []);
    let lines = lines_of(&pages, Part::Text);
    assert!(lines.len() > 3);
    assert!(lines.iter().all(|line| (line.2 - mm(190.0)).abs() < 0.1), "{lines:?}");
}

#[test]
fn hyphens_are_drawn_inside_the_column() {
    let german = Sheet {
        language: "de".to_owned(),
        text: "Die Donaudampfschifffahrtsgesellschaftskapitänsmütze der Rindfleischetikettierungsüberwachung. "
            .repeat(3),
        ..sheet()
    };
    let (pages, problems) = composed(Format::NoteTape62, &german);
    assert_eq!(problems, []);
    let hyphens = pages[0].texts.iter().flat_map(|text| &text.block.lines).flat_map(|line| &line.runs);
    assert!(hyphens.filter(|run| run.is_hyphen).count() >= 3);
    let page = Box4(mm(3.5), 0.0, mm(58.5), pages[0].height);
    assert!(lines_of(&pages, Part::Text).iter().all(|line| page.holds(*line)));
}

#[test]
fn labels_lie_inside_their_cells() {
    for format in [Format::LabelsA4, Format::LabelsUs] {
        let grid = format.grid().unwrap();
        let (label, problems) = composed(format, &sheet());
        assert_eq!(problems, []);
        let (margin_x, margin_y) = grid.margin;
        let inner = Box4(margin_x, margin_y, grid.label.0 - margin_x, grid.label.1 - margin_y);
        assert!(lines_of(&label, Part::Recipient).iter().all(|line| inner.holds(*line)));
        let last = grid.corner(grid.len() - 1);
        assert!(last.0 + grid.label.0 <= grid.page.0 + 0.1 && last.1 + grid.label.1 <= grid.page.1 + 0.1);
        assert_eq!(grid.corner(grid.len()), grid.corner(0), "the next page begins like the first");
    }
}

/// Words of several scripts, some without an end; punctuation, digits, marks and things that steer the direction.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-zA-Zäöüß]{1,14}",
        2 => "[α-ωά-ώ]{1,14}",
        2 => "[а-яё]{1,14}",
        2 => "[א-ת]{1,9}",
        1 => "[0-9]{1,4}[ -][0-9]{1,6}",
        1 => "[a-z]{40,90}",
        1 => r"https://[a-z]{5,20}\.example/[a-z0-9/-]{0,60}",
        1 => "[,.;:!?()“”–—'\u{301}\u{308}\u{AD}\u{200B}\u{200F}\u{202B}\u{2066}\u{A0}]{1,3}",
        1 => Just("\n".to_owned()),
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_text_leaves_its_page_and_no_address_its_window(
        text in words(), subject in words(), lines in prop::collection::vec("[A-ZÄÖa-zäöüß0-9 .,-]{0,60}", 0..8),
        language in prop::sample::select(vec!["en", "de", "el", "ru", "he", "ja", ""]), format in prop::sample::select(Format::ALL.to_vec()),
    ) {
        let sheet = Sheet { language: language.to_owned(), text, subject, recipient: lines, ..sheet() };
        let (pages, problems) = composed(format, &sheet);
        if problems.is_empty() {
            for page in &pages {
                let paper = Box4(0.0, 0.0, page.width, page.height);
                for line in page.texts.iter().flat_map(ink) {
                    prop_assert!(paper.holds(line), "{line:?} leaves {paper:?}");
                }
            }
            if matches!(format, Format::LetterA4 | Format::LetterUs) {
                for line in lines_of(&pages, Part::Recipient) {
                    prop_assert!(window(format).holds(line), "{line:?}");
                }
            }
            prop_assert!(!press().typeset(format, "Notes", &[sheet]).unwrap().pdf.is_empty());
        }
    }

    #[test]
    fn checking_and_printing_agree_and_nothing_panics(
        texts in prop::collection::vec(any::<String>(), 6), language in "[a-zA-Z-]{0,8}", format in prop::sample::select(Format::ALL.to_vec()),
    ) {
        let sheet = Sheet {
            language,
            sender: vec![texts[0].clone()],
            return_line: texts[1].clone(),
            recipient: vec![texts[1].clone()],
            date: texts[2].clone(),
            subject: texts[3].clone(),
            text: texts[4].clone(),
            reply: texts[5].clone(),
            small_print: texts[0].clone(),
        };
        let press = press();
        let problems = press.check(format, &sheet);
        let printed = press.typeset(format, "Notes", &[sheet]).unwrap();
        prop_assert_eq!(printed.pdf.is_empty(), !problems.is_empty());
        let left_out: Vec<_> = printed.left_out.into_iter().flat_map(|(_, problems)| problems).collect();
        prop_assert_eq!(left_out, problems);
    }
}

#[test]
fn pages_are_shared_as_the_format_says() {
    for format in Format::ALL.iter().copied() {
        assert_eq!(format.grid().map_or(1, super::grid::Grid::len), format.sheets_per_page(), "{format}");
    }
}
