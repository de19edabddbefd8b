//! Update masks: which fields of a resource a call changes.
//!
//! A mask is merged message by message, before anything is validated: what is then read is a whole resource, and every
//! rule about it is checked in one place.

use super::validate::Fields;
use crate::proto::v1 as pb;
use prost_types::FieldMask;

/// A resource that can be changed field by field.
pub(crate) trait Masked: Sized + 'static {
    /// The fields that callers set.
    const PATHS: &'static [Path<Self>];
    /// The fields that they don't; in a mask they are ignored.
    const IGNORED: &'static [&'static str];
}

/// One field of a message.
pub(crate) struct Path<M> {
    name: &'static str,
    is_set: fn(&M) -> bool,
    copy: fn(&mut M, &M),
}

/// The resource as it will be: `current` with the fields of `new` that the mask names. An absent or empty mask names
/// those that are set in `new`, `*` names all.
pub(crate) fn merge<M: Masked>(fields: &mut Fields, mut current: M, new: &M, mask: Option<&FieldMask>) -> M {
    let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if paths == ["*"] {
        M::PATHS.iter().for_each(|path| (path.copy)(&mut current, new));
    } else if paths.is_empty() {
        M::PATHS.iter().filter(|path| (path.is_set)(new)).for_each(|path| (path.copy)(&mut current, new));
    }
    for (index, wanted) in paths.iter().enumerate().filter(|_| paths != ["*"]) {
        match M::PATHS.iter().find(|path| path.name == wanted) {
            Some(path) => (path.copy)(&mut current, new),
            None if M::IGNORED.contains(&wanted.as_str()) => {}
            None => {
                let known = M::PATHS.iter().map(|path| path.name).collect::<Vec<_>>().join(", ");
                fields.refuse(
                    &format!("update_mask.paths[{index}]"),
                    format!("is no field; use `*`, or some of {known}"),
                );
            }
        }
    }
    current
}

fn is_given<T: Default + PartialEq>(value: &T) -> bool {
    *value != T::default()
}

/// A plain field: set when it differs from its default.
macro_rules! path {
    ($field:ident) => {
        Path {
            name: stringify!($field),
            is_set: |message| is_given(&message.$field),
            copy: |to, from| to.$field.clone_from(&from.$field),
        }
    };
}

macro_rules! masked {
    ($message:ident: $($field:ident),+ $(,)?; ignored: $($ignored:literal),+ $(,)?) => {
        impl Masked for pb::$message {
            const PATHS: &'static [Path<Self>] = &[$(path!($field)),+];
            const IGNORED: &'static [&'static str] = &[$($ignored),+];
        }
    };
}

masked! {
    Location:
    display_name, time_zone, region_code, language_code, currency_code, opening_hours, holidays, reply_contact,
    sensitive, brand, call_capacity, postal_address;
    ignored: "name", "create_time", "update_time", "etag",
}

masked! {
    StaffMember:
    display_name, pseudonym, role, locations, end_time;
    ignored: "name", "state", "create_time", "update_time", "etag",
}

masked! {
    Journey:
    display_name, description, stages;
    ignored: "name", "state", "create_time", "update_time", "etag",
}

masked! {
    Touchpoint:
    display_name, journey, stage_id, channels, standards;
    ignored: "name", "state", "create_time", "update_time", "retire_time", "etag",
}

masked! {
    ContactPolicy:
    budget, call_hours, message_hours, lead_times, consent_regimes, default_regime_id;
    ignored: "name", "update_time", "etag",
}

masked! {
    Customer:
    kind, display_name, given_name, family_name, honorific, suffix, how_to_say, language_code, time_zone, region_code,
    greeting, birth_date, minor, identifiers, contact_points, preferred_channels, contact_hours, tags, guardian,
    contacts, gift_limit, discreet;
    ignored: "name", "status", "household", "facts", "consents", "summary", "merged_into", "merged_customers",
    "create_time", "update_time", "etag",
}

masked! {
    Case:
    summary, severity, assignee, location;
    ignored: "name", "customer", "interaction", "gesture", "state", "origin", "root_cause", "no_cause_found", "remedy",
    "open_time", "resolve_time", "etag", "remedies", "recovery", "reopen_time", "reopen_reason",
}

masked! {
    Template:
    display_name, occasion, texts;
    ignored: "name", "state", "version", "create_time", "update_time", "etag",
}

