//! Writes that are no commands: changes of the catalogue, and housekeeping.
//!
//! They wait in the same queue, and run in a transaction of their own in a task of their own.

use super::{
    catalog,
    entity::{event, idempotency_key, location, rule, rule_version, template, template_version},
    error::StoreError,
    instance,
    queue::{Shared, SubmitError},
    rows, rules, templates, transaction,
    write::{insert, insert_missing, update},
};
use crate::domain::{
    ids::{IdSource, LocationId, RuleId, TemplateId},
    location::Location,
    rule::{Rule, RuleState},
    template::Template,
    world::{Event, Fingerprint, IdempotencyKey, KeyRecord, Replay, World},
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// An open transaction, as far as the use cases may see it.
pub struct CatalogWrite {
    pub(super) tx: DatabaseTransaction,
    now: Timestamp,
    settings: Arc<crate::domain::settings::Settings>,
    changed: AtomicBool,
}

impl std::fmt::Debug for CatalogWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CatalogWrite").finish_non_exhaustive()
    }
}

impl CatalogWrite {
    /// The instant of this transaction.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The settings as they are configured.
    pub(super) fn configured(&self) -> &Arc<crate::domain::settings::Settings> {
        &self.settings
    }

    /// The revision that the catalogue has once this is committed.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        Ok(instance::revisions(&self.tx).await?.catalog)
    }

    /// A new id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the system has no random numbers.
    pub fn new_id(&self) -> Result<Uuid, StoreError> {
        Ok(IdSource::new(instance::random()?).next(self.now))
    }

    /// Whether this was written before (P2).
    ///
    /// # Errors
    /// [`SubmitError::Refused`] when a key was used for something else.
    pub async fn replay(&self, keys: &[IdempotencyKey], content: &Fingerprint) -> Result<Replay, SubmitError> {
        let mut world = World::new(Arc::default(), Arc::default(), Arc::clone(&self.settings));
        for key in keys {
            let row = idempotency_key::Entity::find_by_id((key.scope.clone(), key.key.clone())).one(&self.tx).await;
            if let Some(row) = row.map_err(StoreError::from)? {
                world.keys.load(key.clone(), rows::ledger::key_from_row(row)?);
            }
        }
        Ok(world.replay(keys, content, self.now)?)
    }

    /// Remembers a write under its key.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn remember(&self, record: &KeyRecord) -> Result<(), StoreError> {
        self.touch();
        update::<idempotency_key::Entity, _>(&self.tx, vec![rows::ledger::key_to_row(record)?]).await
    }

    /// A location.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn location(&self, id: &LocationId) -> Result<Option<Location>, StoreError> {
        let row = location::Entity::find_by_id(id.as_str()).one(&self.tx).await?;
        row.map(rows::catalog::location_from_row).transpose()
    }

    /// Adds a location.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_location(&self, location: &Location) -> Result<(), StoreError> {
        self.touch();
        insert::<location::Entity, _>(&self.tx, vec![rows::catalog::location_to_row(location)?]).await
    }

    /// Writes a location over the one that is there.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_location(&self, location: &Location) -> Result<(), StoreError> {
        self.touch();
        update::<location::Entity, _>(&self.tx, vec![rows::catalog::location_to_row(location)?]).await
    }

    /// A rule with its newest version.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn rule(&self, id: &RuleId) -> Result<Option<Rule>, StoreError> {
        let row = rule::Entity::find_by_id(id.as_str()).one(&self.tx).await?;
        Ok(rules::with_versions(&self.tx, row.into_iter().collect()).await?.pop())
    }

    /// How many rules there are that are not retired.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn rules_in_use(&self) -> Result<u64, StoreError> {
        let in_use = rule::Entity::find().filter(rule::Column::State.ne(RuleState::Retired.as_str()));
        Ok(in_use.count(&self.tx).await?)
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_rule(&self, rule: &Rule) -> Result<(), StoreError> {
        self.touch();
        insert::<rule::Entity, _>(&self.tx, vec![rows::catalog::rule_to_row(rule)]).await?;
        insert::<rule_version::Entity, _>(&self.tx, vec![rows::catalog::rule_version_to_row(rule)?]).await
    }

    /// Writes a rule over the one that is there, and its version if that is new. A version that is there is never
    /// changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_rule(&self, rule: &Rule) -> Result<(), StoreError> {
        self.touch();
        update::<rule::Entity, _>(&self.tx, vec![rows::catalog::rule_to_row(rule)]).await?;
        insert_missing::<rule_version::Entity, _>(&self.tx, vec![rows::catalog::rule_version_to_row(rule)?]).await
    }

    /// A template with its newest version.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn template(&self, id: &TemplateId) -> Result<Option<Template>, StoreError> {
        let row = template::Entity::find_by_id(id.as_str()).one(&self.tx).await?;
        Ok(templates::with_versions(&self.tx, row.into_iter().collect()).await?.pop())
    }

    /// How many templates there are, the retired ones too.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn templates(&self) -> Result<u64, StoreError> {
        Ok(template::Entity::find().count(&self.tx).await?)
    }

    /// The first rule, by its name, that is not retired and speaks in the words of a template.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn rule_with_template(&self, template: &TemplateId) -> Result<Option<RuleId>, StoreError> {
        let rules = catalog::rules(&self.tx).await?.into_iter();
        let using = rules.filter(|rule| {
            rule.state != RuleState::Retired && rule.definition.action.template.as_ref() == Some(template)
        });
        Ok(using.map(|rule| rule.id).min())
    }

    /// Adds a template.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_template(&self, template: &Template) -> Result<(), StoreError> {
        self.touch();
        insert::<template::Entity, _>(&self.tx, vec![rows::catalog::template_to_row(template)]).await?;
        let version = rows::catalog::template_version_to_row(template)?;
        insert::<template_version::Entity, _>(&self.tx, vec![version]).await
    }

    /// Writes a template over the one that is there, and its version if that is new. A version that is there is never
    /// changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_template(&self, template: &Template) -> Result<(), StoreError> {
        self.touch();
        update::<template::Entity, _>(&self.tx, vec![rows::catalog::template_to_row(template)]).await?;
        let version = rows::catalog::template_version_to_row(template)?;
        insert_missing::<template_version::Entity, _>(&self.tx, vec![version]).await
    }

    /// Notes that something happened.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn note(&self, event: &Event) -> Result<(), StoreError> {
        self.touch();
        insert::<event::Entity, _>(&self.tx, vec![rows::ledger::event_to_row(event)?]).await
    }

    pub(super) fn touch(&self) {
        self.changed.store(true, Ordering::Relaxed);
    }
}

