//! The fonts with which is printed, and which of them have which characters.

use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, FontStyle, FontWeight};
use skrifa::{FontRef, MetadataProvider, Tag, attribute::Style as Slope, raw::FileRef, string::StringId};
use std::{
    cmp::Reverse,
    collections::HashMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Most font files that a folder may hold.
const FILES_MAX: usize = 1_000;
/// Most bytes that the fonts of all folders may have: they are kept in memory.
const BYTES_MAX: u64 = 160 * 1024 * 1024;
/// Files whose names end so are read, the others left alone.
const EXTENSIONS: [&str; 4] = ["ttf", "otf", "ttc", "otc"];
/// The weights of fonts that serve for running text.
const TEXT_WEIGHTS: std::ops::RangeInclusive<f32> = 300.0..=500.0;
/// The weight axis of a variable font.
const WEIGHT_AXIS: Tag = Tag::new(b"wght");
/// The family that prints Latin, Greek and Cyrillic.
const HOUSE: &str = "Libertinus Serif";

/// How letters look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Look {
    /// Upright, of normal weight.
    #[default]
    Plain,
    /// Bolder, for what is read first.
    Strong,
    /// Slanted.
    Italic,
}

impl Look {
    const ALL: [Self; 3] = [Self::Plain, Self::Strong, Self::Italic];

    /// Under which name its font is registered.
    const fn family(self) -> &'static str {
        match self {
            Self::Plain => "house plain",
            Self::Strong => "house strong",
            Self::Italic => "house italic",
        }
    }

    /// What the makers of the house's fonts call it.
    const fn style_name(self) -> &'static str {
        match self {
            Self::Plain => "Regular",
            Self::Strong => "Semibold",
            Self::Italic => "Italic",
        }
    }
}

/// Why fonts could not be had.
#[derive(Debug, thiserror::Error)]
pub enum NoFonts {
    /// The folder or a file in it can't be read.
    #[error("a font folder can't be read: {0}")]
    Unreadable(#[from] io::Error),
    /// A file isn't a font, or a broken one. Its name within the folder.
    #[error("the file {0} is not a font that can be read")]
    NotAFont(String),
    /// More or larger files than are kept in memory.
    #[error("the font folder holds too much: at most {FILES_MAX} files and {} MiB", BYTES_MAX / 1024 / 1024)]
    TooMuch,
}

/// The fonts with which is printed: those of the house first, then those of folders, by the names of their files.
#[derive(Clone)]
pub struct FontBook {
    pub(super) collection: Collection,
    faces: Vec<Face>,
    /// The faces of files, by the file's data and the place in it.
    by_data: HashMap<(u64, u32), usize>,
    /// The faces of folders that have something in a block of 256 code points.
    by_block: HashMap<u32, Vec<usize>>,
    hyphen: Option<Hyphen>,
    bytes: u64,
}

/// The glyph that is drawn where a word is broken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hyphen {
    pub(super) face: usize,
    pub(super) glyph: u32,
    /// Its width, as a share of the size.
    pub(super) advance: f32,
}

impl fmt::Debug for FontBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FontBook").field("faces", &self.faces.len()).finish_non_exhaustive()
    }
}

/// One face of a font.
#[derive(Clone)]
struct Face {
    /// The name under which the layout finds it.
    family: String,
    /// What its maker calls it, lower-case.
    name: String,
    coverage: Coverage,
    ink: krilla::text::Font,
}

impl FontBook {
    /// The fonts that come with the program: Libertinus Serif, which has Latin, Greek, Cyrillic and some Hebrew.
    #[must_use]
    pub fn builtin() -> Self {
        let collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let mut book = Self {
            collection,
            faces: Vec::new(),
            by_data: HashMap::new(),
            by_block: HashMap::new(),
            hyphen: None,
            bytes: 0,
        };
        for bytes in typst_assets::fonts() {
            let Ok(font) = FontRef::new(bytes) else { continue };
            if family_name(&font).as_deref() != Some(HOUSE) {
                continue;
            }
            let style = style_name(&font);
            if let Some(look) = Look::ALL.into_iter().find(|look| style.as_deref() == Some(look.style_name())) {
                let naming = FontInfoOverride {
                    family_name: Some(look.family()),
                    weight: Some(FontWeight::NORMAL),
                    style: Some(FontStyle::Normal),
                    ..FontInfoOverride::default()
                };
                book.add(Arc::new(bytes), &[0], Some(naming));
                if look == Look::Plain {
                    book.hyphen = hyphen_of(&font, book.faces.len() - 1);
                }
            }
        }
        debug_assert_eq!(book.faces.len(), Look::ALL.len(), "the package brings a font for each look");
        book
    }

