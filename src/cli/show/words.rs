//! Codes, dates and times in plain words.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::proto::v1;

/// Length of a UUID as text, and how much of it people are shown.
const UUID_LENGTH: usize = 36;
const SHOWN_LENGTH: usize = 4;

/// A value of an enum without its prefix: `INTERACTION_KIND_ORDER_UPDATE` is "order update".
pub(super) fn plain(name: &str, prefix: &str) -> String {
    let short = name.strip_prefix(prefix).unwrap_or(name);
    if short == "UNSPECIFIED" { String::new() } else { short.to_lowercase().replace('_', " ") }
}

/// What an interaction was.
pub(super) fn kind(kind: v1::InteractionKind) -> String {
    plain(kind.as_str_name(), "INTERACTION_KIND_")
}

/// How an interaction ended; empty while it lasts.
pub(in crate::cli) fn outcome(outcome: v1::Outcome) -> String {
    plain(outcome.as_str_name(), "OUTCOME_")
}

/// Why something stands as it does; empty if nothing stands in the way.
pub(super) fn reason(reason: v1::Reason) -> String {
    plain(reason.as_str_name(), "REASON_")
}

/// What is done.
pub(in crate::cli) fn gesture_kind(kind: v1::GestureKind) -> String {
    plain(kind.as_str_name(), "GESTURE_KIND_")
}

/// Where a gesture stands.
pub(in crate::cli) fn gesture_state(state: v1::gesture::State) -> String {
    plain(state.as_str_name(), "STATE_")
}

/// Where an obligation stands.
pub(in crate::cli) fn obligation_state(state: v1::obligation::State) -> String {
    plain(state.as_str_name(), "STATE_")
}

/// Where a batch of notes stands.
pub(super) fn batch_state(state: v1::note_batch::State) -> String {
    plain(state.as_str_name(), "STATE_")
}

/// Where a note stands.
pub(in crate::cli) fn note_state(state: v1::note::State) -> String {
    match state {
        v1::note::State::WithPerson => "with a person".to_owned(),
        v1::note::State::Delivering => "on its way".to_owned(),
        other => plain(other.as_str_name(), "STATE_"),
    }
}

/// Whether a template can be used.
pub(super) fn template_state(state: v1::template::State) -> String {
    plain(state.as_str_name(), "STATE_")
}

/// What a template speaks of.
pub(super) fn occasion(occasion: v1::Occasion) -> String {
    plain(occasion.as_str_name(), "OCCASION_")
}

/// How we know something.
pub(super) fn origin(origin: v1::fact::Origin) -> String {
    plain(origin.as_str_name(), "ORIGIN_")
}

/// By which channel.
pub(in crate::cli) fn channel(channel: v1::Channel) -> String {
    match channel {
        v1::Channel::Email => "e-mail".to_owned(),
        v1::Channel::Phone => "by phone".to_owned(),
        v1::Channel::Post => "by post".to_owned(),
        other => plain(other.as_str_name(), "CHANNEL_"),
    }
}

/// Where somebody stands on the way of returning.
pub(super) fn return_status(status: v1::customer_summary::ReturnStatus) -> String {
    plain(status.as_str_name(), "RETURN_STATUS_")
}

