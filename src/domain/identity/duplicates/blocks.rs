//! Which records are compared at all: those that share a block.

use super::face::{Face, Place, heard};
use crate::domain::customer::{BirthDate, Customer};
use std::collections::BTreeSet;

/// Most blocks of one customer.
const BLOCKS_MAX: usize = 64;

/// Between the parts of a block. For private use in Unicode, so no name has it.
const AND: char = '\u{e000}';

/// The blocks of a customer, in order: texts without spaces, each an agreement that records of one person are likely to
/// have in spite of a mistake in everything else.
#[must_use]
pub fn blocks(customer: &Customer) -> Vec<String> {
    let Some(face) = Face::of(customer) else { return Vec::new() };
    let mut blocks = Blocks::default();
    let sounds: BTreeSet<String> = face.given.iter().chain(&face.family).map(|word| heard(word)).collect();
    blocks.of_names(&face, &sounds);
    if let Some(birth) = face.birth {
        blocks.of_birthday(birth, &sounds);
    }
    for place in &face.places {
        blocks.of_place(place, &face, &sounds);
    }
    for (local, domain) in &face.emails {
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        blocks.add('m', [plain(local).as_str()]);
        for sound in &sounds {
            blocks.add('d', [plain(domain).as_str(), sound]);
        }
    }
    for phone in &face.phones {
        blocks.add('p', [phone.trim_start_matches('+')]);
    }
    blocks.0.into_iter().take(BLOCKS_MAX).collect()
}

#[derive(Default)]
struct Blocks(BTreeSet<String>);

impl Blocks {
    /// A block of parts, none of which may be missing.
    fn add<const N: usize>(&mut self, kind: char, parts: [&str; N]) {
        if parts.iter().all(|part| !part.is_empty()) {
            self.0.insert(parts.iter().fold(kind.to_string(), |block, part| block + &AND.to_string() + part));
        }
    }

    fn of_names(&mut self, face: &Face, sounds: &BTreeSet<String>) {
        // The same words in another order, or divided otherwise, are the same name.
        let mut all: Vec<_> = sounds.iter().map(String::as_str).collect();
        all.sort_unstable();
        if all.len() > 1 {
            self.add('n', [&all.concat()]);
        }
        let (given, family) = (face.given.concat(), face.family.concat());
        self.add('w', [&given, &family]);
        // Of a rare family name there are few; a common one is passed over.
        self.add('f', [&family]);
    }

    fn of_birthday(&mut self, birth: BirthDate, sounds: &BTreeSet<String>) {
        let day = format!("{:02}{:02}", birth.month, birth.day);
        let year = birth.year.map(|year| year.to_string()).unwrap_or_default();
        self.add('b', [&year, &day]);
        for sound in sounds {
            self.add('y', [&year, sound]);
            self.add('t', [&day, sound]);
        }
    }

    fn of_place(&mut self, place: &Place, face: &Face, sounds: &BTreeSet<String>) {
        for word in face.given.iter().chain(&face.family) {
            let initial: String = word.chars().take(1).collect();
            self.add('i', [&place.postal_code, &initial]);
        }
        for sound in sounds {
            self.add('s', [&place.town, sound]);
        }
        self.add('h', [&place.postal_code, &place.number]);
        self.add('a', [&place.street, &place.number]);
    }
}
