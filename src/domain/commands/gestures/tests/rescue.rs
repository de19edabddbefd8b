use super::*;
use crate::domain::ids::IdSource;

fn extend(id: GestureId, token: i64, seconds: i64) -> ExtendLease {
    ExtendLease { actor: actor(), id, token, lease: SignedDuration::from_secs(seconds) }
}

fn resolve(id: GestureId, version: i64, finding: Finding) -> ResolveGesture {
    let how = "The mail server's log.".to_owned();
    ResolveGesture {
        actor: actor(),
        once: once("resolve", finding.as_str()),
        id,
        version,
        finding,
        how,
        at: None,
        carrier: None,
    }
}

/// The note of [`with_note`], of which nobody knows whether it arrived.
fn uncertain() -> (Kit, Customer, crate::domain::gesture::Gesture) {
    let (mut kit, ana, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    kit.now = at("2026-11-23T10:05");
    let lapsed = kit.run(&LapseLease { id: note.id }).unwrap().unwrap();
    (kit, ana, lapsed)
}

#[test]
fn p4_a_lease_lasts_longer_when_its_worker_asks_in_time_and_never_shorter() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    let longer = kit.run(&extend(note.id, token, 300)).unwrap();
    assert_eq!(longer.lease.unwrap().until, at("2026-11-23T10:05"));
    let same = kit.run(&extend(note.id, token, 10)).unwrap();
    assert_eq!((same.lease.unwrap().until, same.version), (at("2026-11-23T10:05"), longer.version));

    kit.now = at("2026-11-23T10:04");
    assert_eq!(kit.run(&LapseLease { id: note.id }), Ok(None), "it still runs");
    kit.run(&start(note.id, token)).unwrap();
    kit.run(&extend(note.id, token, 120)).unwrap();
    kit.now = at("2026-11-23T10:06");
    let lost = kit.run(&extend(note.id, token, 60));
    assert!(matches!(lost, Err(Refusal::Precondition { kind: Precondition::ClaimLost, .. })), "{lost:?}");
    let foreign = kit.run(&extend(note.id, token + 1, 60));
    assert!(matches!(foreign, Err(Refusal::Precondition { kind: Precondition::ClaimLost, .. })), "{foreign:?}");
    assert_eq!(kit.run(&LapseLease { id: note.id }).unwrap().map(|g| g.state), Some(GestureState::Uncertain));
    kit.run(&complete(note.id, Proof::Token(token))).unwrap();
}

#[test]
fn p4_a_person_finds_that_it_arrived_and_the_contact_counts_from_its_start() {
    let (mut kit, ana, note) = uncertain();
    let command = resolve(note.id, note.version, Finding::Reached);
    let settled = kit.run(&command).unwrap();
    assert_eq!((settled.gesture.state, settled.gesture.completed_at), (GestureState::Completed, Some(at(MONDAY_10))));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Used, at(MONDAY_10))]);
    let owed = kit.world.obligations.get(&note.interaction.unwrap()).unwrap();
    assert_eq!(owed.state, ObligationState::Fulfilled);
    let again = kit.run(&command).unwrap();
    assert_eq!((again.replayed, again.gesture, again.contact), (true, settled.gesture, settled.contact));
}

#[test]
fn p4_a_person_finds_that_it_did_not_arrive_and_it_is_tried_again_or_given_up() {
    let (mut kit, ana, note) = uncertain();
    let again = kit.run(&resolve(note.id, note.version, Finding::TryAgain)).unwrap();
    assert_eq!((again.gesture.state, again.contact), (GestureState::Scheduled, None));
    assert!(again.gesture.schedule.due_at >= kit.now && again.gesture.explanation.contains("log"));
    assert_eq!(kit.contacts(ana.household)[0].0, ContactState::Reserved);

    let (mut kit, ana, note) = uncertain();
    let given_up = kit.run(&resolve(note.id, note.version, Finding::GiveUp)).unwrap();
    assert_eq!((given_up.gesture.state, given_up.gesture.reason), (GestureState::Failed, Some(Reason::ByPerson)));
    assert_eq!(kit.contacts(ana.household)[0].0, ContactState::Released);

    let (mut kit, _, note) = uncertain();
    let late = note.schedule.deadline_at;
    let late = kit.run_at(late, &resolve(note.id, note.version, Finding::TryAgain)).unwrap();
    assert_eq!(late.gesture.state, GestureState::Expired, "it makes no sense any more");
}

