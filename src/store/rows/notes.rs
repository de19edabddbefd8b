//! Notes, and the batches in which they are written.

use super::{Source, count};
use crate::{
    domain::{
        gesture::Reason,
        ids::{CustomerId, GestureId, NoteBatchId, NoteId, PrintRunId},
        note::{BatchWork, Note, NoteBatch, NoteCounts, NoteEdit, NoteState, OnPaper, Tries, Words},
    },
    store::{
        entity::{note, note_batch},
        error::StoreError,
    },
};
use std::collections::BTreeMap;
use uuid::Uuid;

const BATCHES: Source = Source("note_batches");
const NOTES: Source = Source("notes");

pub(in crate::store) fn batch_to_row(batch: &NoteBatch) -> Result<note_batch::Model, StoreError> {
    let NoteCounts { composed, with_person, skipped, delivering, delivered, failed, uncertain, cancelled } =
        batch.counts;
    let work = &batch.work;
    let reasons: Vec<(NoteState, Reason, u64)> =
        batch.reasons.iter().map(|((state, reason), count)| (*state, *reason, *count)).collect();
    Ok(note_batch::Model {
        id: batch.id.0,
        display_name: batch.display_name.clone(),
        selection: BATCHES.to_json("selection", &batch.selection)?,
        state: batch.state.as_str().to_owned(),
        explanation: batch.explanation.clone(),
        customer_count: big(batch.customer_count),
        composed: big(composed),
        with_person: big(with_person),
        skipped: big(skipped),
        delivering: big(delivering),
        delivered: big(delivered),
        failed: big(failed),
        uncertain: big(uncertain),
        cancelled: big(cancelled),
        to_print: big(batch.to_print),
        reasons: BATCHES.to_json("reasons", &reasons)?,
        cursor: work.cursor.map(|id| id.0),
        chunks: count(work.chunks),
        lanes: BATCHES.to_json("lanes", &work.lanes)?,
        for_test: work.for_test,
        stopped_in: work.stopped_in.map(|state| state.as_str().to_owned()),
        lenient: work.lenient,
        began_at: work.began_at.map(|at| at.as_microsecond()),
        worked_at: work.worked_at.map(|at| at.as_microsecond()),
        done: big(work.done),
        version: batch.version,
        created_at: batch.created_at.as_microsecond(),
        ready_at: batch.ready_at.map(|at| at.as_microsecond()),
        approved_at: batch.approved_at.map(|at| at.as_microsecond()),
        ended_at: batch.ended_at.map(|at| at.as_microsecond()),
    })
}

pub(in crate::store) fn batch_from_row(row: note_batch::Model) -> Result<NoteBatch, StoreError> {
    let counted = |name, number| BATCHES.number::<u64, i64>(name, number);
    let reasons: Vec<(NoteState, Reason, u64)> = BATCHES.json("reasons", &row.reasons)?;
    Ok(NoteBatch {
        id: NoteBatchId(row.id),
        selection: BATCHES.json("selection", &row.selection)?,
        state: BATCHES.named("state", &row.state)?,
        customer_count: counted("customer_count", row.customer_count)?,
        counts: NoteCounts {
            composed: counted("composed", row.composed)?,
            with_person: counted("with_person", row.with_person)?,
            skipped: counted("skipped", row.skipped)?,
            delivering: counted("delivering", row.delivering)?,
            delivered: counted("delivered", row.delivered)?,
            failed: counted("failed", row.failed)?,
            uncertain: counted("uncertain", row.uncertain)?,
            cancelled: counted("cancelled", row.cancelled)?,
        },
        to_print: counted("to_print", row.to_print)?,
        reasons: reasons.into_iter().map(|(state, reason, count)| ((state, reason), count)).collect::<BTreeMap<_, _>>(),
        work: BatchWork {
            cursor: row.cursor.map(CustomerId),
            chunks: BATCHES.number("chunks", row.chunks)?,
            lanes: BATCHES.json("lanes", &row.lanes)?,
            for_test: row.for_test,
            stopped_in: BATCHES.named_opt("stopped_in", row.stopped_in.as_deref())?,
            lenient: row.lenient,
            began_at: BATCHES.instant_opt("began_at", row.began_at)?,
            worked_at: BATCHES.instant_opt("worked_at", row.worked_at)?,
            done: counted("done", row.done)?,
        },
        created_at: BATCHES.instant("created_at", row.created_at)?,
        ready_at: BATCHES.instant_opt("ready_at", row.ready_at)?,
        approved_at: BATCHES.instant_opt("approved_at", row.approved_at)?,
        ended_at: BATCHES.instant_opt("ended_at", row.ended_at)?,
        display_name: row.display_name,
        explanation: row.explanation,
        version: row.version,
    })
}

