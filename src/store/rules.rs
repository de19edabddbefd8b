//! Rules, read.

use super::{
    Store,
    chunk::pieces,
    entity::{rule, rule_version},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    ids::RuleId,
    rule::{Rule, RuleDefinition, RuleState},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

impl Store {
    /// A rule with its newest version.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn rule(&self, id: &RuleId) -> Result<Option<Rule>, StoreError> {
        let Some(row) = rule::Entity::find_by_id(id.as_str()).one(self.reader()).await? else {
            return Ok(None);
        };
        Ok(with_versions(self.reader(), vec![row]).await?.pop())
    }

    /// What a version of a rule says.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn rule_version(&self, id: &RuleId, version: u32) -> Result<Option<RuleDefinition>, StoreError> {
        let Ok(version) = i32::try_from(version) else {
            return Ok(None);
        };
        let row = rule_version::Entity::find_by_id((id.to_string(), version)).one(self.reader()).await?;
        row.as_ref().map(rows::catalog::rule_definition).transpose()
    }

    /// A page of the rules, oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_rules(&self, retired: bool, page: &PageRequest) -> Result<Page<Rule>, StoreError> {
        let columns = (rule::Column::CreatedAt, rule::Column::Id);
        let mut query = rule::Entity::find();
        if !retired {
            query = query.filter(rule::Column::State.ne(RuleState::Retired.as_str()));
        }
        let rows = paging::read(self.reader(), query, columns, Key::Slug, Direction::Up, page).await?;
        let Page { items, next } =
            Page::cut(rows, page.size, |row| Cursor { order: row.created_at, id: row.id.clone() });
        Ok(Page { items: with_versions(self.reader(), items).await?, next })
    }
}

/// Rules with their newest versions, in the order given: those that the rows name, since another may be added
/// meanwhile.
pub(super) async fn with_versions(db: &impl ConnectionTrait, rules: Vec<rule::Model>) -> Result<Vec<Rule>, StoreError> {
    use rule_version::{Column, Entity};
    let mut found = Vec::with_capacity(rules.len());
    for piece in pieces(rules, 2) {
        let newest = piece.iter().fold(Condition::any(), |any, row| {
            any.add(Condition::all().add(Column::RuleId.eq(row.id.as_str())).add(Column::Version.eq(row.version)))
        });
        let versions = Entity::find().filter(newest).all(db).await?;
        let mut versions: HashMap<_, _> =
            versions.into_iter().map(|version| (version.rule_id.clone(), version)).collect();
        for row in piece {
            let version =
                versions.remove(&row.id).ok_or_else(|| StoreError::corrupt("rules", "version", "has no definition"))?;
            found.push(rows::catalog::rule_from_rows(row, &version)?);
        }
    }
    Ok(found)
}
