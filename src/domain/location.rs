//! Where interactions happen.

use super::{capacity::CallCapacity, customer::PostalAddress, ids::LocationId, when::WeeklyHours};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A shop, hotel, clinic, desk or web shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its slug.
    pub id: LocationId,
    /// What it is like; edited by people.
    pub settings: LocationSettings,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What was planned here before this revision of the catalogue is planned anew.
    pub planned_since: i64,
    /// Why, in a sentence.
    pub planning_change: String,
}

impl LocationSettings {
    /// What differs in `after` by which gestures are planned, in words; empty where nothing does.
    #[must_use]
    pub fn planning_differences(&self, after: &Self) -> Vec<&'static str> {
        let differences = [
            (self.time_zone != after.time_zone, "time zone"),
            (self.opening_hours != after.opening_hours, "opening hours"),
            (self.holidays != after.holidays, "holidays"),
            (self.region != after.region, "country"),
            (self.call_capacity != after.call_capacity, "call capacity"),
        ];
        differences.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect()
    }
}

/// What people say of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationSettings {
    /// Its name as customers know it.
    pub display_name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// ISO 3166-1 alpha-2 region, by which national phone numbers are read.
    pub region: String,
    /// BCP 47 language of its texts.
    pub language: String,
    /// ISO 4217 currency of its prices.
    pub currency: String,
    /// When it is open; `None` when it never closes.
    pub opening_hours: Option<WeeklyHours>,
    /// Days on which no calls are made and no business is done.
    pub holidays: Vec<Holiday>,
    /// Who answers when a customer replies.
    pub reply_contact: ReplyContact,
    /// Whether a stay here is nobody else's business (a clinic): no name, reason or department on the outside.
    pub sensitive: bool,
    /// The brand under which it trades, where that differs from its name.
    pub brand: Option<String>,
    /// Where letters from here say that they come from, and come back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<PostalAddress>,
    /// How many calls people here can make in a day; as many as are planned where a role is not named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub call_capacity: Vec<CallCapacity>,
}

/// A day off at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// The local day.
    pub date: Date,
    /// Its name.
    pub name: String,
}

/// The person or team behind a location's notes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyContact {
    /// Who signs, for example "Ana and the team".
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number in E.164.
    pub phone: Option<String>,
}
