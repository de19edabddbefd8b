//! Whatever is done at the desk, in whatever history: taken back, everything is as it was, apart from the events and
//! from what says that it was taken back. Done again, it has the same effect.

use super::dice::Dice;
use crate::{
    stories::telling::{Telling, bought_nothing, purchase, somebody},
    support::{
        database::{Database, Engine},
        ledger::LOCATION,
    },
};
use gratitude::{
    domain::{
        action::{ActionKind, Undo},
        commands::{
            correct::Attribute,
            gestures::{Acknowledge, CallOutcome, LogCall, Schedule, Take},
            reassign::Reassign,
            undo::{UndoAction, Undoable},
            visits::{CheckIn, Close, Ending},
            who::Who,
        },
        customer::{Channel, Purpose},
        filter::Filter,
        gesture::{GestureKind, Tone},
        ids::{CustomerId, GestureId, InteractionId},
        interaction::{Emotion, FeelingAbout, FeelingJudge, InteractionKind, Outcome},
        world::Command,
    },
    store::{PageRequest, SubmitError, filter::List},
};
use jiff::SignedDuration;
use sea_orm::{FromQueryResult, JsonValue, Statement};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What somebody does at the desk.
#[derive(Debug, Clone)]
enum Act {
    CheckIn(Box<Who>),
    CheckOut(InteractionId, Ending),
    Reassign(InteractionId, Option<CustomerId>),
    Acknowledge(GestureId, bool),
    LogCall(GestureId, CallOutcome),
    Take(GestureId),
}

struct Desk {
    story: Telling,
    dice: Dice,
}

/// The rows of each table, without what a version is.
type Rows = BTreeMap<&'static str, BTreeSet<String>>;

const TABLES: [&str; 9] = [
    "customers",
    "customer_identifiers",
    "customer_summaries",
    "interactions",
    "obligations",
    "decisions",
    "gestures",
    "cases",
    "contacts",
];
/// What is said of all that an action made which was taken back.
const UNDONE: &str = "The action at the desk that did this was taken back.";

impl Desk {
    async fn rows(&self, table: &str) -> Vec<JsonValue> {
        let reader = self.story.ledger.reader().await;
        let sql = format!("SELECT * FROM {table}");
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        JsonValue::find_by_statement(statement).all(reader).await.expect("read")
    }

    /// Everything that stands.
    async fn standing(&self) -> Rows {
        let mut found = Rows::new();
        let mut gone = BTreeSet::new();
        for table in TABLES {
            let mut rows = BTreeSet::new();
            for mut row in self.rows(table).await {
                let text =
                    |row: &JsonValue, column: &str| row.get(column).and_then(JsonValue::as_str).map(str::to_owned);
                let undone = text(&row, "void_reason").as_deref() == Some(UNDONE)
                    || text(&row, "root_cause").as_deref() == Some(UNDONE)
                    || text(&row, "reason").as_deref() == Some("undone")
                    || table == "contacts" && text(&row, "state").as_deref() == Some("released");
                if undone {
                    gone.insert(row["id"].to_string());
                    continue;
                }
                if table == "obligations" && gone.contains(&row["interaction_id"].to_string()) {
                    continue;
                }
                let columns = row.as_object_mut().expect("a row");
                columns.remove("version");
                if table == "customers" {
                    columns.remove("updated_at");
                }
                rows.insert(row.to_string());
            }
            found.insert(table, rows);
        }
        found
    }

    /// What is planned and what was done, whatever its name.
    async fn effect(&self) -> Vec<String> {
        let mut found: Vec<_> = self
            .rows("gestures")
            .await
            .iter()
            .filter(|row| row["reason"] != "undone")
            .map(|row| ["rule_id", "channel", "state", "due_at", "reason"].map(|it| row[it].to_string()).join(" "))
            .collect();
        found.sort();
        found
    }

    async fn consents(&self) -> Vec<String> {
        let mut found = Vec::new();
        for id in self.customers().await {
            let customer = self.story.ledger.store.customer(id).await.expect("read").expect("there");
            for channel in Channel::ALL {
                for purpose in Purpose::ALL {
                    found.push(format!("{id} {channel} {purpose} {}", customer.consent(*channel, *purpose)));
                }
            }
        }
        found
    }

    async fn customers(&self) -> Vec<CustomerId> {
        let all = Filter::parse("", List::Customers.schema()).expect("an empty filter");
        let page = PageRequest { size: 500, after: None };
        self.story
            .ledger
            .store
            .list_customers(&all, true, &page)
            .await
            .expect("read")
            .items
            .iter()
            .map(|it| it.id)
            .collect()
    }

