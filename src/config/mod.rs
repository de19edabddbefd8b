//! Configuration: one struct per concern, loaded in layers, checked as a whole.
//!
//! [`DEFAULTS`] is the manual: it holds every key with its meaning, range and default, and is the lowest layer itself.
//! Over it lie a file, the environment and the flags (see `load`); the result is validated with all its problems
//! named at once (see `validate`). This module is the only one that reads the environment.

mod delivery;
mod load;
mod print;
mod redact;
mod secrets;
mod validate;
mod wall_time;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use delivery::{Delivery, Encryption, Route, Routes, Smtp, Webhook};
pub use load::{ConfigError, Overrides};
pub use print::{Print, PrintFormat};
pub use redact::{DatabaseUrl, Hidden};
pub use secrets::{NamedSecrets, read_file, read_secrets, secret};
pub use wall_time::WallTime;

/// The commented defaults: the lowest layer, and the manual.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Everything that can be configured. Meanings, ranges and defaults stand in [`DEFAULTS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port of the one listener.
    pub listen: SocketAddr,
    /// Where and how data is kept.
    pub database: Database,
    /// What holds where neither customer nor location says otherwise.
    pub defaults: Defaults,
    /// How visits open, join and close.
    pub visits: Visits,
    /// When customers may be reached.
    pub hours: Hours,
    /// How often a household may be contacted.
    pub budget: Budget,
    /// What those allow who were never asked.
    pub consent: Consent,
    /// How cases end.
    pub cases: Cases,
    /// Who carries out notes.
    pub notes: Notes,
    /// How long what is written is on its way.
    pub lead_times: LeadTimes,
    /// How notes of batches leave.
    pub delivery: Delivery,
    /// How notes are put on paper.
    pub print: Print,
    /// Limits of the listener.
    pub server: Server,
    /// How often one caller may call.
    pub rate_limits: RateLimits,
    /// Room for writes that wait.
    pub write_queue: WriteQueue,
    /// Background work.
    pub scheduler: Scheduler,
    /// How long is kept what need not be kept for ever.
    pub retention: Retention,
    /// How members of staff are named.
    pub staff: Staff,
    /// What is logged, and how.
    pub log: Log,
}

/// Where and how data is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:<path>` or `postgres://…`; its password is never shown.
    pub url: DatabaseUrl,
    /// Whether a transaction pooler stands between: then no prepared statements are kept.
    pub pooler: bool,
    /// Connections that only read, 1 to 256.
    pub read_connections: u32,
    /// PostgreSQL connections that write, 1 to 64.
    pub write_connections: u32,
    /// How long to wait for a connection, 1 to 300 seconds.
    pub connect_timeout_seconds: u64,
    /// How long one PostgreSQL statement may run, 100 to 600,000 milliseconds.
    pub statement_timeout_ms: u64,
    /// How SQLite makes a commit durable.
    pub sqlite_synchronous: SqliteSynchronous,
    /// File with secrets that stand in for those in the database; none when empty.
    pub secrets_file: String,
}

/// How SQLite makes a commit durable.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqliteSynchronous {
    /// An acknowledged write survives a power cut.
    Full,
    /// An acknowledged write survives a crash of the process, not of the machine.
    Normal,
}

/// What holds where neither the customer nor the location says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// IANA time zone.
    pub zone: String,
    /// ISO 3166 region, two capitals.
    pub region: String,
    /// BCP 47 language tag.
    pub language: String,
    /// Days that a customer with fewer than 4 visit days may stay away before they count as lapsed, 1 to 3650.
    pub lapse_gap_days: u32,
}

/// How visits open, join and close.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visits {
    /// An open visit closes by itself after so many hours, 1 to 168.
    pub auto_close_hours: u32,
    /// A purchase joins a visit closed up to so many hours before, 0 to 72.
    pub join_hours: u32,
    /// A second check-in within so many minutes is the same visit, 0 to 240.
    pub same_visit_minutes: u32,
}

/// When customers may be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// For calls.
    pub calls: DailyHours,
    /// For e-mails and messages.
    pub messages: DailyHours,
}

/// A half-open daily window `[open, close)` on some days of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyHours {
    /// Days on which the window opens; at least one.
    pub days: Vec<Day>,
    /// Local time from which it is allowed.
    pub open: WallTime,
    /// Local time from which it is not; before `open` it means the next day. 24:00 is the end of the day.
    pub close: WallTime,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<Day> for jiff::civil::Weekday {
    fn from(day: Day) -> Self {
        match day {
            Day::Mon => Self::Monday,
            Day::Tue => Self::Tuesday,
            Day::Wed => Self::Wednesday,
            Day::Thu => Self::Thursday,
            Day::Fri => Self::Friday,
            Day::Sat => Self::Saturday,
            Day::Sun => Self::Sunday,
        }
    }
}

/// How often a household may be contacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// At most so many contacts in a period, 1 to 1,000.
    pub max_contacts: u32,
    /// Length of the rolling period, 1 to 365 days.
    pub period_days: u32,
}

/// What those allow who were never asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether the opt-in regime that is shipped holds in the countries of the European Union.
    pub eu_opt_in: bool,
}

/// How cases end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// Held gestures wait at least so long behind the recovery contact, 0 to 10,080 minutes.
    pub recovery_pause_minutes: u32,
    /// What the desk may grant on one case, in whole units by ISO 4217 currency, 0 to 1,000,000.
    pub remedy_limit_per_case: BTreeMap<String, u32>,
    /// What the desk may grant at one location on one local day, likewise.
    pub remedy_limit_per_day: BTreeMap<String, u32>,
}

