//! A store on a test's database, with a location, the starter rules and their templates, and words to record with.

use super::database::Database;
use gratitude::{
    domain::{
        commands::{
            Once,
            record::{NewInteraction, Record, Recorded},
            who::{Identity, OnMissing, Who},
        },
        customer::{Identifier, IdentifierKind, Profile},
        ids::RuleId,
        interaction::{Detail, Direction, InteractionChannel, InteractionKind, Outcome},
        location::{Location, LocationSettings, ReplyContact},
        paper::Formats,
        policy::ContactPolicy,
        rule::{Rule, RuleState},
        settings::{NoteRoutes, RemedyLimits, Routes, Settings},
        starter,
        template::{Template, TemplateState, starter as templates},
        world::{Actor, IdempotencyKey},
    },
    store::{Lane, Room, Store, StoreOptions, SubmitError, Watch},
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectOptions, Database as Connection, DatabaseConnection};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tokio::sync::OnceCell;

/// An open store whose clock is moved by hand.
pub(crate) struct TestLedger {
    pub(crate) store: Store,
    pub(crate) settings: Arc<Settings>,
    now: Arc<AtomicI64>,
    reader: OnceCell<DatabaseConnection>,
    pub(crate) database: Database,
}

/// Where everything happens: in Lisbon.
pub(crate) const LOCATION: &str = "lisbon";

const ROOM: Room = Room { interactive: 10_000, bulk: 10_000 };

impl TestLedger {
    /// A ledger that begins on Monday, 2 March 2026, at 10:00 in Lisbon.
    pub(crate) async fn open(database: Database) -> Self {
        Self::with_room(database, ROOM).await
    }

    /// The same, with so many places to wait.
    pub(crate) async fn with_room(database: Database, room: Room) -> Self {
        let start: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let now = Arc::new(AtomicI64::new(start.as_microsecond()));
        let settings = Arc::new(decision_settings());
        let options = options(&database, &now, &settings, room);
        let ledger =
            Self { store: Store::open(options).await.unwrap(), settings, now, reader: OnceCell::new(), database };
        ledger.furnish().await;
        ledger
    }

    /// The same database, opened again after `change`; `watch` sees every statement from then on.
    pub(crate) async fn opened_again(self, change: impl AsyncFnOnce(&str), watch: Watch) -> Self {
        self.store.close().await.unwrap();
        change(&self.database.url).await;
        let mut options = options(&self.database, &self.now, &self.settings, ROOM);
        options.connect.watch = Some(watch);
        // Ids go on from where they were.
        options.seed = Some([2; 32]);
        Self { store: Store::open(options).await.unwrap(), reader: OnceCell::new(), ..self }
    }

