//! Actions of the desk that can be taken back.

use super::{Store, chunk::lists, entity::desk_action, error::StoreError, rows};
use crate::domain::world::{Needs, World};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Reads the actions that commands name.
pub(super) async fn load(db: &impl ConnectionTrait, world: &mut World, needs: &[Needs]) -> Result<(), StoreError> {
    let wanted: BTreeSet<_> = needs.iter().flat_map(|need| need.actions.iter().map(|id| id.0)).collect();
    for list in lists(wanted) {
        for row in desk_action::Entity::find().filter(desk_action::Column::Id.is_in(list)).all(db).await? {
            let action = rows::actions::from_row(row)?;
            world.actions.load(action.id, action);
        }
    }
    Ok(())
}

impl Store {
    /// Forgets what actions of the desk before an instant had changed, at most `limit` of them; returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn forget_desk_actions(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        use desk_action::{Column, Entity};
        let old = Entity::find().select_only().column(Column::Id).filter(Column::At.lt(before.as_microsecond()));
        let old: Vec<Uuid> =
            old.order_by_asc(Column::At).limit(u64::from(limit)).into_tuple().all(self.reader()).await?;
        if old.is_empty() {
            return Ok(0);
        }
        self.keep_house(move |tx| {
            let old = old.clone();
            Box::pin(async move {
                let mut forgotten = 0;
                for list in lists(old) {
                    let gone = Entity::delete_many().filter(Column::Id.is_in(list));
                    forgotten += gone.exec(tx).await?.rows_affected;
                }
                Ok(forgotten)
            })
        })
        .await
    }
}
