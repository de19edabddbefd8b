//! The use cases: one function per thing a caller can ask.
//!
//! A write is one [`Command`] handed to the store's queue; a read goes to the store's
//! readers. Nothing here knows how a call arrived or how data is kept.

mod access;
mod access_secrets;
mod api_keys;
mod arrivals;
mod background;
mod cases;
mod catalog;
mod customers;
mod desk_actions;
mod discreet;
mod duplicates;
mod events;
mod front_desk;
mod gestures;
mod insights;
mod interactions;
mod journeys;
mod lint_template;
mod locations;
mod merging;
mod note_words;
mod note_work;
mod notes;
mod one_sheet;
mod paper;
mod pauses;
mod policy;
mod preview;
mod privacy;
mod promises;
mod queue;
mod reads;
mod retention;
mod rules;
mod search;
mod simulate;
mod staff;
mod staff_names;
mod templates;
mod touchpoints;
mod withdrawal;

pub use crate::domain::note::Letter;
pub use crate::domain::one_click::words as link_words;
pub use crate::domain::{
    access::Role,
    limits::{DESK_DEVICE_KEPT, DESK_SESSION},
    world::Actor,
};
pub use crate::store::{
    Arrival, CoverageQuery, Cursor, FeedPosition, Held, ObligationQuery, Page, QueueCursor, StoreError, TimelineEntry,
    Unfinished,
};
pub use access::{AtTheDesk, DeskPasses, SignIn, SignInRefused};
pub use api_keys::NewSecret;
pub use arrivals::{ArrivalChange, ArrivalNews, ArrivalsWatch};
pub use background::Swept;
pub use cases::{CaseChange, GrantRemedy, OpenCase, ResolveCase};
pub use customers::{CustomerChanged, KnownCustomer, NewConsent, NewCustomer, NewFact};
pub use desk_actions::{AcknowledgeGesture, ReassignVisit};
pub use duplicates::{Duplicate, LookAt};
pub use events::{EventFilter, EventPage, EventsWatch};
pub use front_desk::{Fit, Recognition};
pub use gestures::{
    CallLogged, CallOutcome, CallReport, Finding, GestureExplained, GestureResolved, NewGesture, Resolution, Want,
};
pub use insights::{Counts, Coverage, CoverageRow};
pub use interactions::{BatchMode, CloseVisit, OpenVisit, RecordInteraction};
pub use lint_template::{Trial, Tried, TriedNote};
pub use merging::{Duplicates, OneOfTwo};
pub use note_words::{Linted, NewWords, OwnWords};
pub use note_work::{NoteStep, NoteWorker, Parcel, ParcelAddress};
pub use notes::{Again, NewNoteBatch, NewSelection, NoteFinding};
pub use one_sheet::OneSheet;
pub use paper::{PaperPage, PaperSheet, PrintRun, SheetsConfirmed};
pub use preview::{Preview, PreviewWords, Previewed};
pub use privacy::{Export, Exported, Forgotten};
pub use promises::{Promise, Until};
pub use queue::{Work, WorkPage};
pub use retention::Retained;
pub use search::Searched;
pub use simulate::{SimulatedRule, Simulation, SimulationPage, selects};

use crate::{
    clock::Clock,
    domain::{
        commands::Once,
        ids::CustomerId,
        refusal::Refusal,
        settings::Settings,
        when::Zones,
        world::{Command, Fingerprint, IdempotencyKey, KeyHasher},
    },
    store::{Lane, Reading, SecretName, Store, SubmitError},
};
use access_secrets::AccessSecrets;
use arrivals::Watchers;
use events::EventWatchers;
use jiff::Timestamp;
use reads::ReadLog;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Notify;

/// The service's use cases over one database.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) store: Store,
    clock: Clock,
    settings: Arc<Settings>,
    hasher: KeyHasher,
    due: Arc<Notify>,
    note_work: Arc<Notify>,
    erasures: Arc<Notify>,
    zones: Zones,
    readings: ReadLog,
    arrivals: Watchers,
    event_watchers: EventWatchers,
    access: Arc<AccessSecrets>,
    frequencies: duplicates::KnownFrequencies,
}

