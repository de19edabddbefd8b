//! Copies of the contact policy, the locations, touchpoints, rules and templates, read again when they have changed.

use super::{
    access,
    entity::{location, rule, template, touchpoint},
    error::StoreError,
    instance::{self, Revisions},
    pauses, policy, rows, rules, templates,
};
use crate::clock::Stopwatch;
use crate::domain::{
    access::AccessBook,
    ids::LocationId,
    journey::TouchpointMap,
    location::Location,
    pause::PauseBook,
    rule::{Rule, RuleState},
    rulebook::{CompiledRule, RuleBook},
    settings::Settings,
    template::{CompiledTemplate, TemplateBook},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Settings, locations, touchpoints, enabled rules and templates as of one revision.
#[derive(Debug)]
pub struct Catalog {
    revision: i64,
    /// Grows when what was planned before would be planned otherwise now: the contact policy was changed, the
    /// configuration, or the time-zone database.
    pub planning_revision: i64,
    /// The operator's settings, with the contact policy that was saved, if any.
    pub settings: Arc<Settings>,
    /// Every location.
    pub locations: HashMap<LocationId, Arc<Location>>,
    /// Every touchpoint.
    pub touchpoints: Arc<TouchpointMap>,
    /// The enabled rules.
    pub rules: Arc<RuleBook>,
    /// The templates, retired ones too.
    pub templates: Arc<TemplateBook>,
    /// The pauses that hold.
    pub pauses: Arc<PauseBook>,
    /// The keys and staff that can be used.
    pub access: Arc<AccessBook>,
}

impl Catalog {
    /// Grows with every change.
    pub(super) const fn revision(&self) -> i64 {
        self.revision
    }
}

/// How long readers may use a copy before they ask again whether it is the newest: so long may a change made by
/// another process stay unseen by them. Those who write ask each time, and a change made here is seen at once.
const CONFIRMED_FOR: Duration = Duration::from_millis(200);

/// The newest copy.
#[derive(Debug)]
pub(super) struct CatalogCache {
    /// As configured.
    settings: Arc<Settings>,
    newest: Mutex<Newest>,
}

#[derive(Debug, Default)]
struct Newest {
    copy: Option<Arc<Catalog>>,
    /// Since the database last said that there is none newer; `None` when it must be asked.
    confirmed: Option<Stopwatch>,
    /// How often this process changed the catalogue.
    changes: u64,
}

impl CatalogCache {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, newest: Mutex::default() }
    }

    /// The catalogue as the transaction sees it; asks the database only for a number unless that has grown.
    pub(super) async fn get(&self, db: &impl ConnectionTrait) -> Result<Arc<Catalog>, StoreError> {
        let (changes, asked) = (self.lock().changes, Stopwatch::start());
        let revisions = instance::revisions(db).await?;
        let revision = revisions.catalog;
        let known = self.lock().copy.clone();
        let found = match known {
            Some(known) if known.revision == revision => known,
            known => {
                let templates = known.map(|known| Arc::clone(&known.templates)).unwrap_or_default();
                Arc::new(read(db, revisions, &self.settings, &templates).await?)
            }
        };
        let mut newest = self.lock();
        if newest.copy.as_ref().is_none_or(|known| known.revision < revision) {
            newest.copy = Some(Arc::clone(&found));
        }
        // What was asked before a change of ours says nothing of the time after it.
        if newest.changes == changes {
            newest.confirmed = Some(asked);
        }
        Ok(found)
    }

    /// The catalogue for those who only read.
    pub(super) async fn recent(&self, db: &impl ConnectionTrait) -> Result<Arc<Catalog>, StoreError> {
        if let Some(known) = self.lock().recent() {
            return Ok(known);
        }
        let found = self.get(db).await;
        if found.is_err() {
            self.lock().confirmed = None;
        }
        found
    }

    /// Notes that this process has changed the catalogue.
    pub(super) fn changed(&self) {
        let mut newest = self.lock();
        newest.changes += 1;
        newest.confirmed = None;
    }

    fn lock(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Newest {
    fn recent(&mut self) -> Option<Arc<Catalog>> {
        if self.confirmed.as_ref()?.elapsed() < CONFIRMED_FOR {
            return self.copy.clone();
        }
        // Whoever comes first asks; the others need not all ask with them.
        self.confirmed = Some(Stopwatch::start());
        None
    }
}

async fn read(
    db: &impl ConnectionTrait,
    revisions: Revisions,
    configured: &Arc<Settings>,
    known: &TemplateBook,
) -> Result<Catalog, StoreError> {
    let mut locations = HashMap::new();
    for row in location::Entity::find().all(db).await? {
        let location = rows::catalog::location_from_row(row)?;
        locations.insert(location.id.clone(), Arc::new(location));
    }
    let touchpoints = touchpoint::Entity::find().all(db).await?.into_iter().map(rows::journeys::touchpoint_from_row);
    let touchpoints = Arc::new(TouchpointMap::new(touchpoints.collect::<Result<Vec<_>, _>>()?));
    let enabled = self::rules(db).await?.into_iter().filter(|rule| rule.state == RuleState::Enabled);
    let compiled = enabled.map(|rule| {
        let id = rule.id.clone();
        CompiledRule::new(rule)
            .map_err(|why| StoreError::corrupt("rule_versions", "definition", format!("{id}: {why}")))
    });
    let rules = RuleBook::new(compiled.collect::<Result<_, _>>()?);
    let templates = read_templates(db, known).await?;
    let settings = policy::settings(db, configured).await?;
    Ok(Catalog {
        revision: revisions.catalog,
        planning_revision: revisions.planning,
        settings,
        locations,
        touchpoints,
        rules: Arc::new(rules),
        templates: Arc::new(templates),
        pauses: Arc::new(pauses::holding(db).await?),
        access: Arc::new(access::book(db).await?),
    })
}

/// The templates; only those that have changed are read and compiled again.
async fn read_templates(db: &impl ConnectionTrait, known: &TemplateBook) -> Result<TemplateBook, StoreError> {
    let (mut compiled, mut changed) = (Vec::new(), Vec::new());
    for row in template::Entity::find().all(db).await? {
        let same = row.id.parse().ok().and_then(|id| known.get(&id)).filter(|it| it.template.revision == row.revision);
        match same {
            Some(template) => compiled.push(Arc::clone(template)),
            None => changed.push(row),
        }
    }
    for template in templates::with_versions(db, changed).await? {
        let id = template.id.clone();
        match CompiledTemplate::new(template) {
            Ok(template) => compiled.push(Arc::new(template)),
            // Saved by a version that allowed more. What it should say falls back; nobody's call fails for it.
            Err(faults) => tracing::error!(template = %id, faults = faults.len(), "a template can't be used any more"),
        }
    }
    Ok(TemplateBook::new(compiled))
}

/// All rules with their newest versions. There are at most some hundreds.
pub(super) async fn rules(db: &impl ConnectionTrait) -> Result<Vec<Rule>, StoreError> {
    rules::with_versions(db, rule::Entity::find().all(db).await?).await
}
