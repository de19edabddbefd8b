//! Templates, read.

use super::{
    Store,
    entity::{template, template_version},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    ids::TemplateId,
    template::{Template, TemplateState},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

impl Store {
    /// A template with its newest version.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn template(&self, id: &TemplateId) -> Result<Option<Template>, StoreError> {
        let Some(row) = template::Entity::find_by_id(id.as_str()).one(self.reader()).await? else {
            return Ok(None);
        };
        Ok(with_versions(self.reader(), vec![row]).await?.pop())
    }

    /// A template with what one of its versions says; everything else is as it is now.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn template_in_version(&self, id: &TemplateId, version: u32) -> Result<Option<Template>, StoreError> {
        let Ok(version) = i32::try_from(version) else {
            return Ok(None);
        };
        let key = (id.to_string(), version);
        let row = template::Entity::find_by_id(id.as_str()).one(self.reader()).await?;
        let version = template_version::Entity::find_by_id(key).one(self.reader()).await?;
        row.zip(version).map(|(row, version)| rows::catalog::template_from_rows(row, &version)).transpose()
    }

    /// A page of the templates, oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_templates(&self, retired: bool, page: &PageRequest) -> Result<Page<Template>, StoreError> {
        let columns = (template::Column::CreatedAt, template::Column::Id);
        let mut query = template::Entity::find();
        if !retired {
            query = query.filter(template::Column::State.ne(TemplateState::Retired.as_str()));
        }
        let rows = paging::read(self.reader(), query, columns, Key::Slug, Direction::Up, page).await?;
        let Page { items, next } =
            Page::cut(rows, page.size, |row| Cursor { order: row.created_at, id: row.id.clone() });
        Ok(Page { items: with_versions(self.reader(), items).await?, next })
    }
}

/// Templates with their newest versions, in the order given.
pub(super) async fn with_versions(
    db: &impl ConnectionTrait,
    templates: Vec<template::Model>,
) -> Result<Vec<Template>, StoreError> {
    if templates.is_empty() {
        return Ok(Vec::new());
    }
    let newest = templates.iter().fold(Condition::any(), |any, row| {
        let version = Condition::all()
            .add(template_version::Column::TemplateId.eq(row.id.as_str()))
            .add(template_version::Column::Version.eq(row.version));
        any.add(version)
    });
    let versions = template_version::Entity::find().filter(newest).all(db).await?;
    let mut versions: HashMap<_, _> =
        versions.into_iter().map(|version| (version.template_id.clone(), version)).collect();
    let with_version = |row: template::Model| {
        let version = versions.remove(&row.id);
        let version = version.ok_or_else(|| StoreError::corrupt("templates", "version", "has no definition"))?;
        rows::catalog::template_from_rows(row, &version)
    };
    templates.into_iter().map(with_version).collect()
}
