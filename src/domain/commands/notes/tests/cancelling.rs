use super::*;

fn cancel(night: &mut Night) -> NoteBatch {
    let cancel = Cancel { actor: actor(), id: night.batch, version: None, reason: "the wrong words".to_owned() };
    let batch = night.kit.run(&cancel).unwrap();
    night.add_up();
    batch
}

fn take_back(night: &mut Night) {
    night.kit.run(&TakeBackPage { batch: night.batch, notes: night.notes.clone() }).unwrap();
    night.add_up();
}

#[test]
fn cancelling_frees_what_was_covered() {
    let (mut night, ana, note) = one_note();
    assert_eq!(cancel(&mut night).state, BatchState::Cancelling);
    take_back(&mut night);
    assert_eq!((night.batch().state, night.note(0).state), (BatchState::Cancelled, NoteState::Cancelled));
    assert_eq!(night.gesture(&note).live_batch(), None);
    assert_eq!(night.gesture(&note).state, GestureState::Scheduled);

    let Night { mut kit, .. } = night;
    let create = Create {
        actor: actor(),
        once: once("two", "x"),
        display_name: String::new(),
        selection: due(),
        customer_count: 0,
    };
    let batch = kit.run(&create).unwrap().batch.id;
    let mut again = Night { kit, batch, notes: Vec::new() };
    again.compose(&[(ana.id, &[note.id])]);
    assert_eq!(again.batch().counts.composed, 1, "another batch may cover it");
}

#[test]
fn cancelling_takes_back_what_a_segment_planned() {
    let (ana, visit) = reader(1);
    let kit = kit().with_customer(&ana).with_interaction(&visit);
    let mut night = Night::begin(kit, segment());
    let mut summary = night.kit.world.summary(ana.id);
    summary.add_visit_day(visit.local_date, None).unwrap();
    summary.count(&visit);
    night.kit.world.summaries.put(ana.id, summary);
    night.kit.world.settle();
    night.compose(&[(ana.id, &[])]);
    assert_eq!(night.note(0).state, NoteState::Composed, "{:?}", night.note(0).problems);
    cancel(&mut night);
    take_back(&mut night);
    let planned = night.kit.gesture(night.note(0).gestures[0]);
    assert_eq!((planned.state, planned.reason), (GestureState::Cancelled, Some(Reason::BatchCancelled)));
}

#[test]
fn what_is_on_its_way_is_not_taken_back() {
    let (mut night, _, note) = one_note();
    night.approve();
    let started = night.start();
    assert_eq!(cancel(&mut night).state, BatchState::Cancelling);
    take_back(&mut night);
    assert_eq!(night.batch().state, BatchState::Cancelling, "a chunk is with the delivery");
    assert!(night.finish(&started, Handed::Taken));
    assert_eq!((night.batch().state, night.gesture(&note).state), (BatchState::Cancelled, GestureState::Completed));
}

#[test]
fn p4_what_nobody_knows_of_is_left_to_a_person() {
    let (mut night, _, note) = one_note();
    night.approve();
    let mut started = night.start();
    cancel(&mut night);
    for _ in 0..ATTEMPTS_MAX {
        assert!(night.finish(&started, Handed::NotTaken { why: "the disk is full".to_owned() }));
        let Some(chunk) = night.spooled() else { break };
        night.kit.now = chunk.until;
        let take = TakeOver { batch: night.batch, token: chunk.token, owner: "here".to_owned(), lease: LEASE };
        started.chunk = night.kit.run(&take).unwrap();
    }
    assert_eq!((night.batch().state, night.note(0).state), (BatchState::Cancelled, NoteState::Uncertain));
    assert_eq!(night.gesture(&note).state, GestureState::Uncertain);
}

#[test]
fn a_completed_batch_is_past_cancelling() {
    let (mut night, ..) = one_note();
    night.approve();
    let started = night.start();
    night.finish(&started, Handed::Taken);
    let cancel = Cancel { actor: actor(), id: night.batch, version: None, reason: "too late".to_owned() };
    assert!(night.kit.run(&cancel).is_err());
}
