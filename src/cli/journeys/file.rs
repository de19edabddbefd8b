//! A journey as its authors write it: a TOML file with its stages, their touchpoints and standards.

use std::{collections::BTreeMap, path::Path};

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use toml::Spanned;

use crate::{
    cli::CliError,
    proto::v1::{self, InteractionChannel, standards::Promise},
};

const CHANNEL_PREFIX: &str = "INTERACTION_CHANNEL_";
const PROMISE_PREFIX: &str = "PROMISE_";

/// A journey's file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JourneyFile {
    #[serde(serialize_with = "plainly")]
    journey_id: Spanned<String>,
    display_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    stages: Vec<StageEntry>,
}

/// A stage with the touchpoints in it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StageEntry {
    stage_id: String,
    display_name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    touchpoints: Vec<TouchpointEntry>,
}

/// A touchpoint with its standards.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TouchpointEntry {
    #[serde(serialize_with = "plainly")]
    touchpoint_id: Spanned<String>,
    display_name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<ChannelName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promise: Option<PromiseName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_transfers: Option<u16>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    first_contact: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    respond: Option<LimitEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fulfil: Option<LimitEntry>,
}

/// A limit of time.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LimitEntry {
    within: Length,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    business_hours: bool,
}

/// A length such as `10s`, `5m` or `1h 30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Length(SignedDuration);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let length =
            text.parse().map_err(|error| D::Error::custom(format!("`{text}` is no length of time: {error}")))?;
        Ok(Self(length))
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:#}", self.0))
    }
}

/// A value of one of the contract's enumerations, by its name in lower case.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident of $wire:ident, $prefix:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        struct $name($wire);

        impl $name {
            fn of_contract(value: $wire) -> Option<Self> {
                (value != $wire::Unspecified).then_some(Self(value))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                $wire::from_str_name(&format!("{}{}", $prefix, text.to_uppercase()))
                    .and_then(Self::of_contract)
                    .filter(|_| text == text.to_lowercase())
                    .ok_or_else(|| {
                        // The numbers of the contract's enumerations have no gaps.
                        let all = (1..).map_while(|number| $wire::try_from(number).ok()).map(|value| name(value.as_str_name(), $prefix));
                        D::Error::custom(format!("`{text}` is none of {}", all.collect::<Vec<_>>().join(", ")))
                    })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&name(self.0.as_str_name(), $prefix))
            }
        }
    };
}

named! {
    /// A channel on which a touchpoint is expected.
    ChannelName of InteractionChannel, CHANNEL_PREFIX
}

named! {
    /// What must be kept of a promise.
    PromiseName of Promise, PROMISE_PREFIX
}

fn name(of_contract: &str, prefix: &str) -> String {
    of_contract.strip_prefix(prefix).unwrap_or(of_contract).to_lowercase()
}

fn plainly<S: Serializer>(text: &Spanned<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text.get_ref())
}

/// What a file says, in the words of the contract, with the line of each resource.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    /// The journey, with its name.
    pub(super) journey: v1::Journey,
    /// Its touchpoints with their names, in the order of the file.
    pub(super) touchpoints: Vec<v1::Touchpoint>,
    /// On which line each resource is named, from 1.
    pub(super) lines: BTreeMap<String, usize>,
}

