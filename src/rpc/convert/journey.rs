//! Journeys, touchpoints, standards and verdicts.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    types::{duration, timestamp},
};
use crate::{
    domain::{
        ids::StageId,
        journey::{
            Excess, Journey, JourneySettings, MapState, Stage, Standards, TimeLimit, Touchpoint, TouchpointSettings,
            Verdict,
        },
        limits::{STAGES_MAX, STANDARD_MAX, TRANSFERS_MAX},
    },
    proto::v1 as pb,
    rpc::{etag, names::ResourceId, validate::Fields},
};
use jiff::SignedDuration;

pub(crate) fn journey(journey: &Journey) -> pb::Journey {
    let settings = &journey.settings;
    let stage =
        |stage: &Stage| pb::JourneyStage { stage_id: stage.id.to_string(), display_name: stage.display_name.clone() };
    pb::Journey {
        name: journey.id.name(),
        display_name: settings.display_name.clone(),
        description: settings.description.clone(),
        stages: settings.stages.iter().map(stage).collect(),
        state: match journey.state {
            MapState::Active => pb::journey::State::Active.into(),
            MapState::Retired => pb::journey::State::Retired.into(),
        },
        create_time: Some(timestamp(journey.created_at)),
        update_time: Some(timestamp(journey.updated_at)),
        etag: etag::of(journey.version),
    }
}

/// Reads what a journey says: everything but what is output only.
pub(crate) fn read_journey(fields: &mut Fields, journey: pb::Journey) -> Option<JourneySettings> {
    let display_name = fields.required_short("display_name", journey.display_name);
    let description = fields.text("description", journey.description);
    if journey.stages.is_empty() {
        fields.refuse("stages", "must have at least one stage");
    }
    let mut known: Vec<StageId> = Vec::new();
    let stages = fields.list("stages", journey.stages, STAGES_MAX, |fields, stage| {
        let id = read_stage_id(fields, &stage.stage_id);
        let display_name = fields.required_short("display_name", stage.display_name);
        let id = id?;
        if known.contains(&id) {
            fields.refuse("stage_id", "stands for an earlier stage already");
        }
        known.push(id.clone());
        Some(Stage { id, display_name })
    });
    Some(JourneySettings { display_name, description, stages })
}

/// A stage's id as it is given.
fn read_stage_id(fields: &mut Fields, id: &str) -> Option<StageId> {
    id.parse().map_err(|wrong: crate::domain::ids::BadSlug| fields.refuse("stage_id", wrong.to_string())).ok()
}

pub(crate) fn touchpoint(touchpoint: &Touchpoint) -> pb::Touchpoint {
    let settings = &touchpoint.settings;
    pb::Touchpoint {
        name: touchpoint.id.name(),
        display_name: settings.display_name.clone(),
        journey: settings.journey.name(),
        stage_id: settings.stage.to_string(),
        channels: settings.channels.iter().map(|channel| channel.to_wire()).collect(),
        standards: (settings.standards != Standards::default()).then(|| standards(&settings.standards)),
        state: match touchpoint.state() {
            MapState::Active => pb::touchpoint::State::Active.into(),
            MapState::Retired => pb::touchpoint::State::Retired.into(),
        },
        create_time: Some(timestamp(touchpoint.created_at)),
        update_time: Some(timestamp(touchpoint.updated_at)),
        retire_time: touchpoint.retired_at.map(timestamp),
        etag: etag::of(touchpoint.version),
    }
}

fn standards(standards: &Standards) -> pb::Standards {
    let limit = |limit: TimeLimit| pb::TimeLimit {
        within_duration: Some(duration(limit.within)),
        business_hours: limit.business_hours,
    };
    pb::Standards {
        respond: standards.respond.map(limit),
        fulfil: standards.fulfil.map(limit),
        promise: to_wire_or_zero(standards.promise),
        max_transfers: standards.max_transfers.map(i32::from),
        first_contact: standards.first_contact,
    }
}

/// Reads what a touchpoint says: everything but what is output only.
pub(crate) fn read_touchpoint(fields: &mut Fields, touchpoint: pb::Touchpoint) -> Option<TouchpointSettings> {
    let display_name = fields.required_short("display_name", touchpoint.display_name);
    let journey = fields.name("journey", &touchpoint.journey);
    let stage = read_stage_id(fields, &touchpoint.stage_id);
    let channels = fields.enums("channels", touchpoint.channels);
    let standards = fields.optional("standards", touchpoint.standards, read_standards).unwrap_or_default();
    Some(TouchpointSettings { display_name, journey: journey?, stage: stage?, channels, standards })
}

fn read_standards(fields: &mut Fields, standards: pb::Standards) -> Option<Standards> {
    Some(Standards {
        respond: fields.optional("respond", standards.respond, read_limit),
        fulfil: fields.optional("fulfil", standards.fulfil, read_limit),
        promise: fields.optional_enum("promise", standards.promise),
        max_transfers: standards
            .max_transfers
            .and_then(|most| fields.ranged("max_transfers", most, 0..=i32::from(TRANSFERS_MAX))),
        first_contact: standards.first_contact,
    })
}

