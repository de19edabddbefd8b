//! Money, dates, times of day, weekly hours, addresses, instants.

use crate::{
    domain::{
        customer::{BirthDate, PostalAddress},
        interaction::ExternalRef,
        money::Money,
        when::{ClockTime, WINDOWS_MAX, WeeklyHours, Window},
    },
    proto::v1 as pb,
    rpc::validate::Fields,
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Weekday},
};

/// The largest amount: a thousand million of the main unit.
pub(crate) const MONEY_MAX_MICROS: i64 = 1_000_000_000_000_000;

/// Most lines of a postal address.
const ADDRESS_LINES_MAX: usize = 10;

pub(crate) fn timestamp(instant: Timestamp) -> prost_types::Timestamp {
    // Nanoseconds of an instant before 1970 count down in jiff, up on the wire.
    let (mut seconds, mut nanos) = (instant.as_second(), instant.subsec_nanosecond());
    if nanos < 0 {
        seconds -= 1;
        nanos += 1_000_000_000;
    }
    prost_types::Timestamp { seconds, nanos }
}

pub(crate) fn duration(length: SignedDuration) -> prost_types::Duration {
    prost_types::Duration { seconds: length.as_secs(), nanos: length.subsec_nanos() }
}

pub(crate) fn money(money: &Money) -> pb::Money {
    pb::Money { currency_code: money.currency.clone(), micros: money.micros }
}

pub(crate) fn read_money(fields: &mut Fields, money: pb::Money) -> Option<Money> {
    fields.given("currency_code", &money.currency_code);
    let currency = fields.currency("currency_code", &money.currency_code);
    if !(0..=MONEY_MAX_MICROS).contains(&money.micros) {
        fields.refuse("micros", format!("is {}; must be 0 to {MONEY_MAX_MICROS}", money.micros));
    }
    Some(Money { currency, micros: money.micros })
}

