//! Ranges and formats that types can't express. Every problem is named, all at once.

use std::{collections::BTreeMap, fmt::Display, ops::RangeInclusive};

use jiff::tz::TimeZone;
use tracing_subscriber::EnvFilter;

use super::{Config, DailyHours, WallTime, delivery};

/// Collects problems as `key: what is wrong`.
#[derive(Default)]
pub(super) struct Problems(pub(super) Vec<String>);

impl Problems {
    pub(super) fn check(&mut self, holds: bool, key: &str, problem: impl Display) {
        if !holds {
            self.0.push(format!("{key}: {problem}"));
        }
    }

    pub(super) fn range<T: PartialOrd + Display>(&mut self, key: &str, value: T, allowed: RangeInclusive<T>) {
        let (low, high) = (allowed.start(), allowed.end());
        self.check(allowed.contains(&value), key, format_args!("{value} is not within {low} to {high}"));
    }
}

/// Everything that is wrong with a configuration whose types are right; empty if nothing is.
pub(super) fn problems(config: &Config) -> Vec<String> {
    let mut found = Problems::default();
    database(config, &mut found);
    defaults(config, &mut found);
    hours("hours.calls", &config.hours.calls, &mut found);
    hours("hours.messages", &config.hours.messages, &mut found);
    found.range("visits.auto_close_hours", config.visits.auto_close_hours, 1..=168);
    found.range("visits.join_hours", config.visits.join_hours, 0..=72);
    found.range("visits.same_visit_minutes", config.visits.same_visit_minutes, 0..=240);
    found.range("budget.max_contacts", config.budget.max_contacts, 1..=1_000);
    found.range("budget.period_days", config.budget.period_days, 1..=365);
    found.range("cases.recovery_pause_minutes", config.cases.recovery_pause_minutes, 0..=10_080);
    let lead_times = &config.lead_times;
    let by_channel = [("email", lead_times.email), ("message", lead_times.message), ("post", lead_times.post)];
    for (channel, days) in by_channel {
        found.range(&format!("lead_times.{channel}"), days, 0..=60);
    }
    amounts("cases.remedy_limit_per_case", &config.cases.remedy_limit_per_case, &mut found);
    amounts("cases.remedy_limit_per_day", &config.cases.remedy_limit_per_day, &mut found);
    delivery::problems(&config.delivery, &mut found);
    server(config, &mut found);
    rate_limits(config, &mut found);
    found.range("write_queue.interactive_capacity", config.write_queue.interactive_capacity, 256..=1_000_000);
    found.range("write_queue.bulk_capacity", config.write_queue.bulk_capacity, 256..=1_000_000);
    scheduler(config, &mut found);
    retention(config, &mut found);
    let filter = EnvFilter::try_new(&config.log.filter);
    found.check(filter.is_ok(), "log.filter", "not a level such as \"info\", nor valid directives");
    found.0
}

fn database(config: &Config, found: &mut Problems) {
    let database = &config.database;
    found.check(
        database.url.is_sqlite() || database.url.is_postgres(),
        "database.url",
        "must begin with \"sqlite:\" or \"postgres://\"",
    );
    found.range("database.read_connections", database.read_connections, 1..=256);
    found.range("database.write_connections", database.write_connections, 1..=64);
    found.range("database.connect_timeout_seconds", database.connect_timeout_seconds, 1..=300);
    found.range("database.statement_timeout_ms", database.statement_timeout_ms, 100..=600_000);
}

fn defaults(config: &Config, found: &mut Problems) {
    let defaults = &config.defaults;
    let zone = &defaults.zone;
    found.check(TimeZone::get(zone).is_ok(), "defaults.zone", format_args!("\"{zone}\" is no known IANA time zone"));
    found.check(is_region(&defaults.region), "defaults.region", "must be two capital letters (ISO 3166)");
    found.check(
        is_language(&defaults.language),
        "defaults.language",
        "must be a BCP 47 tag such as \"en\" or \"de-AT\"",
    );
    found.range("defaults.lapse_gap_days", defaults.lapse_gap_days, 1..=3_650);
}

fn hours(key: &str, hours: &DailyHours, found: &mut Problems) {
    found.check(!hours.days.is_empty(), &format!("{key}.days"), "must name at least one day");
    found.check(hours.open != WallTime::END_OF_DAY, &format!("{key}.open"), "can't be 24:00: write 00:00");
    found.check(
        hours.open != hours.close,
        &format!("{key}.close"),
        "must differ from open; a whole day is 00:00 to 24:00",
    );
}

