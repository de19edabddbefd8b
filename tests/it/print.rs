//! What a reader of the PDF finds in it, by poppler's tools (Debian: `poppler-utils`).
use gratitude::{
    delivery::print::{FontBook, Press},
    domain::paper::{Format, Sheet},
};
use std::{fs, path::Path};

use crate::support::pdf::poppler;

fn strings(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn sheet() -> Sheet {
    Sheet {
        language: "de".to_owned(),
        sender: strings(&["Kontorhaus Großenbrode GmbH", "Am Südstrand 7", "23775 Großenbrode"]),
        return_line: "Kontorhaus Großenbrode GmbH · Am Südstrand 7 · 23775 Großenbrode".to_owned(),
        recipient: strings(&["Anneliese Müller-Lüdenscheidt", "Donaudampfschifffahrtsgesellschaftsweg 128", "50667 Köln"]),
        date: "22. November 2026".to_owned(),
        subject: "Vielen Dank für Ihren Besuch".to_owned(),
        text: "Sehr geehrte Frau Müller,\n\nSie hatten nach einer Donaudampfschifffahrtskapitänsmütze gefragt, und wir haben eine offizielle gefunden.".to_owned(),
        reply: "Sie erreichen uns unter 04367 999 01 20.".to_owned(),
        ..Sheet::default()
    }
}

fn print(format: Format, sheets: &[Sheet]) -> Vec<u8> {
    Press::new(FontBook::builtin()).typeset(format, "Thank-you notes", sheets).unwrap().pdf
}

/// The words of a page with left, top, right and bottom, in points.
fn words(bbox: &str) -> Vec<(String, [f32; 4])> {
    bbox.lines()
        .filter_map(|line| {
            let line = line.trim().strip_prefix("<word ")?;
            let (edges, word) = line.split_once('>')?;
            let edges: Vec<f32> = edges.split('"').skip(1).step_by(2).map(|edge| edge.parse().unwrap()).collect();
            Some((word.trim_end_matches("</word>").to_owned(), edges.try_into().unwrap()))
        })
        .collect()
}

#[test]
fn the_address_stands_in_the_window() {
    const MM: f32 = 72.0 / 25.4;
    let windows = [
        (Format::LetterA4, [20.0 * MM, 62.7 * MM, 105.0 * MM, 90.0 * MM]),
        (Format::LetterUs, [0.875 * 72.0, 2.5 * 72.0, 4.375 * 72.0, 3.25 * 72.0]),
    ];
    for (format, window) in windows {
        let Some(bbox) = poppler("pdftotext", &["-bbox"], &print(format, &[sheet()])) else { return };
        let of_address = ["Müller-Lüdenscheidt", "Donaudampfschifffahrtsgesellschaftsweg", "128", "50667", "Köln"];
        for wanted in of_address {
            let words = words(&bbox);
            let (_, edges) =
                words.iter().find(|(word, _)| word == wanted).unwrap_or_else(|| panic!("{wanted} in {words:?}"));
            // The boxes reach from the ascender to the descender of the font, a little beyond the ink.
            let slack = 2.5;
            let stays = edges[0] >= window[0]
                && edges[1] >= window[1] - slack
                && edges[2] <= window[2]
                && edges[3] <= window[3] + slack;
            assert!(stays, "{format:?}: {wanted} at {edges:?} is outside {window:?}");
        }
    }
}

#[test]
fn text_can_be_copied_out_and_broken_words_are_whole() {
    let Some(text) = poppler("pdftotext", &["-raw"], &print(Format::NoteTape62, &[sheet()])) else { return };
    let joined = text.replace("\u{AD}\n", "").replace('\n', " ");
    assert!(joined.contains("Donaudampfschifffahrtskapitänsmütze"), "{text}");
    assert!(joined.contains("offizielle"), "ligatures are letters again: {text}");
    assert!(text.contains("\u{AD}\n"), "a word was broken: {text}");
}

#[test]
fn the_file_has_title_and_tags_embedded_fonts_and_no_date() {
    let pdf = print(Format::LetterA4, &[sheet(), sheet()]);
    let Some(info) = poppler("pdfinfo", &[], &pdf) else { return };
    let has = |line: &str| info.lines().any(|found| found.split_whitespace().collect::<Vec<_>>().join(" ") == line);
    assert!(has("Title: Thank-you notes") && has("Tagged: yes") && has("Pages: 2"), "{info}");
    assert!(!info.contains("CreationDate") && !info.contains("ModDate"), "{info}");
    let structure = poppler("pdfinfo", &["-struct-text"], &pdf).unwrap();
    assert!(structure.contains("H1") && structure.contains("Vielen Dank"), "{structure}");
    let fonts = poppler("pdffonts", &[], &pdf).unwrap();
    let rows: Vec<_> = fonts.lines().skip(2).collect();
    assert!(
        rows.len() >= 3 && rows.iter().all(|row| row.contains("+Libertinus") && row.contains("yes yes yes")),
        "{fonts}"
    );
}

#[test]
fn labels_share_pages() {
    let Some(info) = poppler("pdfinfo", &[], &print(Format::LabelsA4, &vec![sheet(); 25])) else { return };
    assert!(info.contains("Pages:           2"), "{info}");
    let Some(info) = poppler("pdfinfo", &[], &print(Format::LabelsUs, &vec![sheet(); 30])) else { return };
    assert!(info.contains("Pages:           1"), "{info}");
}

#[test]
fn fonts_of_a_folder_print_what_the_others_lack() {
    let folder = Path::new("/usr/share/fonts/truetype/noto");
    let Ok(arabic) = fs::read(folder.join("NotoNaskhArabic-Regular.ttf")) else {
        eprintln!("left out: the font Noto Naskh Arabic is not installed");
        return;
    };
    let fonts = tempfile::tempdir().unwrap();
    fs::write(fonts.path().join("arabic.ttf"), arabic).unwrap();
    let sheet = Sheet {
        language: "ar".to_owned(),
        text: "شكرا لزيارتكم Tea House اليوم، هاتف +961 1 000 000.".to_owned(),
        ..Sheet::default()
    };
    assert!(!Press::new(FontBook::builtin()).check(Format::FoldedCard, &sheet).is_empty());
    let press = Press::new(FontBook::builtin().with_folder(fonts.path()).unwrap());
    assert_eq!(press.check(Format::FoldedCard, &sheet), []);
    let pdf = press.typeset(Format::FoldedCard, "Notes", &[sheet]).unwrap().pdf;
    let Some(text) = poppler("pdftotext", &[], &pdf) else { return };
    let text: String = text
        .replace('\u{A0}', " ")
        .chars()
        .filter(|character| !('\u{2066}'..='\u{2069}').contains(character))
        .collect();
    for word in ["شكرا", "لزيارتكم", "Tea House", "+961 1 000 000"] {
        assert!(text.contains(word), "{word} in {text}");
    }
}