/// Something that was made, or had been made by the same call before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made<T> {
    /// What was made, as it is now.
    pub what: T,
    /// It was there already by the same call; nothing was changed.
    pub replayed: bool,
}

/// Why a use case did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// The domain refused it; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// As many do it as may at once.
    #[error("{most} do this already, as many as may at once; try again later")]
    TooMany {
        /// How many.
        most: usize,
    },
}

impl From<SubmitError> for AppError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => Self::Refused(refusal),
            SubmitError::Store(error) => Self::Store(error),
        }
    }
}

impl App {
    /// The use cases over a store. Needs a tokio runtime.
    #[must_use]
    pub fn new(store: Store, clock: Clock, settings: Arc<Settings>) -> Self {
        let hasher = KeyHasher::new(store.secret(SecretName::Fingerprint));
        let readings = ReadLog::start(store.clone());
        let access = AccessSecrets::new(&store.secret(SecretName::Access));
        Self {
            store,
            clock,
            settings,
            hasher,
            due: Arc::new(Notify::new()),
            note_work: Arc::new(Notify::new()),
            erasures: Arc::new(Notify::new()),
            zones: Zones::bundled(),
            readings,
            arrivals: Watchers::default(),
            event_watchers: EventWatchers::default(),
            access,
            frequencies: duplicates::KnownFrequencies::default(),
        }
    }

    /// The instant, by the service's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The operator's settings as they are configured; the contact policy in force is [`App::contact_policy`].
    #[must_use]
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Seals page tokens.
    pub(crate) fn page_token_secret(&self) -> [u8; 32] {
        self.store.secret(SecretName::PageToken)
    }

    /// The time-zone database.
    pub(crate) fn zones(&self) -> &Zones {
        &self.zones
    }

    /// Notes that somebody read a customer's data (P12).
    pub(crate) async fn note_read(&self, actor: &Actor, method: &'static str, customer: CustomerId) {
        let (principal, on_behalf_of) = (actor.principal.clone(), actor.on_behalf_of.clone());
        self.readings.note(self.now(), Reading { principal, on_behalf_of, method, customer }).await;
    }

    /// Ends what runs beside the calls, after what it still has to do; the store can be closed then.
    pub async fn close(&self) {
        self.arrivals.close();
        self.event_watchers.close();
        self.readings.close().await;
    }

    /// Notified after each write by which something may have become due.
    #[must_use]
    pub fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.due)
    }

    /// Notified when there is work on a batch of notes.
    #[must_use]
    pub fn note_work(&self) -> Arc<Notify> {
        Arc::clone(&self.note_work)
    }

    /// Notified when somebody was erased of whom files may still speak.
    #[must_use]
    pub fn erasures(&self) -> Arc<Notify> {
        Arc::clone(&self.erasures)
    }

    fn wake_note_work(&self) {
        self.note_work.notify_waiters();
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), AppError> {
        Ok(self.store.ping().await?)
    }

    /// Carries out a command, and wakes who waits for work.
    pub(crate) async fn submit<C: Command>(&self, lane: Lane, command: C) -> Result<C::Reply, AppError> {
        let reply = self.store.submit(lane, command).await?;
        self.due.notify_waiters();
        Ok(reply)
    }

    /// The same for many at once, each for itself; the results have the order of the commands.
    pub(crate) async fn submit_all<C: Command>(&self, lane: Lane, commands: Vec<C>) -> Vec<Result<C::Reply, AppError>> {
        let replies = self.store.submit_all(lane, commands).await;
        if replies.iter().any(Result::is_ok) {
            self.due.notify_waiters();
        }
        replies.into_iter().map(|reply| reply.map_err(AppError::from)).collect()
    }

    /// By what a repetition of a call is recognised: its `request_id` and, for a record of another system, its source.
    pub(crate) fn once(&self, actor: &Actor, method: &str, content: Fingerprint) -> Once {
        let request = actor.request_id.as_deref();
        let keys = request.map(|id| IdempotencyKey::request(&actor.principal, method, id)).into_iter().collect();
        Once { keys, content }
    }

    /// Hashes of what a call says, field by field; each part's fields are named with its prefix.
    pub(crate) fn fingerprint<T: Serialize>(&self, prefix: &str, part: &T) -> Fingerprint {
        self.hasher.fingerprint(&[(prefix, part)])
    }
}
