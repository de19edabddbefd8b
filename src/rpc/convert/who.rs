//! Who a call is about.

use super::customer::{read_customer, read_identifiers};
use crate::{
    domain::{
        commands::who::{Identity, OnMissing, Who},
        customer::{CustomerKind, Profile},
    },
    proto::v1 as pb,
    rpc::validate::Fields,
};

/// Reads who a call is about. `regions` say how to read numbers without country code, the best first.
pub(crate) fn read_who(fields: &mut Fields, who: Option<pb::Who>, regions: &[&str]) -> Who {
    let Some(who) = who.and_then(|who| who.who) else { return Who::Nobody };
    fields.within("who", |fields| match who {
        pb::who::Who::Customer(name) => fields.name("customer", &name).map_or(Who::Nobody, Who::Customer),
        pb::who::Who::Identity(identity) => {
            fields.within("identity", |fields| Who::Identity(read_identity(fields, identity, regions)))
        }
    })
}

fn read_identity(fields: &mut Fields, identity: pb::Identity, regions: &[&str]) -> Identity {
    if identity.identifiers.is_empty() {
        fields.refuse("identifiers", "must have at least one identifier");
    }
    let own_region = identity.profile.as_ref().map(|profile| profile.region_code.clone()).unwrap_or_default();
    // The place of the call goes before the customer's own region: it is where the number was said.
    let regions: Vec<_> = regions.iter().copied().chain([own_region.as_str()]).collect();
    Identity {
        identifiers: read_identifiers(fields, "identifiers", identity.identifiers, &regions, &[]),
        profile: fields
            .optional("profile", identity.profile, |fields, profile| read_profile(fields, profile, &regions))
            .unwrap_or_default(),
        on_missing: read_on_missing(fields, identity.on_missing),
    }
}

fn read_profile(fields: &mut Fields, profile: pb::Customer, regions: &[&str]) -> Option<Profile> {
    let words = read_customer(fields, profile, regions, &[])?;
    let elsewhere = [
        ("kind", words.kind != CustomerKind::Person),
        ("identifiers", !words.identifiers.is_empty()),
        ("tags", !words.tags.is_empty()),
        ("guardian", words.profile.guardian.is_some()),
    ];
    for (field, _) in elsewhere.iter().filter(|(_, given)| *given) {
        fields.refuse(field, "must not be set in a profile");
    }
    Some(words.profile)
}

fn read_on_missing(fields: &mut Fields, number: i32) -> OnMissing {
    match pb::identity::OnMissing::try_from(number) {
        Ok(pb::identity::OnMissing::Create) => OnMissing::Create,
        Ok(pb::identity::OnMissing::Reject) => OnMissing::Reject,
        Ok(pb::identity::OnMissing::Unspecified | pb::identity::OnMissing::KeepAnonymous) => OnMissing::KeepAnonymous,
        Err(_) => {
            fields.refuse("on_missing", format!("{number} is no value; use one of CREATE, KEEP_ANONYMOUS, REJECT"));
            OnMissing::KeepAnonymous
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::rpc::status::Failure;

    fn read(identity: pb::Identity, regions: &[&str]) -> Result<Who, Vec<String>> {
        let mut fields = Fields::new();
        let who = read_who(&mut fields, Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }), regions);
        let paths = |failure: Failure| failure.into_item_error().violations.into_iter().map(|v| v.field).collect();
        fields.finish(Some(who)).map_err(paths)
    }

    fn phone(value: &str) -> pb::Identifier {
        pb::Identifier {
            kind: pb::identifier::Kind::Phone.into(),
            value: value.to_owned(),
            ..pb::Identifier::default()
        }
    }

    #[test]
    fn a_number_is_read_by_the_place_of_the_call() {
        let profile = Some(pb::Customer { region_code: "DE".to_owned(), ..pb::Customer::default() });
        let identity = pb::Identity { identifiers: vec![phone("020 7946 0018")], profile, on_missing: 0 };
        let Who::Identity(read) = read(identity, &["GB"]).unwrap() else { panic!("an identity was given") };
        assert_eq!(read.identifiers[0].normalized, "+442079460018");
        assert_eq!(read.on_missing, OnMissing::KeepAnonymous);
    }

    #[test]
    fn nobody_is_nobody() {
        let mut fields = Fields::new();
        assert_eq!(read_who(&mut fields, None, &[]), Who::Nobody);
        assert_eq!(read_who(&mut fields, Some(pb::Who::default()), &[]), Who::Nobody);
    }

    #[test]
    fn everything_wrong_is_named() {
        let profile = Some(pb::Customer { tags: vec!["vip".to_owned()], kind: 3, ..pb::Customer::default() });
        let identity = pb::Identity { identifiers: vec![phone("call me")], profile, on_missing: 9 };
        let paths = [
            "who.identity.identifiers[0].value",
            "who.identity.profile.kind",
            "who.identity.profile.tags",
            "who.identity.on_missing",
        ];
        assert_eq!(read(identity, &[]), Err(paths.map(str::to_owned).to_vec()));
        assert_eq!(read(pb::Identity::default(), &[]), Err(vec!["who.identity.identifiers".to_owned()]));
    }
}
