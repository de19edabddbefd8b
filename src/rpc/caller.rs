//! Who calls, and for whom.

use super::status::Failure;
use crate::{
    domain::{limits, world::Actor},
    proto::v1::ErrorReason,
};
use tonic::{Code, Extensions, metadata::MetadataMap};

/// Metadata key under which a caller names the member of staff for whom it acts.
pub(crate) const STAFF_KEY: &str = "x-gratitude-staff";

/// The actor that a call's changes and reads are recorded under: whoever the server let in, with whom they say to act
/// for. Who signed in with a PIN acts for nobody else.
pub(crate) fn caller(extensions: &Extensions, metadata: &MetadataMap) -> Result<Actor, Failure> {
    // Nobody comes here past the server's guard; if somebody did, they may do nothing.
    let let_in = extensions.get::<Actor>().cloned().ok_or_else(|| {
        Failure::new(Code::Unauthenticated, ErrorReason::Unauthenticated, "nobody has said who is calling")
    })?;
    let named = staff(metadata)?;
    Ok(Actor { on_behalf_of: let_in.on_behalf_of.or(named), ..let_in })
}

fn staff(metadata: &MetadataMap) -> Result<Option<String>, Failure> {
    let Some(value) = metadata.get(STAFF_KEY) else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim);
    let fits = text.filter(|t| !t.is_empty() && t.len() <= limits::SHORT_TEXT_MAX_BYTES);
    fits.map(|text| Some(text.to_owned())).ok_or_else(|| {
        let wanted = format!("must be 1 to {} printable ASCII characters", limits::SHORT_TEXT_MAX_BYTES);
        Failure::invalid_field(&format!("metadata.{STAFF_KEY}"), wanted)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn let_in(on_behalf_of: Option<&str>) -> Extensions {
        let mut extensions = Extensions::default();
        let principal = "local".to_owned();
        extensions.insert(Actor { principal, on_behalf_of: on_behalf_of.map(str::to_owned), ..Actor::default() });
        extensions
    }

    #[test]
    fn p12_staff_is_kept_as_on_behalf_of() {
        let mut metadata = MetadataMap::new();
        assert_eq!(caller(&let_in(None), &metadata).unwrap().on_behalf_of, None);
        metadata.insert(STAFF_KEY, " ana ".parse().unwrap());
        let actor = caller(&let_in(None), &metadata).unwrap();
        assert_eq!((actor.principal.as_str(), actor.on_behalf_of.as_deref()), ("local", Some("ana")));
    }

    #[test]
    fn p12_who_signed_in_acts_for_nobody_else() {
        let mut metadata = MetadataMap::new();
        metadata.insert(STAFF_KEY, "somebody-else".parse().unwrap());
        assert_eq!(caller(&let_in(Some("ana")), &metadata).unwrap().on_behalf_of.as_deref(), Some("ana"));
    }

    #[test]
    fn whom_nobody_let_in_may_do_nothing() {
        assert!(caller(&Extensions::default(), &MetadataMap::new()).is_err());
    }

    #[test]
    fn unreadable_staff_is_refused() {
        for wrong in [String::new(), "x".repeat(limits::SHORT_TEXT_MAX_BYTES + 1)] {
            let mut metadata = MetadataMap::new();
            metadata.insert(STAFF_KEY, wrong.parse().unwrap());
            assert!(caller(&let_in(None), &metadata).is_err(), "{wrong}");
        }
    }
}
