//! Turns text into lines of glyphs.

use super::{
    breaking::{self, Kind, Measures, Opportunity},
    copy::{Care, Copy},
    fonts::{FontBook, is_invisible},
};
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, options::LineBreakOptions};
use krilla::text::{GlyphId, KrillaGlyph};
use parley::{
    Cluster, FontContext, FontFamily, FontFamilyName, Layout, LayoutContext, Line as LaidLine, Run, StyleProperty,
    fontique::{Language, SourceCache},
};
use std::{borrow::Cow, ops::Range};

/// Sizes in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    /// Of the letters.
    pub(super) letters: f32,
    /// From one baseline to the next; more where a script needs it.
    pub(super) leading: f32,
}

/// Where lines stand in their column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// At the side from which the paragraph is read.
    Start,
    /// At the other side.
    End,
    /// In the middle.
    Centre,
}

/// An empty line's share of a line.
const EMPTY_LINE: f32 = 0.55;
/// The height of capitals, as a share of the size.
const CAPITALS: f32 = 0.65;
/// How much of the height that a font asks for its lines are at least apart.
const FONT_HEIGHT_SHARE: f32 = 0.95;
/// What is a hyphen to the eye is a soft one to whoever copies the text or has it read aloud.
pub(super) const SOFT_HYPHEN: &str = "\u{AD}";

/// Text that was set in lines; coordinates are in points from its upper left corner.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The text to which the glyphs refer.
    pub(super) text: String,
    pub(super) lines: Vec<Line>,
    /// The size of the letters.
    pub(super) size: f32,
    /// From the top to the end of the last line.
    pub(super) height: f32,
    /// How far the lines are apart.
    pub(super) leading: f32,
    /// Whether a line is wider than the column.
    pub(super) is_too_wide: bool,
    /// What its font has after all not: the shaping needed more than the characters by themselves.
    pub(super) unprintable: Vec<char>,
}

/// A line of a [`Block`].
#[derive(Debug)]
pub(super) struct Line {
    /// Where it stands.
    pub(super) baseline: f32,
    pub(super) runs: Vec<GlyphRun>,
}

/// Glyphs of one font, from left to right.
#[derive(Debug)]
pub(super) struct GlyphRun {
    /// The index of the font in the book.
    pub(super) face: usize,
    /// Where the first begins.
    pub(super) x: f32,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// A hyphen that stands for [`SOFT_HYPHEN`], not for a part of the text.
    pub(super) is_hyphen: bool,
}

/// What it takes to set text. Kept between texts, since it remembers what shaping costs most.
pub(super) struct Setter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    layout: Layout<()>,
    segmenter: LineSegmenterBorrowed<'static>,
    measures: Measures,
    clusters: Vec<Measured>,
    opportunities: Vec<Opportunity>,
}

/// A cluster as it is read.
#[derive(Clone, Copy)]
struct Measured {
    /// Where it begins in the paragraph, in bytes.
    start: usize,
    advance: f32,
    is_space: bool,
    /// Whether it shares a glyph with the one before.
    is_bound: bool,
    /// How many characters it has.
    characters: u32,
}

impl Setter {
    pub(super) fn new(book: &FontBook) -> Self {
        Self {
            fonts: FontContext { collection: book.collection.clone(), source_cache: SourceCache::default() },
            layouts: LayoutContext::new(),
            layout: Layout::new(),
            segmenter: LineSegmenter::new_dictionary(LineBreakOptions::default()),
            measures: Measures::default(),
            clusters: Vec::new(),
            opportunities: Vec::new(),
        }
    }

    /// Sets a text in a column of this width.
    pub(super) fn set(&mut self, book: &FontBook, copy: &Copy, size: Size, width: f32, align: Align) -> Block {
        let mut block =
            Block { text: copy.text.clone(), size: size.letters, leading: size.leading, ..Block::default() };
        let mut lines_of = Vec::new();
        let mut start = 0;
        for paragraph in copy.text.split('\n') {
            let range = start..start + paragraph.len();
            start = range.end + 1;
            if paragraph.is_empty() {
                lines_of.push(Vec::new());
                continue;
            }
            let lines = self.paragraph(book, copy, range, size, width, align);
            block.is_too_wide |= lines.iter().any(|line| line.is_too_wide);
            block.unprintable.extend(lines.iter().flat_map(|line| &line.unprintable));
            block.leading = lines.iter().map(|line| line.leading).fold(block.leading, f32::max);
            lines_of.push(lines);
        }
        let mut top = 0.0;
        for lines in lines_of {
            if lines.is_empty() {
                top += block.leading * EMPTY_LINE;
            }
            for line in lines {
                let baseline = top + f32::midpoint(block.leading, CAPITALS * size.letters);
                block.lines.push(Line { baseline, runs: line.runs });
                top += block.leading;
            }
        }
        block.height = if copy.text.is_empty() { 0.0 } else { top };
        block
    }

