//! Copies of the locations and rules, read again when they have changed.

use super::{
    entity::{location, rule, rule_version},
    error::StoreError,
    instance, rows,
};
use crate::domain::{
    ids::LocationId,
    location::Location,
    rule::{Rule, RuleState},
    rulebook::{CompiledRule, RuleBook},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Locations and enabled rules as of one revision.
#[derive(Debug)]
pub struct Catalog {
    revision: i64,
    /// Every location.
    pub locations: HashMap<LocationId, Arc<Location>>,
    /// The enabled rules.
    pub rules: Arc<RuleBook>,
}

/// The newest copy.
#[derive(Debug, Default)]
pub(super) struct CatalogCache(Mutex<Option<Arc<Catalog>>>);

impl CatalogCache {
    /// The catalogue as the transaction sees it; asks the database only for a number unless that has grown.
    pub(super) async fn get(&self, db: &impl ConnectionTrait) -> Result<Arc<Catalog>, StoreError> {
        let revision = instance::catalog_revision(db).await?;
        if let Some(known) = self.newest().filter(|known| known.revision == revision) {
            return Ok(known);
        }
        let fresh = Arc::new(read(db, revision).await?);
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|known| known.revision < revision) {
            *newest = Some(fresh.clone());
        }
        Ok(fresh)
    }

    fn newest(&self) -> Option<Arc<Catalog>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read(db: &impl ConnectionTrait, revision: i64) -> Result<Catalog, StoreError> {
    let mut locations = HashMap::new();
    for row in location::Entity::find().all(db).await? {
        let location = rows::catalog::location_from_row(row)?;
        locations.insert(location.id.clone(), Arc::new(location));
    }
    let enabled = rules(db).await?.into_iter().filter(|rule| rule.state == RuleState::Enabled);
    let compiled = enabled.map(|rule| {
        let id = rule.id.clone();
        CompiledRule::new(rule)
            .map_err(|why| StoreError::corrupt("rule_versions", "definition", format!("{id}: {why}")))
    });
    let rules = RuleBook::new(compiled.collect::<Result<_, _>>()?);
    Ok(Catalog { revision, locations, rules: Arc::new(rules) })
}

/// All rules with their newest versions. There are at most some hundreds.
async fn rules(db: &impl ConnectionTrait) -> Result<Vec<Rule>, StoreError> {
    let mut versions: HashMap<(String, i32), rule_version::Model> = HashMap::new();
    for version in rule_version::Entity::find().all(db).await? {
        versions.insert((version.rule_id.clone(), version.version), version);
    }
    let mut found = Vec::new();
    for row in rule::Entity::find().all(db).await? {
        let key = (row.id.clone(), row.version);
        let version = versions.get(&key).ok_or_else(|| StoreError::corrupt("rules", "version", "has no definition"))?;
        found.push(rows::catalog::rule_from_rows(row, version)?);
    }
    Ok(found)
}
