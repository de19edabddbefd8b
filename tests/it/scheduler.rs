//! What time brings about although nobody calls.

use gratitude::{
    app::{App, Swept},
    clock::Clock,
    domain::{
        commands::{Once, gestures::Claim, visits::CheckIn, who::Who},
        gesture::{Gesture, GestureState},
        ids::GestureId,
        interaction::{InteractionState, NoPurchaseReason, Outcome},
        world::{Actor, Due, Fingerprint},
    },
    store::Lane,
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

use crate::support::ledger::{LOCATION, TestLedger};

const PAGE: u32 = 10;
const NOTHING: Swept = Swept { changed: 0, has_more: false };
const ONE: Swept = Swept { changed: 1, has_more: false };

fn app(ledger: &TestLedger) -> App {
    App::new(ledger.store.clone(), Clock::manual(ledger.now()), Arc::clone(&ledger.settings))
}

fn once() -> Once {
    Once { keys: Vec::new(), content: Fingerprint::default() }
}

/// Somebody not known comes in now.
fn check_in(ledger: &TestLedger, expected_end: Option<Timestamp>) -> CheckIn {
    CheckIn {
        actor: Actor::system(),
        once: once(),
        who: Who::Nobody,
        location: LOCATION.parse().unwrap(),
        at: None,
        staff: String::new(),
        expected_end,
        stranger: String::new(),
        settings: Arc::clone(&ledger.settings),
        now: ledger.now(),
    }
}

/// A gesture that is owed, at the instant at which it is due.
async fn due_gesture(ledger: &TestLedger) -> Gesture {
    let mut visit = ledger.visit("+351210000001", "first");
    visit.new.detail.items_looked_at = vec!["a red teapot".to_owned()];
    let recorded = ledger.record(visit).await.unwrap();
    let gesture = recorded.gestures.into_iter().next().expect("who only looked is thanked for looking");
    ledger.advance(gesture.schedule.due_at.duration_since(ledger.now()));
    gesture
}

async fn state(ledger: &TestLedger, id: GestureId) -> GestureState {
    ledger.store.gesture(id).await.unwrap().expect("it is kept").state
}

both_engines! {
    async fn a_visit_left_open_closes_by_itself(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        let begun = ledger.now();
        let visit = ledger.store.submit(Lane::Interactive, check_in(&ledger, None)).await.unwrap().interaction;
        assert_eq!(visit.state, InteractionState::Open);

        ledger.advance(SignedDuration::from_hours(8) - SignedDuration::from_micros(1));
        assert_eq!(app.close_visits_left_open(ledger.now(), PAGE).await.unwrap(), NOTHING);
        ledger.advance(SignedDuration::from_hours(50));
        assert_eq!(app.close_visits_left_open(ledger.now(), PAGE).await.unwrap(), ONE);
        assert_eq!(app.close_visits_left_open(ledger.now(), PAGE).await.unwrap(), NOTHING);

        let closed = ledger.store.interaction(visit.id).await.unwrap().expect("it is kept");
        assert_eq!(closed.state, InteractionState::Closed);
        assert_eq!(closed.end_at, Some(begun + SignedDuration::from_hours(8)));
        assert_eq!(closed.detail.outcome, Some(Outcome::NotPurchased));
        assert_eq!(closed.detail.no_purchase_reason, Some(NoPurchaseReason::Unknown));
    }

    async fn a_visit_closes_at_the_end_that_was_expected(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        let expected = ledger.now() + SignedDuration::from_hours(30);
        let visit = ledger.store.submit(Lane::Interactive, check_in(&ledger, Some(expected))).await.unwrap().interaction;
        ledger.advance(SignedDuration::from_hours(20));
        assert_eq!(app.close_visits_left_open(ledger.now(), PAGE).await.unwrap(), NOTHING);
        ledger.advance(SignedDuration::from_hours(20));
        assert_eq!(app.close_visits_left_open(ledger.now(), PAGE).await.unwrap(), ONE);
        let closed = ledger.store.interaction(visit.id).await.unwrap().expect("it is kept");
        assert_eq!(closed.end_at, Some(expected));
    }

    async fn a_full_page_is_followed_by_another(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        for _ in 0..3 {
            ledger.store.submit(Lane::Interactive, check_in(&ledger, None)).await.unwrap();
        }
        ledger.advance(SignedDuration::from_hours(9));
        let full = Swept { changed: 2, has_more: true };
        assert_eq!(app.close_visits_left_open(ledger.now(), 2).await.unwrap(), full);
        assert_eq!(app.close_visits_left_open(ledger.now(), 2).await.unwrap(), ONE);
    }

    async fn what_a_worker_claimed_and_forgot_is_scheduled_again(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        let gesture = due_gesture(&ledger).await;
        let claim = Claim {
            actor: Actor::system(),
            once: once(),
            due: Due { at: gesture.schedule.due_at, kinds: Vec::new(), channels: Vec::new(), locations: Vec::new(), in_batches: Vec::new(), untested: false, far_side_deduplicates: false, due_from: None, limit: 1 },
            worker: "printer".to_owned(),
            lease: SignedDuration::from_secs(60),
        };
        let claimed = ledger.store.submit(Lane::Interactive, claim).await.unwrap();
        assert_eq!(claimed.gestures.len(), 1);
        assert_eq!(app.lapse_leases(ledger.now(), PAGE).await.unwrap(), NOTHING);
        ledger.advance(SignedDuration::from_secs(60));
        assert_eq!(app.lapse_leases(ledger.now(), PAGE).await.unwrap(), ONE);
        assert_eq!(state(&ledger, gesture.id).await, GestureState::Scheduled);
    }

    async fn p5_what_is_past_its_deadline_expires(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        let gesture = due_gesture(&ledger).await;
        assert_eq!(app.expire_gestures(ledger.now(), PAGE).await.unwrap(), NOTHING);
        ledger.advance(gesture.schedule.deadline_at.duration_since(ledger.now()));
        assert_eq!(app.expire_gestures(ledger.now(), PAGE).await.unwrap(), ONE);
        assert_eq!(state(&ledger, gesture.id).await, GestureState::Expired);
    }

    async fn p2_request_keys_are_kept_for_seven_days(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        ledger.record(ledger.purchase("+351210000001", "first")).await.unwrap();
        ledger.advance(SignedDuration::from_hours(7 * 24 - 1));
        assert_eq!(app.forget_request_keys(ledger.now(), PAGE).await.unwrap(), NOTHING);
        let again = ledger.record(ledger.purchase("+351210000001", "first")).await;
        assert!(again.is_ok_and(|recorded| recorded.replayed), "recognised until then");
        ledger.advance(SignedDuration::from_hours(1));
        assert_eq!(app.forget_request_keys(ledger.now(), PAGE).await.unwrap(), ONE);
    }
}
