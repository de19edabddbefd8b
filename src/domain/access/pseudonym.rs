//! What members of staff are called where they are not to be named.

use super::AccessBook;

/// Initials of more names than these say no more.
const INITIALS_MAX: usize = 3;

impl AccessBook {
    /// What somebody of the staff is called instead of as they were named: their pseudonym, if they are known by this
    /// id or name and have one; else the initials of what was said. What is empty stays so.
    #[must_use]
    pub fn called(&self, said: &str) -> String {
        let said = said.trim();
        let known = self.staff().find(|member| {
            let name = &member.settings.display_name;
            said.strip_prefix("staff/").unwrap_or(said) == member.id.as_str()
                || name.to_lowercase() == said.to_lowercase()
        });
        match known.map(|member| &member.settings) {
            Some(settings) if !settings.pseudonym.is_empty() => settings.pseudonym.clone(),
            // An id may say less than a name; both begin with the same letter more often than not.
            Some(settings) => initials(&settings.display_name),
            // Who was called so before stays so.
            None if self.staff().any(|member| member.settings.pseudonym == said) => said.to_owned(),
            None => initials(said),
        }
    }
}

/// The first letters of a name, such as `A. M.` of Ana Martins. Of initials they are the same again.
#[must_use]
fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    let letters = words.take(INITIALS_MAX).map(|letter| format!("{}.", letter.to_uppercase()));
    letters.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        access::{Places, StaffMember, StaffRole, StaffSettings},
        testkit::at,
    };

    fn member(id: &str, name: &str, pseudonym: &str) -> StaffMember {
        let now = at("2026-11-23T10:00");
        StaffMember {
            id: id.parse().unwrap(),
            settings: StaffSettings {
                display_name: name.to_owned(),
                pseudonym: pseudonym.to_owned(),
                role: StaffRole::Desk,
                locations: Places::default(),
                ends_at: None,
            },
            pin: None,
            pin_version: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    #[test]
    fn who_has_a_pseudonym_goes_by_it_and_others_by_their_initials() {
        let staff = [member("am", "Ana Martins", "Team Oolong"), member("rui", "Rui Costa", "")];
        let book = AccessBook::new([], staff, true);
        for said in ["am", "staff/am", "Ana Martins", "ana martins", "Team Oolong"] {
            assert_eq!(book.called(said), "Team Oolong", "{said}");
        }
        assert_eq!(book.called("rui"), "R. C.");
        assert_eq!(book.called("Jo van der Berg"), "J. V. D.");
        assert_eq!(book.called("Jean-Luc"), "J. L.");
        assert_eq!(book.called("şule"), "Ş.");
        assert_eq!(book.called(" "), "");
    }

    #[test]
    fn done_again_nothing_changes() {
        let book = AccessBook::new([], [], true);
        for said in ["Ana Martins", "李小龙", "Zoë O'Neil"] {
            let once = book.called(said);
            assert_eq!(book.called(&once), once);
        }
    }
}
