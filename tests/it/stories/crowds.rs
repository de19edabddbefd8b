//! Many at once: a guardian of many, a large household, people beside workers, and a call that is made twice at a time.

use super::telling::{Telling, ana, somebody};
use crate::support::{
    database::{Database, Engine},
    ledger::LOCATION,
};
use gratitude::{
    domain::{
        commands::{
            Once,
            customers::{ProfileChange, SetConsent, SetHousehold, UpdateCustomer},
            gestures::{CallOutcome, Claim, LogCall, Schedule, Take},
        },
        customer::{Channel, ConsentState, Guardian, Profile, Purpose},
        gesture::{Gesture, GestureKind, GestureState, Reason, Tone},
        ids::CustomerId,
        interaction::{Direction, InteractionChannel, InteractionKind},
        limits::{LATE_AFTER, TAKEN_FOR},
        settings::Settings,
        world::{Due, IdempotencyKey},
    },
    store::{Lane, Store},
};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use std::sync::Arc;

/// More than a command may ask for, one after the other.
const MANY: u32 = 12;

/// A caring call to a customer, for as long as a week.
fn call(story: &Telling, customer: CustomerId) -> Schedule {
    Schedule {
        actor: story.actor(),
        once: story.unrepeated(),
        customer,
        location: LOCATION.parse().expect("a slug"),
        interaction: None,
        kind: GestureKind::Call,
        channels: vec![Channel::Phone],
        purpose: Purpose::Gratitude,
        tone: Tone::Caring,
        priority: 50,
        role: String::new(),
        promised: false,
        due_at: None,
        deadline_at: None,
        occasion: None,
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
    }
}

async fn claims(story: &Telling, store: &Store, limit: u32) -> Vec<Gesture> {
    let due = Due { at: story.ledger.now(), kinds: vec![GestureKind::Call], limit, ..Due::default() };
    let claim = Claim {
        actor: story.actor(),
        once: story.unrepeated(),
        due,
        worker: "dialler".to_owned(),
        lease: SignedDuration::from_mins(1),
    };
    let claimed = store.submit(Lane::Interactive, claim).await.expect("claimed").gestures;
    claimed.into_iter().map(|claimed| claimed.gesture).collect()
}

