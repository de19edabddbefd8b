//! Gestures, and the contacts that they take from a household's budget.

use super::{Source, count};
use crate::{
    domain::{
        gesture::{Contact, Content, Gesture, Lease, Schedule, Taken, Terms, Written},
        ids::{CaseId, CustomerId, GestureId, HouseholdId, InteractionId, NoteBatchId, NoteId, RuleId},
    },
    store::{
        entity::{contact, gesture},
        error::StoreError,
    },
};

const GESTURES: Source = Source("gestures");
const CONTACTS: Source = Source("contacts");

pub(in crate::store) fn to_row(gesture: &Gesture) -> Result<gesture::Model, StoreError> {
    let lease = gesture.lease.as_ref();
    let rule = gesture.rule.as_ref();
    let schedule = &gesture.schedule;
    Ok(gesture::Model {
        id: gesture.id.0,
        customer_id: gesture.customer.0,
        household_id: gesture.household.0,
        interaction_id: gesture.interaction.map(|id| id.0),
        case_id: gesture.case.map(|id| id.0),
        location_id: gesture.location.to_string(),
        rule_id: rule.map(|(id, _)| id.to_string()),
        rule_version: rule.map(|(_, version)| count(*version)),
        occurrence: gesture.occurrence.clone(),
        kind: gesture.kind.as_str().to_owned(),
        channel: gesture.channel.as_str().to_owned(),
        purpose: gesture.purpose.as_str().to_owned(),
        tone: gesture.tone.as_str().to_owned(),
        priority: i32::from(gesture.priority),
        role: gesture.role.clone(),
        group_name: gesture.group.clone(),
        promised: gesture.promised,
        state: gesture.state.as_str().to_owned(),
        reason: gesture.reason.map(|r| r.as_str().to_owned()),
        explanation: gesture.explanation.clone(),
        due_at: schedule.due_at.as_microsecond(),
        deadline_at: schedule.deadline_at.as_microsecond(),
        planned_local: schedule.planned_local.clone(),
        zone: schedule.zone.clone(),
        tzdb: schedule.tzdb.clone(),
        steps: GESTURES.to_json("steps", &schedule.steps)?,
        terms: GESTURES.to_json("terms", &gesture.terms)?,
        content: GESTURES.to_json("content", &gesture.content)?,
        lease_owner: lease.map(|l| l.owner.clone()),
        lease_token: lease.map(|l| l.token),
        lease_until: lease.map(|l| l.until.as_microsecond()),
        far_side_deduplicates: lease.map(|l| l.far_side_deduplicates),
        attempts: count(gesture.attempts),
        completed_at: gesture.completed_at.map(|at| at.as_microsecond()),
        version: gesture.version,
        created_at: gesture.created_at.as_microsecond(),
        batch_id: gesture.written.map(|written| written.batch.0),
        note_id: gesture.written.map(|written| written.note.0),
        with_person: gesture.with_person,
        folded: gesture.written.is_some_and(|written| written.folded),
        taken_by: gesture.taken.as_ref().map(|taken| taken.by.clone()),
        taken_until: gesture.taken.as_ref().map(|taken| taken.until.as_microsecond()),
        lease_for_test: lease.is_some_and(|l| l.for_test),
        planned_by: schedule.planned_by,
        call_day: schedule.call_day.map(|day| day.to_string()),
        rests_until: schedule.rests_until.map(|at| at.as_microsecond()),
        call_wanted: schedule.call_wanted.map(|day| day.to_string()),
        perhaps_left: gesture.perhaps_left,
        lease_begun: lease.and_then(|l| l.begun).map(|channel| channel.as_str().to_owned()),
    })
}

/// What a gesture says, alone.
pub(in crate::store) fn content(json: &str) -> Result<Content, StoreError> {
    GESTURES.json("content", json)
}

/// By which terms a gesture was planned, alone.
pub(in crate::store) fn terms(json: &str) -> Result<Terms, StoreError> {
    GESTURES.json("terms", json)
}