/// A day, such as "Mon 23 Nov 2026"; a date that is none as it came.
pub(super) fn date(date: v1::CalendarDate) -> String {
    let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
    match parts {
        (Ok(year), Ok(month), Ok(day)) if year > 0 => {
            Date::new(year, month, day).map(|date| date.strftime("%a %-d %b %Y").to_string()).unwrap_or_default()
        }
        // A birthday without year; 2000 has every day.
        (Ok(_), Ok(month), Ok(day)) => {
            Date::new(2000, month, day).map(|date| date.strftime("%-d %b").to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// An instant by the clock of a zone, such as "Mon 23 Nov 09:00".
pub(in crate::cli) fn instant(instant: prost_types::Timestamp, zone: &TimeZone) -> String {
    let stamp = Timestamp::new(instant.seconds, instant.nanos);
    stamp.map(|stamp| stamp.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string()).unwrap_or_default()
}

/// An instant where nobody's clock is nearer, such as "Mon 23 Nov 2026 09:00 UTC".
pub(in crate::cli) fn utc(instant: prost_types::Timestamp) -> String {
    let stamp = Timestamp::new(instant.seconds, instant.nanos);
    stamp.map(|stamp| stamp.strftime("%a %-d %b %Y %H:%M UTC").to_string()).unwrap_or_default()
}

/// A length of time in its two largest units, such as "3 min 20 s".
pub(super) fn length(length: prost_types::Duration) -> String {
    let seconds = length.seconds.max(0);
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A wall-clock time as a plan has it, `2026-11-23T09:00`, as "Mon 23 Nov 09:00".
pub(super) fn planned_local(text: &str) -> String {
    let local = text.parse::<jiff::civil::DateTime>();
    local.map(|local| local.strftime("%a %-d %b %H:%M").to_string()).unwrap_or_else(|_| text.to_owned())
}

/// A text in which ids of resources are cut to their ends, by which people tell them apart: `gestures/…1b6c`.
pub(in crate::cli) fn short_ids(text: &str) -> String {
    let mut shortened = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(slash) = rest.find('/') {
        let (before, after) = rest.split_at(slash + 1);
        shortened.push_str(before);
        rest = match after.get(..UUID_LENGTH).filter(|id| uuid::Uuid::try_parse(id).is_ok()) {
            Some(id) => {
                shortened.push('…');
                shortened.push_str(&id[UUID_LENGTH - SHOWN_LENGTH..]);
                &after[UUID_LENGTH..]
            }
            None => after,
        };
    }
    shortened + rest
}

/// A text of several lines on one.
pub(in crate::cli) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A paragraph in lines of at most so many columns, broken between words.
pub(in crate::cli) fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        let line = lines.last_mut().expect("there is one from the start");
        if line.is_empty() {
            line.push_str(word);
        } else if console::measure_text_width(line) + 1 + console::measure_text_width(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// "1 day", "2 days".
pub(super) fn days(count: i32) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{date, instant, kind, length, outcome, planned_local, short_ids, utc, wrapped};
    use crate::proto::v1;

    #[test]
    fn codes_are_said_in_words() {
        assert_eq!(kind(v1::InteractionKind::OrderUpdate), "order update");
        assert_eq!(outcome(v1::Outcome::Unspecified), "");
    }

    #[test]
    fn ids_are_cut_short_and_nothing_else() {
        let text = "See gestures/01a20846-fe00-7686-82b3-02b2d9d2666c and/or the desk.";
        assert_eq!(short_ids(text), "See gestures/…666c and/or the desk.");
        assert_eq!(short_ids("1/2 Größen/ä"), "1/2 Größen/ä");
    }

    #[test]
    fn long_lines_break_between_words() {
        assert_eq!(wrapped("größer als gedacht", 10), ["größer als", "gedacht"]);
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn days_and_times_are_said_as_people_do() {
        assert_eq!(date(v1::CalendarDate { year: 2026, month: 11, day: 3 }), "Tue 3 Nov 2026");
        assert_eq!(date(v1::CalendarDate { year: 0, month: 2, day: 29 }), "29 Feb");
        assert_eq!(date(v1::CalendarDate { year: 2026, month: 2, day: 30 }), "");
        assert_eq!(planned_local("2026-11-23T09:00"), "Mon 23 Nov 09:00");
        let noon = prost_types::Timestamp { seconds: 1_795_431_600, nanos: 0 };
        assert_eq!(instant(noon, &TimeZone::UTC), "Mon 23 Nov 11:00");
        assert_eq!(utc(noon), "Mon 23 Nov 2026 11:00 UTC");
        let told = |seconds| length(prost_types::Duration { seconds, nanos: 0 });
        assert_eq!((told(7), told(200), told(7_260)), ("7 s".into(), "3 min 20 s".into(), "2 h 1 min".into()));
    }
}