both_engines! {
    async fn p6_a_guardian_of_many_says_no_for_all_of_them(database) {
        let story = Telling::begin(database).await;
        let guardian = story.stops_by(ana()).await.interaction.customer.expect("known");
        let child = |n: u32| somebody(&format!("+3519200000{n:02}"), |profile| profile.minor = true);
        for n in 0..MANY {
            let id = story.stops_by(child(n)).await.interaction.customer.expect("known");
            let named = move |profile: &mut Profile| {
                let source = "till form".to_owned();
                profile.guardian = Some(Guardian { customer: guardian, consented: true, source, since: None });
            };
            let profile = ProfileChange::new(named);
            let actor = story.actor();
            story
                .submit(UpdateCustomer {
                    actor,
                    id,
                    version: None,
                    profile,
                    kind: None,
                    tags: None,
                    identifiers: None,
                    allow_erased: false,
                })
                .await;
        }
        story.ledger.advance(SignedDuration::from_hours(24));
        let mut thanks = Vec::new();
        for n in 0..MANY {
            thanks.extend(story.stops_by(child(n)).await.gestures);
        }
        let waits = |gesture: &Gesture| gesture.state == GestureState::Scheduled && gesture.interaction.is_some();
        assert_eq!(thanks.iter().filter(|it| waits(it)).count(), MANY as usize, "each is thanked for stopping by");
        for channel in [Channel::InPerson, Channel::HandOver, Channel::Phone] {
            let refusal = SetConsent {
                actor: story.actor(),
                once: story.unrepeated(),
                id: guardian,
                channel,
                purpose: Purpose::Gratitude,
                state: ConsentState::Refused,
                source: "till form".to_owned(),
                text_version: "1".to_owned(),
                at: None,
            };
            story.submit(refusal).await;
        }
        for gesture in thanks {
            assert_eq!(story.gesture(gesture.id).await.reason, Some(Reason::NoConsent));
        }
    }

    async fn p6_a_call_to_a_large_household_displaces_all_that_has_no_place_any_more(database) {
        let story = Telling::begin(database).await;
        let mut settings = Settings::clone(&story.ledger.settings);
        settings.policy.budget_contacts = 100;
        let generous = story.ledger.replica(&Arc::new(settings)).await;
        let mut home = None;
        let mut first = None;
        for n in 0..MANY {
            let record = story.record(somebody(&format!("+3519200000{n:02}"), |_| ()), InteractionKind::Feedback, |_| ());
            let id = generous.submit(Lane::Interactive, record).await.expect("recorded").interaction.customer;
            let id = id.expect("known");
            let household = story.ledger.store.customer(id).await.expect("read").expect("known").household;
            first.get_or_insert(id);
            let household = Some(*home.get_or_insert(household));
            let (actor, once) = (story.actor(), story.unrepeated());
            let moves = SetHousehold { actor, once, id, version: None, household };
            generous.submit(Lane::Interactive, moves).await.expect("moved");
            generous.submit(Lane::Interactive, call(&story, id)).await.expect("planned");
        }
        let reserved = "SELECT COUNT(*) FROM contacts WHERE state = 'reserved'";
        assert_eq!(story.count(reserved).await, i64::from(MANY));
        let who = gratitude::domain::commands::who::Who::Customer(first.expect("there are some"));
        story
            .tell(who, InteractionKind::OutboundContact, |new| {
                new.end_at = new.start_at;
                (new.detail.direction, new.detail.channel) = (Direction::Outbound, InteractionChannel::Phone);
            })
            .await;
        assert_eq!(story.count(reserved).await, 1, "two contacts in thirty days");
    }

    async fn p4_what_people_are_doing_costs_no_worker_its_turn(database) {
        let story = Telling::begin(database).await;
        let mut calls = Vec::new();
        for n in 0..4 {
            let told = story.tell(somebody(&format!("+3519200000{n:02}"), |_| ()), InteractionKind::Feedback, |_| ());
            let customer = told.await.interaction.customer.expect("known");
            calls.push(story.submit(call(&story, customer)).await.gesture);
            story.ledger.advance(SignedDuration::from_secs(1));
        }
        let take = async |gesture: &Gesture| {
            let (actor, staff) = (story.actor(), "Eva".to_owned());
            story.submit(Take { actor, id: gesture.id, version: None, staff }).await;
        };
        take(&calls[0]).await;
        let first = claims(&story, &story.ledger.store, 1).await;
        assert_eq!(first.iter().map(|it| it.id).collect::<Vec<_>>(), [calls[1].id], "the first that nobody has");

        // Once all is late, a minute gives out one; and not one that somebody has.
        story.ledger.advance(LATE_AFTER + SignedDuration::from_mins(6));
        take(&calls[2]).await;
        let settings = Settings { catch_up_per_minute: 1, ..Settings::clone(&story.ledger.settings) };
        let replica = story.ledger.replica(&Arc::new(settings)).await;
        let late = claims(&story, &replica, 4).await;
        assert_eq!(late.iter().map(|it| it.id).collect::<Vec<_>>(), [calls[0].id], "Eva has it no longer");
        story.ledger.advance(SignedDuration::from_mins(1));
        let late = claims(&story, &replica, 4).await;
        assert_eq!(late.iter().map(|it| it.id).collect::<Vec<_>>(), [calls[3].id]);
        story.ledger.advance(TAKEN_FOR);
        assert_eq!(claims(&story, &replica, 4).await.len(), 1, "what nobody does after all is given out");
    }
}

/// Waits until so many of the store's connections wait for a lock.
async fn waiting(db: &DatabaseConnection, number: i64) {
    let sql = "SELECT COUNT(*), pg_sleep(0.01)::text FROM pg_stat_activity WHERE datname = current_database() \
               AND application_name LIKE 'gratitude-%' AND wait_event_type = 'Lock'";
    loop {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = db.query_one_raw(statement).await.expect("counted").expect("a count");
        if row.try_get_by_index::<i64>(0).expect("a number") == number {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_a_repetition_that_races_the_first_is_told_what_that_did() {
    let Some(database) = Database::new(Engine::Postgres).await else { return };
    let story = Telling::begin(database).await;
    let customer = story.tell(ana(), InteractionKind::Feedback, |_| ()).await.interaction.customer.expect("known");
    let planned = story.submit(call(&story, customer)).await.gesture;
    let key = IdempotencyKey::request("local", "LogCall", "r1");
    let logged = LogCall {
        actor: story.actor(),
        once: Once { keys: vec![key], ..story.unrepeated() },
        id: planned.id,
        version: planned.version,
        outcome: CallOutcome::NoAnswer,
        words: String::new(),
        staff: "Eva".to_owned(),
    };
    let connection = story.ledger.reader().await;
    let blocker = connection.begin().await.expect("begun");
    blocker.execute_unprepared("SELECT id FROM households FOR UPDATE").await.expect("locked");
    let mut calls = Vec::new();
    for n in 1..=2 {
        let (store, logged) = (story.ledger.store.clone(), logged.clone());
        calls.push(tokio::spawn(async move { store.submit(Lane::Interactive, logged).await }));
        waiting(connection, n).await;
    }
    blocker.rollback().await.expect("let go");
    let mut replayed = Vec::new();
    for call in calls {
        let reply = call.await.expect("it ends").expect("both were the same call");
        assert_eq!(reply.gesture.attempts, 1);
        replayed.push(reply.replayed);
    }
    replayed.sort_unstable();
    assert_eq!(replayed, [false, true]);
}
