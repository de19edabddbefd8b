//! Locations.

use super::types::{date, postal_address, read_date, read_postal_address, read_weekly_hours, timestamp, weekly_hours};
use crate::{
    domain::{
        capacity::CallCapacity,
        limits::{CALLS_PER_DAY_MAX, LIST_MAX},
        location::{Holiday, Location, LocationSettings, ReplyContact},
    },
    proto::v1 as pb,
    rpc::{etag, names::ResourceId, validate::Fields},
};
use std::collections::BTreeSet;

pub(crate) fn location(location: &Location) -> pb::Location {
    let settings = &location.settings;
    pb::Location {
        name: location.id.name(),
        display_name: settings.display_name.clone(),
        time_zone: settings.time_zone.clone(),
        region_code: settings.region.clone(),
        language_code: settings.language.clone(),
        currency_code: settings.currency.clone(),
        opening_hours: weekly_hours(settings.opening_hours.as_ref()),
        holidays: settings.holidays.iter().map(holiday).collect(),
        reply_contact: reply_contact(&settings.reply_contact),
        sensitive: settings.sensitive,
        brand: settings.brand.clone().unwrap_or_default(),
        create_time: Some(timestamp(location.created_at)),
        update_time: Some(timestamp(location.updated_at)),
        etag: etag::of(location.version),
        postal_address: settings.postal_address.as_ref().map(postal_address),
        call_capacity: settings.call_capacity.iter().map(call_capacity).collect(),
    }
}

fn call_capacity(capacity: &CallCapacity) -> pb::CallCapacity {
    let calls_per_day = i32::try_from(capacity.per_day).unwrap_or(i32::MAX);
    pb::CallCapacity { role: capacity.role.clone(), calls_per_day }
}

fn holiday(holiday: &Holiday) -> pb::Holiday {
    pb::Holiday { date: Some(date(holiday.date)), display_name: holiday.name.clone() }
}

fn reply_contact(contact: &ReplyContact) -> Option<pb::ReplyContact> {
    (*contact != ReplyContact::default()).then(|| pb::ReplyContact {
        display_name: contact.name.clone().unwrap_or_default(),
        email: contact.email.clone().unwrap_or_default(),
        phone: contact.phone.clone().unwrap_or_default(),
    })
}

/// What people say of a location: everything but what is output only.
pub(crate) fn read_settings(fields: &mut Fields, location: pb::Location) -> Option<LocationSettings> {
    fields.given("time_zone", &location.time_zone);
    let region = fields.region("region_code", &location.region_code);
    Some(LocationSettings {
        display_name: fields.required_short("display_name", location.display_name),
        time_zone: fields.zone("time_zone", &location.time_zone),
        language: fields.language("language_code", &location.language_code),
        currency: fields.currency("currency_code", &location.currency_code),
        opening_hours: read_weekly_hours(fields, "opening_hours", location.opening_hours),
        holidays: fields.list("holidays", location.holidays, LIST_MAX, read_holiday),
        reply_contact: fields
            .optional("reply_contact", location.reply_contact, |fields, contact| {
                Some(read_reply_contact(fields, contact, &region))
            })
            .unwrap_or_default(),
        sensitive: location.sensitive,
        brand: some_text(fields.short("brand", location.brand)),
        postal_address: fields.optional("postal_address", location.postal_address, read_postal_address),
        call_capacity: read_call_capacity(fields, location.call_capacity),
        region,
    })
}

fn read_call_capacity(fields: &mut Fields, capacity: Vec<pb::CallCapacity>) -> Vec<CallCapacity> {
    let mut roles = BTreeSet::new();
    fields.list("call_capacity", capacity, LIST_MAX, |fields, one| {
        let role = fields.short("role", one.role);
        if !roles.insert(role.clone()) {
            fields.refuse("role", "is named twice");
        }
        let per_day = fields.ranged("calls_per_day", one.calls_per_day, 1..=CALLS_PER_DAY_MAX)?;
        Some(CallCapacity { role, per_day })
    })
}

fn read_holiday(fields: &mut Fields, holiday: pb::Holiday) -> Option<Holiday> {
    let date = fields.required("date", holiday.date, read_date);
    let name = fields.short("display_name", holiday.display_name);
    Some(Holiday { date: date?, name })
}

fn read_reply_contact(fields: &mut Fields, contact: pb::ReplyContact, region: &str) -> ReplyContact {
    ReplyContact {
        name: some_text(fields.short("display_name", contact.display_name)),
        email: some_text(fields.email("email", contact.email)),
        phone: some_text(fields.phone("phone", &contact.phone, &[region])),
    }
}

fn some_text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn full() -> pb::Location {
        let time = |hours| Some(pb::TimeOfDay { hours, minutes: 0 });
        pb::Location {
            display_name: "Mill Lane".to_owned(),
            time_zone: "Europe/London".to_owned(),
            region_code: "GB".to_owned(),
            language_code: "en-GB".to_owned(),
            currency_code: "GBP".to_owned(),
            opening_hours: vec![pb::WeeklyWindow { weekday: 2, open: time(9), close: time(18) }],
            holidays: vec![pb::Holiday {
                date: Some(pb::CalendarDate { year: 2026, month: 12, day: 25 }),
                display_name: "Christmas Day".to_owned(),
            }],
            reply_contact: Some(pb::ReplyContact {
                display_name: "Ana and the team".to_owned(),
                email: "hello@mill.example".to_owned(),
                phone: "+442079460018".to_owned(),
            }),
            sensitive: true,
            brand: "Mill".to_owned(),
            postal_address: Some(pb::PostalAddress {
                region_code: "GB".to_owned(),
                postal_code: "LS1 4AB".to_owned(),
                administrative_area: String::new(),
                locality: "Leeds".to_owned(),
                address_lines: vec!["1 Mill Lane".to_owned()],
            }),
            call_capacity: vec![pb::CallCapacity { role: "desk".to_owned(), calls_per_day: 12 }],
            ..pb::Location::default()
        }
    }

    fn read(message: pb::Location) -> Result<LocationSettings, Vec<String>> {
        let mut fields = Fields::new();
        let settings = fields.required("location", Some(message), read_settings);
        let paths = |item: pb::ItemError| item.violations.into_iter().map(|v| v.field).collect();
        fields.finish(settings).map_err(|failure| paths(failure.into_item_error()))
    }

    #[test]
    fn what_was_said_of_a_location_comes_back() {
        let settings = read(full()).unwrap();
        let kept = Location {
            id: "mill-lane".parse().unwrap(),
            settings,
            version: 3,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            planned_since: 0,
            planning_change: String::new(),
        };
        let shown = location(&kept);
        assert_eq!(shown.name, "locations/mill-lane");
        let said =
            pb::Location { name: String::new(), etag: String::new(), create_time: None, update_time: None, ..shown };
        assert_eq!(said, full());
    }

    #[test]
    fn everything_wrong_is_named() {
        let wrong = pb::Location {
            display_name: " ".to_owned(),
            time_zone: "Mars/Olympus".to_owned(),
            region_code: "gb".to_owned(),
            currency_code: "POUND".to_owned(),
            holidays: vec![pb::Holiday::default()],
            reply_contact: Some(pb::ReplyContact { email: "nobody".to_owned(), ..pb::ReplyContact::default() }),
            ..full()
        };
        let mut paths = read(wrong).unwrap_err();
        paths.sort();
        assert_eq!(
            paths,
            [
                "location.currency_code",
                "location.display_name",
                "location.holidays[0].date",
                "location.region_code",
                "location.reply_contact.email",
                "location.time_zone",
            ]
        );
    }
}
