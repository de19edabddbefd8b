//! Interactions. `detail` holds what the source said, whole; the columns beside it repeat what lists filter on.

use super::{Source, time};
use crate::{
    domain::{
        ids::{CustomerId, InteractionId},
        interaction::{Detail, Interaction, Moment},
        journey::Place,
    },
    store::{entity::interaction, error::StoreError},
};

const INTERACTIONS: Source = Source("interactions");

pub(in crate::store) fn to_row(interaction: &Interaction) -> Result<interaction::Model, StoreError> {
    let detail = &interaction.detail;
    let total = detail.purchase.as_ref().and_then(|purchase| purchase.total.as_ref());
    let subject = detail.subject.as_ref();
    let journey = interaction.journey.as_ref();
    let source = detail.source.as_ref();
    Ok(interaction::Model {
        id: interaction.id.0,
        customer_id: interaction.customer.map(|id| id.0),
        recorded_customer_id: interaction.recorded_customer.map(|id| id.0),
        candidates: INTERACTIONS.to_json("candidates", &interaction.candidates)?,
        state: interaction.state.as_str().to_owned(),
        location_id: interaction.location.to_string(),
        kind: detail.kind.as_str().to_owned(),
        channel: detail.channel.as_str().to_owned(),
        direction: detail.direction.as_str().to_owned(),
        outcome: detail.outcome.map(|o| o.as_str().to_owned()),
        no_purchase_reason: detail.no_purchase_reason.map(|r| r.as_str().to_owned()),
        fault: detail.fault.map(|f| f.as_str().to_owned()),
        staff: detail.staff.clone(),
        touchpoint: detail.touchpoint.as_ref().map(ToString::to_string),
        journey: journey.map(|place| place.journey.to_string()),
        stage: journey.map(|place| place.stage.to_string()),
        standards_kept: journey.and_then(Place::standards_kept),
        journey_detail: journey.map(|place| INTERACTIONS.to_json("journey_detail", place)).transpose()?,
        subject_system: subject.map(|s| s.system.clone()),
        subject_id: subject.map(|s| s.id.clone()),
        source_system: source.map(|s| s.system.clone()),
        source_id: source.map(|s| s.id.clone()),
        start_at: interaction.start_at.as_microsecond(),
        end_at: interaction.end_at.map(|at| at.as_microsecond()),
        expected_end: detail.expected_end.map(|at| at.as_microsecond()),
        received_at: interaction.received_at.as_microsecond(),
        local_date: interaction.local_date.to_string(),
        visit_day: interaction.counts_as_visit_day(),
        moment: interaction.moment.kind.as_str().to_owned(),
        moment_detail: INTERACTIONS.to_json("moment_detail", &interaction.moment)?,
        purchase_currency: total.map(|t| t.currency.clone()),
        purchase_micros: total.map(|t| t.micros),
        emotion: detail.emotion.as_ref().map(|e| i32::from(e.satisfaction)),
        effort: detail.effort.map(i32::from),
        satisfaction: detail.satisfaction.map(i32::from),
        recommendation: detail.recommendation.map(i32::from),
        detail: INTERACTIONS.to_json("detail", detail)?,
        joined: interaction.joined.map(|id| id.0),
        history: interaction.history,
        void_reason: interaction.void_reason.clone(),
        version: interaction.version,
        origin_customer_id: interaction.origin.map(|id| id.0),
    })
}

pub(in crate::store) fn from_row(row: impl Into<interaction::Kept>) -> Result<Interaction, StoreError> {
    let row = row.into();
    let moment: Moment = INTERACTIONS.json("moment_detail", &row.moment_detail)?;
    let journey: Option<Place> =
        row.journey_detail.as_deref().map(|json| INTERACTIONS.json("journey_detail", json)).transpose()?;
    let detail: Detail = INTERACTIONS.json("detail", &row.detail)?;
    Ok(Interaction {
        id: InteractionId(row.id),
        customer: row.customer_id.map(CustomerId),
        recorded_customer: row.recorded_customer_id.map(CustomerId),
        candidates: INTERACTIONS.json("candidates", &row.candidates)?,
        state: INTERACTIONS.named("state", &row.state)?,
        location: INTERACTIONS.named("location_id", &row.location_id)?,
        detail,
        start_at: INTERACTIONS.instant("start_at", row.start_at)?,
        end_at: INTERACTIONS.instant_opt("end_at", row.end_at)?,
        received_at: INTERACTIONS.instant("received_at", row.received_at)?,
        local_date: time::day("interactions", "local_date", &row.local_date)?,
        moment,
        journey,
        joined: row.joined.map(InteractionId),
        history: row.history,
        void_reason: row.void_reason,
        version: row.version,
        origin: row.origin_customer_id.map(CustomerId),
    })
}
