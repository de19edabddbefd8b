//! The notes of a night: batches made, composed, approved and delivered into a folder, step by step.

use super::ledger::TestLedger;
use gratitude::{
    app::{App, NewNoteBatch, NewSelection, NoteStep, NoteWorker, PaperSheet, Parcel},
    clock::Clock,
    config::{self, Config},
    delivery::{
        Spool,
        print::{FontBook, Press},
    },
    domain::{
        commands::notes::Handed,
        filter::{Filter, NOTES},
        ids::NoteBatchId,
        limits::NOTE_PAGE,
        note::{BatchState, Note, NoteBatch, NoteState},
        paper::Problem,
        settings::Route,
        world::Actor,
    },
    scheduler::{self, Scheduler, WaysOut},
};
use jiff::SignedDuration;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};
use tempfile::TempDir;

/// Work on batches over a test's ledger, and the folder into which their notes go.
pub(crate) struct Night<'a> {
    ledger: &'a TestLedger,
    folder: TempDir,
}

impl<'a> Night<'a> {
    pub(crate) fn over(ledger: &'a TestLedger) -> Self {
        let folder = tempfile::Builder::new().prefix("gratitude-spool-").tempdir().expect("there is room");
        Self { ledger, folder }
    }

    /// The use cases, by the ledger's clock as it stands.
    pub(crate) fn app(&self) -> App {
        App::new(self.ledger.store.clone(), Clock::manual(self.ledger.now()), Arc::clone(&self.ledger.settings))
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor { principal: "local".to_owned(), ..Actor::default() }
    }

    /// A batch over all that is due now.
    pub(crate) async fn over_due(&self) -> NoteBatch {
        self.make(NewSelection::Due { filter: String::new(), as_of: None }).await
    }

    pub(crate) async fn make(&self, selection: NewSelection) -> NoteBatch {
        let new = NewNoteBatch { display_name: "Tonight".to_owned(), selection };
        self.app().create_note_batch(self.actor(), new).await.expect("made").what
    }

    pub(crate) async fn approve(&self, id: NoteBatchId) -> NoteBatch {
        self.app().approve_note_batch(self.actor(), id, None).await.expect("approved")
    }

    pub(crate) async fn cancel(&self, id: NoteBatchId) -> NoteBatch {
        self.app().cancel_note_batch(self.actor(), id, None, "the wrong words".to_owned()).await.expect("cancelled")
    }

    /// Works until nothing is left to do now, and checks after each step that the counts add up.
    pub(crate) async fn work(&self, id: NoteBatchId) -> NoteBatch {
        while self.step("here").await {
            self.add_up(id).await;
        }
        self.batch(id).await
    }

    /// One step by one of several replicas; whether there was anything to do.
    pub(crate) async fn step(&self, owner: &str) -> bool {
        match self.next(owner).await {
            NoteStep::Idle => false,
            NoteStep::Worked => true,
            NoteStep::Proof(batch, sheets) => {
                self.proof(batch, sheets).await;
                true
            }
            NoteStep::Deliver(parcel) => {
                self.hand_over(&parcel).await;
                self.app().finish_parcel(&parcel, Handed::Taken).await.expect("noted");
                true
            }
        }
    }

    async fn proof(&self, batch: NoteBatchId, sheets: Vec<PaperSheet>) {
        let press = Press::new(FontBook::builtin());
        let look = |paper: PaperSheet| {
            let problems = press.check(paper.format, &paper.sheet);
            (paper.note.id, problems.iter().map(Problem::of_note).collect::<Vec<_>>())
        };
        let faults = sheets.into_iter().map(look).filter(|(_, problems)| !problems.is_empty()).collect();
        self.app().give_back(&Actor::system(), batch, faults).await.expect("given back");
    }

    pub(crate) async fn next(&self, owner: &str) -> NoteStep {
        let worker = NoteWorker {
            owner: owner.to_owned(),
            route: Route::Spool,
            channels: self.ledger.settings.routes.channels_of(Route::Spool),
            chunk: NOTE_PAGE,
            lease: SignedDuration::from_secs(10),
            far_side_deduplicates: Spool::DEDUPLICATES,
        };
        self.app().next_note_step(self.ledger.now(), &worker).await.expect("a step")
    }

    pub(crate) async fn hand_over(&self, parcel: &Parcel) {
        let spool = Spool::new(self.folder.path().to_owned());
        spool.take(parcel.batch, &parcel.chunk, &parcel.letters).await.expect("there is room");
    }

    /// Does the background work that is due now, by a process of its own with the same folder.
    pub(crate) async fn clean_up(&self) {
        let (app, clock) = (self.app(), Clock::manual(self.ledger.now()));
        let config = Config::default();
        let delivery = config::Delivery { spool: self.folder.path().to_owned(), ..config.delivery };
        let ways = WaysOut::new(&app, clock.clone(), &delivery).expect("nothing is configured that could be wrong");
        let press = Arc::new(Press::new(FontBook::builtin()));
        Scheduler::new(clock, scheduler::all(&app, ways, &press, &config.scheduler)).settle().await;
    }

    pub(crate) async fn batch(&self, id: NoteBatchId) -> NoteBatch {
        self.app().note_batch(id).await.expect("the batch is there")
    }

    /// All notes of a batch.
    pub(crate) async fn notes(&self, id: NoteBatchId) -> Vec<Note> {
        let all = Filter::parse("", &NOTES).expect("no filter");
        let (app, actor) = (self.app(), self.actor());
        let (mut notes, mut after) = (Vec::new(), None);
        loop {
            let page = app.notes(&actor, Some(id), &all, after, 100).await.expect("a page");
            notes.extend(page.items);
            after = page.next;
            if after.is_none() {
                return notes;
            }
        }
    }

    /// The batch counts what its notes say, and once all are written every customer stands somewhere.
    pub(crate) async fn add_up(&self, id: NoteBatchId) {
        let (batch, notes) = (self.batch(id).await, self.notes(id).await);
        for state in NoteState::ALL {
            let counted = notes.iter().filter(|note| note.state == *state).count();
            assert_eq!(batch.counts.of(*state), counted as u64, "{state}");
        }
        if batch.state != BatchState::Composing {
            assert_eq!(batch.customer_count, batch.counts.total());
        }
    }

    /// The lines in the folder, by the note of each; a note that stands there twice fails the test.
    pub(crate) fn spooled(&self) -> BTreeMap<String, Value> {
        spooled(self.folder.path())
    }
}

/// The lines in a spool folder, by the note of each; a note or customer of a batch that stands there twice fails.
pub(crate) fn spooled(folder: &Path) -> BTreeMap<String, Value> {
    let mut lines = BTreeMap::new();
    for batch in fs::read_dir(folder).expect("the folder is there") {
        let mut customers = std::collections::BTreeSet::new();
        for file in fs::read_dir(batch.expect("an entry").path()).expect("a folder for each batch") {
            let path = file.expect("an entry").path();
            // A file that was being written when the service was killed does not count.
            if path.extension().is_none_or(|extension| extension != "ndjson") {
                continue;
            }
            for line in fs::read_to_string(&path).expect("a file of lines").lines() {
                let line: Value = serde_json::from_str(line).expect("JSON");
                let of = |field: &str| line[field].as_str().expect("a name").to_owned();
                assert!(customers.insert(of("customer")), "{} is written to twice", of("customer"));
                assert!(lines.insert(of("note"), line.clone()).is_none(), "{} stands there twice", of("note"));
            }
        }
    }
    lines
}
