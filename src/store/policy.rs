//! The contact policy: kept in one row, and in force from the next transaction on.

use super::{CatalogWrite, Store, entity::contact_policy, error::StoreError, instance, rows, write::update};
use crate::domain::{policy::SavedPolicy, settings::Settings, when::Zones};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::sync::Arc;

/// The settings in force: those that are configured, with the policy that was saved.
pub(super) async fn settings(
    db: &impl ConnectionTrait,
    configured: &Arc<Settings>,
) -> Result<Arc<Settings>, StoreError> {
    Ok(match read(db).await? {
        Some(saved) => Arc::new(Settings { policy: saved.policy, ..(**configured).clone() }),
        None => Arc::clone(configured),
    })
}

/// Notes by what this process plans. What another one planned by other settings is to be planned anew.
pub(super) async fn plan_by(db: &impl ConnectionTrait, configured: &Arc<Settings>) -> Result<(), StoreError> {
    let settings = settings(db, configured).await?;
    instance::plan_by(db, &settings.planning_basis(Zones::bundled().version())).await
}

async fn read(db: &impl ConnectionTrait) -> Result<Option<SavedPolicy>, StoreError> {
    contact_policy::Entity::find_by_id(1).one(db).await?.map(rows::catalog::policy_from_row).transpose()
}

impl Store {
    /// The contact policy that was saved; `None` while the configured one holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn contact_policy(&self) -> Result<Option<SavedPolicy>, StoreError> {
        read(self.reader()).await
    }
}

impl CatalogWrite {
    /// The contact policy that was saved; `None` while the configured one holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn contact_policy(&self) -> Result<Option<SavedPolicy>, StoreError> {
        read(&self.tx).await
    }

    /// Saves the contact policy. What is pending is planned anew by it.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_contact_policy(&self, saved: &SavedPolicy) -> Result<(), StoreError> {
        self.touch();
        update::<contact_policy::Entity, _>(&self.tx, vec![rows::catalog::policy_to_row(saved)?]).await?;
        plan_by(&self.tx, self.configured()).await
    }
}
