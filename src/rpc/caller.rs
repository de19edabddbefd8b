//! Who calls, and for whom.

use super::status::Failure;
use crate::domain::{limits, world::Actor};
use tonic::metadata::MetadataMap;

/// Metadata key under which a caller names the member of staff for whom it acts.
pub(crate) const STAFF_KEY: &str = "x-gratitude-staff";

/// The principal of every call while callers are not authenticated: whoever can reach loopback.
const LOCAL: &str = "local";

/// The actor that a call's changes and reads are recorded under.
pub(crate) fn caller(metadata: &MetadataMap) -> Result<Actor, Failure> {
    let on_behalf_of = metadata.get(STAFF_KEY).map(|value| {
        let text = value.to_str().ok().map(str::trim);
        text.filter(|t| !t.is_empty() && t.len() <= limits::SHORT_TEXT_MAX_BYTES).map(str::to_owned).ok_or_else(|| {
            let wanted = format!("must be 1 to {} printable ASCII characters", limits::SHORT_TEXT_MAX_BYTES);
            Failure::invalid_field(&format!("metadata.{STAFF_KEY}"), wanted)
        })
    });
    Ok(Actor { principal: LOCAL.to_owned(), on_behalf_of: on_behalf_of.transpose()?, request_id: None })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn p12_staff_is_kept_as_on_behalf_of() {
        let mut metadata = MetadataMap::new();
        assert_eq!(caller(&metadata).unwrap().on_behalf_of, None);
        metadata.insert(STAFF_KEY, " ana ".parse().unwrap());
        let actor = caller(&metadata).unwrap();
        assert_eq!((actor.principal.as_str(), actor.on_behalf_of.as_deref()), ("local", Some("ana")));
    }

    #[test]
    fn unreadable_staff_is_refused() {
        for wrong in [String::new(), "x".repeat(limits::SHORT_TEXT_MAX_BYTES + 1)] {
            let mut metadata = MetadataMap::new();
            metadata.insert(STAFF_KEY, wrong.parse().unwrap());
            assert!(caller(&metadata).is_err(), "{wrong}");
        }
    }
}