    async fn visits(&self) -> Vec<InteractionId> {
        let filter =
            Filter::parse("interaction.kind = VISIT AND NOT interaction.state = VOIDED", List::Interactions.schema());
        let page = PageRequest { size: 500, after: None };
        let found =
            self.story.ledger.store.list_interactions(&filter.expect("a filter"), true, &page).await.expect("read");
        found.items.iter().map(|it| it.id).collect()
    }

    async fn gestures(&self) -> Vec<GestureId> {
        let filter = Filter::parse("gesture.state = SCHEDULED OR gesture.state = HELD", List::Gestures.schema());
        let page = PageRequest { size: 500, after: None };
        let found = self.story.ledger.store.list_gestures(&filter.expect("a filter"), true, &page).await.expect("read");
        found.items.iter().map(|it| it.id).collect()
    }

    fn somebody(&mut self) -> Who {
        let number = self.dice.below(3);
        somebody(&format!("+35191000000{number}"), |p| p.display_name = format!("Ana {number}"))
    }

    fn ending(&mut self) -> Ending {
        let mut ending = bought_nothing();
        if self.dice.percent(40) {
            ending.outcome = Some(Outcome::Purchased);
            ending.purchase = Some(purchase("a ring"));
        }
        if self.dice.percent(40) {
            let satisfaction = i8::try_from(self.dice.below(5)).expect("small") - 2;
            let about = *self.dice.one_of(FeelingAbout::ALL).expect("some");
            ending.emotion = Some(Emotion { satisfaction, intensity: 4, judged_by: FeelingJudge::Staff, about });
        }
        ending.thanked_in_person = self.dice.percent(20);
        ending
    }

    /// Something happens that is not taken back.
    async fn live(&mut self) {
        let minutes = i64::try_from(self.dice.below(900)).expect("small");
        self.story.ledger.advance(SignedDuration::from_mins(minutes));
        let customers = self.customers().await;
        let Some(customer) = self.dice.one_of(&customers).copied() else { return };
        if self.dice.percent(30) {
            let who = Who::Customer(customer);
            self.story
                .tell(who, InteractionKind::Purchase, |new| new.detail.purchase = Some(purchase("a coffee")))
                .await;
        }
        let (kind, channel) = *self
            .dice
            .one_of(&[
                (GestureKind::Call, Channel::Phone),
                (GestureKind::Recognition, Channel::InPerson),
                (GestureKind::Gift, Channel::HandOver),
            ])
            .expect("some");
        let schedule = Schedule {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            customer,
            location: LOCATION.parse().expect("a slug"),
            interaction: None,
            kind,
            channels: vec![channel],
            purpose: Purpose::Gratitude,
            tone: if self.dice.percent(70) { Tone::Cheerful } else { Tone::Caring },
            priority: 10,
            role: String::new(),
            promised: self.dice.percent(20),
            due_at: None,
            deadline_at: None,
            occasion: None,
            window: None,
            content: None,
            recipient: String::new(),
            gift_value: None,
        };
        // Who is dead or wants no calls is spared.
        drop(self.story.try_to(schedule).await);
    }

    async fn choose(&mut self) -> Option<Act> {
        let (visits, gestures, customers) = (self.visits().await, self.gestures().await, self.customers().await);
        let visit = self.dice.one_of(&visits).copied();
        let gesture = self.dice.one_of(&gestures).copied();
        Some(match self.dice.below(8) {
            0 => Act::CheckIn(Box::new(self.somebody())),
            1 => Act::CheckIn(Box::new(Who::Nobody)),
            2 | 3 => Act::CheckOut(visit?, self.ending()),
            4 => {
                let whose = if self.dice.percent(30) { None } else { self.dice.one_of(&customers).copied() };
                Act::Reassign(visit?, whose)
            }
            5 => Act::Acknowledge(gesture?, self.dice.percent(40)),
            6 => {
                let at = self.story.ledger.now() + SignedDuration::from_hours(5);
                let happy = Some(1 + u8::try_from(self.dice.below(5)).expect("small"));
                let outcomes = [
                    CallOutcome::Reached { happy },
                    CallOutcome::Voicemail,
                    CallOutcome::NoAnswer,
                    CallOutcome::Busy,
                    CallOutcome::CallBack { at },
                    CallOutcome::WrongNumber,
                    CallOutcome::NeverAgain,
                    CallOutcome::Bereavement,
                    CallOutcome::Died,
                ];
                Act::LogCall(gesture?, *self.dice.one_of(&outcomes).expect("some"))
            }
            _ => Act::Take(gesture?),
        })
    }

