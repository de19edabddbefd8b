use super::*;

#[test]
fn p4_a_gesture_has_one_worker_at_a_time_and_only_the_last_token_counts() {
    let (mut kit, _, note) = with_note();
    let first = kit.run(&claim()).unwrap().gestures;
    assert_eq!(first.len(), 1);
    assert!(kit.run(&claim()).unwrap().gestures.is_empty(), "somebody has it");

    kit.now = at("2026-11-23T10:02");
    assert_eq!(kit.run(&LapseLease { id: note.id }).unwrap().map(|g| g.state), Some(GestureState::Scheduled));
    let second = kit.run(&claim()).unwrap().gestures;
    assert_eq!((first[0].token, second[0].token), (1, 2));
    for refused in [
        kit.run(&start(note.id, 1)).map(drop),
        kit.run(&complete(note.id, Proof::Token(1))).map(drop),
        kit.run(&fail(note.id, 1, true)).map(drop),
    ] {
        assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::ClaimLost, .. })), "{refused:?}");
    }
    assert!(matches!(kit.run(&start(note.id, 2)), Ok(Started::Started(_))));
}

#[test]
fn p4_a_completed_gesture_leaves_one_contact_however_often_it_is_said() {
    let (mut kit, ana, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    let first = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    let again = kit.run_at(at("2026-11-23T12:00"), &complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!(first, again);

    let contact = kit.world.interactions.get(&first.contact.unwrap()).unwrap();
    assert_eq!(
        (contact.detail.kind, contact.detail.direction),
        (InteractionKind::OutboundContact, Direction::Outbound)
    );
    assert_eq!(kit.world.obligations.get(&contact.id).unwrap().state, ObligationState::NotOwed);
    let owed = kit.world.obligations.get(&note.interaction.unwrap()).unwrap();
    assert_eq!((owed.state, owed.gesture), (ObligationState::Fulfilled, Some(note.id)));
    assert_eq!(kit.world.summary(ana.id).last_contact_at, Some(at(MONDAY_10)));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Used, at(MONDAY_10))]);
    assert_eq!(kit.world.interactions_of(ana.id).count(), 2);
}

#[test]
fn p4_a_lapsed_delivery_is_uncertain_and_the_last_token_still_answers() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    assert_eq!(kit.run(&LapseLease { id: note.id }), Ok(None), "the lease still runs");
    kit.now = at("2026-11-23T10:01");
    assert_eq!(kit.run(&LapseLease { id: note.id }).unwrap().map(|g| g.state), Some(GestureState::Uncertain));
    assert!(kit.run(&claim()).unwrap().gestures.is_empty(), "a person must look");
    let late = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!(late.gesture.state, GestureState::Completed);
}

#[test]
fn p4_a_lapsed_delivery_is_tried_again_where_the_far_side_deduplicates() {
    let (mut kit, _, note) = with_note();
    let claim = deduplicating();
    for attempt in 1..=ATTEMPTS_MAX {
        let token = kit.run(&claim).unwrap().gestures[0].token;
        kit.run(&start(note.id, token)).unwrap();
        kit.now = kit.now.checked_add(SignedDuration::from_mins(2)).unwrap();
        let lapsed = kit.run(&LapseLease { id: note.id }).unwrap().unwrap();
        let expected = if attempt < ATTEMPTS_MAX { GestureState::Scheduled } else { GestureState::Uncertain };
        assert_eq!((lapsed.state, lapsed.reason), (expected, Some(Reason::LeaseLapsed)));
    }
}

#[test]
fn p4_without_the_fence_of_start_only_a_deduplicating_worker_may_complete() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    let refused = kit.run(&complete(note.id, Proof::Token(token)));
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })));
    kit.run(&Release { actor: actor(), id: note.id, proof: Proof::Token(token) }).unwrap();

    let token = kit.run(&deduplicating()).unwrap().gestures[0].token;
    let done = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!(done.gesture.state, GestureState::Completed);
}

#[test]
fn p4_a_lease_that_has_run_out_starts_nothing() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    let late = kit.run_at(at("2026-11-23T10:01"), &start(note.id, token));
    assert!(matches!(late, Err(Refusal::Precondition { kind: Precondition::ClaimLost, .. })), "{late:?}");
}

