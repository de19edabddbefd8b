//! Numbers, times and dates as people and programs write them.

use jiff::{
    SignedDuration, Span, SpanRelativeTo, Timestamp,
    civil::{Date, DateTime},
    fmt::strtime::BrokenDownTime,
    tz::TimeZone,
};

use crate::domain::when::resolve_local;

/// A whole number; `2.0` is one, as programs that know no whole numbers write them.
pub(super) fn whole(text: &str) -> Option<i64> {
    match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole.parse().ok(),
        _ => text.parse().ok(),
    }
}

/// Yes or no.
pub(super) fn flag(text: &str) -> Option<bool> {
    let yes = ["true", "t", "yes", "y", "1"];
    let no = ["false", "f", "no", "n", "0"];
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&yes) { Some(true) } else { is(&no).then_some(false) }
}

/// A length of time: seconds, or in words or ISO 8601, such as `90s`, `1h 30m`, `PT90S`. A day is 24 hours.
pub(super) fn span(text: &str) -> Option<SignedDuration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return SignedDuration::try_from_secs_f64(seconds).ok();
    }
    text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// A day of the calendar, in the first format that fits; without formats as `YYYY-MM-DD`.
pub(super) fn date(text: &str, formats: &[String]) -> Option<Date> {
    if formats.is_empty() {
        return text.parse().ok();
    }
    formats.iter().find_map(|format| Date::strptime(format, text).ok())
}

/// An instant, in the first format that fits; without formats as ISO 8601 has it. A time with its own offset needs no
/// zone; a day without a time is its beginning.
///
/// # Errors
/// Why the text is none, in words.
pub(super) fn instant(text: &str, formats: &[String], zone: Option<&TimeZone>) -> Result<Timestamp, String> {
    let read = if formats.is_empty() { iso(text) } else { formats.iter().find_map(|format| formatted(text, format)) };
    match (read, zone) {
        (Some(Moment::Instant(instant)), _) => Ok(instant),
        (Some(Moment::Local(local)), Some(zone)) => {
            resolve_local(zone, local).ok_or_else(|| format!("`{text}` lies outside the calendar"))
        }
        (Some(Moment::Local(_)), None) => Err(format!("`{text}` has no offset, and the mapping names no `zone`")),
        (None, _) if formats.is_empty() => Err(format!("`{text}` is no time; say how it is written with `format`")),
        (None, _) => Err(format!("`{text}` is not written as {}", formats.join(" or "))),
    }
}

/// A time as written.
enum Moment {
    Instant(Timestamp),
    Local(DateTime),
}

fn iso(text: &str) -> Option<Moment> {
    if let Ok(instant) = text.parse() {
        return Some(Moment::Instant(instant));
    }
    let local = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)));
    local.ok().map(Moment::Local)
}

fn formatted(text: &str, format: &str) -> Option<Moment> {
    let parts = BrokenDownTime::parse(format, text).ok()?;
    if let Ok(instant) = parts.to_timestamp() {
        return Some(Moment::Instant(instant));
    }
    let local = parts.to_datetime().or_else(|_| parts.to_date().map(|date| date.at(0, 0, 0, 0)));
    local.ok().map(Moment::Local)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, tz::TimeZone};

    use super::{date, flag, instant, span, whole};

    #[test]
    fn whole_numbers_and_flags() {
        assert_eq!(
            (whole("2"), whole("2.0"), whole("-3"), whole("2.5"), whole("x")),
            (Some(2), Some(2), Some(-3), None, None)
        );
        assert_eq!((flag("TRUE"), flag("no"), flag("1"), flag("maybe")), (Some(true), Some(false), Some(true), None));
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(span("90"), Some(SignedDuration::from_secs(90)));
        assert_eq!(span("1h 30m"), Some(SignedDuration::from_mins(90)));
        assert_eq!(span("a while"), None);
    }

    #[test]
    fn times_are_read_in_the_zone_or_by_their_offset() {
        let new_york = TimeZone::get("America/New_York").expect("built in");
        let formats = ["%Y%m%d %H:%M".to_owned(), "%Y-%m-%dT%H:%M:%S%z".to_owned()];
        let read = |text: &str| instant(text, &formats, Some(&new_york)).map(|instant| instant.to_string());
        assert_eq!(read("19970101 12:00").as_deref(), Ok("1997-01-01T17:00:00Z"));
        assert_eq!(read("1997-01-01T12:00:00+0100").as_deref(), Ok("1997-01-01T11:00:00Z"));
        assert!(read("01.01.1997").is_err_and(|why| why.contains("%Y%m%d")));

        let iso = |text: &str, zone| instant(text, &[], zone).map(|instant| instant.to_string());
        assert_eq!(iso("2017-01-01 13:22:42", Some(&new_york)).as_deref(), Ok("2017-01-01T18:22:42Z"));
        assert_eq!(iso("2017-01-01", Some(&new_york)).as_deref(), Ok("2017-01-01T05:00:00Z"));
        assert_eq!(iso("2017-01-01T13:22:42Z", None).as_deref(), Ok("2017-01-01T13:22:42Z"));
        assert!(iso("2017-01-01", None).is_err_and(|why| why.contains("zone")));
    }

    #[test]
    fn a_skipped_time_is_the_instant_of_the_change() {
        let new_york = TimeZone::get("America/New_York").expect("built in");
        let skipped = instant("2017-03-12 02:30:00", &[], Some(&new_york)).map(|instant| instant.to_string());
        assert_eq!(skipped.as_deref(), Ok("2017-03-12T07:00:00Z"));
    }

    #[test]
    fn dates_are_read_in_the_first_format_that_fits() {
        let formats = ["%d.%m.%Y".to_owned(), "%Y%m%d".to_owned()];
        assert_eq!(date("24.12.2026", &formats), date("2026-12-24", &[]));
        assert_eq!(date("20261224", &formats), date("2026-12-24", &[]));
        assert_eq!(date("2026-12-24", &formats), None);
    }
}
