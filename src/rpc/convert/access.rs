//! API keys and staff.

use super::{enums::WireEnum, types::timestamp};
use crate::{
    domain::{
        access::{ApiKey, KeySettings, Places, Role, StaffMember, StaffRole, StaffSettings},
        ids::LocationId,
        limits::PLACES_MAX,
    },
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, read_list},
        validate::Fields,
    },
};
use jiff::Timestamp;

pub(crate) fn api_key(key: &ApiKey, now: Timestamp) -> pb::ApiKey {
    let settings = &key.settings;
    let previous = key.previous.as_ref().map(|it| it.until).filter(|until| now < *until);
    pb::ApiKey {
        name: key.id.name(),
        display_name: settings.display_name.clone(),
        role: settings.role.to_wire(),
        locations: places(&settings.locations),
        expire_time: settings.expires_at.map(timestamp),
        state: key.state(now).to_wire(),
        token_prefix: format!("grat_{}", key.id.0.simple()),
        create_time: Some(timestamp(key.created_at)),
        update_time: Some(timestamp(key.updated_at)),
        last_use_time: key.last_used_at.map(timestamp),
        previous_token_expire_time: previous.map(timestamp),
        revoke_time: key.revoked_at.map(timestamp),
    }
}

pub(crate) fn read_key(fields: &mut Fields, said: pb::ApiKey) -> Option<KeySettings> {
    let display_name = fields.required_short("display_name", said.display_name);
    let role = fields.required_enum("role", said.role);
    let locations = read_places(fields, said.locations);
    let expires_at = fields.time("expire_time", said.expire_time);
    Some(KeySettings { display_name, role: role?, locations, expires_at })
}

pub(crate) fn staff_member(member: &StaffMember, now: Timestamp) -> pb::StaffMember {
    let settings = &member.settings;
    pb::StaffMember {
        name: member.id.name(),
        display_name: settings.display_name.clone(),
        pseudonym: settings.pseudonym.clone(),
        role: Role::from(settings.role).to_wire(),
        locations: places(&settings.locations),
        end_time: settings.ends_at.map(timestamp),
        state: member.state(now).to_wire(),
        create_time: Some(timestamp(member.created_at)),
        update_time: Some(timestamp(member.updated_at)),
        etag: etag::of(member.version),
    }
}

pub(crate) fn read_staff(fields: &mut Fields, said: pb::StaffMember) -> Option<StaffSettings> {
    let display_name = fields.required_short("display_name", said.display_name);
    let role = fields.required_enum::<Role>("role", said.role).and_then(|role| {
        let of_staff = StaffRole::of(role);
        if of_staff.is_none() {
            fields.refuse("role", "must be ROLE_DESK or ROLE_MANAGER: the others are of programs");
        }
        of_staff
    });
    let locations = read_places(fields, said.locations);
    let ends_at = fields.time("end_time", said.end_time);
    let pseudonym = fields.short("pseudonym", said.pseudonym);
    Some(StaffSettings { display_name, pseudonym, role: role?, locations, ends_at })
}

fn places(places: &Places) -> Vec<String> {
    places.named().iter().map(LocationId::name).collect()
}

fn read_places(fields: &mut Fields, names: Vec<String>) -> Places {
    let locations = read_list::<LocationId>(fields, "locations", names, PLACES_MAX);
    Places::only(locations.into_iter().collect())
}