#[test]
fn p2_a_repeated_claim_returns_what_the_first_one_took_with_its_tokens() {
    let (mut kit, ana, note) = with_note();
    let keyed = Claim { once: once("r-1", "a"), ..claim() };
    let first = kit.run(&keyed).unwrap();
    kit = kit.with_gesture(&email(2, &ana, at(MONDAY_10)));
    let other = keyed.clone();
    let again = kit.run(&other).unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.gestures, first.gestures);

    kit.run_at(at("2026-11-23T10:05"), &LapseLease { id: note.id }).unwrap();
    kit.run(&claim()).unwrap();
    let after = kit.run(&keyed).unwrap();
    assert_eq!(after.gestures[0].token, 1, "the token of the first call, which is worth nothing now");
    let differing = kit.run(&Claim { once: once("r-1", "b"), ..claim() });
    assert!(matches!(differing, Err(Refusal::ContentDiffers { .. })));
}

#[test]
fn p5_what_is_not_due_is_not_claimed_and_what_is_too_late_expires() {
    let (mut kit, _, note) = with_note();
    kit.now = at("2026-11-23T09:59");
    assert!(kit.run(&claim()).unwrap().gestures.is_empty());
    assert_eq!(kit.gesture(note.id).state, GestureState::Scheduled);
    kit.now = at("2026-11-25T10:00");
    assert!(kit.run(&claim()).unwrap().gestures.is_empty());
    assert_eq!(
        (kit.gesture(note.id).state, kit.gesture(note.id).reason),
        (GestureState::Expired, Some(Reason::TooLate))
    );
    let owed = kit.world.obligations.get(&note.interaction.unwrap()).unwrap();
    assert_eq!((owed.state, owed.reason), (ObligationState::Expired, Some(Reason::TooLate)));
}

#[test]
fn p5_what_starts_outside_the_hours_waits_for_the_next_opening() {
    let (mut kit, ana, _) = with_note();
    let late = call(2, &ana, at("2026-11-23T19:59"));
    kit = kit.with_gesture(&late);
    kit.now = at("2026-11-23T19:59");
    let claim = Claim { lease: SignedDuration::from_secs(120), ..claim() };
    let token = kit.run(&claim).unwrap().gestures[0].token;
    kit.now = at("2026-11-23T20:00");
    let reply = kit.run(&start(late.id, token)).unwrap();
    let Started::NotStarted { gesture, precondition, message } = reply else { panic!("{reply:?}") };
    assert_eq!(precondition, Precondition::OutsideHours);
    assert!(message.contains("Monday 20:00"), "{message}");
    assert_eq!((gesture.state, gesture.schedule.due_at), (GestureState::Scheduled, at("2026-11-24T09:00")));
    assert_eq!(gesture.schedule.planned_local, "2026-11-24T09:00");
    assert_eq!(kit.contacts(ana.household)[1], (ContactState::Reserved, at("2026-11-24T09:00")));
}

#[test]
fn p6_consent_is_asked_when_claimed_and_when_delivery_starts() {
    let (mut kit, mut ana, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    say(&mut ana, Channel::Email, ConsentState::Refused, at("2026-11-23T09:59"));
    kit = kit.with_customer(&ana);
    let reply = kit.run(&start(note.id, token)).unwrap();
    let Started::NotStarted { gesture, precondition, .. } = reply else { panic!("{reply:?}") };
    assert_eq!(precondition, Precondition::NoConsent);
    assert_eq!((gesture.state, gesture.channel), (GestureState::Scheduled, Channel::HandOver));

    say(&mut ana, Channel::InPerson, ConsentState::Refused, at("2026-11-23T09:59"));
    kit = kit.with_customer(&ana);
    assert!(kit.run(&claim()).unwrap().gestures.is_empty());
    let gesture = kit.gesture(note.id);
    assert_eq!((gesture.state, gesture.reason), (GestureState::Suppressed, Some(Reason::NoConsent)));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Released, at(MONDAY_10))]);
}

#[test]
fn p7_a_case_opened_after_the_claim_holds_cheer_and_not_care() {
    let (mut kit, ana, note) = with_note();
    let mut care = call(2, &ana, at(MONDAY_10));
    care.tone = Tone::Caring;
    kit = kit.with_gesture(&care);
    let taken = kit.run(&claim()).unwrap().gestures;
    // The case opens without its hold having reached the gesture: a gate must see it.
    let case = open_case(&mut kit, &ana);
    assert_eq!(kit.gesture(note.id).state, GestureState::Held);
    assert!(kit.gesture(note.id).explanation.contains(&case.to_string()));
    let refused = kit.run(&start(note.id, taken[0].token));
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })));
    assert!(matches!(kit.run(&start(care.id, taken[1].token)), Ok(Started::Started(_))));
}