fn read_limit(fields: &mut Fields, limit: pb::TimeLimit) -> Option<TimeLimit> {
    if limit.within_duration.is_none() {
        fields.refuse("within_duration", "must be set");
    }
    let shortest = SignedDuration::from_micros(1);
    let within = fields.duration("within_duration", limit.within_duration, shortest..=STANDARD_MAX)?;
    Some(TimeLimit { within, business_hours: limit.business_hours })
}

pub(crate) fn verdict(verdict: &Verdict) -> pb::StandardVerdict {
    let (over_duration, over_count) = match verdict.over {
        Some(Excess::Time(over)) => (Some(duration(over)), 0),
        Some(Excess::Count(over)) => (None, i32::try_from(over).unwrap_or(i32::MAX)),
        None => (None, 0),
    };
    pb::StandardVerdict {
        standard: verdict.standard.to_wire(),
        kept: verdict.kept,
        evidence: verdict.evidence.clone(),
        over_duration,
        over_count,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::limits::TEXT_MAX_BYTES;

    fn said() -> pb::Touchpoint {
        let limit = |seconds, business_hours| {
            Some(pb::TimeLimit { within_duration: Some(prost_types::Duration { seconds, nanos: 0 }), business_hours })
        };
        pb::Touchpoint {
            display_name: "The phone is answered".to_owned(),
            journey: "journeys/order".to_owned(),
            stage_id: "asking".to_owned(),
            channels: vec![pb::InteractionChannel::Phone.into()],
            standards: Some(pb::Standards {
                respond: limit(10, false),
                fulfil: limit(43_200, true),
                promise: pb::standards::Promise::OnTheDay.into(),
                max_transfers: Some(0),
                first_contact: true,
            }),
            ..pb::Touchpoint::default()
        }
    }

    fn violations(read: impl FnOnce(&mut Fields)) -> Vec<String> {
        let mut fields = Fields::new();
        read(&mut fields);
        let failure = fields.finish(Some(())).unwrap_err();
        failure.into_violations("").into_iter().map(|v| v.field.trim_start_matches('.').to_owned()).collect()
    }

    #[test]
    fn a_touchpoint_comes_back_as_it_was_said() {
        let mut fields = Fields::new();
        let settings = read_touchpoint(&mut fields, said());
        let settings = fields.finish(settings).unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        let id = "phone-answered".parse().unwrap();
        let made = Touchpoint { id, settings, retired_at: None, version: 3, created_at: at, updated_at: at };
        let shown = touchpoint(&made);
        assert_eq!((shown.name.as_str(), shown.etag.as_str()), ("touchpoints/phone-answered", "v3"));
        let plain = pb::Touchpoint {
            name: String::new(),
            etag: String::new(),
            state: 0,
            create_time: None,
            update_time: None,
            ..shown
        };
        assert_eq!(plain, said());
    }

    #[test]
    fn all_that_is_wrong_with_a_touchpoint_is_told_at_once() {
        let too_long = prost_types::Duration { seconds: STANDARD_MAX.as_secs() + 1, nanos: 0 };
        let wrong = pb::Touchpoint {
            journey: "orders/1".to_owned(),
            stage_id: "A stage".to_owned(),
            channels: vec![99],
            standards: Some(pb::Standards {
                respond: Some(pb::TimeLimit::default()),
                fulfil: Some(pb::TimeLimit { within_duration: Some(too_long), business_hours: false }),
                promise: 99,
                max_transfers: Some(-1),
                first_contact: false,
            }),
            ..pb::Touchpoint::default()
        };
        let found = violations(|fields| {
            assert_eq!(read_touchpoint(fields, wrong), None);
        });
        let expected = [
            "display_name",
            "journey",
            "stage_id",
            "channels[0]",
            "standards.respond.within_duration",
            "standards.fulfil.within_duration",
            "standards.promise",
            "standards.max_transfers",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn all_that_is_wrong_with_a_journey_is_told_at_once() {
        let stage = |id: &str, name: &str| pb::JourneyStage { stage_id: id.to_owned(), display_name: name.to_owned() };
        let found = violations(|fields| {
            let stages = vec![stage("asking", "Asking"), stage("asking", ""), stage("", "Waiting")];
            let description = "x".repeat(TEXT_MAX_BYTES + 1);
            let wrong = pb::Journey { stages, description, ..pb::Journey::default() };
            drop(read_journey(fields, wrong));
        });
        let expected =
            ["display_name", "description", "stages[1].display_name", "stages[1].stage_id", "stages[2].stage_id"];
        assert_eq!(found, expected);
        let none = violations(|fields| {
            let wrong = pb::Journey { display_name: "Order".to_owned(), ..pb::Journey::default() };
            drop(read_journey(fields, wrong));
        });
        assert_eq!(none, ["stages"]);
    }
}