    /// Another replica's store on the same database, configured so.
    pub(crate) async fn replica(&self, settings: &Arc<Settings>) -> Store {
        let mut options = options(&self.database, &self.now, settings, ROOM);
        options.seed = Some([2; 32]);
        Store::open(options).await.unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.now.load(Ordering::Relaxed)).unwrap()
    }

    /// A connection beside the store's, for statements of a test's own.
    pub(crate) async fn reader(&self) -> &DatabaseConnection {
        let mut options = ConnectOptions::new(&self.database.url);
        options.test_before_acquire(false);
        let connect = || async { Connection::connect(options).await.expect("the database is there") };
        self.reader.get_or_init(connect).await
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.now.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }

    async fn furnish(&self) {
        let location = location(self.now());
        let templates: Vec<_> = templates::templates().iter().map(|template| active(template, self.now())).collect();
        let rules: Vec<_> = starter::rules().into_iter().map(|rule| enabled(rule, self.now())).collect();
        self.store
            .write("furnish", move |ledger| {
                let (location, templates, rules) = (location.clone(), templates.clone(), rules.clone());
                Box::pin(async move {
                    ledger.add_location(&location).await?;
                    for template in &templates {
                        ledger.add_template(template).await?;
                    }
                    for rule in &rules {
                        ledger.add_rule(rule).await?;
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
    }

    /// Retires a rule.
    pub(crate) async fn retire(&self, rule: RuleId) {
        self.change(rule, |rule| rule.state = RuleState::Retired).await;
    }

    /// Saves a new version of a rule.
    pub(crate) async fn renew(&self, rule: RuleId) {
        self.change(rule, |rule| {
            rule.version += 1;
            rule.definition.display_name.push_str(", anew");
        })
        .await;
    }

    async fn change(&self, rule: RuleId, change: fn(&mut Rule)) {
        let changed = self.store.write("change", move |ledger| {
            let rule = rule.clone();
            Box::pin(async move {
                let mut rule = ledger.rule(&rule).await?.expect("the rule is there");
                change(&mut rule);
                rule.revision += 1;
                Ok(ledger.put_rule(&rule).await?)
            })
        });
        changed.await.expect("changed");
    }

    pub(crate) async fn record(&self, record: Record) -> Result<Recorded, SubmitError> {
        self.store.submit(Lane::Interactive, record).await
    }

    /// A visit of whoever has this phone, which ends now without a purchase.
    pub(crate) fn visit(&self, phone: &str, request_id: &str) -> Record {
        let mut detail = Detail::new(InteractionKind::Visit, InteractionChannel::InStore, Direction::Inbound);
        detail.outcome = Some(Outcome::NotPurchased);
        self.recording(phone, request_id, detail)
    }

    /// A purchase by whoever has this phone, now.
    pub(crate) fn purchase(&self, phone: &str, request_id: &str) -> Record {
        let mut detail = Detail::new(InteractionKind::Purchase, InteractionChannel::InStore, Direction::Inbound);
        detail.outcome = Some(Outcome::Purchased);
        self.recording(phone, request_id, detail)
    }

    pub(crate) fn recording(&self, phone: &str, request_id: &str, detail: Detail) -> Record {
        let new = NewInteraction {
            location: LOCATION.parse().unwrap(),
            start_at: Some(self.now()),
            end_at: Some(self.now()),
            history: false,
            detail,
        };
        let who = who(phone);
        let content = self.store.hasher().fingerprint(&[("", &new.detail), ("who.", &who)]);
        let actor = Actor { principal: "local".to_owned(), ..Actor::default() };
        let keys = vec![IdempotencyKey::request("local", "Record", request_id)];
        Record { actor, once: Once { keys, content }, who, new, settings: Arc::clone(&self.settings), now: self.now() }
    }
}

fn who(phone: &str) -> Who {
    let identifier = Identifier {
        kind: IdentifierKind::Phone,
        system: String::new(),
        typed: phone.to_owned(),
        normalized: phone.to_owned(),
        origin: None,
    };
    Who::Identity(Identity {
        identifiers: vec![identifier],
        profile: Profile { display_name: "Ana".to_owned(), ..Profile::default() },
        on_missing: OnMissing::Create,
    })
}

fn enabled((id, definition): starter::StarterRule, now: Timestamp) -> Rule {
    Rule {
        id: id.parse().unwrap(),
        state: RuleState::Enabled,
        version: 1,
        definition,
        revision: 1,
        created_at: now,
        updated_at: now,
    }
}

fn active((id, definition): &templates::StarterTemplate, now: Timestamp) -> Template {
    Template {
        id: id.parse().unwrap(),
        state: TemplateState::Active,
        version: 1,
        definition: definition.clone(),
        revision: 1,
        created_at: now,
        updated_at: now,
    }
}

fn location(now: Timestamp) -> Location {
    Location {
        id: LOCATION.parse().unwrap(),
        settings: LocationSettings {
            display_name: "Lisbon".to_owned(),
            time_zone: "Europe/Lisbon".to_owned(),
            region: "PT".to_owned(),
            language: "pt".to_owned(),
            currency: "EUR".to_owned(),
            opening_hours: None,
            holidays: Vec::new(),
            reply_contact: ReplyContact::default(),
            sensitive: false,
            brand: None,
            postal_address: None,
            call_capacity: Vec::new(),
        },
        version: 1,
        created_at: now,
        updated_at: now,
        planned_since: 0,
        planning_change: String::new(),
    }
}

fn options(database: &Database, now: &Arc<AtomicI64>, settings: &Arc<Settings>, room: Room) -> StoreOptions {
    let clock = Arc::clone(now);
    StoreOptions {
        secrets: gratitude::store::GivenSecrets::default(),
        connect: super::database::settings(&database.url),
        migrate: false,
        manual_clock: false,
        now: Arc::new(move || Timestamp::from_microsecond(clock.load(Ordering::Relaxed)).unwrap()),
        settings: Arc::clone(settings),
        room,
        seed: Some([1; 32]),
    }
}

/// The defaults of the configuration.
pub(crate) fn decision_settings() -> Settings {
    let hours = SignedDuration::from_hours;
    Settings {
        time_zone: "UTC".to_owned(),
        region: "PT".to_owned(),
        language: "en".to_owned(),
        visit_closes_after: hours(8),
        purchase_joins_within: hours(6),
        same_visit_within: SignedDuration::from_mins(10),
        policy: ContactPolicy::default(),
        lapse_gap_days: 90,
        recovery_pause: hours(1),
        remedy_limits: RemedyLimits {
            per_case: [("EUR".to_owned(), 50_000_000)].into(),
            per_day: [("EUR".to_owned(), 80_000_000)].into(),
        },
        notes: NoteRoutes::default(),
        routes: Routes::default(),
        formats: Formats::default(),
        test_address: None,
        catch_up_per_minute: 0,
        retention: gratitude::domain::retention::Retention::default(),
        staff_named: gratitude::domain::settings::StaffNamed::default(),
    }
}