#[test]
fn p7_the_gate_itself_holds_cheer() {
    let (mut kit, ana, note) = with_note();
    open_case(&mut kit, &ana);
    let mut loose = kit.gesture(note.id).clone();
    loose.state = GestureState::Scheduled;
    kit.change(|ledger| {
        ledger.world.gestures.put(loose.id, loose.clone());
        Ok(())
    });
    assert!(kit.run(&claim()).unwrap().gestures.is_empty());
    assert_eq!((kit.gesture(note.id).state, kit.gesture(note.id).reason), (GestureState::Held, Some(Reason::OpenCase)));
}

#[test]
fn the_budget_is_counted_anew_when_delivery_starts_and_defers() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    // Two contacts happened that no plan knew of, the first of them 29 days ago.
    for (n, happened) in [(8, "2026-10-25T12:00"), (9, "2026-11-20T12:00")] {
        let mut contact =
            crate::domain::budget::place_for(&note, uuid::Uuid::from_u128(n), at(happened), ContactState::Used);
        contact.gesture = None;
        kit.change(|ledger| {
            ledger.world.contacts.put(contact.id, contact);
            Ok(())
        });
    }
    let reply = kit.run(&start(note.id, token)).unwrap();
    let Started::NotStarted { gesture, precondition, .. } = reply else { panic!("{reply:?}") };
    assert_eq!(precondition, Precondition::OverBudget);
    assert_eq!((gesture.state, gesture.reason), (GestureState::Scheduled, Some(Reason::OverBudget)));
    assert_eq!(gesture.schedule.due_at, at("2026-11-24T12:00"));
    assert_eq!(gesture.schedule.deadline_at, note.schedule.deadline_at);
}

#[test]
fn p6_what_another_replica_started_by_a_clock_ahead_of_ours_counts() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    for n in [8, 9] {
        let ahead = kit.now + SignedDuration::from_millis(20);
        let mut contact = crate::domain::budget::place_for(&note, uuid::Uuid::from_u128(n), ahead, ContactState::Used);
        contact.gesture = None;
        kit.change(|ledger| {
            ledger.world.contacts.put(contact.id, contact);
            Ok(())
        });
    }
    let reply = kit.run(&start(note.id, token)).unwrap();
    let Started::NotStarted { precondition, .. } = reply else { panic!("{reply:?}") };
    assert_eq!(precondition, Precondition::OverBudget);
}

#[test]
fn a_failure_is_tried_again_after_a_growing_pause_until_the_limit() {
    let (mut kit, ana, note) = with_note();
    let mut last = SignedDuration::ZERO;
    for attempt in 1..=ATTEMPTS_MAX {
        let token = kit.run(&claim()).unwrap().gestures[0].token;
        kit.run(&start(note.id, token)).unwrap();
        let failed = kit.run(&fail(note.id, token, true)).unwrap();
        assert_eq!(kit.run(&fail(note.id, token, true)).as_ref(), Ok(&failed), "said twice, counted once");
        assert_eq!((failed.attempts, failed.reason), (attempt, Some(Reason::DeliveryFailed)));
        if attempt == ATTEMPTS_MAX {
            assert_eq!(failed.state, GestureState::Failed);
            assert_eq!(kit.contacts(ana.household)[0].0, ContactState::Released);
        } else {
            let pause = failed.schedule.due_at.duration_since(kit.now);
            assert!(pause > last, "{pause} after {last}");
            last = pause;
            kit.now = failed.schedule.due_at;
        }
    }
}

#[test]
fn pauses_double_differ_and_are_bounded() {
    let ana = customer(1);
    let [first, other] = [1, 2].map(|n| call(n, &ana, at(MONDAY_10)).id);
    for (attempts, minutes) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
        let pause = fail::pause(first.0, attempts).as_secs();
        assert!((60 * minutes..=75 * minutes).contains(&pause), "{pause} s after attempt {attempts}");
    }
    assert!((1..100).all(|n| fail::pause(first.0, n) <= SignedDuration::from_hours(1)));
    assert_ne!(fail::pause(first.0, 4), fail::pause(other.0, 4));
}