/// Reads a file.
///
/// # Errors
/// [`CliError::Usage`] with the place of what is wrong in the file.
pub(super) fn read(path: &Path) -> Result<Said, CliError> {
    let wrong = |error: &dyn std::fmt::Display| CliError::Usage(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    parse(&text).map_err(|error| wrong(&error))
}

fn parse(text: &str) -> Result<Said, String> {
    let file: JourneyFile = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    file.said(text)
}

impl JourneyFile {
    fn said(self, text: &str) -> Result<Said, String> {
        let line_of = |id: &Spanned<String>| text[..id.span().start].matches('\n').count() + 1;
        let name = format!("journeys/{}", self.journey_id.get_ref());
        let mut lines = BTreeMap::from([(name.clone(), line_of(&self.journey_id))]);
        let (mut stages, mut touchpoints) = (Vec::new(), Vec::new());
        for stage in self.stages {
            for touchpoint in stage.touchpoints {
                let line = line_of(&touchpoint.touchpoint_id);
                let touchpoint = touchpoint.said(&name, &stage.stage_id);
                if let Some(first) = lines.insert(touchpoint.name.clone(), line) {
                    return Err(format!("line {line}: {} stands on line {first} already", touchpoint.name));
                }
                touchpoints.push(touchpoint);
            }
            stages.push(v1::JourneyStage { stage_id: stage.stage_id, display_name: stage.display_name });
        }
        let journey = v1::Journey {
            name,
            display_name: self.display_name,
            description: self.description,
            stages,
            ..v1::Journey::default()
        };
        Ok(Said { journey, touchpoints, lines })
    }

    /// The file of a journey and its touchpoints.
    pub(super) fn of(journey: &v1::Journey, touchpoints: &[v1::Touchpoint]) -> Self {
        let stage = |stage: &v1::JourneyStage| StageEntry {
            stage_id: stage.stage_id.clone(),
            display_name: stage.display_name.clone(),
            touchpoints: touchpoints
                .iter()
                .filter(|it| it.stage_id == stage.stage_id)
                .map(TouchpointEntry::of)
                .collect(),
        };
        Self {
            journey_id: unplaced(&journey.name),
            display_name: journey.display_name.clone(),
            description: journey.description.clone(),
            stages: journey.stages.iter().map(stage).collect(),
        }
    }

    /// The file's text.
    pub(super) fn written(&self) -> Result<String, CliError> {
        toml::to_string(self).map_err(|error| CliError::Unexpected(error.to_string()))
    }
}

/// The id of a resource, for a file that is yet to be written.
fn unplaced(resource: &str) -> Spanned<String> {
    let id = resource.split_once('/').map_or(resource, |(_, id)| id);
    Spanned::new(0..0, id.to_owned())
}

impl TouchpointEntry {
    fn said(self, journey: &str, stage: &str) -> v1::Touchpoint {
        let standards = v1::Standards {
            respond: self.respond.map(LimitEntry::said),
            fulfil: self.fulfil.map(LimitEntry::said),
            promise: self.promise.map_or(0, |promise| promise.0.into()),
            max_transfers: self.max_transfers.map(i32::from),
            first_contact: self.first_contact,
        };
        v1::Touchpoint {
            name: format!("touchpoints/{}", self.touchpoint_id.get_ref()),
            display_name: self.display_name,
            journey: journey.to_owned(),
            stage_id: stage.to_owned(),
            channels: self.channels.iter().map(|channel| channel.0.into()).collect(),
            standards: (standards != v1::Standards::default()).then_some(standards),
            ..v1::Touchpoint::default()
        }
    }

    fn of(touchpoint: &v1::Touchpoint) -> Self {
        let standards = touchpoint.standards.unwrap_or_default();
        Self {
            touchpoint_id: unplaced(&touchpoint.name),
            display_name: touchpoint.display_name.clone(),
            channels: touchpoint.channels().filter_map(ChannelName::of_contract).collect(),
            promise: PromiseName::of_contract(standards.promise()),
            max_transfers: standards.max_transfers.and_then(|most| u16::try_from(most).ok()),
            first_contact: standards.first_contact,
            respond: standards.respond.map(|limit| LimitEntry::of(&limit)),
            fulfil: standards.fulfil.map(|limit| LimitEntry::of(&limit)),
        }
    }
}

impl LimitEntry {
    fn said(self) -> v1::TimeLimit {
        let Length(within) = self.within;
        let within = prost_types::Duration { seconds: within.as_secs(), nanos: within.subsec_nanos() };
        v1::TimeLimit { within_duration: Some(within), business_hours: self.business_hours }
    }

    fn of(limit: &v1::TimeLimit) -> Self {
        let within = limit.within_duration.unwrap_or_default();
        Self { within: Length(SignedDuration::new(within.seconds, within.nanos)), business_hours: limit.business_hours }
    }
}

#[cfg(test)]
mod tests {
    use super::{JourneyFile, Said, parse};

    const FILE: &str = r#"journey_id = "order"
display_name = "An order"

[[stages]]
stage_id = "asking"
display_name = "Asking"

[[stages.touchpoints]]
touchpoint_id = "phone-answered"
display_name = "The phone is answered"
channels = ["phone"]
max_transfers = 0
respond = { within = "10s" }

[[stages]]
stage_id = "waiting"
display_name = "Waiting"

[[stages.touchpoints]]
touchpoint_id = "parcel"
display_name = "The parcel arrives"
promise = "on_the_day"
first_contact = true
fulfil = { within = "1h 30m", business_hours = true }
"#;

    /// What a file says, wherever in it.
    fn plain(said: Said) -> Said {
        Said { lines: Default::default(), ..said }
    }

    #[test]
    fn a_file_becomes_a_journey_and_a_file_again() {
        let said = parse(FILE).expect("a right file");
        assert_eq!((said.lines["journeys/order"], said.lines["touchpoints/parcel"]), (1, 20));
        let standards = said.touchpoints[0].standards.expect("standards");
        assert_eq!(standards.max_transfers, Some(0), "none at all is a standard");
        assert_eq!(standards.respond.and_then(|limit| limit.within_duration).map(|length| length.seconds), Some(10));
        assert_eq!(said.touchpoints[1].stage_id, "waiting");
        let written = JourneyFile::of(&said.journey, &said.touchpoints).written().expect("it can be written");
        assert_eq!(plain(parse(&written).expect("what was written")), plain(said), "{written}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let cases = [
            ("max_transfers", "most_transfers", "line 12", "most_transfers"),
            ("\"10s\"", "\"soon\"", "line 13", "`soon` is no length of time"),
            ("[\"phone\"]", "[\"telephone\"]", "line 11", "none of in_store, phone"),
            ("on_the_day", "ON_THE_DAY", "line 22", "none of on_the_day, at_the_time"),
            ("\"parcel\"", "\"phone-answered\"", "line 20", "stands on line 9 already"),
            ("max_transfers = 0", "max_transfers = -1", "line 12", "-1"),
            ("display_name = \"An order\"\n", "", "display_name", "missing"),
        ];
        for (right, wrong, place, what) in cases {
            let error = parse(&FILE.replacen(right, wrong, 1)).expect_err(wrong);
            assert!(error.contains(place) && error.contains(what), "{wrong}: {error}");
        }
    }
}