    async fn act<C: Command>(&self, kind: ActionKind, command: C) -> Result<Option<Undo>, SubmitError> {
        self.story.try_to(Undoable { command, kind, key: None }).await.map(|done| done.undo)
    }

    async fn carry_out(&self, act: &Act) -> Result<Option<Undo>, SubmitError> {
        let (actor, once, now) = (self.story.actor(), self.story.unrepeated(), self.story.ledger.now());
        let staff = "Rui".to_owned();
        match act.clone() {
            Act::CheckIn(who) => {
                let settings = Arc::clone(&self.story.ledger.settings);
                let (location, stranger) = (LOCATION.parse().expect("a slug"), String::new());
                let command = CheckIn {
                    actor,
                    once,
                    who: *who,
                    location,
                    at: None,
                    staff,
                    expected_end: None,
                    stranger,
                    settings,
                    now,
                };
                self.act(ActionKind::CheckIn, command).await
            }
            Act::CheckOut(id, ending) => {
                self.act(ActionKind::CheckOut, Close { actor, once: Some(once), id, ending, now }).await
            }
            Act::Reassign(id, customer) => {
                let whose = Attribute { actor, id, customer };
                self.act(ActionKind::Reassign, Reassign { once, whose, stranger: String::new() }).await
            }
            Act::Acknowledge(id, thanked_already) => {
                let version = self.story.gesture(id).await.version;
                let words = String::new();
                let command = Acknowledge { actor, once, id, version, staff, words, thanked_already, gift_value: None };
                self.act(ActionKind::Acknowledge, command).await
            }
            Act::LogCall(id, outcome) => {
                let version = self.story.gesture(id).await.version;
                let words = "They said so.".to_owned();
                self.act(ActionKind::LogCall, LogCall { actor, once, id, version, outcome, words, staff }).await
            }
            Act::Take(id) => self.act(ActionKind::Take, Take { actor, id, version: None, staff }).await,
        }
    }

    /// Does something, takes it back, and most times does it again. Whether there was something to do.
    async fn slip(&mut self, seed: u64) -> bool {
        let Some(act) = self.choose().await else { return false };
        let (before, consents) = (self.standing().await, self.consents().await);
        let Ok(Some(undo)) = self.carry_out(&act).await else { return false };
        let effect = self.effect().await;
        let taken_back = || UndoAction { actor: self.story.actor(), once: self.story.unrepeated(), id: undo.action };
        let undone = self.story.submit(taken_back()).await;
        assert!(!undone.replayed);
        let mut after = self.standing().await;
        if matches!(act, Act::CheckIn(_)) {
            // Whom the action made known stays known.
            for table in ["customers", "customer_identifiers", "customer_summaries"] {
                after.get_mut(table).expect("read").retain(|row| before[table].contains(row) || !is_new(row, &before));
            }
        }
        for table in TABLES {
            assert_eq!(after[table], before[table], "seed {seed}: {table} after {act:?} was taken back");
        }
        let still: Vec<_> = self.consents().await;
        assert!(consents.iter().all(|it| still.contains(it)), "seed {seed}: consents after {act:?} was taken back");
        assert!(self.story.submit(taken_back()).await.replayed);
        if self.dice.percent(70) {
            self.carry_out(&act).await.unwrap_or_else(|error| panic!("seed {seed}: {act:?} done again: {error}"));
            assert_eq!(self.effect().await, effect, "seed {seed}: {act:?} done again");
        }
        true
    }
}

/// Whether a row is of a customer who was not known before.
fn is_new(row: &str, before: &Rows) -> bool {
    let row: JsonValue = serde_json::from_str(row).expect("made so");
    let id = row.get("customer_id").or_else(|| row.get("id")).expect("each is somebody's");
    !before["customers"]
        .iter()
        .any(|known| serde_json::from_str::<JsonValue>(known).is_ok_and(|known: JsonValue| known["id"] == *id))
}

async fn slips(engine: Engine, seeds: std::ops::Range<u64>, steps: u32) {
    for seed in seeds {
        let Some(database) = Database::new(engine).await else { return };
        let mut desk = Desk { story: Telling::begin(database).await, dice: Dice::new(seed) };
        let mut done = 0;
        for _ in 0..steps {
            desk.live().await;
            done += u32::from(desk.slip(seed).await);
        }
        assert!(done > steps / 4, "seed {seed}: only {done} of {steps} did anything");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_leaves_everything_as_it_was_on_sqlite() {
    slips(Engine::Sqlite, 0..12, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_leaves_everything_as_it_was_on_postgres() {
    slips(Engine::Postgres, 100..102, 40).await;
}
