//! How common names, days and places are: what many share says little.

use super::face::{Face, Place};
use crate::domain::customer::BirthDate;
use std::collections::HashMap;

/// Which values of a field were seen how often.
#[derive(Debug, Default)]
pub(super) struct Counts(HashMap<String, u32>);

impl Counts {
    fn add(&mut self, value: &str) {
        if let Some(count) = self.0.get_mut(value) {
            *count += 1;
        } else if !value.is_empty() {
            self.0.insert(value.to_owned(), 1);
        }
    }
}

/// How common the values of each field are among customers of whom a sample was looked at.
#[derive(Debug, Default)]
pub struct Frequencies {
    looked_at: u32,
    pub(super) given: Counts,
    pub(super) family: Counts,
    pub(super) birthday: Counts,
    pub(super) postal_code: Counts,
    pub(super) town: Counts,
    pub(super) street: Counts,
    pub(super) number: Counts,
    pub(super) email: Counts,
}

/// Records of one person often agree in what was told wrongly, too: two that agree are one person's at nine of ten.
const RIGHT: f64 = 0.9;
/// No person has so many records.
const FILLED_IN: u32 = 40;
/// About how many birthdays the people have among whom one is looked for: the days of sixty years.
const BIRTHDAYS: f64 = 60.0 * 365.25;

impl Frequencies {
    /// Looks at one more customer.
    pub fn look_at(&mut self, face: &Face) {
        self.looked_at += 1;
        for (words, counts) in [(&face.given, &mut self.given), (&face.family, &mut self.family)] {
            counts.add(&words.concat());
            // The whole name of one word is counted above.
            for word in words.iter().filter(|_| words.len() > 1) {
                counts.add(word);
            }
        }
        if let Some(birth) = face.birth {
            self.birthday.add(&day(birth));
        }
        for Place { postal_code, town, number, street, .. } in &face.places {
            self.postal_code.add(postal_code);
            self.town.add(town);
            self.number.add(number);
            self.street.add(street);
        }
        for (local, _) in &face.emails {
            self.email.add(local);
        }
    }

    /// The same of a value that is next to nobody else's, such as a birthday, unless so many have it that it must be
    /// one that is filled in where nothing is known. That the few records of one person share it makes it no less
    /// telling.
    pub(super) fn bits_of_own(&self, counts: &Counts, value: &str, most: f64) -> f64 {
        let seen = counts.0.get(value).copied().unwrap_or(0);
        if seen < FILLED_IN { most } else { self.bits(counts, value, most) }
    }

    /// How many other records one has of the same person, about: as many as share a birthday, but for those who do by
    /// chance. Between a quarter and eight.
    pub(super) fn others_of_one(&self) -> f64 {
        let counts = self.birthday.0.values().filter(|count| **count < FILLED_IN).map(|count| f64::from(*count));
        let (mut records, mut sharing) = (0.0, 0.0);
        for count in counts {
            records += count;
            sharing += count * (count - 1.0);
        }
        let by_chance = records / BIRTHDAYS;
        let others = if records > 0.0 { sharing / records - by_chance } else { 0.0 };
        others.clamp(0.25, 8.0)
    }

    /// How many bits it tells that two records agree in a value: the rarer, the more, at most `most`.
    pub(super) fn bits(&self, counts: &Counts, value: &str, most: f64) -> f64 {
        let seen = f64::from(counts.0.get(value).copied().unwrap_or(0).max(1));
        let share = seen / f64::from(self.looked_at.max(1));
        (RIGHT / share).log2().clamp(0.0, most)
    }
}

/// A birthday in eight digits; zeros where the year is not known.
pub(super) fn day(birth: BirthDate) -> String {
    format!("{:04}{:02}{:02}", birth.year.unwrap_or_default(), birth.month, birth.day)
}
