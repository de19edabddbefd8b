//! Journeys, and what is owed to the customer at each touchpoint.

use jiff::SignedDuration;

use super::words;
use crate::{cli::output, proto::v1};

/// Journeys as a table.
pub(in crate::cli) fn journeys(journeys: &[v1::Journey], touchpoints: &[v1::Touchpoint]) -> String {
    let mut table = output::table(&["journey", "name", "stages", "touchpoints", "state"]);
    for journey in journeys {
        let count = touchpoints.iter().filter(|touchpoint| touchpoint.journey == journey.name).count();
        table.add_row([
            journey.name.trim_start_matches("journeys/").to_owned(),
            journey.display_name.clone(),
            journey.stages.iter().map(|stage| stage.display_name.as_str()).collect::<Vec<_>>().join(" → "),
            count.to_string(),
            words::plain(journey.state().as_str_name(), "STATE_"),
        ]);
    }
    table.to_string()
}

/// A journey with what is owed at its touchpoints, stage by stage.
pub(in crate::cli) fn journey(journey: &v1::Journey, touchpoints: &[v1::Touchpoint]) -> String {
    let mut table = output::ruled_table(&["stage", "touchpoint", "over", "owed to the customer"]);
    for stage in &journey.stages {
        let mut name = stage.display_name.as_str();
        for touchpoint in touchpoints.iter().filter(|touchpoint| touchpoint.stage_id == stage.stage_id) {
            let channels =
                touchpoint.channels().map(|channel| words::plain(channel.as_str_name(), "INTERACTION_CHANNEL_"));
            let id = touchpoint.name.trim_start_matches("touchpoints/");
            let retired = match touchpoint.state() {
                v1::touchpoint::State::Retired => " (retired)",
                _ => "",
            };
            table.add_row([
                name.to_owned(),
                format!("{}\n{id}{retired}", touchpoint.display_name),
                channels.collect::<Vec<_>>().join(", "),
                standards(&touchpoint.standards.unwrap_or_default()),
            ]);
            // Said once for all touchpoints of a stage.
            name = "";
        }
        if !name.is_empty() {
            table.add_row([name, "", "", ""]);
        }
    }
    let description = if journey.description.is_empty() { "" } else { "\n" };
    format!("{}{description}{}\n{table}", journey.display_name, journey.description.trim_end())
}

fn standards(standards: &v1::Standards) -> String {
    let limit = |done: &str, limit: &v1::TimeLimit| {
        let within = limit.within_duration.unwrap_or_default();
        let hours = if limit.business_hours { " of opening hours" } else { "" };
        format!("{done} within {:#}{hours}", SignedDuration::new(within.seconds, within.nanos))
    };
    let promise = match standards.promise() {
        v1::standards::Promise::OnTheDay => Some("promises kept on the day".to_owned()),
        v1::standards::Promise::AtTheTime => Some("promises kept to the time".to_owned()),
        v1::standards::Promise::Unspecified => None,
    };
    let transfers = standards.max_transfers.map(|most| match most {
        0 => "never passed on".to_owned(),
        1 => "passed on at most once".to_owned(),
        most => format!("passed on at most {most} times"),
    });
    let owed = [
        standards.respond.as_ref().map(|it| limit("answered", it)),
        standards.fulfil.as_ref().map(|it| limit("done", it)),
        promise,
        transfers,
        standards.first_contact.then(|| "settled at first contact".to_owned()),
    ];
    owed.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