/// A write that waits in the queue beside commands.
pub(super) trait Job: Send + 'static {
    fn run<'a>(self: Box<Self>, shared: &'a Shared) -> BoxFuture<'a, ()>;
}

/// A change of the catalogue. The work may run several times.
pub(super) struct Edit<F, T> {
    pub(super) label: &'static str,
    pub(super) work: F,
    pub(super) answer: oneshot::Sender<Result<T, SubmitError>>,
}

impl<F, T> Job for Edit<F, T>
where
    F: for<'l> Fn(&'l CatalogWrite) -> BoxFuture<'l, Result<T, SubmitError>> + Send + Sync + 'static,
    T: Send + 'static,
{
    fn run<'a>(self: Box<Self>, shared: &'a Shared) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let mut retries = transaction::Retries::default();
            let outcome = loop {
                match edit(shared, &self.work).await {
                    Err(SubmitError::Store(error)) if error.is_transient() && retries.wait().await => {}
                    outcome => break outcome,
                }
            };
            if let Err(SubmitError::Store(error)) = &outcome {
                tracing::warn!(label = self.label, %error, "a write failed");
            }
            // Whoever asked may be gone; what was done stays done.
            drop(self.answer.send(outcome));
        })
    }
}

async fn edit<F, T>(shared: &Shared, work: &F) -> Result<T, SubmitError>
where
    F: for<'l> Fn(&'l CatalogWrite) -> BoxFuture<'l, Result<T, SubmitError>>,
{
    let tx = transaction::begin(&shared.pools.writer).await?;
    // First, so that those who change the catalogue take turns.
    instance::bump_catalog_revision(&tx).await?;
    let ledger =
        CatalogWrite { tx, now: shared.now(), settings: Arc::clone(&shared.settings), changed: AtomicBool::new(false) };
    let outcome = work(&ledger).await;
    if outcome.is_err() || !ledger.changed.into_inner() {
        transaction::roll_back(ledger.tx).await;
        return outcome;
    }
    let committed = ledger.tx.commit().await;
    // Also when the commit failed: who knows what the database has of it.
    shared.catalog.changed();
    committed.map_err(StoreError::from)?;
    outcome
}

/// A single statement or a few that need no decision: housekeeping.
pub(super) struct Housekeeping<F, T> {
    pub(super) work: F,
    pub(super) answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Housekeeping<F, T>
where
    F: for<'l> Fn(&'l DatabaseTransaction) -> BoxFuture<'l, Result<T, StoreError>> + Send + Sync + 'static,
    T: Send + 'static,
{
    fn run<'a>(self: Box<Self>, shared: &'a Shared) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let mut retries = transaction::Retries::default();
            let outcome = loop {
                match keep(shared, &self.work).await {
                    Err(error) if error.is_transient() && retries.wait().await => {}
                    outcome => break outcome,
                }
            };
            drop(self.answer.send(outcome));
        })
    }
}

async fn keep<F, T>(shared: &Shared, work: &F) -> Result<T, StoreError>
where
    F: for<'l> Fn(&'l DatabaseTransaction) -> BoxFuture<'l, Result<T, StoreError>>,
{
    let tx = transaction::begin(&shared.pools.writer).await?;
    match work(&tx).await {
        Ok(done) => {
            tx.commit().await?;
            Ok(done)
        }
        Err(error) => {
            transaction::roll_back(tx).await;
            Err(error)
        }
    }
}
