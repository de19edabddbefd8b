//! Who comes and goes.

use jiff::tz::TimeZone;

use super::words;
use crate::proto::v1::{Arrival, Outcome, arrival_change::Kind};

/// One line about a visit: what happened, who, since when.
pub(in crate::cli) fn arrival(what: &str, arrival: &Arrival) -> String {
    let came = arrival.start_time.map(|at| words::instant(at, &TimeZone::system())).unwrap_or_default();
    let mut line = format!("{what:<10}  {:<24}  {}  came {came}", who(arrival), words::short_ids(&arrival.interaction));
    if arrival.outcome() != Outcome::Unspecified {
        line.push_str(&format!(", {}", words::outcome(arrival.outcome())));
    }
    if arrival.open_case {
        line.push_str(", say sorry first");
    }
    line
}

/// What happened, in a word or two.
pub(in crate::cli) fn arrival_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Arrived => "came",
        Kind::Left => "left",
        Kind::Reassigned => "reassigned",
        Kind::TakenBack => "taken back",
        Kind::Corrected | Kind::Unspecified => "corrected",
    }
}

fn who(arrival: &Arrival) -> String {
    match (arrival.display_name.as_str(), arrival.stranger.as_str(), arrival.candidate_count) {
        ("", "", 0) if arrival.customer.is_empty() => "a stranger".to_owned(),
        ("", "", 0) => "somebody without a name".to_owned(),
        ("", "", several) => format!("one of {several}"),
        ("", stranger, _) => format!("a stranger: {stranger}"),
        (name, ..) => name.to_owned(),
    }
}