    /// Adds the fonts of a folder and the folders in it, for characters that the fonts so far don't have.
    ///
    /// Of each family the upright faces of normal weight are taken. Where several have a character, the one made for
    /// the text's language wins (a name that ends in JP, KR, SC, TC or HK), then the one that has most of what is
    /// missing, then one for running text (serif, naskh, mincho, song), then the name of the file.
    ///
    /// # Errors
    /// [`NoFonts`] when it can't be read, holds a broken font, or more than is kept in memory.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, NoFonts> {
        let mut files = Vec::new();
        find_files(folder, &mut files)?;
        files.sort();
        for file in files {
            self.bytes += fs::metadata(&file)?.len();
            if self.bytes > BYTES_MAX {
                return Err(NoFonts::TooMuch);
            }
            let bytes = fs::read(&file)?;
            let indexes = text_faces(&bytes).ok_or_else(|| {
                NoFonts::NotAFont(file.file_name().unwrap_or_default().to_string_lossy().into_owned())
            })?;
            if indexes.is_empty() {
                self.bytes -= bytes.len() as u64;
                continue;
            }
            // The faces of a collection keep their names, which tell them apart.
            let own_name = format!("folder {}", self.faces.len());
            let is_collection = matches!(FileRef::new(&bytes), Ok(FileRef::Collection(_)));
            let naming = FontInfoOverride { family_name: Some(&own_name), ..FontInfoOverride::default() };
            self.add(Arc::new(bytes), &indexes, (!is_collection).then_some(naming));
        }
        self.index_blocks();
        Ok(self)
    }

    /// Registers these faces of a file.
    fn add(
        &mut self,
        bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
        indexes: &[u32],
        naming: Option<FontInfoOverride<'_>>,
    ) {
        let blob = Blob::new(Arc::clone(&bytes));
        let mut families = Vec::new();
        for (family, fonts) in self.collection.register_fonts(blob.clone(), naming) {
            let Some(family) = self.collection.family_name(family) else { continue };
            let fonts = fonts.iter().filter(|font| indexes.contains(&font.index()));
            families.extend(fonts.map(|font| (font.index(), family.to_owned())));
        }
        // They come in any order, and the order decides what is printed.
        families.sort_unstable();
        for (index, family) in families {
            if let Some(face) = Face::new(Arc::clone(&bytes), index, family) {
                self.by_data.insert((blob.id(), index), self.faces.len());
                self.faces.push(face);
            }
        }
    }

    fn index_blocks(&mut self) {
        self.by_block.clear();
        for (index, face) in self.faces.iter().enumerate().skip(Look::ALL.len()) {
            for block in face.coverage.blocks() {
                self.by_block.entry(block).or_default().push(index);
            }
        }
    }

    /// The families that print a text, best first; and the characters that none of them has, each once.
    pub(super) fn families(&self, text: &str, look: Look, language: &str) -> (Vec<&str>, Vec<char>) {
        let mut families = vec![look.family()];
        if look != Look::Plain {
            families.push(Look::Plain.family());
        }
        let mut missing: Vec<char> =
            text.chars().filter(|character| !is_invisible(*character) && !self.house_has(*character, look)).collect();
        missing.sort_unstable();
        missing.dedup();
        while let Some(best) = self.best_for(&missing, language) {
            let face = &self.faces[best];
            families.push(&face.family);
            missing.retain(|character| !face.coverage.has(*character));
        }
        (families, missing)
    }

    fn house_has(&self, character: char, look: Look) -> bool {
        self.faces[..Look::ALL.len().min(self.faces.len())].iter().any(|face| {
            (face.family == look.family() || face.family == Look::Plain.family()) && face.coverage.has(character)
        })
    }

    /// The face of the folders that helps most.
    fn best_for(&self, missing: &[char], language: &str) -> Option<usize> {
        let mut candidates: Vec<usize> = missing
            .iter()
            .filter_map(|character| self.by_block.get(&block_of(*character)))
            .flatten()
            .copied()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let has = |index: usize| missing.iter().filter(|character| self.faces[index].coverage.has(**character)).count();
        candidates
            .into_iter()
            .map(|index| (index, has(index)))
            .filter(|(_, count)| *count > 0)
            .max_by_key(|(index, count)| {
                let name = &self.faces[*index].name;
                (is_made_for(name, language), *count, is_for_running_text(name), Reverse(*index))
            })
            .map(|(index, _)| index)
    }

    /// The face behind what the layout names by data and index.
    pub(super) fn face(&self, data: u64, index: u32) -> Option<usize> {
        self.by_data.get(&(data, index)).copied()
    }

    /// Whether a face came with the program.
    pub(super) fn is_of_house(&self, face: usize) -> bool {
        face < Look::ALL.len()
    }

    /// What is drawn where a word is broken.
    pub(super) const fn hyphen(&self) -> Option<Hyphen> {
        self.hyphen
    }

    /// The font of a face, as the PDF embeds it.
    pub(super) fn ink(&self, face: usize) -> &krilla::text::Font {
        &self.faces[face].ink
    }
}