pub(in crate::store) fn from_row(row: gesture::Model) -> Result<Gesture, StoreError> {
    Ok(Gesture {
        id: GestureId(row.id),
        customer: CustomerId(row.customer_id),
        household: HouseholdId(row.household_id),
        interaction: row.interaction_id.map(InteractionId),
        case: row.case_id.map(CaseId),
        location: GESTURES.named("location_id", &row.location_id)?,
        rule: rule(&row)?,
        written: written(&row),
        with_person: row.with_person,
        lease: lease(&row)?,
        taken: taken(&row)?,
        schedule: schedule(&row)?,
        kind: GESTURES.named("kind", &row.kind)?,
        channel: GESTURES.named("channel", &row.channel)?,
        purpose: GESTURES.named("purpose", &row.purpose)?,
        tone: GESTURES.named("tone", &row.tone)?,
        priority: GESTURES.number("priority", row.priority)?,
        state: GESTURES.named("state", &row.state)?,
        reason: GESTURES.named_opt("reason", row.reason.as_deref())?,
        terms: terms(&row.terms)?,
        content: content(&row.content)?,
        attempts: GESTURES.number("attempts", row.attempts)?,
        completed_at: GESTURES.instant_opt("completed_at", row.completed_at)?,
        created_at: GESTURES.instant("created_at", row.created_at)?,
        occurrence: row.occurrence,
        role: row.role,
        group: row.group_name,
        promised: row.promised,
        explanation: row.explanation,
        version: row.version,
        perhaps_left: row.perhaps_left,
    })
}

fn written(row: &gesture::Model) -> Option<Written> {
    let (batch, note) = row.batch_id.zip(row.note_id)?;
    Some(Written { batch: NoteBatchId(batch), note: NoteId(note), folded: row.folded })
}

fn taken(row: &gesture::Model) -> Result<Option<Taken>, StoreError> {
    let (Some(by), Some(until)) = (&row.taken_by, row.taken_until) else { return Ok(None) };
    Ok(Some(Taken { by: by.clone(), until: GESTURES.instant("taken_until", until)? }))
}

fn rule(row: &gesture::Model) -> Result<Option<(RuleId, u32)>, StoreError> {
    let (Some(id), Some(version)) = (&row.rule_id, row.rule_version) else {
        return Ok(None);
    };
    Ok(Some((GESTURES.named("rule_id", id)?, GESTURES.number("rule_version", version)?)))
}

fn schedule(row: &gesture::Model) -> Result<Schedule, StoreError> {
    Ok(Schedule {
        due_at: GESTURES.instant("due_at", row.due_at)?,
        deadline_at: GESTURES.instant("deadline_at", row.deadline_at)?,
        planned_local: row.planned_local.clone(),
        zone: row.zone.clone(),
        tzdb: row.tzdb.clone(),
        steps: GESTURES.json("steps", &row.steps)?,
        planned_by: row.planned_by,
        call_day: GESTURES.day_opt("call_day", row.call_day.as_deref())?,
        rests_until: GESTURES.instant_opt("rests_until", row.rests_until)?,
        call_wanted: GESTURES.day_opt("call_wanted", row.call_wanted.as_deref())?,
    })
}

fn lease(row: &gesture::Model) -> Result<Option<Lease>, StoreError> {
    let (Some(owner), Some(token), Some(until)) = (&row.lease_owner, row.lease_token, row.lease_until) else {
        return Ok(None);
    };
    Ok(Some(Lease {
        owner: owner.clone(),
        token,
        until: GESTURES.instant("lease_until", until)?,
        far_side_deduplicates: row.far_side_deduplicates.unwrap_or(false),
        for_test: row.lease_for_test,
        begun: GESTURES.named_opt("lease_begun", row.lease_begun.as_deref())?,
    }))
}

pub(in crate::store) fn contact_to_row(contact: &Contact) -> contact::Model {
    contact::Model {
        id: contact.id,
        household_id: contact.household.0,
        customer_id: contact.customer.0,
        channel: contact.channel.as_str().to_owned(),
        kind: contact.kind.as_str().to_owned(),
        at: contact.at.as_microsecond(),
        state: contact.state.as_str().to_owned(),
        gesture_id: contact.gesture.map(|id| id.0),
        priority: i32::from(contact.priority),
    }
}

pub(in crate::store) fn contact_from_row(row: contact::Model) -> Result<Contact, StoreError> {
    Ok(Contact {
        id: row.id,
        household: HouseholdId(row.household_id),
        customer: CustomerId(row.customer_id),
        channel: CONTACTS.named("channel", &row.channel)?,
        kind: CONTACTS.named("kind", &row.kind)?,
        at: CONTACTS.instant("at", row.at)?,
        state: CONTACTS.named("state", &row.state)?,
        gesture: row.gesture_id.map(GestureId),
        priority: CONTACTS.number("priority", row.priority)?,
    })
}

#[cfg(test)]
mod tests {
    use super::terms;

    #[test]
    fn what_a_column_holds_is_not_quoted_where_it_cannot_be_read() {
        let error = terms(r#"{"recipient": ["Ana"]}"#).expect_err("a list is no name").to_string();
        assert!(error.contains("gestures.terms") && !error.contains("Ana"), "{error}");
        let error = terms(r#""Ana""#).expect_err("a word holds no terms").to_string();
        assert!(!error.contains("Ana"), "{error}");
    }
}
