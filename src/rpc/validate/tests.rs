#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{ids::CustomerId, interaction::Outcome};

/// The paths that reading refused.
fn refused<T>(read: impl FnOnce(&mut Fields) -> T) -> Vec<String> {
    let mut fields = Fields::new();
    drop(read(&mut fields));
    let item = fields.finish(Some(())).err().map(Failure::into_item_error);
    item.map(|item| item.violations.into_iter().map(|v| v.field).collect()).unwrap_or_default()
}

#[test]
fn names_and_lines_turn_the_direction_of_nothing_behind_them() {
    let paths = refused(|fields| {
        fields.short("label", "Ana \u{202e}".to_owned());
        fields.shorts("address_lines", vec!["1 Mill Lane".to_owned(), "\u{2067}Leeds".to_owned()], 10);
        fields.subject("subject", "Thank you\u{202c}".to_owned());
    });
    assert_eq!(paths, ["label", "address_lines[1]", "subject"]);
    let fine = refused(|fields| {
        fields.short("label", "\u{202b}דוד\u{202c}\u{200f}".to_owned());
        let name = fields.person_name("display_name", "Ana \u{202e}grE".to_owned());
        assert_eq!(name, "Ana grE", "of a person's name only the letters are kept");
        fields.text("remarks", "pasted \u{202e}".to_owned())
    });
    assert_eq!(fine, [""; 0], "what is closed harms nobody, nor what stands by itself");
}

#[test]
fn everything_wrong_is_told_at_once_with_its_path() {
    let paths = refused(|fields| {
        fields.within("interaction", |fields| {
            fields.required_short("staff", String::new());
            fields.list("items", vec!["", "b", "x\0"], 10, |fields, text| fields.bare_short(text.to_owned()));
            fields.required_enum::<Outcome>("outcome", 99);
        });
        fields.name::<CustomerId>("customer", "customers/7");
    });
    assert_eq!(
        paths,
        ["interaction.staff", "interaction.items[0]", "interaction.items[2]", "interaction.outcome", "customer"]
    );
}

#[test]
fn texts_have_a_limit_and_no_control_characters() {
    let long = "ä".repeat(limits::SHORT_TEXT_MAX_BYTES / 2 + 1);
    assert_eq!(refused(|f| f.short("a", long)), ["a"]);
    assert_eq!(refused(|f| f.text("a", "x\0".to_owned())), ["a"]);
    assert!(refused(|f| f.text("a", "two\nlines\tand a tab".to_owned())).is_empty());
}

#[test]
fn impossible_times_are_refused() {
    let time = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0), (i64::MIN, 0)] {
        assert_eq!(refused(|f| f.time("t", time(seconds, nanos))), ["t"]);
    }
    let mut fields = Fields::new();
    assert_eq!(fields.time("t", time(1, 1_999)).unwrap().as_nanosecond(), 1_000_001_000);
}

#[test]
fn lengths_of_time_keep_their_range() {
    let range = SignedDuration::ZERO..=SignedDuration::from_secs(10);
    let read = |seconds, nanos| {
        let given = Some(prost_types::Duration { seconds, nanos });
        let range = range.clone();
        refused(move |f| f.duration("d", given, range))
    };
    assert!(read(10, 0).is_empty());
    for (seconds, nanos) in [(10, 1), (-1, 0), (1, -1), (0, 1_000_000_000), (i64::MAX, 0), (i64::MIN, i32::MIN)] {
        assert_eq!(read(seconds, nanos), ["d"], "{seconds} {nanos}");
    }
}

#[test]
fn codes_have_their_shape() {
    for wrong in ["Europe/Berlinn", "Etc/Unknown", "+01:00"] {
        assert_eq!(refused(|f| f.zone("z", wrong)), ["z"]);
    }
    assert_eq!(Fields::new().zone("z", "europe/berlin"), "Europe/Berlin");
    for wrong in ["de", "D", "DEU", "ÄÖ"] {
        assert_eq!(refused(|f| f.region("r", wrong)), ["r"]);
    }
    for wrong in ["d", "de-", "1de", "und"] {
        assert_eq!(refused(|f| f.language("l", wrong)), ["l"]);
    }
    assert!(refused(|f| f.language("l", "zh-Hant-TW")).is_empty());
}

#[test]
fn a_request_id_has_one_spelling() {
    let id = "0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10";
    assert_eq!(Fields::new().request_id(&id.to_uppercase()), Some(id.to_owned()));
    assert_eq!(Fields::new().request_id(""), None);
    assert_eq!(refused(|f| f.request_id("7")), ["request_id"]);
}

#[test]
fn page_sizes_are_lowered_but_not_below_nothing() {
    let size = |wanted| page_size(&mut Fields::new(), wanted);
    assert_eq!((size(0), size(7), size(10_000)), (limits::PAGE_DEFAULT, 7, limits::PAGE_MAX));
    assert_eq!(refused(|f| page_size(f, -1)), ["page_size"]);
}