impl Face {
    fn new(bytes: Arc<dyn AsRef<[u8]> + Send + Sync>, index: u32, family: String) -> Option<Self> {
        let data = bytes.as_ref().as_ref();
        let font = FontRef::from_index(data, index).ok()?;
        let name = family_name(&font).unwrap_or_default().to_lowercase();
        let coverage = Coverage::of(&font);
        // A variable font is printed in normal weight, as it is laid out.
        let is_variable = font.axes().iter().any(|axis| axis.tag() == WEIGHT_AXIS);
        let weight = [(krilla::text::Tag::new(b"wght"), 400.0)];
        let coordinates: &[_] = if is_variable { &weight } else { &[] };
        let ink = krilla::text::Font::new_variable(Arc::clone(&bytes).into(), index, coordinates)?;
        Some(Self { family, name, coverage, ink })
    }
}

/// The code points that a font has, as ranges in order.
#[derive(Clone)]
struct Coverage(Vec<(u32, u32)>);

impl Coverage {
    fn of(font: &FontRef<'_>) -> Self {
        let mut points: Vec<u32> =
            font.charmap().mappings().filter(|(_, glyph)| glyph.to_u32() != 0).map(|(point, _)| point).collect();
        points.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for point in points {
            match ranges.last_mut() {
                Some((_, last)) if point <= *last + 1 => *last = point,
                _ => ranges.push((point, point)),
            }
        }
        Self(ranges)
    }

    fn has(&self, character: char) -> bool {
        let point = u32::from(character);
        let after = self.0.partition_point(|(first, _)| *first <= point);
        after > 0 && self.0[after - 1].1 >= point
    }

    /// The blocks of 256 code points of which it has something.
    fn blocks(&self) -> Vec<u32> {
        let mut blocks: Vec<u32> = self.0.iter().flat_map(|(first, last)| (first >> 8)..=(last >> 8)).collect();
        blocks.dedup();
        blocks
    }
}

fn hyphen_of(font: &FontRef<'_>, face: usize) -> Option<Hyphen> {
    let charmap = font.charmap();
    let glyph = charmap.map('\u{2010}').or_else(|| charmap.map('-'))?;
    let advance = font.glyph_metrics(skrifa::instance::Size::new(1.0), skrifa::instance::LocationRef::default());
    Some(Hyphen { face, glyph: glyph.to_u32(), advance: advance.advance_width(glyph)? })
}

fn block_of(character: char) -> u32 {
    u32::from(character) >> 8
}

/// Characters that take part in the layout and need no glyph: white space and those that Unicode has ignored.
pub(super) const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        ' ' | '\n' | '\u{A0}' | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{2000}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Whether a family of Chinese, Japanese and Korean shapes is drawn for this language.
fn is_made_for(name: &str, language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    let mut subtags = language.split(['-', '_']);
    let endings: &[&str] = match subtags.next() {
        Some("ja") => &["jp"],
        Some("ko") => &["kr"],
        Some("zh") => match subtags.find(|subtag| matches!(*subtag, "hant" | "tw" | "mo" | "hk")) {
            Some("hk") => &["hk", "tc"],
            Some(_) => &["tc"],
            None => &["sc"],
        },
        _ => return false,
    };
    endings.iter().any(|ending| name.ends_with(&format!(" {ending}")))
}