/// Amounts by currency. The environment has its keys in small letters, so these are as good.
fn amounts(key: &str, amounts: &BTreeMap<String, u32>, found: &mut Problems) {
    for (currency, amount) in amounts {
        let is_code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_alphabetic());
        found.check(is_code, key, format_args!("\"{currency}\" is no ISO 4217 currency"));
        found.range(key, *amount, 0..=1_000_000);
    }
}

fn server(config: &Config, found: &mut Problems) {
    let server = &config.server;
    found.range("server.max_concurrent_calls", server.max_concurrent_calls, 1..=100_000);
    found.range("server.max_call_seconds", server.max_call_seconds, 1..=3_600);
    found.range("server.max_streams_per_connection", server.max_streams_per_connection, 1..=10_000);
    found.range("server.keepalive_seconds", server.keepalive_seconds, 5..=3_600);
    found.range("server.drain_seconds", server.drain_seconds, 0..=600);
    found.range("server.health_interval_seconds", server.health_interval_seconds, 1..=60);
    let tls = &server.tls;
    found.check(
        tls.certificate.as_os_str().is_empty() == tls.key.as_os_str().is_empty(),
        "server.tls",
        "certificate and key must both name a file, or neither",
    );
    for origin in &server.cors_allowed_origins {
        found.check(
            is_origin(origin),
            "server.cors_allowed_origins",
            format_args!("\"{origin}\" is no origin such as \"https://desk.example.com\""),
        );
    }
}

fn rate_limits(config: &Config, found: &mut Problems) {
    let limits = &config.rate_limits;
    for (key, calls) in [
        ("rate_limits.desk", limits.desk),
        ("rate_limits.service", limits.service),
        ("rate_limits.batch", limits.batch),
        ("rate_limits.manager", limits.manager),
        ("rate_limits.operator", limits.operator),
    ] {
        found.range(key, calls, 0..=1_000_000);
    }
}

fn scheduler(config: &Config, found: &mut Problems) {
    let scheduler = &config.scheduler;
    for (key, seconds) in [
        ("scheduler.close_visits_seconds", scheduler.close_visits_seconds),
        ("scheduler.lapse_leases_seconds", scheduler.lapse_leases_seconds),
        ("scheduler.replan_outdated_seconds", scheduler.replan_outdated_seconds),
        ("scheduler.wake_late_seconds", scheduler.wake_late_seconds),
        ("scheduler.expire_gestures_seconds", scheduler.expire_gestures_seconds),
        ("scheduler.note_batches_seconds", scheduler.note_batches_seconds),
        ("scheduler.look_ahead_seconds", scheduler.look_ahead_seconds),
        ("scheduler.fill_search_seconds", scheduler.fill_search_seconds),
        ("scheduler.tidy_search_seconds", scheduler.tidy_search_seconds),
        ("scheduler.forget_request_keys_seconds", scheduler.forget_request_keys_seconds),
        ("scheduler.forget_desk_actions_seconds", scheduler.forget_desk_actions_seconds),
        ("scheduler.finish_erasures_seconds", scheduler.finish_erasures_seconds),
        ("scheduler.apply_retention_seconds", scheduler.apply_retention_seconds),
    ] {
        found.range(key, seconds, 1..=86_400);
    }
    found.range("scheduler.catch_up_per_minute", scheduler.catch_up_per_minute, 0..=1_000_000);
    found.range("scheduler.page", scheduler.page, 1..=10_000);
}

fn retention(config: &Config, found: &mut Problems) {
    let retention = &config.retention;
    found.range("retention.remarks_days", retention.remarks_days, 0..=36_500);
    // Who follows the feed or answers for a reading may have been away for a while.
    for (key, days) in
        [("retention.events_days", retention.events_days), ("retention.reads_days", retention.reads_days)]
    {
        found.check(matches!(days, 0 | 30..=36_500), key, format_args!("{days} is neither 0 nor within 30 to 36500"));
    }
}

fn is_region(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// The shape of a BCP 47 tag: a language of 2 to 8 letters, then subtags of 1 to 8 letters or digits.
fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Something on both sides of one `@`, and nothing that could be a second address.
pub(super) fn is_address(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"@,;<>\"".contains(&b));
    text.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
}

/// Scheme and host, no path: what a browser sends as `Origin`.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b'*'))
}