/// One of a rule's triggers: whichever is named, the trigger is replaced.
macro_rules! trigger {
    ($name:literal, $variant:ident) => {
        Path {
            name: $name,
            is_set: |rule: &pb::Rule| matches!(rule.trigger, Some(pb::rule::Trigger::$variant(_))),
            copy: |to, from| to.trigger.clone_from(&from.trigger),
        }
    };
}

impl Masked for pb::Rule {
    const PATHS: &'static [Path<Self>] = &[
        path!(display_name),
        trigger!("interaction", Interaction),
        trigger!("milestone", Milestone),
        trigger!("important_date", ImportantDate),
        trigger!("first_visit_anniversary", FirstVisitAnniversary),
        trigger!("silence", Silence),
        trigger!("unspoken", Unspoken),
        path!(condition),
        path!(action),
    ];
    const IGNORED: &'static [&'static str] = &["name", "state", "version", "create_time", "update_time", "etag"];
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{proto::FILE_DESCRIPTOR_SET, rpc::status::Failure};
    use prost_reflect::DescriptorPool;

    fn location(display_name: &str, brand: &str) -> pb::Location {
        pb::Location { display_name: display_name.to_owned(), brand: brand.to_owned(), ..pb::Location::default() }
    }

    fn merged(new: &pb::Location, paths: Option<&[&str]>) -> Result<pb::Location, Failure> {
        let mask = paths.map(|paths| FieldMask { paths: paths.iter().map(|p| (*p).to_owned()).collect() });
        let mut fields = Fields::new();
        let merged = merge(&mut fields, location("old", "old"), new, mask.as_ref());
        fields.finish(Some(merged))
    }

    #[test]
    fn a_mask_says_what_changes() {
        let new = location("new", "");
        assert_eq!(merged(&new, None), Ok(location("new", "old")), "what is set");
        assert_eq!(merged(&new, Some(&[])), Ok(location("new", "old")), "what is set");
        assert_eq!(merged(&new, Some(&["brand"])), Ok(location("old", "")), "what is named");
        assert_eq!(merged(&new, Some(&["*"])), Ok(location("new", "")), "everything");
        assert_eq!(merged(&new, Some(&["create_time", "etag"])), Ok(location("old", "old")), "nothing of ours");
    }

    #[test]
    fn an_unknown_path_is_refused_by_its_place() {
        let failure = merged(&location("new", ""), Some(&["brand", "brnad", "reply_contact.email", "*"])).unwrap_err();
        let paths: Vec<_> = failure.into_item_error().violations.into_iter().map(|v| v.field).collect();
        assert_eq!(paths, ["update_mask.paths[1]", "update_mask.paths[2]", "update_mask.paths[3]"]);
    }

    #[test]
    fn a_trigger_can_be_exchanged() {
        let rule = |trigger| pb::Rule { trigger: Some(trigger), ..pb::Rule::default() };
        let milestone = rule(pb::rule::Trigger::Milestone(pb::VisitMilestone { visit_days: vec![5] }));
        let pattern = rule(pb::rule::Trigger::Interaction(pb::InteractionPattern::default()));
        let merged = merge(&mut Fields::new(), pattern, &milestone, None);
        assert_eq!(merged, milestone);
    }

    /// Every field of the message is either settable or ignored: none was forgotten when the contract grew.
    fn covers<M: Masked>(message: &str) {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let message = pool.get_message_by_name(&format!("gratitude.v1.{message}")).unwrap();
        let mut declared: Vec<_> = message.fields().map(|field| field.name().to_owned()).collect();
        let mut known: Vec<_> = M::PATHS.iter().map(|path| path.name).chain(M::IGNORED.iter().copied()).collect();
        declared.sort();
        known.sort_unstable();
        assert_eq!(known, declared);
    }

    #[test]
    fn no_field_is_forgotten() {
        covers::<pb::Location>("Location");
        covers::<pb::StaffMember>("StaffMember");
        covers::<pb::Journey>("Journey");
        covers::<pb::Touchpoint>("Touchpoint");
        covers::<pb::ContactPolicy>("ContactPolicy");
        covers::<pb::Customer>("Customer");
        covers::<pb::Case>("Case");
        covers::<pb::Rule>("Rule");
        covers::<pb::Template>("Template");
    }
}