#[test]
fn a_failure_for_good_and_one_past_the_deadline_fail() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    assert_eq!(kit.run(&fail(note.id, token, false)).unwrap().state, GestureState::Failed);

    let (mut kit, _, note) = with_note();
    kit.now = at("2026-11-25T09:59");
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    let failed = kit.run(&fail(note.id, token, true)).unwrap();
    assert_eq!(failed.state, GestureState::Failed, "the next attempt would come after the deadline");
}

#[test]
fn what_is_on_its_way_cannot_be_taken_back() {
    let (mut kit, _, note) = with_note();
    let cancel = Cancel { actor: actor(), id: note.id, version: None, reason: "not wanted".to_owned() };
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    assert!(matches!(kit.run(&cancel), Err(Refusal::Precondition { kind: Precondition::GestureState, .. })));

    let (mut kit, ana, _) = with_note();
    let stale = Cancel { version: Some(7), ..cancel.clone() };
    assert!(matches!(kit.run(&stale), Err(Refusal::Stale { .. })));
    let cancelled = kit.run(&cancel).unwrap();
    assert_eq!((cancelled.state, cancelled.reason), (GestureState::Cancelled, Some(Reason::ByPerson)));
    assert_eq!(kit.run(&cancel), Ok(cancelled), "again changes nothing");
    assert_eq!(kit.contacts(ana.household)[0].0, ContactState::Released, "the place is given back");
}

#[test]
fn p5_a_missed_promise_opens_a_case_at_that_instant() {
    let (mut kit, ana, _) = with_note();
    let mut promise = call(2, &ana, at(MONDAY_10));
    promise.promised = true;
    promise.tone = Tone::Caring;
    kit = kit.with_gesture(&promise);
    assert_eq!(kit.world.summary(ana.id).open_promises, 1);
    assert_eq!(kit.run(&Expire { id: promise.id }), Ok(None), "it is not too late yet");
    kit.now = promise.schedule.deadline_at;
    let missed = kit.run(&Expire { id: promise.id }).unwrap().unwrap();
    assert_eq!((missed.state, missed.reason), (GestureState::Expired, Some(Reason::TooLate)));
    let case = kit.world.open_case(ana.id).unwrap();
    assert_eq!((case.origin, case.gesture), (crate::domain::case::CaseOrigin::MissedPromise, Some(promise.id)));
    assert_eq!(kit.world.summary(ana.id).open_promises, 0);
    assert_eq!(kit.run(&Expire { id: promise.id }), Ok(None), "once");
}

#[test]
fn p5_the_steps_of_a_retry_say_the_deadline_that_it_keeps() {
    let (mut kit, _, note) = with_note();
    let claimed = kit.run(&claim()).unwrap().gestures[0].clone();
    kit.run(&start(note.id, claimed.token)).unwrap();
    kit.run(&fail(note.id, claimed.token, true)).unwrap();
    let retried = kit.gesture(note.id);
    assert_eq!(retried.schedule.deadline_at, note.schedule.deadline_at);
    let last = &retried.schedule.steps.last().unwrap().text;
    assert!(last.ends_with("makes sense until Wed 25 Nov 2026 10:00."), "{last}");
}

#[test]
fn p4_what_is_late_keeps_its_due_time_and_deadline_outside_its_hours_and_rests_until_they_begin() {
    let (mut kit, ana, note) = with_note();
    kit.now = at("2026-11-23T20:59");
    let due = Due { at: kit.now, ..claim().due };
    let token = kit.run(&Claim { due, lease: SignedDuration::from_mins(10), ..claim() }).unwrap().gestures[0].token;
    kit.now = at("2026-11-23T21:01");
    let Started::NotStarted { gesture, .. } = kit.run(&start(note.id, token)).unwrap() else {
        unreachable!("it leaves by night")
    };
    let (before, after) = (&note.schedule, &gesture.schedule);
    assert_eq!((after.due_at, after.deadline_at), (before.due_at, before.deadline_at));
    assert_eq!((gesture.state, after.rests_until), (GestureState::Scheduled, Some(at("2026-11-24T08:00"))));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Reserved, at("2026-11-24T08:00"))]);

    for (now, given_out) in [("2026-11-23T22:00", 0), ("2026-11-24T08:00", 1)] {
        kit.now = at(now);
        let due = Due { at: kit.now, ..claim().due };
        assert_eq!(kit.run(&Claim { due, ..claim() }).unwrap().gestures.len(), given_out, "{now}");
    }
    assert_eq!(kit.gesture(note.id).schedule.rests_until, None, "whoever has it begins at once");
}