    fn paragraph(
        &mut self,
        book: &FontBook,
        copy: &Copy,
        range: Range<usize>,
        size: Size,
        width: f32,
        align: Align,
    ) -> Vec<SetLine> {
        let text = &copy.text[range.clone()];
        self.shape(copy, text, size.letters);
        self.measure(text);
        let hyphen = book.hyphen().map_or(0.0, |hyphen| hyphen.advance * size.letters);
        let hyphens_at = self.break_lines(copy, &range, text, width, hyphen);
        let column = Column { book, text, offset: range.start, size, width, align };
        let last = self.layout.len().saturating_sub(1);
        self.layout
            .lines()
            .enumerate()
            .map(|(index, line)| {
                let has_hyphen = index < last && hyphens_at.get(index).copied().unwrap_or_default();
                column.set(&line, self.layout.is_rtl(), has_hyphen)
            })
            .collect()
    }

    /// Chooses glyphs for a paragraph, all in one line.
    fn shape(&mut self, copy: &Copy, text: &str, size: f32) {
        let families: Vec<_> = copy.families.iter().map(|family| FontFamilyName::named(family)).collect();
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.set_base_direction(copy.direction);
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Borrowed(&families))));
        builder.push_default(StyleProperty::FontSize(size));
        builder.push_default(StyleProperty::Locale(Language::parse(&copy.language).ok()));
        builder.build_into(&mut self.layout, text);
        self.layout.break_all_lines(None);
    }

    /// Takes down how wide everything is, in the order in which it is read.
    fn measure(&mut self, text: &str) {
        self.clusters.clear();
        for run in self.layout.lines().flat_map(|line| line.runs()) {
            self.clusters.extend(run.clusters().map(|cluster| measured(&cluster, text)));
        }
        // Runs stand as they are seen.
        self.clusters.sort_by_key(|cluster| cluster.start);
        self.measures.clear();
        for cluster in &self.clusters {
            self.measures.push(cluster.advance, cluster.is_space);
        }
    }

    /// Breaks the paragraph where it looks best, and says which lines end with a hyphen.
    fn break_lines(&mut self, copy: &Copy, range: &Range<usize>, text: &str, width: f32, hyphen: f32) -> Vec<bool> {
        if self.measures.width(0, self.measures.len()) <= width {
            return Vec::new();
        }
        self.find_opportunities(copy, range, text, width);
        let column = breaking::Column { width, hyphen, is_balanced: copy.care == Care::Headline };
        let ends = breaking::choose(&self.measures, &self.opportunities, column);
        let mut breaker = self.layout.break_lines();
        let mut from = 0;
        for end in &ends {
            let at = self.opportunities[*end].at;
            let characters = self.clusters[from..at].iter().map(|cluster| cluster.characters).sum();
            breaker.break_next_with_length(characters);
            from = at;
        }
        breaker.break_next_with_length(u32::MAX);
        breaker.finish();
        ends.iter().map(|end| self.opportunities[*end].kind == Kind::Hyphen).collect()
    }

    /// Finds all places at which a line may end.
    fn find_opportunities(&mut self, copy: &Copy, range: &Range<usize>, text: &str, width: f32) {
        let Self { segmenter, clusters, opportunities, measures, layout, .. } = self;
        let index_of = |byte: usize| clusters.binary_search_by_key(&byte, |cluster| cluster.start).ok();
        opportunities.clear();
        let is_free = |at: &usize| *at > 0 && *at < text.len() && !is_in_korean_word(text, *at);
        let free = segmenter.segment_str(text).filter(is_free).filter_map(index_of);
        opportunities.extend(free.map(|at| Opportunity { at, kind: Kind::Free }));
        let first = copy.hyphens.partition_point(|at| *at <= range.start);
        // A hyphen is drawn at the right: no word is broken where lines end at the left.
        let may_hyphenate = |at: &&usize| !layout.is_rtl() && **at < range.end;
        for at in copy.hyphens[first..].iter().take_while(may_hyphenate) {
            if let Some(at) = index_of(at - range.start)
                && !clusters[at].is_bound
            {
                opportunities.push(Opportunity { at, kind: Kind::Hyphen });
            }
        }
        // A free break comes first, so that it is the one that is kept where both are possible.
        opportunities.sort_by_key(|opportunity| (opportunity.at, opportunity.kind != Kind::Free));
        opportunities.dedup_by_key(|opportunity| opportunity.at);
        let mut emergencies = Vec::new();
        if copy.care != Care::Verbatim {
            let ends = opportunities.iter().map(|opportunity| opportunity.at).chain([clusters.len()]);
            let mut from = 0;
            for to in ends {
                if measures.width(from, to) > width {
                    let inner = (from + 1..to).filter(|at| !clusters[*at].is_bound);
                    emergencies.extend(inner.map(|at| Opportunity { at, kind: Kind::Emergency }));
                }
                from = to;
            }
        }
        opportunities.append(&mut emergencies);
        opportunities.sort_by_key(|opportunity| opportunity.at);
    }
}

fn measured(cluster: &Cluster<'_, ()>, text: &str) -> Measured {
    let range = cluster.text_range();
    let slice = &text[range.clone()];
    Measured {
        start: range.start,
        advance: cluster.advance(),
        is_space: slice.chars().all(is_breaking_space),
        is_bound: cluster.is_ligature_continuation(),
        characters: u32::try_from(slice.chars().count()).unwrap_or(u32::MAX),
    }
}