pub(in crate::store) fn to_row(note: &Note) -> Result<note::Model, StoreError> {
    let words = &note.words;
    Ok(note::Model {
        id: note.id.0,
        batch_id: note.batch.0,
        customer_id: note.customer.0,
        gestures: NOTES.to_json("gestures", &note.gestures)?,
        channel: note.channel.map(|channel| channel.as_str().to_owned()),
        language: words.language.clone(),
        subject: words.subject.clone(),
        text: words.text.clone(),
        template_id: words.template.as_ref().map(|(id, _)| id.to_string()),
        template_version: words.template.as_ref().map(|(_, version)| count(*version)),
        variant: count(words.variant),
        facts: NOTES.to_json("facts", &words.facts)?,
        state: note.state.as_str().to_owned(),
        reason: note.reason.map(|reason| reason.as_str().to_owned()),
        explanation: note.explanation.clone(),
        problems: NOTES.to_json("problems", &note.problems)?,
        due_at: note.due_at.as_microsecond(),
        chunk: note.chunk.map(count),
        print_run: note.printed.map(|printed| printed.run.0),
        print_number: note.printed.map(|printed| printed.place.number.into()),
        print_version: note.printed.map(|printed| printed.version),
        print_place: note.printed.map(|printed| NOTES.to_json("print_place", &printed.place)).transpose()?,
        print_recipient: note.printed.and_then(|printed| printed.recipient),
        print_told: note.printed.is_some_and(|printed| printed.told),
        attempts: count(note.tries.attempts),
        perhaps_left: note.tries.perhaps_left,
        route: note.tries.route.map(|route| route.as_str().to_owned()),
        created_at: note.created_at.as_microsecond(),
        delivered_at: note.delivered_at.map(|at| at.as_microsecond()),
        edited_by: note.edit.as_ref().map(|edit| edit.by.clone()),
        edited_at: note.edit.as_ref().map(|edit| edit.at.as_microsecond()),
        version: note.version,
    })
}

pub(in crate::store) fn from_row(row: note::Model) -> Result<Note, StoreError> {
    let template = match (&row.template_id, row.template_version) {
        (Some(id), Some(version)) => {
            Some((NOTES.named("template_id", id)?, NOTES.number("template_version", version)?))
        }
        _ => None,
    };
    let edit = match (row.edited_by, NOTES.instant_opt("edited_at", row.edited_at)?) {
        (Some(by), Some(at)) => Some(NoteEdit { by, at }),
        _ => None,
    };
    Ok(Note {
        id: NoteId(row.id),
        batch: NoteBatchId(row.batch_id),
        customer: CustomerId(row.customer_id),
        gestures: gestures(&row.gestures)?,
        channel: NOTES.named_opt("channel", row.channel.as_deref())?,
        words: Words {
            language: row.language,
            subject: row.subject,
            text: row.text,
            template,
            variant: NOTES.number("variant", row.variant)?,
            facts: NOTES.json("facts", &row.facts)?,
        },
        state: NOTES.named("state", &row.state)?,
        reason: NOTES.named_opt("reason", row.reason.as_deref())?,
        explanation: row.explanation,
        problems: NOTES.json("problems", &row.problems)?,
        due_at: NOTES.instant("due_at", row.due_at)?,
        chunk: row.chunk.map(|number| NOTES.number("chunk", number)).transpose()?,
        printed: printed(
            row.print_run,
            row.print_version,
            row.print_place.as_deref(),
            (row.print_told, row.print_recipient),
        )?,
        tries: Tries {
            attempts: NOTES.number("attempts", row.attempts)?,
            perhaps_left: row.perhaps_left,
            route: NOTES.named_opt("route", row.route.as_deref())?,
        },
        created_at: NOTES.instant("created_at", row.created_at)?,
        delivered_at: NOTES.instant_opt("delivered_at", row.delivered_at)?,
        edit,
        version: row.version,
    })
}

/// Where a note lies on paper.
fn printed(
    run: Option<Uuid>,
    version: Option<i64>,
    place: Option<&str>,
    (told, recipient): (bool, Option<i64>),
) -> Result<Option<OnPaper>, StoreError> {
    let all = run.zip(version).zip(place);
    let read = |((run, version), place)| {
        Ok(OnPaper { run: PrintRunId(run), version, place: NOTES.json("print_place", place)?, told, recipient })
    };
    all.map(read).transpose()
}

/// The gestures that a note carries.
pub(in crate::store) fn gestures(json: &str) -> Result<Vec<GestureId>, StoreError> {
    NOTES.json("gestures", json)
}

/// A count for a column of 64 bits. The database counts with a sign.
fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
