//! Gestures.

use super::{
    enums::{WireEnum, place_of, to_wire_or_zero},
    obligation::version,
    rule::default_purpose,
    types::{date, duration, money, read_date, read_money, timestamp, weekly_hours},
};
use crate::{
    app::NewGesture,
    domain::{
        customer::Channel,
        gesture::{Content, Gesture, GestureKind, Lease, PlanStep, Schedule, Tone},
        money::Money,
        pause::Pause,
        queue::QueueEntry,
    },
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
        validate::Fields,
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
        taken_by: gesture.taken.as_ref().map(|taken| taken.by.clone()).unwrap_or_default(),
        take_expire_time: gesture.taken.as_ref().map(|taken| timestamp(taken.until)),
        undo: None,
        occasion_date: gesture.terms.occasion.map(date),
        recipient_role: gesture.terms.recipient.clone(),
        gift_value: gesture.terms.gift_value.as_ref().map(money),
    }
}

fn content(content: &Content) -> pb::GestureContent {
    pb::GestureContent {
        language_code: content.language.clone(),
        text: content.text.clone(),
        facts: content.facts.clone(),
        subject: content.subject.clone(),
        template: optional_name(content.template.as_ref().map(|(id, _)| id)),
        template_version: content.template.as_ref().map_or(0, |(_, number)| version(*number)),
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

pub(crate) fn queue_entry(entry: &QueueEntry, address_lines: Vec<String>) -> pb::QueueEntry {
    pb::QueueEntry {
        gesture: Some(gesture(&entry.gesture)),
        display_name: entry.display_name.clone(),
        how_to_say: entry.how_to_say.clone(),
        why: entry.why.clone(),
        phone: entry.phone.clone().unwrap_or_default(),
        allowed_hours: weekly_hours(entry.allowed_hours.as_ref()),
        time_zone: entry.time_zone.clone(),
        allowed_now: entry.allowed_now,
        late_duration: entry.late_by.map(duration),
        what_to_say: entry.gesture.content.text.clone(),
        what_happened_last: entry.what_happened_last.clone(),
        not_to_be_said: entry.not_to_be_said.clone(),
        taken_by: entry.taken_by.clone(),
        address_lines,
        pause: entry.pause.as_ref().map(pause),
    }
}

pub(crate) fn pause(pause: &Pause) -> pb::Pause {
    pb::Pause {
        name: pause.id.name(),
        location: optional_name(pause.scope.location.as_ref()),
        channel: to_wire_or_zero(pause.scope.channel),
        rule: optional_name(pause.scope.rule.as_ref()),
        reason: pause.reason.clone(),
        pause_time: Some(timestamp(pause.paused_at)),
        resume_time: pause.resumed_at.map(timestamp),
    }
}

/// Reads a gesture that a person plans: everything but what is output only.
pub(crate) fn read_gesture(fields: &mut Fields, said: pb::Gesture) -> Option<NewGesture> {
    let customer = fields.name("customer", &said.customer);
    let location = fields.name("location", &said.location);
    let kind = fields.required_enum("kind", said.kind);
    let channel = fields.required_enum("channel", said.channel);
    let priority = fields.ranged("priority", said.priority, 0..=100);
    let due_at = fields.time("due_time", said.due_time);
    let deadline_at = fields.time("deadline_time", said.deadline_time);
    if due_at.zip(deadline_at).is_some_and(|(due, deadline)| deadline <= due) {
        fields.refuse("deadline_time", "must be later than due_time");
    }
    if let Some((kind, channel)) = kind.zip(channel) {
        check_channel(fields, kind, channel);
    }
    let occasion = fields.optional("occasion_date", said.occasion_date, read_date);
    if occasion.is_some() && deadline_at.is_some() {
        fields.refuse("deadline_time", "goes not together with occasion_date");
    }
    let tone = if kind == Some(GestureKind::Apology) { Tone::Caring } else { Tone::Cheerful };
    Some(NewGesture {
        interaction: fields.optional_name("interaction", &said.interaction),
        purpose: fields.optional_enum("purpose", said.purpose).unwrap_or(default_purpose(kind)),
        tone: fields.optional_enum("tone", said.tone).unwrap_or(tone),
        role: fields.short("role", said.role),
        promised: said.promised,
        due_at,
        deadline_at,
        occasion,
        content: fields.optional("content", said.content, read_content).flatten(),
        recipient: fields.short("recipient_role", said.recipient_role),
        gift_value: read_gift_value(fields, kind, said.gift_value),
        customer: customer?,
        location: location?,
        kind: kind?,
        channel: channel?,
        priority: priority?,
    })
}

/// That the one channel of a gesture is one by which it can be made: a call is nothing to send.
pub(crate) fn check_channel(fields: &mut Fields, kind: GestureKind, channel: Channel) {
    if kind == GestureKind::Call && channel != Channel::Phone {
        fields.refuse("channel", "must be PHONE for a CALL; what goes another way is of another kind");
    }
}

/// The same for the channels that a gesture may take, in the order in which they were given.
pub(crate) fn check_channels(fields: &mut Fields, kind: GestureKind, given: &[i32], channels: &[Channel]) {
    for channel in channels.iter().filter(|channel| !kind.goes_by(**channel)) {
        let text = "a CALL goes by PHONE, and where that is not allowed by IN_PERSON or HAND_OVER";
        fields.refuse(&place_of("channels", given, *channel), text);
    }
    if kind == GestureKind::Call && !channels.is_empty() && !channels.contains(&Channel::Phone) {
        fields.refuse("channels", "must have PHONE for a CALL");
    }
}

/// What a gift is worth; refused for what is none.
pub(crate) fn read_gift_value(
    fields: &mut Fields,
    kind: Option<GestureKind>,
    value: Option<pb::Money>,
) -> Option<Money> {
    if value.is_some() && kind.is_some_and(|kind| kind != GestureKind::Gift) {
        fields.refuse("gift_value", "goes only with a gift");
    }
    fields.optional("gift_value", value, read_money)
}

/// The words of a person; `None` leaves it to the template of the kind.
fn read_content(fields: &mut Fields, said: pb::GestureContent) -> Option<Option<Content>> {
    let language = fields.language("language_code", &said.language_code);
    let text = fields.text("text", said.text);
    let subject = fields.subject("subject", said.subject);
    Some((!text.trim().is_empty()).then(|| Content { language, subject, text, ..Content::default() }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::customer::Purpose;

    fn plain() -> pb::Gesture {
        pb::Gesture {
            customer: "customers/00000000-0000-0000-0000-000000000001".to_owned(),
            location: "locations/mill-lane".to_owned(),
            kind: GestureKind::Call.to_wire(),
            channel: Channel::Phone.to_wire(),
            ..pb::Gesture::default()
        }
    }

    fn read(said: pb::Gesture) -> Result<NewGesture, Vec<String>> {
        let mut fields = Fields::new();
        let new = fields.required("gesture", Some(said), read_gesture);
        let paths = |item: pb::ItemError| item.violations.into_iter().map(|v| v.field).collect();
        fields.finish(new).map_err(|failure| paths(failure.into_item_error()))
    }

    #[test]
    fn an_apology_is_care_and_service() {
        let call = read(plain()).unwrap();
        assert_eq!((call.tone, call.purpose, call.content), (Tone::Cheerful, Purpose::Gratitude, None));
        let apology = read(pb::Gesture { kind: GestureKind::Apology.to_wire(), ..plain() }).unwrap();
        assert_eq!((apology.tone, apology.purpose), (Tone::Caring, Purpose::Service));
    }

    #[test]
    fn p5_a_call_goes_by_phone() {
        for channel in Channel::ALL.iter().filter(|channel| **channel != Channel::Phone) {
            assert_eq!(
                read(pb::Gesture { channel: channel.to_wire(), ..plain() }),
                Err(vec!["gesture.channel".to_owned()])
            );
        }
        let kind = GestureKind::Apology.to_wire();
        assert!(read(pb::Gesture { kind, channel: Channel::Email.to_wire(), ..plain() }).is_ok(), "that is written");
    }

    #[test]
    fn everything_wrong_is_named() {
        let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let wrong = pb::Gesture {
            customer: String::new(),
            kind: 77,
            channel: 0,
            priority: 101,
            due_time: time(5),
            deadline_time: time(5),
            interaction: "nothing".to_owned(),
            content: Some(pb::GestureContent { language_code: "!".to_owned(), ..pb::GestureContent::default() }),
            ..plain()
        };
        let mut paths = read(wrong).unwrap_err();
        paths.sort();
        let expected = [
            "gesture.channel",
            "gesture.content.language_code",
            "gesture.customer",
            "gesture.deadline_time",
            "gesture.interaction",
            "gesture.kind",
            "gesture.priority",
        ];
        assert_eq!(paths, expected);
    }
}
