//! Identities. What is many has a UUIDv7; what people name has a slug.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

uuid_id! {
    /// A customer.
    CustomerId;
    /// A household: the people who share one contact budget.
    HouseholdId;
    /// An interaction.
    InteractionId;
    /// A gesture.
    GestureId;
    /// A case.
    CaseId;
    /// A batch of notes.
    NoteBatchId;
    /// A note.
    NoteId;
    /// A run in which notes were printed.
    PrintRunId;
    /// A pause.
    PauseId;
    /// An API key.
    ApiKeyId;
    /// An action of the desk that can be taken back for a while.
    ActionId;
}

macro_rules! slug_id {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The slug itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadSlug;

            fn from_str(text: &str) -> Result<Self, BadSlug> {
                check_slug(text).map(|()| Self(text.to_owned()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )+};
}

slug_id! {
    /// A location.
    LocationId;
    /// A rule.
    RuleId;
    /// A template.
    TemplateId;
    /// A customer journey.
    JourneyId;
    /// A stage, within its journey.
    StageId;
    /// A touchpoint of a customer journey.
    TouchpointId;
    /// A consent regime, within the contact policy.
    RegimeId;
    /// A member of staff.
    StaffId;
}

/// A resource id that is no slug (AIP-122).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 63 characters of a-z, 0-9 and `-`, starting with a letter and not ending with `-`")]
pub struct BadSlug;

fn check_slug(text: &str) -> Result<(), BadSlug> {
    let fits = (1..=63).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(()) } else { Err(BadSlug) }
}

/// Makes time-ordered ids (UUIDv7) from the caller's clock, so that a demonstration on a manual clock has ids of its
/// own time, and a seeded run repeats itself.
#[derive(Debug)]
pub struct IdSource(blake3::OutputReader);

impl IdSource {
    /// A source whose ids are determined by the seed and the instants it is asked with.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(blake3::Hasher::new_keyed(&seed).finalize_xof())
    }

    /// The next id, stamped with `now` (millisecond precision; instants before 1970 count as 1970).
    pub fn next(&mut self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.0.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_checked() {
        for good in ["a", "shop-1", "thanks-after-purchase"] {
            assert_eq!(good.parse::<LocationId>().map(|id| id.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "-a", "a-", "A", "1a", "ä", "a b", &"a".repeat(64)] {
            assert_eq!(bad.parse::<LocationId>(), Err(BadSlug), "{bad}");
        }
    }

    #[test]
    fn ids_are_ordered_by_the_callers_clock_and_repeat_with_the_seed() {
        let make = |seed| {
            let mut ids = IdSource::new([seed; 32]);
            let late = ids.next(Timestamp::from_second(2_000_000_000).expect("in range"));
            let early = ids.next(Timestamp::from_second(1_000_000_000).expect("in range"));
            (late, early)
        };
        let (late, early) = make(1);
        assert!(early < late);
        assert_eq!(late.get_version_num(), 7);
        assert_eq!(make(1), (late, early));
        assert_ne!(make(2), (late, early));
    }
}