pub(crate) fn date(date: Date) -> pb::CalendarDate {
    pb::CalendarDate { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// A date with its year.
pub(crate) fn read_date(fields: &mut Fields, date: pb::CalendarDate) -> Option<Date> {
    let part = |number: i32| i8::try_from(number).ok();
    let read = || Date::new(i16::try_from(date.year).ok()?, part(date.month)?, part(date.day)?).ok();
    let found = read().filter(|date| date.year() > 0);
    if found.is_none() {
        fields.refuse_here("must be a day of the calendar with its year, 1 to 9999");
    }
    found
}

pub(crate) fn birth_date(date: &BirthDate) -> pb::CalendarDate {
    pb::CalendarDate { year: date.year.unwrap_or_default().into(), month: date.month.into(), day: date.day.into() }
}

/// A birthday; without year, 29 February stands.
pub(crate) fn read_birth_date(fields: &mut Fields, date: pb::CalendarDate) -> Option<BirthDate> {
    const A_LEAP_YEAR: i32 = 2000;
    let year = if date.year == 0 { A_LEAP_YEAR } else { date.year };
    let whole = pb::CalendarDate { year, ..date };
    let found = read_date(fields, whole)?;
    if date.year != 0 && date.year < 1900 {
        fields.refuse("year", "must be 1900 or later, or 0 if not known");
    }
    Some(BirthDate { year: (date.year != 0).then_some(found.year()), month: found.month(), day: found.day() })
}

pub(crate) fn time_of_day(time: ClockTime) -> pb::TimeOfDay {
    pb::TimeOfDay { hours: time.hour().into(), minutes: time.minute().into() }
}

pub(crate) fn read_time_of_day(fields: &mut Fields, time: pb::TimeOfDay) -> Option<ClockTime> {
    let read = || ClockTime::new(u8::try_from(time.hours).ok()?, u8::try_from(time.minutes).ok()?);
    let found = read();
    if found.is_none() {
        fields.refuse_here("must be a time from 0:00 to 24:00");
    }
    found
}

pub(crate) fn weekly_hours(hours: Option<&WeeklyHours>) -> Vec<pb::WeeklyWindow> {
    let windows = hours.map(WeeklyHours::windows).unwrap_or_default();
    windows
        .iter()
        .map(|window| pb::WeeklyWindow {
            weekday: i32::from(window.weekday().to_monday_one_offset()),
            open: Some(time_of_day(window.open())),
            close: Some(time_of_day(window.close())),
        })
        .collect()
}

/// Weekly hours; none given means no restriction.
pub(crate) fn read_weekly_hours(
    fields: &mut Fields,
    field: &str,
    windows: Vec<pb::WeeklyWindow>,
) -> Option<WeeklyHours> {
    let windows = fields.list(field, windows, WINDOWS_MAX, read_window);
    if windows.is_empty() {
        return None;
    }
    WeeklyHours::new(windows).map_err(|error| fields.refuse(field, error.to_string())).ok()
}

fn read_window(fields: &mut Fields, window: pb::WeeklyWindow) -> Option<Window> {
    let weekday = read_weekday(fields, window.weekday);
    let open = fields.required("open", window.open, read_time_of_day);
    let close = fields.required("close", window.close, read_time_of_day);
    Window::new(weekday?, open?, close?).map_err(|error| fields.refuse_here(error.to_string())).ok()
}

fn read_weekday(fields: &mut Fields, number: i32) -> Option<Weekday> {
    let weekday = i8::try_from(number).ok().and_then(|offset| Weekday::from_monday_one_offset(offset).ok());
    if weekday.is_none() {
        fields.refuse("weekday", "must be set to one of MONDAY to SUNDAY");
    }
    weekday
}

pub(crate) fn postal_address(address: &PostalAddress) -> pb::PostalAddress {
    pb::PostalAddress {
        region_code: address.region.clone(),
        address_lines: address.lines.clone(),
        postal_code: address.postal_code.clone(),
        locality: address.locality.clone(),
        administrative_area: address.administrative_area.clone(),
    }
}

pub(crate) fn read_postal_address(fields: &mut Fields, address: pb::PostalAddress) -> Option<PostalAddress> {
    fields.given("region_code", &address.region_code);
    Some(PostalAddress {
        region: fields.region("region_code", &address.region_code),
        postal_code: fields.short("postal_code", address.postal_code),
        administrative_area: fields.short("administrative_area", address.administrative_area),
        locality: fields.short("locality", address.locality),
        lines: fields.shorts("address_lines", address.address_lines, ADDRESS_LINES_MAX),
    })
}

pub(crate) fn external_ref(reference: &ExternalRef) -> pb::ExternalRef {
    pb::ExternalRef { system: reference.system.clone(), external_id: reference.id.clone() }
}

pub(crate) fn read_external_ref(fields: &mut Fields, reference: pb::ExternalRef) -> Option<ExternalRef> {
    Some(ExternalRef {
        system: fields.required_short("system", reference.system),
        id: fields.required_short("external_id", reference.external_id),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::rpc::status::Failure;
    use proptest::prelude::*;

    fn read<M, T>(message: M, read: impl FnOnce(&mut Fields, M) -> Option<T>) -> Result<T, Vec<String>> {
        let mut fields = Fields::new();
        let value = fields.required("it", Some(message), read);
        fields.finish(value).map_err(violated)
    }

    fn violated(failure: Failure) -> Vec<String> {
        failure.into_item_error().violations.into_iter().map(|violation| violation.field).collect()
    }

    proptest! {
        #[test]
        fn instants_come_back(micros in -60_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let instant = Timestamp::from_microsecond(micros).unwrap();
            let wire = timestamp(instant);
            prop_assert!((0..1_000_000_000).contains(&wire.nanos));
            prop_assert_eq!(Fields::new().time("t", Some(wire)), Some(instant));
        }

        #[test]
        fn lengths_of_time_come_back(seconds in -1_000_000_i64..1_000_000, nanos in 0_i32..1_000_000_000) {
            let length = SignedDuration::new(seconds, if seconds < 0 { -nanos } else { nanos });
            let all = SignedDuration::MIN..=SignedDuration::MAX;
            prop_assert_eq!(Fields::new().duration("d", Some(duration(length)), all), Some(length));
        }

        #[test]
        fn dates_come_back(year in 1_i16..=9999, day in 1_i16..=365) {
            let given = Date::new(year, 1, 1).unwrap().with().day_of_year(day).build().unwrap();
            prop_assert_eq!(read(date(given), read_date), Ok(given));
        }
    }

    #[test]
    fn impossible_dates_are_refused() {
        for (year, month, day) in
            [(0, 1, 1), (2025, 2, 29), (2025, 13, 1), (2025, 0, 1), (2025, 1, 300), (99_999, 1, 1)]
        {
            let date = pb::CalendarDate { year, month, day };
            assert_eq!(read(date, read_date), Err(vec!["it".to_owned()]), "{date:?}");
        }
    }

    #[test]
    fn a_birthday_may_lack_its_year() {
        let leap_day = pb::CalendarDate { year: 0, month: 2, day: 29 };
        let read_back = read(leap_day, read_birth_date).unwrap();
        assert_eq!(read_back.year, None);
        assert_eq!(birth_date(&read_back), leap_day);
        let ancient = pb::CalendarDate { year: 1899, month: 2, day: 1 };
        assert_eq!(read(ancient, read_birth_date), Err(vec!["it.year".to_owned()]));
    }

    #[test]
    fn negative_and_endless_money_is_refused() {
        let read_micros = |micros| read(pb::Money { currency_code: "EUR".to_owned(), micros }, read_money);
        assert_eq!(read_micros(12_500_000).map(|money| super::money(&money).micros), Ok(12_500_000));
        for micros in [-1, MONEY_MAX_MICROS + 1, i64::MIN] {
            assert_eq!(read_micros(micros), Err(vec!["it.micros".to_owned()]));
        }
        let nothing = read(pb::Money::default(), read_money);
        assert_eq!(nothing, Err(vec!["it.currency_code".to_owned()]));
    }

    #[test]
    fn weekly_hours_come_back() {
        let window = |weekday, open, close| pb::WeeklyWindow {
            weekday,
            open: Some(pb::TimeOfDay { hours: open, minutes: 30 }),
            close: Some(pb::TimeOfDay { hours: close, minutes: 0 }),
        };
        let windows = vec![window(1, 9, 24), window(6, 22, 3)];
        let mut fields = Fields::new();
        let hours = read_weekly_hours(&mut fields, "hours", windows.clone());
        assert_eq!(fields.finish(hours.as_ref().map(|h| weekly_hours(Some(h)))), Ok(windows));
    }

    #[test]
    fn every_wrong_window_is_named() {
        let time = |hours| Some(pb::TimeOfDay { hours, minutes: 0 });
        let windows = vec![
            pb::WeeklyWindow { weekday: 8, open: time(9), close: None },
            pb::WeeklyWindow { weekday: 1, open: time(9), close: time(9) },
            pb::WeeklyWindow { weekday: 1, open: time(-1), close: time(25) },
        ];
        let mut fields = Fields::new();
        read_weekly_hours(&mut fields, "h", windows);
        let paths = violated(fields.finish(Some(())).unwrap_err());
        assert_eq!(paths, ["h[0].weekday", "h[0].close", "h[1]", "h[2].open", "h[2].close"]);
    }
}
