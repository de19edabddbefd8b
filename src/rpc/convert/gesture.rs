//! Gestures.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    obligation::version,
    types::timestamp,
};
use crate::{
    domain::gesture::{Content, Gesture, Lease, PlanStep, Schedule},
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
    },
};

pub(crate) fn gesture(gesture: &Gesture) -> pb::Gesture {
    let rule = gesture.rule.as_ref();
    pb::Gesture {
        name: gesture.id.name(),
        customer: gesture.customer.name(),
        kind: gesture.kind.to_wire(),
        channel: gesture.channel.to_wire(),
        location: gesture.location.name(),
        interaction: optional_name(gesture.interaction.as_ref()),
        purpose: gesture.purpose.to_wire(),
        tone: gesture.tone.to_wire(),
        priority: gesture.priority.into(),
        role: gesture.role.clone(),
        promised: gesture.promised,
        due_time: Some(timestamp(gesture.schedule.due_at)),
        deadline_time: Some(timestamp(gesture.schedule.deadline_at)),
        content: Some(content(&gesture.content)),
        state: gesture.state.to_wire(),
        state_reason: to_wire_or_zero(gesture.reason),
        explanation: gesture.explanation.clone(),
        rule: optional_name(rule.map(|(id, _)| id)),
        rule_version: rule.map_or(0, |(_, number)| version(*number)),
        occurrence: gesture.occurrence.clone(),
        case: optional_name(gesture.case.as_ref()),
        group: gesture.group.clone(),
        plan: Some(plan(&gesture.schedule)),
        lease: gesture.lease.as_ref().map(lease),
        attempts: i32::try_from(gesture.attempts).unwrap_or(i32::MAX),
        complete_time: gesture.completed_at.map(timestamp),
        create_time: Some(timestamp(gesture.created_at)),
        etag: etag::of(gesture.version),
    }
}

fn content(content: &Content) -> pb::GestureContent {
    pb::GestureContent {
        language_code: content.language.clone(),
        text: content.text.clone(),
        facts: content.facts.clone(),
    }
}

fn plan(schedule: &Schedule) -> pb::GesturePlan {
    let step = |step: &PlanStep| pb::PlanStep { due_time: Some(timestamp(step.at)), text: step.text.clone() };
    pb::GesturePlan {
        planned_local: schedule.planned_local.clone(),
        time_zone: schedule.zone.clone(),
        tzdb_version: schedule.tzdb.clone(),
        steps: schedule.steps.iter().map(step).collect(),
    }
}

/// Who has it, without the token: that is only for who claimed it.
fn lease(lease: &Lease) -> pb::GestureLease {
    pb::GestureLease { owner: lease.owner.clone(), expire_time: Some(timestamp(lease.until)) }
}