/// Whether a place is inside a word of Korean: Unicode lets lines end there, modern printers don't.
fn is_in_korean_word(text: &str, at: usize) -> bool {
    let is_hangul = |character: char| matches!(character, '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7FF}');
    text[..at].chars().next_back().is_some_and(is_hangul) && text[at..].chars().next().is_some_and(is_hangul)
}

/// White space that vanishes at the end of a line. Spaces that must not break are none.
fn is_breaking_space(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

/// A line on its way into a [`Block`].
struct SetLine {
    runs: Vec<GlyphRun>,
    leading: f32,
    is_too_wide: bool,
    unprintable: Vec<char>,
}

/// Where lines of a paragraph are placed.
struct Column<'a> {
    book: &'a FontBook,
    /// The paragraph, and where it begins in the text.
    text: &'a str,
    offset: usize,
    size: Size,
    width: f32,
    align: Align,
}

impl Column<'_> {
    fn set(&self, line: &LaidLine<'_, ()>, is_rtl: bool, has_hyphen: bool) -> SetLine {
        let range = line.text_range();
        let visible = self.text[range.clone()].trim_end_matches(is_breaking_space);
        let ink_end = range.start + visible.len();
        let mut x = 0.0;
        let mut leading = self.size.leading;
        let mut runs = Vec::new();
        let mut unprintable = Vec::new();
        for run in line.runs() {
            let font = run.font();
            let Some(face) = self.book.face(font.data.id(), font.index) else {
                // Nothing is left out in silence.
                unprintable.extend(self.text[run.text_range()].chars().filter(|character| !is_invisible(*character)));
                continue;
            };
            if !self.book.is_of_house(face) {
                let metrics = run.font_metrics();
                leading = leading.max((metrics.ascent + metrics.descent) * FONT_HEIGHT_SHARE);
            }
            let (glyphs, advance) = self.glyphs(&run, ink_end, &mut unprintable);
            if !glyphs.is_empty() {
                runs.push(GlyphRun { face, x, glyphs, is_hyphen: false });
            }
            x += advance;
        }
        if has_hyphen && let Some(hyphen) = self.book.hyphen() {
            let glyph =
                KrillaGlyph::new(GlyphId::new(hyphen.glyph), hyphen.advance, 0.0, 0.0, 0.0, 0..SOFT_HYPHEN.len(), None);
            runs.push(GlyphRun { face: hyphen.face, x, glyphs: vec![glyph], is_hyphen: true });
            x += hyphen.advance * self.size.letters;
        }
        let empty = self.width - x;
        let shift = match (self.align, is_rtl) {
            (Align::Start, false) | (Align::End, true) => 0.0,
            (Align::Start, true) | (Align::End, false) => empty,
            (Align::Centre, _) => empty / 2.0,
        };
        for run in &mut runs {
            run.x += shift;
        }
        SetLine { runs, leading, is_too_wide: empty < -0.1, unprintable }
    }

    /// The glyphs of a run on a line, and how wide they are. White space at the line's end is no part of it: the layout
    /// leaves it where its own run would have it, in front of right-to-left text.
    fn glyphs(&self, run: &Run<'_, ()>, ink_end: usize, unprintable: &mut Vec<char>) -> (Vec<KrillaGlyph>, f32) {
        let mut atoms: Vec<(Cluster<'_, ()>, Range<usize>)> = Vec::new();
        for cluster in run.clusters() {
            let range = cluster.text_range();
            match atoms.last_mut() {
                // What shares a glyph is copied as one.
                Some((_, atom)) if cluster.is_ligature_continuation() => atom.end = range.end,
                _ if range.start >= ink_end => {}
                _ => atoms.push((cluster, range)),
            }
        }
        if run.is_rtl() {
            atoms.reverse();
        }
        let size = self.size.letters;
        let mut width = 0.0;
        let mut glyphs = Vec::with_capacity(atoms.len());
        for (cluster, range) in atoms {
            if cluster.glyphs().any(|glyph| glyph.id == 0) {
                let visible = self.text[range].chars().filter(|character| !is_invisible(*character));
                unprintable.extend(visible);
                continue;
            }
            let range = range.start + self.offset..range.end + self.offset;
            for glyph in cluster.glyphs() {
                width += glyph.advance;
                glyphs.push(KrillaGlyph::new(
                    GlyphId::new(glyph.id),
                    glyph.advance / size,
                    glyph.x / size,
                    // Down in the layout, up in the PDF.
                    -glyph.y / size,
                    0.0,
                    range.clone(),
                    None,
                ));
            }
        }
        (glyphs, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_breaks_between_words_alone() {
        let text = "방문해 주셔서, 고마워요 at 서울";
        let inside = |part: &str| text.find(part).map(|at| is_in_korean_word(text, at));
        assert_eq!(inside("문해"), Some(true));
        assert_eq!(inside("주셔서"), Some(false));
        assert_eq!(inside("at"), Some(false));
        assert!(!is_in_korean_word(text, 0) && !is_in_korean_word(text, text.len()));
    }
}
