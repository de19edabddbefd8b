//! The write queue: bounded, fair, and unharmed by what goes wrong in one command.

use crate::support::{
    database::{Database, Engine},
    ledger::TestLedger,
};
use gratitude::{
    domain::{
        customer::{Customer, CustomerKind, CustomerStatus, Identifier, IdentifierKind, Profile},
        ids::{CustomerId, HouseholdId},
        refusal::Refusal,
        world::{Command, Context, Miss, Needs, World},
    },
    store::{Lane, Room, StoreError, SubmitError},
};
use sea_orm::ConnectionTrait;
use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};
use tokio::sync::oneshot;

/// Holds its writer until it is let go.
struct Hold {
    begun: Mutex<Option<oneshot::Sender<()>>>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Hold {
    fn new() -> (Self, oneshot::Receiver<()>, mpsc::Sender<()>) {
        let (begun, has_begun) = oneshot::channel();
        let (let_go, go_on) = mpsc::channel();
        (Self { begun: Mutex::new(Some(begun)), go_on: Mutex::new(go_on) }, has_begun, let_go)
    }
}

impl Command for Hold {
    type Reply = ();

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, _: &mut World, _: &mut Context<'_>) -> Result<(), Refusal> {
        if let Some(begun) = self.begun.lock().expect("nobody panics").take() {
            begun.send(()).expect("the test waits for it");
        }
        let go_on = self.go_on.lock().expect("nobody panics");
        // The runtime's other tasks go on meanwhile.
        tokio::task::block_in_place(|| go_on.recv()).expect("the test lets it go");
        Ok(())
    }
}