/// Has a person find that it did not arrive, and be tried again.
fn tried_again(kit: &mut Kit, note: &crate::domain::gesture::Gesture) -> i64 {
    kit.run(&resolve(note.id, note.version, Finding::TryAgain)).unwrap();
    note.lease.as_ref().unwrap().token
}

#[test]
fn p4_the_last_worker_is_believed_also_after_a_person_had_it_tried_again() {
    let (mut kit, ana, note) = uncertain();
    let token = tried_again(&mut kit, &note);
    let done = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!(done.gesture.state, GestureState::Completed, "nothing goes out a second time");
    assert_eq!(kit.contacts(ana.household).iter().map(|it| it.0).collect::<Vec<_>>(), [ContactState::Used]);

    let (mut kit, _, note) = uncertain();
    let token = tried_again(&mut kit, &note);
    let again = kit.run(&fail(note.id, token, true)).unwrap();
    assert_eq!((again.state, again.attempts), (GestureState::Scheduled, 1), "the attempt was counted when it began");

    // Whatever else came to it: a case, the deadline.
    let (mut kit, ana, note) = uncertain();
    let token = tried_again(&mut kit, &note);
    open_case(&mut kit, &ana);
    assert_eq!(kit.gesture(note.id).state, GestureState::Held);
    kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    let (mut kit, _, note) = uncertain();
    let token = tried_again(&mut kit, &note);
    kit.run_at(note.schedule.deadline_at, &Expire { id: note.id }).unwrap();
    assert_eq!(kit.gesture(note.id).state, GestureState::Expired);
    kit.run(&complete(note.id, Proof::Token(token))).unwrap();
}

#[test]
fn p4_what_a_worker_delivered_late_counts_over_the_channel_on_which_it_began() {
    let (mut kit, mut ana, note) = uncertain();
    let token = tried_again(&mut kit, &note);
    say(&mut ana, Channel::Email, ConsentState::Refused, kit.now);
    kit.world.customers.put(ana.id, ana.clone());
    kit.change(|ledger| {
        let moved = crate::domain::gesture::Gesture { channel: Channel::HandOver, ..note_now(ledger, note.id) };
        ledger.replan_gesture(moved)
    });
    let done = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!(done.gesture.channel, Channel::Email);
}

fn note_now(ledger: &crate::domain::ledger::Ledger<'_, '_>, id: GestureId) -> crate::domain::gesture::Gesture {
    ledger.world.gestures.get(&id).unwrap().clone()
}

#[test]
fn p4_a_worker_is_not_believed_that_never_passed_the_gates_nor_once_somebody_else_has_it() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&fail(note.id, token, true)).unwrap();
    let refused = kit.run(&complete(note.id, Proof::Token(token)));
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })), "{refused:?}");

    let (mut kit, _, note) = uncertain();
    let token = tried_again(&mut kit, &note);
    let due = Due { at: kit.now, ..claim().due };
    assert_eq!(kit.run(&Claim { due, ..claim() }).unwrap().gestures.len(), 1);
    let lost = kit.run(&complete(note.id, Proof::Token(token)));
    assert!(matches!(lost, Err(Refusal::Precondition { kind: Precondition::ClaimLost, .. })), "{lost:?}");
    let lapsed = at("2026-11-23T10:30");
    kit.run_at(lapsed, &LapseLease { id: note.id }).unwrap();
    let early = kit.run(&complete(note.id, Proof::Token(token + 1)));
    assert!(matches!(early, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })), "{early:?}");
}

#[test]
fn only_what_is_uncertain_is_settled_and_only_as_it_was_read() {
    let (mut kit, _, note) = with_note();
    let early = kit.run(&resolve(note.id, note.version, Finding::Reached));
    assert!(matches!(early, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })), "{early:?}");
    let (mut kit, _, note) = uncertain();
    let stale = kit.run(&resolve(note.id, note.version - 1, Finding::Reached));
    assert!(matches!(stale, Err(Refusal::Stale { .. })), "{stale:?}");
    let mut ahead = resolve(note.id, note.version, Finding::Reached);
    ahead.at = kit.now.checked_add(SignedDuration::from_secs(1)).ok();
    assert!(matches!(kit.run(&ahead), Err(Refusal::Invalid { .. })));
    let unknown = GestureId(IdSource::new([9; 32]).next(kit.now));
    assert!(matches!(kit.run(&resolve(unknown, 1, Finding::GiveUp)), Err(Refusal::NotFound { .. })));
}
