//! Notes and batches.

use super::{
    enums::{WireEnum, place_of, to_wire_or_zero},
    obligation::version,
    template::fact,
    types::{duration, timestamp},
};
use crate::{
    app::{NewNoteBatch, NewSelection},
    domain::{
        customer::Channel,
        filter::{CUSTOMERS, GESTURES},
        ids::PrintRunId,
        limits::BATCH_AHEAD_MAX,
        note::{Note, NoteBatch, NoteState, Selection, WRITTEN_CHANNELS},
        note_problem::NoteProblem,
        paper::Place,
    },
    proto::v1::{self as pb, note_batch::Selection as Said},
    rpc::{
        etag,
        names::{NoteName, ResourceId, optional_name},
        validate::Fields,
    },
};
use jiff::Timestamp;

/// A batch as of now.
pub(crate) fn note_batch(batch: &NoteBatch, now: Timestamp) -> pb::NoteBatch {
    let counts = &batch.counts;
    pb::NoteBatch {
        name: batch.id.name(),
        display_name: batch.display_name.clone(),
        selection: Some(selection(&batch.selection)),
        state: batch.state.to_wire(),
        explanation: batch.explanation.clone(),
        customer_count: whole(batch.customer_count),
        composed_count: whole(counts.composed),
        with_person_count: whole(counts.with_person),
        skipped_count: whole(counts.skipped),
        delivering_count: whole(counts.delivering),
        delivered_count: whole(counts.delivered),
        failed_count: whole(counts.failed),
        uncertain_count: whole(counts.uncertain),
        cancelled_count: whole(counts.cancelled),
        reasons: reasons(batch),
        rate_per_second: batch.rate_per_second(),
        remaining_duration: batch.remaining().map(duration),
        create_time: Some(timestamp(batch.created_at)),
        ready_time: batch.ready_at.map(timestamp),
        approve_time: batch.approved_at.map(timestamp),
        end_time: batch.ended_at.map(timestamp),
        etag: etag::of(batch.version),
        to_print_count: whole(batch.to_print),
        test_mode: batch.work.for_test,
        retry_time: batch.rests_until(now).map(timestamp),
        open_print_runs: Vec::new(),
    }
}

/// Print runs whose sheets wait to be confirmed.
pub(crate) fn open_print_runs(open: &[(PrintRunId, u64)]) -> Vec<pb::OpenPrintRun> {
    let one = |(run, sheets): &(PrintRunId, u64)| pb::OpenPrintRun {
        print_run: run.to_string(),
        sheet_count: whole(*sheets),
    };
    open.iter().map(one).collect()
}

fn selection(selection: &Selection) -> Said {
    match selection {
        Selection::Due { filter, as_of } => {
            Said::Due(pb::DueSelection { filter: filter.clone(), as_of_time: Some(timestamp(*as_of)) })
        }
        Selection::Segment { filter, template, location, channels } => Said::Segment(pb::SegmentSelection {
            filter: filter.clone(),
            template: template.name(),
            location: location.name(),
            channels: channels.iter().map(|channel| channel.to_wire()).collect(),
        }),
    }
}

/// Why notes stand where they stand, the most frequent reason first.
fn reasons(batch: &NoteBatch) -> Vec<pb::NoteReasonCount> {
    let mut counted: Vec<_> = batch.reasons.iter().filter(|(_, count)| **count > 0).collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let one = |((state, reason), count): (&(NoteState, _), &u64)| pb::NoteReasonCount {
        state: state.to_wire(),
        reason: to_wire_or_zero(Some(*reason)),
        count: whole(*count),
    };
    counted.into_iter().map(one).collect()
}

pub(crate) fn note(note: &Note) -> pb::Note {
    let words = &note.words;
    let template = words.template.as_ref();
    pb::Note {
        name: NoteName { batch: note.batch, note: note.id }.to_string(),
        customer: note.customer.name(),
        gestures: note.gestures.iter().map(ResourceId::name).collect(),
        channel: to_wire_or_zero(note.channel),
        language_code: words.language.clone(),
        template: optional_name(template.map(|(id, _)| id)),
        template_version: template.map_or(0, |(_, number)| version(*number)),
        subject: words.subject.clone(),
        text: words.text.clone(),
        facts: words.facts.iter().map(fact).collect(),
        state: note.state.to_wire(),
        state_reason: to_wire_or_zero(note.reason),
        explanation: note.explanation.clone(),
        problems: note.problems.iter().map(problem).collect(),
        message_id: note.message_id(),
        create_time: Some(timestamp(note.created_at)),
        deliver_time: note.delivered_at.map(timestamp),
        attempt_count: version(note.tries.attempts),
        etag: etag::of(note.version),
        editor: note.edit.as_ref().map(|edit| edit.by.clone()).unwrap_or_default(),
        edit_time: note.edit.as_ref().map(|edit| timestamp(edit.at)),
        print_run: note.printed.map(|printed| printed.run.to_string()).unwrap_or_default(),
        sheet_place: note.printed.map(|printed| sheet_place(printed.place)),
    }
}