/// Adds a customer with a loyalty number without asking whether that is taken.
#[derive(Clone)]
struct AddBlindly(&'static str);

impl Command for AddBlindly {
    type Reply = CustomerId;

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerId, Refusal> {
        let id = CustomerId(context.ids.next(context.now));
        let identifier = Identifier {
            kind: IdentifierKind::Loyalty,
            system: String::new(),
            typed: self.0.to_owned(),
            normalized: self.0.to_owned(),
            origin: None,
        };
        let customer = Customer {
            id,
            household: HouseholdId(context.ids.next(context.now)),
            kind: CustomerKind::Person,
            status: CustomerStatus::Active,
            merged_into: None,
            profile: Profile::default(),
            tags: vec!["regular".to_owned()],
            identifiers: vec![identifier],
            consents: Vec::new(),
            through: None,
            version: 1,
            created_at: context.now,
            updated_at: context.now,
        };
        world.customers.put(id, customer);
        Ok(id)
    }
}

struct Panic;

impl Command for Panic {
    type Reply = ();

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<(), Refusal> {
        AddBlindly("never").decide(world, context)?;
        panic!("a defect");
    }
}

/// Counts the visit days of a customer from the database.
struct CountDays(CustomerId);

impl Command for CountDays {
    type Reply = u32;

    fn needs(&self) -> Needs {
        Needs { customers: [self.0].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<u32, Refusal> {
        let days = world.visit_days.get(&self.0).ok_or(Refusal::Miss(Miss::VisitDays(self.0)))?;
        Ok(days.values().sum())
    }
}

fn conflict(reply: &Result<CustomerId, SubmitError>) -> bool {
    matches!(reply, Err(SubmitError::Store(StoreError::Conflict { .. })))
}

fn defect() -> Result<(), SubmitError> {
    panic!("a defect")
}

both_engines! {
    async fn a_change_that_panics_fails_alone(database) {
        let ledger = TestLedger::open(database).await;
        // More often than there are writers.
        for _ in 0..4 {
            let failed = ledger.store.write("panics", |_| Box::pin(async { defect() }));
            // Writers that have ended answer nobody.
            let failed = tokio::time::timeout(Duration::from_secs(60), failed).await.expect("an answer");
            assert!(matches!(failed, Err(SubmitError::Store(StoreError::Bug { .. }))), "{failed:?}");
        }
        ledger.store.submit(Lane::Interactive, AddBlindly("4711")).await.expect("the writers go on");
    }

    async fn only_the_command_at_fault_fails(database) {
        let ledger = TestLedger::open(database).await;
        ledger.store.submit(Lane::Interactive, AddBlindly("taken")).await.expect("the first is added");
        let (hold, begun, let_go) = Hold::new();
        let (store, other) = (ledger.store.clone(), ledger.store.clone());
        let holding = tokio::spawn(async move { store.submit(Lane::Interactive, hold).await });
        begun.await.expect("the writer is held");
        let group = tokio::spawn(async move {
            tokio::join!(
                other.submit(Lane::Interactive, AddBlindly("free")),
                other.submit(Lane::Interactive, AddBlindly("taken")),
                other.submit(Lane::Interactive, AddBlindly("also free")),
                other.submit(Lane::Interactive, Panic),
            )
        });
        tokio::task::yield_now().await;
        let_go.send(()).expect("it waits");
        holding.await.expect("no panic").expect("nothing to refuse");
        let (free, taken, also_free, panicked) = group.await.expect("no panic");
        assert!(free.is_ok() && also_free.is_ok(), "{free:?} {also_free:?}");
        assert!(conflict(&taken), "{taken:?}");
        assert!(matches!(panicked, Err(SubmitError::Store(StoreError::Bug { .. }))), "{panicked:?}");
        let added = ledger.store.customer(free.expect("added")).await.expect("read").expect("there");
        assert_eq!(added.tags, ["regular"]);
    }

    async fn a_full_queue_says_so_at_once(database) {
        let writers = if database.engine == Engine::Sqlite { 1 } else { 2 };
        let ledger = TestLedger::with_room(database, Room { interactive: 2, bulk: 1 }).await;
        let mut held = Vec::new();
        for _ in 0..writers {
            let (hold, begun, let_go) = Hold::new();
            let store = ledger.store.clone();
            held.push((tokio::spawn(async move { store.submit(Lane::Interactive, hold).await }), let_go));
            begun.await.expect("a writer is held");
        }
        let (store, one_too_many) = (ledger.store.clone(), ["one", "two", "three"].map(AddBlindly));
        let waiting = tokio::spawn(async move { store.submit_all(Lane::Interactive, one_too_many.into()).await });
        while ledger.store.waiting().0 < 2 {
            tokio::task::yield_now().await;
        }
        let full = || Err(SubmitError::Store(StoreError::QueueFull));
        assert_eq!(ledger.store.submit(Lane::Interactive, AddBlindly("four")).await, full());
        for (holding, let_go) in held {
            let_go.send(()).expect("it waits");
            holding.await.expect("no panic").expect("nothing to refuse");
        }
        let replies = waiting.await.expect("no panic");
        let [Ok(_), Ok(_), third] = replies.as_slice() else { panic!("{replies:?}") };
        assert_eq!(*third, full());
    }

    async fn what_waits_is_written_before_the_end(database) {
        let ledger = TestLedger::open(database).await;
        let waiting: Vec<_> = (0..30)
            .map(|n| {
                let (store, record) = (ledger.store.clone(), ledger.visit("+351910000001", &n.to_string()));
                tokio::spawn(async move { store.submit(Lane::Bulk, record).await })
            })
            .collect();
        while ledger.store.waiting().1 == 0 && !waiting.iter().any(tokio::task::JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        ledger.store.close().await.expect("closed");
        let mut written = 0;
        for reply in waiting {
            match reply.await.expect("no panic") {
                Ok(_) => written += 1,
                Err(error) => assert_eq!(error, SubmitError::Store(StoreError::Closed)),
            }
        }
        assert!(written > 0);
        let late = ledger.store.submit(Lane::Interactive, AddBlindly("late")).await;
        assert_eq!(late, Err(SubmitError::Store(StoreError::Closed)));
    }

    async fn what_a_group_decided_is_seen_by_what_is_loaded_later(database) {
        let ledger = TestLedger::open(database).await;
        let first = ledger.record(ledger.visit("+351910000001", "first")).await.expect("recorded");
        let customer = first.interaction.customer.expect("known");
        let (hold, begun, let_go) = Hold::new();
        let store = ledger.store.clone();
        let holding = tokio::spawn(async move { store.submit(Lane::Interactive, hold).await });
        begun.await.expect("the writer is held");
        let (store, second) = (ledger.store.clone(), ledger.visit("+351910000001", "second"));
        let both = tokio::spawn(async move {
            tokio::join!(store.submit(Lane::Interactive, second), store.submit(Lane::Interactive, CountDays(customer)))
        });
        tokio::task::yield_now().await;
        let_go.send(()).expect("it waits");
        holding.await.expect("no panic").expect("nothing to refuse");
        let (recorded, counted) = both.await.expect("no panic");
        recorded.expect("recorded");
        let counted = counted.expect("counted");
        assert!(counted == 2 || database_may_reorder(counted), "{counted} interactions make visit days");
    }

    async fn many_writers_on_one_household_never_lose_a_change(database) {
        let ledger = Arc::new(TestLedger::open(database).await);
        let calls = (0..8).map(|task| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move {
                for n in 0..10 {
                    let lane = if n % 2 == 0 { Lane::Interactive } else { Lane::Bulk };
                    let record = ledger.visit("+351910000001", &format!("{task}/{n}"));
                    ledger.store.submit(lane, record).await.expect("recorded");
                }
            })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.expect("no panic");
        }
        let key = gratitude::domain::customer::IdentifierKey {
            kind: IdentifierKind::Phone,
            system: String::new(),
            normalized: "+351910000001".to_owned(),
        };
        let known = ledger.store.recognise(&[key]).await.expect("looked up");
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].summary.counts.values().sum::<u32>(), 80);
    }
}

/// With several writers (PostgreSQL) the count may be taken before the second visit.
fn database_may_reorder(counted: u32) -> bool {
    counted == 1
}

/// After a failover, what was the primary server may be reached for a while and take no writes. A trigger says what it
/// would say: that the fault is not ours, and trying again later may help.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_any_more_is_unavailable() {
    let Some(database) = Database::new(Engine::Postgres).await else {
        return;
    };
    let ledger = TestLedger::open(database).await;
    let read_only = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                     RAISE EXCEPTION 'cannot execute INSERT in a read-only transaction' USING ERRCODE = '25006'; END $$; \
                     CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH STATEMENT EXECUTE FUNCTION refuse()";
    ledger.reader().await.execute_unprepared(read_only).await.expect("made");
    let refused = ledger.store.submit(Lane::Interactive, AddBlindly("one")).await;
    let unavailable = StoreError::Unavailable { what: "the database takes no writes".to_owned() };
    assert_eq!(refused, Err(SubmitError::Store(unavailable)));
}
