//! Letters are set as PDF: their lines chosen together, broken with hyphens, checked, tagged. Beside it, the same texts
//! go through parley and krilla, line by line, and nothing else is done.

use crate::{
    bench::Bench,
    outcome::{Bound, Measured, Outcome, Side, Verdict},
};
use gratitude::{
    delivery::print::{FontBook, Press},
    domain::paper::{Format, Sheet},
};
use krilla::{
    Document,
    geom::Point,
    page::PageSettings,
    text::{Font, GlyphId, KrillaGlyph},
};
use parley::{
    FontContext, FontFamily, GlyphRun, Layout, LayoutContext, PositionedLayoutItem, StyleProperty,
    fontique::{Blob, Collection, CollectionOptions, SourceCache},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How many letters a file has.
const FILE: usize = 500;

pub(super) async fn on_one_core(bench: &Bench) -> Outcome<Measured> {
    let options = bench.options.clone();
    // Pure work on one thread.
    tokio::task::spawn_blocking(move || measure(options.rounds(), options.seconds())).await?
}

fn measure(rounds: usize, seconds: f64) -> Outcome<Measured> {
    let sheets: Vec<_> = (0..FILE).map(sheet).collect();
    let press = Press::new(FontBook::builtin());
    let mut bare = Bare::new()?;
    let mut ours = Side::new("A4 letters set, one core", "pages/s");
    let mut theirs = Side::new("the same texts through parley and krilla, one core", "pages/s");
    for _ in 0..rounds {
        ours.rounds.push(rate(seconds, || {
            let printed = press.typeset(Format::LetterA4, "Notes", &sheets)?;
            if printed.left_out.is_empty() { Ok(printed.pdf.len()) } else { Err("a letter could not be set".into()) }
        })?);
        theirs.rounds.push(rate(seconds, || bare.file(&sheets))?);
    }
    let verdicts = vec![Verdict::ratio("set / bare", &ours, &theirs, Bound::AtLeast(0.5))?];
    let note = "the bare side breaks lines one after the other, without hyphens, and tags and checks nothing";
    Ok(Measured { sides: vec![ours, theirs], verdicts, notes: vec![note.to_owned()] })
}

/// How many pages a second come of making files on this thread.
fn rate(seconds: f64, mut file: impl FnMut() -> Outcome<usize>) -> Outcome<f64> {
    let (begun, limit) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut files = 0;
    while begun.elapsed() < limit {
        std::hint::black_box(file()?);
        files += 1;
    }
    Ok((files * FILE) as f64 / begun.elapsed().as_secs_f64())
}

fn sheet(n: usize) -> Sheet {
    let lines = |lines: [&str; 3]| lines.map(str::to_owned).to_vec();
    Sheet {
        language: "en-GB".to_owned(),
        sender: lines(["The Tea House", "14 Harbour Lane", "Bristol BS1 4DJ"]),
        return_line: "The Tea House · 14 Harbour Lane · Bristol BS1 4DJ".to_owned(),
        recipient: vec![format!("Magdalena Kowalczyk {n}"), format!("{n} Orchard Street"), "BRISTOL".to_owned()],
        date: "22 November 2026".to_owned(),
        subject: "Thank you for coming in on Friday".to_owned(),
        text: format!(
            "Dear Magdalena {n},\n\nthank you for coming in on Friday although it rained. You asked for a Darjeeling that \
             stays gentle when it is brewed a little too long, and we did not have one that we were happy to sell you. \
             That bothered us, so Amelie went through the new harvest on Saturday and found one: number {n}, and there \
             is a tin with your name on it behind the counter.\n\nWith all our gratitude,\nAmelie"
        ),
        reply: "You reach Amelie at +44 117 496 0123.".to_owned(),
        small_print: String::new(),
    }
}

/// Parley and krilla alone.
struct Bare {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    font: Font,
}

impl Bare {
    fn new() -> Outcome<Self> {
        let bytes = typst_assets::fonts().next().ok_or("the fonts are gone")?;
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        collection.register_fonts(Blob::new(Arc::new(bytes)), None);
        Ok(Self {
            fonts: FontContext { collection, source_cache: SourceCache::default() },
            layouts: LayoutContext::new(),
            font: Font::new(bytes.into(), 0).ok_or("the font can't be read")?,
        })
    }

    fn file(&mut self, sheets: &[Sheet]) -> Outcome<usize> {
        let mut document = Document::new();
        for sheet in sheets {
            self.page(&mut document, sheet)?;
        }
        Ok(document.finish().map_err(|error| format!("{error:?}"))?.len())
    }

    /// Each text at its place, size and width on a letter.
    fn page(&mut self, document: &mut Document, sheet: &Sheet) -> Outcome<()> {
        let mut page = document.start_page_with(PageSettings::from_wh(595.28, 841.89).ok_or("a page has a size")?);
        let mut surface = page.surface();
        let texts = [
            (sheet.sender[0].clone(), 17.0, 468.0, 50.0),
            (sheet.sender[1..].join("\n"), 9.5, 184.0, 140.0),
            (sheet.return_line.clone(), 7.5, 215.0, 165.0),
            (sheet.recipient.join("\n"), 11.0, 215.0, 178.0),
            (sheet.date.clone(), 9.5, 184.0, 200.0),
            (sheet.subject.clone(), 13.0, 425.0, 286.0),
            (sheet.text.clone(), 12.0, 425.0, 310.0),
            (sheet.reply.clone(), 11.0, 425.0, 600.0),
        ];
        for (text, size, width, top) in texts {
            let mut builder = self.layouts.ranged_builder(&mut self.fonts, &text, 1.0, false);
            builder.push_default(StyleProperty::FontFamily(FontFamily::named("Libertinus Serif")));
            builder.push_default(StyleProperty::FontSize(size));
            let mut layout: Layout<()> = builder.build(&text);
            layout.break_all_lines(Some(width));
            let runs = layout.lines().flat_map(|line| line.items().collect::<Vec<_>>());
            for item in runs {
                if let PositionedLayoutItem::GlyphRun(run) = item {
                    let start = Point::from_xy(70.0 + run.offset(), top + run.baseline());
                    surface.draw_glyphs(start, &glyphs(&run, size), self.font.clone(), &text, size, false);
                }
            }
        }
        surface.finish();
        page.finish();
        Ok(())
    }
}

fn glyphs(run: &GlyphRun<'_, ()>, size: f32) -> Vec<KrillaGlyph> {
    let of_cluster = |cluster: parley::Cluster<'_, ()>| {
        let range = cluster.text_range();
        let glyph = |glyph: parley::Glyph| {
            let (advance, x, y) = (glyph.advance / size, glyph.x / size, -glyph.y / size);
            KrillaGlyph::new(GlyphId::new(glyph.id), advance, x, y, 0.0, range.clone(), None)
        };
        cluster.glyphs().map(glyph).collect::<Vec<_>>()
    };
    run.run().visual_clusters().flat_map(of_cluster).collect()
}
