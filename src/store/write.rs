//! Multi-row inserts and updates.

use super::{chunk, entity::Table, error::StoreError};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    sea_query::{IntoIden, OnConflict},
};

/// Inserts rows. In order of their keys, so that two who insert the same never wait for each other in a circle.
///
/// # Errors
/// [`StoreError::Conflict`] when one is there already.
pub(super) async fn insert<E, R>(db: &impl ConnectionTrait, rows: Vec<R>) -> Result<(), StoreError>
where
    E: EntityTrait,
    R: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    for piece in chunk::pieces(rows, columns::<E>()) {
        let rows = piece.into_iter().map(IntoActiveModel::into_active_model);
        E::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Inserts the rows that are not there yet, and leaves the others as they are.
pub(super) async fn insert_missing<E, R>(db: &impl ConnectionTrait, rows: Vec<R>) -> Result<(), StoreError>
where
    E: EntityTrait,
    R: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    for piece in chunk::pieces(rows, columns::<E>()) {
        let rows = piece.into_iter().map(IntoActiveModel::into_active_model);
        let skip = OnConflict::new().do_nothing().to_owned();
        E::insert_many(rows).on_conflict(skip).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Writes whole rows over those that are there.
pub(super) async fn update<E, R>(db: &impl ConnectionTrait, rows: Vec<R>) -> Result<(), StoreError>
where
    E: Table,
    R: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    for piece in chunk::pieces(rows, columns::<E>()) {
        let rows = piece.into_iter().map(IntoActiveModel::into_active_model);
        E::insert_many(rows).on_conflict(overwrite::<E>()).exec_without_returning(db).await?;
    }
    Ok(())
}

fn overwrite<E: Table>() -> OnConflict {
    let keys: Vec<_> = E::PrimaryKey::iter().map(IntoIden::into_iden).collect();
    let fixed: Vec<_> = E::FIXED.iter().map(|column| column.into_iden()).collect();
    let changing = E::Column::iter().map(IntoIden::into_iden).filter(|c| !keys.contains(c) && !fixed.contains(c));
    OnConflict::columns(keys.clone()).update_columns(changing.collect::<Vec<_>>()).to_owned()
}

fn columns<E: EntityTrait>() -> usize {
    E::Column::iter().count()
}
