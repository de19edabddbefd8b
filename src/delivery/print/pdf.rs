//! Pages as a PDF: fonts embedded as far as they are used, each text tagged with what it is, and nothing in it that
//! differs from run to run.

use super::{
    fonts::FontBook,
    grid::Grid,
    page::{Page, Rule, Text},
    setter::SOFT_HYPHEN,
};
use crate::domain::paper::{NotPrinted, Part};
use krilla::{
    Document,
    color::luma,
    geom::{PathBuilder, Point},
    metadata::{Metadata, TextDirection},
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Tag, TagGroup, TagTree},
};
use std::num::NonZeroU16;

/// A PDF that is being written.
pub(super) struct Volume<'a> {
    book: &'a FontBook,
    document: Document,
    tags: TagTree,
    sheet: Option<Labels>,
}

/// A page of labels that is not full yet.
struct Labels {
    grid: &'static Grid,
    page: Page,
    /// The languages of the labels, and how many texts each has.
    sections: Vec<(String, usize)>,
}

impl<'a> Volume<'a> {
    pub(super) fn new(book: &'a FontBook, title: &str, language: &str, is_right_to_left: bool) -> Self {
        let mut document = Document::new();
        let direction = if is_right_to_left { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
        let mut metadata = Metadata::new().title(title.to_owned()).text_direction(direction);
        let mut tags = TagTree::new();
        if !language.is_empty() {
            metadata = metadata.language(language.to_owned());
            tags = tags.with_lang(Some(language.to_owned()));
        }
        document.set_metadata(metadata);
        Self { book, document, tags, sheet: None }
    }

    /// Adds the pages of a sheet.
    pub(super) fn add(&mut self, pages: Vec<Page>, language: &str) -> Result<(), NotPrinted> {
        let mut section = section(language);
        for page in &pages {
            for tag in self.draw(page)? {
                section.push(tag);
            }
        }
        self.tags.push(section);
        Ok(())
    }

    /// Adds a label to the present page of labels.
    pub(super) fn add_label(&mut self, grid: &'static Grid, label: Page, language: &str) -> Result<(), NotPrinted> {
        let mut labels = self.sheet.take().unwrap_or_else(|| Labels {
            grid,
            page: Page::new(grid.page.0, grid.page.1),
            sections: Vec::with_capacity(grid.len()),
        });
        let (x, y) = grid.corner(labels.sections.len());
        labels.sections.push((language.to_owned(), label.texts.len()));
        labels.page.put_page(x, y, label);
        let is_full = labels.sections.len() == labels.grid.len();
        self.sheet = Some(labels);
        if is_full { self.flush() } else { Ok(()) }
    }

    /// Writes the page of labels, if there is one.
    fn flush(&mut self) -> Result<(), NotPrinted> {
        let Some(labels) = self.sheet.take() else { return Ok(()) };
        let mut tags = self.draw(&labels.page)?.into_iter();
        for (language, count) in labels.sections {
            let mut section = section(&language);
            for tag in tags.by_ref().take(count) {
                section.push(tag);
            }
            self.tags.push(section);
        }
        Ok(())
    }

    /// The bytes of the PDF.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, NotPrinted> {
        self.flush()?;
        self.document.set_tag_tree(self.tags);
        self.document.finish().map_err(|error| NotPrinted(format!("{error:?}")))
    }

    /// Draws a page; returns what its texts are, in order.
    fn draw(&mut self, page: &Page) -> Result<Vec<TagGroup>, NotPrinted> {
        let settings = PageSettings::from_wh(page.width, page.height)
            .ok_or_else(|| NotPrinted("a page has no size".to_owned()))?;
        let mut sheet = self.document.start_page_with(settings);
        let mut surface = sheet.surface();
        let mut tags = Vec::with_capacity(page.texts.len());
        for text in &page.texts {
            let content = draw_text(&mut surface, self.book, text);
            tags.push(tagged(text, content));
        }
        if !page.rules.is_empty() {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            for rule in &page.rules {
                draw_rule(&mut surface, rule);
            }
            surface.end_tagged();
        }
        surface.finish();
        sheet.finish();
        Ok(tags)
    }
}

fn section(language: &str) -> TagGroup {
    let language = Some(language.to_owned()).filter(|language| !language.is_empty());
    TagGroup::new(Tag::Section.with_lang(language))
}

/// What a text is.
fn tagged(text: &Text, content: Identifier) -> TagGroup {
    let mut group = match text.part {
        Part::Subject => TagGroup::new(Tag::Hn(NonZeroU16::MIN, None)),
        _ => TagGroup::new(Tag::P),
    };
    group.push(content);
    group
}

fn draw_text(surface: &mut Surface<'_>, book: &FontBook, text: &Text) -> Identifier {
    let block = &text.block;
    surface.set_fill(Some(Fill {
        paint: luma::Color::black().into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
    surface.set_stroke(None);
    let content = surface.start_tagged(ContentTag::Other);
    for line in &block.lines {
        for run in &line.runs {
            let start = Point::from_xy(text.x + run.x, text.y + line.baseline);
            let words = if run.is_hyphen { SOFT_HYPHEN } else { &block.text };
            surface.draw_glyphs(start, &run.glyphs, book.ink(run.face).clone(), words, block.size, false);
        }
    }
    surface.end_tagged();
    content
}

fn draw_rule(surface: &mut Surface<'_>, rule: &Rule) {
    let mut path = PathBuilder::new();
    path.move_to(rule.from.0, rule.from.1);
    path.line_to(rule.to.0, rule.to.1);
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke {
            paint: luma::Color::new(rule.grey).into(),
            width: rule.weight,
            ..Stroke::default()
        }));
        surface.draw_path(&path);
    }
}