fn is_for_running_text(name: &str) -> bool {
    ["serif", "naskh", "mincho", "song"].iter().any(|word| name.contains(word))
}

fn family_name(font: &FontRef<'_>) -> Option<String> {
    name(font, StringId::TYPOGRAPHIC_FAMILY_NAME).or_else(|| name(font, StringId::FAMILY_NAME))
}

fn style_name(font: &FontRef<'_>) -> Option<String> {
    name(font, StringId::TYPOGRAPHIC_SUBFAMILY_NAME).or_else(|| name(font, StringId::SUBFAMILY_NAME))
}

fn name(font: &FontRef<'_>, id: StringId) -> Option<String> {
    font.localized_strings(id).english_or_first().map(|name| name.to_string())
}

/// The faces of a file that serve for running text; `None` if it isn't a font.
fn text_faces(bytes: &[u8]) -> Option<Vec<u32>> {
    let fonts = FileRef::new(bytes).ok()?.fonts().enumerate();
    let mut indexes = Vec::new();
    for (index, font) in fonts {
        let font = font.ok()?;
        let attributes = font.attributes();
        let is_for_text = TEXT_WEIGHTS.contains(&attributes.weight.value()) || !font.axes().is_empty();
        let is_upright = attributes.style == Slope::Normal;
        // Pictures in place of outlines can't be printed.
        if is_for_text && is_upright && font.outline_glyphs().format().is_some() {
            indexes.push(u32::try_from(index).ok()?);
        }
    }
    Some(indexes)
}

fn find_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), NoFonts> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A link to a folder is left alone: it may lead in a circle.
        if path.is_dir() {
            if !path.is_symlink() {
                find_files(&path, files)?;
            }
        } else if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()))
        {
            files.push(path);
            if files.len() > FILES_MAX {
                return Err(NoFonts::TooMuch);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{
        delivery::print::Press,
        domain::paper::{Format, Part, Problem, Sheet},
    };

    #[test]
    fn latin_greek_and_cyrillic_come_with_the_program() {
        let book = FontBook::builtin();
        let text =
            "Thank you · Grüße, Łódź, İstanbul, Țară, Þórr, Tiếng Việt · Ευχαριστώ, ᾨδή · Спасибо, Київ, Ђорђе · “–” €";
        for look in Look::ALL {
            assert!(book.families(text, look, "en").1.is_empty(), "{look:?}: {:?}", book.families(text, look, "en").1);
        }
    }

    #[test]
    fn a_character_that_no_font_has_is_named_once() {
        let (_, missing) = FontBook::builtin().families("ก ขก 🎂 fine", Look::Plain, "th");
        assert_eq!(missing, ['ก', 'ข', '🎂']);
    }

    #[test]
    fn invisible_characters_need_no_font() {
        let text = "a\u{200B}b\u{FEFF}c\u{202B}d\u{AD}e\u{FE0F}\nf\u{A0}g";
        assert!(FontBook::builtin().families(text, Look::Plain, "en").1.is_empty());
    }

    #[test]
    fn a_broken_font_is_named_without_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("broken.ttf"), "not a font").unwrap();
        fs::write(folder.path().join("README.txt"), "not read").unwrap();
        let error = FontBook::builtin().with_folder(folder.path()).unwrap_err().to_string();
        assert_eq!(error, "the file broken.ttf is not a font that can be read");
    }

    #[test]
    fn what_the_layout_sets_in_a_font_that_is_not_in_the_book_is_not_left_out_in_silence() {
        let mut book = FontBook::builtin();
        book.by_data.clear();
        let sheet = Sheet { text: "Thank you".to_owned(), ..Sheet::default() };
        let problems = Press::new(book).check(Format::NoteTape62, &sheet);
        let [Problem::NoFont { part: Part::Text, characters }] = &problems[..] else { panic!("{problems:?}") };
        assert!(characters.contains(&'T') && !characters.contains(&' '), "{characters:?}");
    }

    #[test]
    fn shapes_of_chinese_characters_go_by_the_language() {
        assert!(is_made_for("noto serif cjk jp", "ja"));
        assert!(is_made_for("noto serif cjk sc", "zh-CN"));
        assert!(is_made_for("noto serif cjk tc", "zh-Hant-TW"));
        assert!(!is_made_for("noto serif cjk sc", "zh-TW"));
        assert!(!is_made_for("noto serif cjk jp", "de"));
    }
}
