//! Resource names: `customers/{uuid}`, `locations/{slug}` and their like.

use super::{etag, validate::Fields};
use crate::domain::ids::{
    ActionId, ApiKeyId, CaseId, CustomerId, GestureId, HouseholdId, InteractionId, JourneyId, LocationId, NoteBatchId,
    NoteId, PauseId, RuleId, StaffId, TemplateId, TouchpointId,
};
use std::fmt;
use uuid::Uuid;

/// An id that the contract writes as a resource name.
pub(crate) trait ResourceId: Sized {
    /// The collection, plural.
    const COLLECTION: &'static str;
    /// What a right name looks like.
    const PATTERN: &'static str;

    fn parse_id(id: &str) -> Option<Self>;
    fn id(&self) -> String;

    /// Reads a resource name.
    fn parse_name(name: &str) -> Option<Self> {
        name.strip_prefix(Self::COLLECTION)?.strip_prefix('/').and_then(Self::parse_id)
    }

    /// Writes the resource name.
    fn name(&self) -> String {
        format!("{}/{}", Self::COLLECTION, self.id())
    }
}

macro_rules! uuid_names {
    ($($id:ident: $collection:literal),+ $(,)?) => {$(
        impl ResourceId for $id {
            const COLLECTION: &'static str = $collection;
            const PATTERN: &'static str = concat!($collection, "/{lower-case UUID}");

            fn parse_id(id: &str) -> Option<Self> {
                parse_uuid(id).map(Self)
            }

            fn id(&self) -> String {
                self.0.to_string()
            }
        }
    )+};
}

macro_rules! slug_names {
    ($($id:ident: $collection:literal),+ $(,)?) => {$(
        impl ResourceId for $id {
            const COLLECTION: &'static str = $collection;
            const PATTERN: &'static str =
                concat!($collection, "/{1 to 63 of a-z, 0-9 and hyphen, beginning with a letter}");

            fn parse_id(id: &str) -> Option<Self> {
                id.parse().ok()
            }

            fn id(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

uuid_names! {
    CustomerId: "customers",
    HouseholdId: "households",
    InteractionId: "interactions",
    GestureId: "gestures",
    CaseId: "cases",
    NoteBatchId: "noteBatches",
    PauseId: "pauses",
    ApiKeyId: "apiKeys",
    ActionId: "deskActions",
}

slug_names! {
    LocationId: "locations",
    JourneyId: "journeys",
    RuleId: "rules",
    StaffId: "staff",
    TemplateId: "templates",
    TouchpointId: "touchpoints",
}

/// Reads a list of at most `max` resource names.
pub(crate) fn read_list<I: ResourceId>(fields: &mut Fields, field: &str, names: Vec<String>, max: usize) -> Vec<I> {
    fields.list(field, names, max, |fields, name| {
        let id = I::parse_name(&name);
        if id.is_none() {
            fields.refuse_here(format!("must be of the form {}", I::PATTERN));
        }
        id
    })
}

/// Which resource an update is about, and which version of it the caller insists on: what stands in it as `name` and
/// `etag`.
pub(crate) fn read_updated<I: ResourceId>(
    fields: &mut Fields,
    resource: &str,
    name: &str,
    etag: &str,
) -> Option<(I, Option<i64>)> {
    fields.within(resource, |fields| {
        let version = etag::read(fields, "etag", etag);
        fields.name("name", name).map(|id| (id, version))
    })
}

/// Stands for every resource of a collection, as in `noteBatches/-`.
pub(crate) const ALL: &str = "-";

/// The name of a note, which stands in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoteName {
    pub(crate) batch: NoteBatchId,
    pub(crate) note: NoteId,
}

impl NoteName {
    /// What a right name looks like.
    pub(crate) const PATTERN: &'static str = "noteBatches/{lower-case UUID}/notes/{lower-case UUID}";

    /// Reads a field that must name a note.
    pub(crate) fn read(fields: &mut Fields, field: &str, name: &str) -> Option<Self> {
        let read = Self::parse(name);
        if read.is_none() {
            let problem = if name.is_empty() { "must be set: " } else { "must be of the form " };
            fields.refuse(field, format!("{problem}{}", Self::PATTERN));
        }
        read
    }

    /// Reads a resource name.
    fn parse(name: &str) -> Option<Self> {
        let (batch, note) = name.split_once("/notes/")?;
        Some(Self { batch: NoteBatchId::parse_name(batch)?, note: NoteId(parse_uuid(note)?) })
    }
}

impl fmt::Display for NoteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/notes/{}", self.batch.name(), self.note)
    }
}

/// The name of a resource that may be absent; empty when it is.
pub(crate) fn optional_name<I: ResourceId>(id: Option<&I>) -> String {
    id.map(I::name).unwrap_or_default()
}

/// A UUID in its one canonical spelling: lower case, with hyphens. Any other would be a second name for one thing.
pub(crate) fn parse_uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|uuid| uuid.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let customer = CustomerId(Uuid::from_u128(7));
        assert_eq!(customer.name(), "customers/00000000-0000-0000-0000-000000000007");
        assert_eq!(CustomerId::parse_name(&customer.name()), Some(customer));
        assert_eq!(LocationId::parse_name("locations/mill-lane").map(|l| l.name()), Some("locations/mill-lane".into()));
    }

    #[test]
    fn only_one_spelling_is_a_name() {
        for wrong in [
            "",
            "customers",
            "customers/",
            "customers/7",
            "cases/00000000-0000-0000-0000-000000000007",
            "customers/00000000-0000-0000-0000-00000000000A",
            "customers/00000000000000000000000000000007",
            "customers/{00000000-0000-0000-0000-000000000007}",
            "customers/00000000-0000-0000-0000-000000000007/",
            " customers/00000000-0000-0000-0000-000000000007",
        ] {
            assert_eq!(CustomerId::parse_name(wrong), None, "{wrong}");
        }
        assert_eq!(RuleId::parse_name("rules/Thanks"), None);
        let note = NoteName { batch: NoteBatchId(Uuid::from_u128(1)), note: NoteId(Uuid::from_u128(2)) };
        assert_eq!(NoteName::parse(&note.to_string()), Some(note));
        for wrong in ["notes/1", "noteBatches/-/notes/00000000-0000-0000-0000-000000000002", &note.batch.name()] {
            assert_eq!(NoteName::parse(wrong), None, "{wrong}");
        }
    }
}