/// Who carries out the notes of each channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// E-mails.
    pub email: NoteRoute,
    /// Text messages.
    pub message: NoteRoute,
    /// Letters and cards.
    pub post: NoteRoute,
    /// What is handed over at the next visit.
    pub hand_over: NoteRoute,
}

/// Who carries out the notes of a channel.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoteRoute {
    /// Whoever comes first.
    Open,
    /// Those who claim them.
    Workers,
    /// Batches.
    Batches,
}

/// How many business days what is written is on its way, 0 to 60.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadTimes {
    /// E-mails.
    pub email: u8,
    /// Text messages.
    pub message: u8,
    /// Letters and cards.
    pub post: u8,
}

/// Limits of the listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Calls in work at once, 1 to 100,000.
    pub max_concurrent_calls: usize,
    /// Longest time of one call, 1 to 3,600 seconds.
    pub max_call_seconds: u64,
    /// Calls at once on one connection, 1 to 10,000.
    pub max_streams_per_connection: u32,
    /// Time between keep-alive pings, 5 to 3,600 seconds.
    pub keepalive_seconds: u64,
    /// Time for calls in work to finish at a stop, 0 to 600 seconds.
    pub drain_seconds: u64,
    /// Time between checks of the database, 1 to 60 seconds.
    pub health_interval_seconds: u64,
    /// Origins of web pages that may call over gRPC-Web.
    pub cors_allowed_origins: Vec<String>,
    /// TLS on the port.
    pub tls: Tls,
}

/// TLS on the port; off while neither file is named.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate with its chain, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

impl Tls {
    /// Whether the port speaks TLS.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

/// Calls a second that one key may make, by its role: up to 1,000,000; 0 for no bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Front desks.
    pub desk: u32,
    /// Programs of the business.
    pub service: u32,
    /// Imports, workers, the night's notes.
    pub batch: u32,
    /// Managers.
    pub manager: u32,
    /// Operators.
    pub operator: u32,
}

/// Room for writes that wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteQueue {
    /// Waiting writes of single calls, 256 to 1,000,000.
    pub interactive_capacity: usize,
    /// Waiting writes of batches, 256 to 1,000,000.
    pub bulk_capacity: usize,
}

/// Background work: seconds between two runs of each loop, 1 to 86,400.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheduler {
    /// Whether this process does background work.
    pub enabled: bool,
    /// Closing visits left open.
    pub close_visits_seconds: u64,
    /// Returning gestures whose lease lapsed.
    pub lapse_leases_seconds: u64,
    /// Planning again what was planned by what does not hold any more.
    pub replan_outdated_seconds: u64,
    /// Offering again what is late once its hours begin.
    pub wake_late_seconds: u64,
    /// Ending gestures past their deadline; a missed promise opens its case then.
    pub expire_gestures_seconds: u64,
    /// Writing, delivering and cancelling batches of notes; besides being woken.
    pub note_batches_seconds: u64,
    /// Looking at customers whose day is near or who have gone silent.
    pub look_ahead_seconds: u64,
    /// Making customers be found by their words who were there before they could be.
    pub fill_search_seconds: u64,
    /// Keeping the index of customers' words in few pieces (SQLite).
    pub tidy_search_seconds: u64,
    /// Forgetting old request keys.
    pub forget_request_keys_seconds: u64,
    /// Forgetting what can no longer be taken back at the desk.
    pub forget_desk_actions_seconds: u64,
    /// Cleaning files of people who asked to be forgotten; besides being woken.
    pub finish_erasures_seconds: u64,
    /// Forgetting what is kept for a time only.
    pub apply_retention_seconds: u64,
    /// Late gestures that may leave within a minute, all replicas together, up to 1,000,000; 0 for no bound.
    pub catch_up_per_minute: u32,
    /// Rows that one run takes at most, 1 to 10,000.
    pub page: u32,
}

/// Days for which what need not be kept for ever is kept, up to 36,500; 0 for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// What staff wrote about interactions, and how strangers were described.
    pub remarks_days: u32,
    /// Who changed what; 0 or at least 30.
    pub events_days: u32,
    /// Who read whose data; 0 or at least 30.
    pub reads_days: u32,
}

/// How members of staff are named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// In what is recorded of customers.
    pub named: StaffNamed,
}

/// How members of staff are named in what is recorded of customers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffNamed {
    /// As whoever records it says.
    AsSaid,
    /// By their pseudonym, else by their initials.
    Pseudonym,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Shape of a line.
    pub format: LogFormat,
    /// A level, or `tracing` directives.
    pub filter: String,
}

/// Shape of a log line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Config {
    /// The configuration in force as TOML, without secrets.
    ///
    /// # Errors
    /// None for a configuration that was loaded; the signature is that of the serialiser.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

impl Default for Config {
    /// What [`DEFAULTS`] says.
    fn default() -> Self {
        toml::from_str(DEFAULTS).expect("a test keeps the defaults file parsing")
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, DEFAULTS};

    #[test]
    fn the_defaults_file_holds_exactly_the_keys_of_the_configuration() {
        let written: toml::Table = toml::from_str(DEFAULTS).expect("valid TOML");
        let parsed = toml::Table::try_from(Config::default()).expect("serialises");
        assert_eq!(written, parsed);
    }

    #[test]
    fn every_key_is_explained_by_a_comment_before_it_or_before_its_group() {
        let mut explained = false;
        for line in DEFAULTS.lines() {
            match line.trim() {
                "" => explained = false,
                comment if comment.starts_with('#') => explained = true,
                table if table.starts_with('[') => {}
                key => assert!(explained, "no comment explains `{key}`"),
            }
        }
    }

    #[test]
    fn what_is_printed_loads_again() {
        let printed = Config::default().to_toml().expect("serialises");
        assert_eq!(toml::from_str::<Config>(&printed).expect("parses"), Config::default());
    }
}
