//! The customer's journey: stages, the touchpoints in them, and the standards that hold there.

mod standards;
mod verdict;
mod words;

pub use standards::{Contact, Standards, TimeLimit, judge};
pub use verdict::{Excess, PromiseKept, Standard, Verdict};

use super::{
    ids::{JourneyId, StageId, TouchpointId},
    interaction::InteractionChannel,
    text_enum::text_enum,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

text_enum! {
    /// Whether a journey or a touchpoint is in use.
    pub enum MapState {
        /// In use.
        Active = "active",
        /// No longer; kept because interactions tell of it.
        Retired = "retired",
    }
}

/// A way that customers go with the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    /// Its slug, permanent.
    pub id: JourneyId,
    /// Whether it is in use.
    pub state: MapState,
    /// What it is like; edited by people.
    pub settings: JourneySettings,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What people say of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneySettings {
    /// What staff call it.
    pub display_name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its stages in order, at least one, each id once.
    pub stages: Vec<Stage>,
}

impl JourneySettings {
    /// A stage by its id.
    #[must_use]
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == *id)
    }
}

/// A part of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its slug within the journey.
    #[serde(rename = "stage_id")]
    pub id: StageId,
    /// What staff call it.
    pub display_name: String,
}

/// A moment of contact in a stage of a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touchpoint {
    /// Its slug, permanent.
    pub id: TouchpointId,
    /// What it is like; edited by people.
    pub settings: TouchpointSettings,
    /// Since when it is no longer in use.
    pub retired_at: Option<Timestamp>,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Touchpoint {
    /// Whether it is in use.
    #[must_use]
    pub fn state(&self) -> MapState {
        if self.retired_at.is_none() { MapState::Active } else { MapState::Retired }
    }

    /// Whether something that began then may have taken place here. What happened before the end is never lost, however
    /// late it is told.
    #[must_use]
    pub fn takes(&self, start_at: Timestamp) -> bool {
        self.retired_at.is_none_or(|retired| start_at < retired)
    }
}

/// What people say of a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchpointSettings {
    /// What staff call it.
    pub display_name: String,
    /// The journey it belongs to.
    pub journey: JourneyId,
    /// The stage of that journey.
    #[serde(rename = "stage_id")]
    pub stage: StageId,
    /// Over what it is expected to take place; says nothing of what is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<InteractionChannel>,
    /// What is owed to the customer here.
    #[serde(default)]
    pub standards: Standards,
}

/// Every touchpoint, retired ones included, for decisions.
#[derive(Debug, Default)]
pub struct TouchpointMap(HashMap<TouchpointId, Touchpoint>);

impl TouchpointMap {
    /// A map of these touchpoints.
    #[must_use]
    pub fn new(touchpoints: impl IntoIterator<Item = Touchpoint>) -> Self {
        Self(touchpoints.into_iter().map(|touchpoint| (touchpoint.id.clone(), touchpoint)).collect())
    }

    /// A touchpoint by its id.
    #[must_use]
    pub fn get(&self, id: &TouchpointId) -> Option<&Touchpoint> {
        self.0.get(id)
    }
}

/// Where in a journey an interaction took place, and how the standards there were met: both as of when it was recorded
/// or closed, whatever becomes of the map later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The journey.
    pub journey: JourneyId,
    /// The stage of that journey.
    #[serde(rename = "stage_id")]
    pub stage: StageId,
    /// How the standards were met that could be judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
}

impl Place {
    /// Whether all standards were kept; `None` when none was judged.
    #[must_use]
    pub fn standards_kept(&self) -> Option<bool> {
        (!self.verdicts.is_empty()).then(|| self.verdicts.iter().all(|verdict| verdict.kept))
    }
}
