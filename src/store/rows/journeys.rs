//! Journeys and touchpoints.

use super::Source;
use crate::{
    domain::journey::{Journey, Touchpoint},
    store::{
        entity::{journey, touchpoint},
        error::StoreError,
    },
};

const JOURNEYS: Source = Source("journeys");
const TOUCHPOINTS: Source = Source("touchpoints");

pub(in crate::store) fn journey_to_row(journey: &Journey) -> Result<journey::Model, StoreError> {
    Ok(journey::Model {
        id: journey.id.to_string(),
        state: journey.state.as_str().to_owned(),
        settings: JOURNEYS.to_json("settings", &journey.settings)?,
        version: journey.version,
        created_at: journey.created_at.as_microsecond(),
        updated_at: journey.updated_at.as_microsecond(),
    })
}

pub(in crate::store) fn journey_from_row(row: journey::Model) -> Result<Journey, StoreError> {
    Ok(Journey {
        id: JOURNEYS.named("id", &row.id)?,
        state: JOURNEYS.named("state", &row.state)?,
        settings: JOURNEYS.json("settings", &row.settings)?,
        version: row.version,
        created_at: JOURNEYS.instant("created_at", row.created_at)?,
        updated_at: JOURNEYS.instant("updated_at", row.updated_at)?,
    })
}

pub(in crate::store) fn touchpoint_to_row(touchpoint: &Touchpoint) -> Result<touchpoint::Model, StoreError> {
    let settings = &touchpoint.settings;
    Ok(touchpoint::Model {
        id: touchpoint.id.to_string(),
        journey_id: settings.journey.to_string(),
        stage: settings.stage.to_string(),
        state: touchpoint.state().as_str().to_owned(),
        settings: TOUCHPOINTS.to_json("settings", settings)?,
        retired_at: touchpoint.retired_at.map(|at| at.as_microsecond()),
        version: touchpoint.version,
        created_at: touchpoint.created_at.as_microsecond(),
        updated_at: touchpoint.updated_at.as_microsecond(),
    })
}

pub(in crate::store) fn touchpoint_from_row(row: touchpoint::Model) -> Result<Touchpoint, StoreError> {
    Ok(Touchpoint {
        id: TOUCHPOINTS.named("id", &row.id)?,
        settings: TOUCHPOINTS.json("settings", &row.settings)?,
        retired_at: TOUCHPOINTS.instant_opt("retired_at", row.retired_at)?,
        version: row.version,
        created_at: TOUCHPOINTS.instant("created_at", row.created_at)?,
        updated_at: TOUCHPOINTS.instant("updated_at", row.updated_at)?,
    })
}