pub(crate) fn problem(problem: &NoteProblem) -> pb::NoteProblem {
    pb::NoteProblem {
        reason: problem.reason.to_wire(),
        text: problem.text.clone(),
        suggestion: problem.suggestion.clone(),
    }
}

/// Where a sheet lies.
pub(crate) fn sheet_place(place: Place) -> pb::SheetPlace {
    let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    pb::SheetPlace { file: small(place.file), page: small(place.page), position: small(place.position) }
}

/// Reads a batch to make: everything but what is output only.
pub(crate) fn read_note_batch(fields: &mut Fields, said: pb::NoteBatch, now: Timestamp) -> Option<NewNoteBatch> {
    let display_name = fields.short("display_name", said.display_name);
    let selection = match said.selection {
        Some(Said::Due(due)) => fields.within("due", |fields| read_due(fields, due, now)),
        Some(Said::Segment(segment)) => fields.within("segment", |fields| read_segment(fields, segment)),
        None => {
            fields.refuse("selection", "must be set: `due`, or `segment`");
            None
        }
    };
    Some(NewNoteBatch { display_name, selection: selection? })
}

fn read_due(fields: &mut Fields, said: pb::DueSelection, now: Timestamp) -> Option<NewSelection> {
    fields.filter("filter", &said.filter, &GESTURES);
    let as_of = fields.time("as_of_time", said.as_of_time);
    if as_of.is_some_and(|as_of| as_of.duration_since(now) > BATCH_AHEAD_MAX) {
        fields.refuse("as_of_time", format!("must be within {} days from now", BATCH_AHEAD_MAX.as_hours() / 24));
    }
    Some(NewSelection::Due { filter: said.filter, as_of })
}

fn read_segment(fields: &mut Fields, said: pb::SegmentSelection) -> Option<NewSelection> {
    fields.filter("filter", &said.filter, &CUSTOMERS);
    let template = fields.name("template", &said.template);
    let location = fields.name("location", &said.location);
    let channels: Vec<Channel> = fields.enums("channels", said.channels.clone());
    for channel in channels.iter().filter(|channel| !WRITTEN_CHANNELS.contains(channel)) {
        let written = WRITTEN_CHANNELS.map(|channel| channel.as_str().to_uppercase()).join(", ");
        fields.refuse(
            &place_of("channels", &said.channels, *channel),
            format!("{channel} carries no notes; use {written}"),
        );
    }
    Some(NewSelection::Segment { filter: said.filter, template: template?, location: location?, channels })
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(said: pb::NoteBatch) -> Result<NewNoteBatch, Vec<String>> {
        let mut fields = Fields::new();
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let new = fields.required("note_batch", Some(said), |fields, said| read_note_batch(fields, said, now));
        let paths = |item: pb::ItemError| item.violations.into_iter().map(|v| v.field).collect();
        fields.finish(new).map_err(|failure| paths(failure.into_item_error()))
    }

    fn with(selection: Said) -> pb::NoteBatch {
        pb::NoteBatch { selection: Some(selection), ..pb::NoteBatch::default() }
    }

    #[test]
    fn p2_what_is_left_open_stays_open_so_that_a_repetition_says_the_same() {
        let due = read(with(Said::Due(pb::DueSelection::default()))).unwrap();
        assert_eq!(due.selection, NewSelection::Due { filter: String::new(), as_of: None });
    }

    #[test]
    fn everything_wrong_is_named() {
        assert_eq!(read(pb::NoteBatch::default()).unwrap_err(), ["note_batch.selection"]);
        let in_a_year = prost_types::Timestamp { seconds: 1_827_000_000, nanos: 0 };
        let due = pb::DueSelection { filter: "gesture.stat = X".to_owned(), as_of_time: Some(in_a_year) };
        assert_eq!(read(with(Said::Due(due))).unwrap_err(), ["note_batch.due.filter", "note_batch.due.as_of_time"]);
        let segment = pb::SegmentSelection {
            filter: "gesture.state = SCHEDULED".to_owned(),
            template: "Thanks".to_owned(),
            location: String::new(),
            channels: vec![99, Channel::Email.to_wire(), Channel::Email.to_wire(), Channel::Phone.to_wire()],
        };
        let paths = read(with(Said::Segment(segment))).unwrap_err();
        let wrong = ["filter", "template", "location", "channels[0]", "channels[2]", "channels[3]"];
        assert_eq!(paths, wrong.map(|field| format!("note_batch.segment.{field}")));
    }
}
