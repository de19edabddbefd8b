//! Multi-row inserts and updates.

use super::{
    chunk,
    entity::Table,
    error::StoreError,
    statement::{places, statement},
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, sea_query::OnConflict,
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
    OnConflict::columns(keys::<E>()).update_columns(changing::<E>()).to_owned()
}

/// Writes the columns in which rows differ from the database: each comes as it is there, and as it is to be. An index
/// over none of them is left alone.
///
/// # Errors
/// [`StoreError::Conflict`] when one is not there any more.
pub(super) async fn change<E>(db: &impl ConnectionTrait, rows: Vec<(E::Model, E::Model)>) -> Result<(), StoreError>
where
    E: Table,
    E::Model: ModelTrait<Entity = E>,
{
    let differs = |(before, after): &(E::Model, E::Model), column| before.get(column) != after.get(column);
    let columns: Vec<_> = changing::<E>().filter(|column| rows.iter().any(|row| differs(row, *column))).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|row| columns.iter().any(|column| differs(row, *column)))
        .map(|(_, after)| after)
        .collect();
    let written: Vec<_> = keys::<E>().chain(columns.iter().copied()).collect();
    for piece in chunk::pieces(rows, written.len()) {
        let values = piece.iter().flat_map(|row| written.iter().map(|column| row.get(*column))).collect();
        let sql = change_sql::<E>(&columns, piece.len());
        let done = db.execute_raw(statement(db.get_database_backend(), &sql, values)).await?;
        if done.rows_affected() != piece.len() as u64 {
            return Err(StoreError::Conflict { what: format!("{} has lost a row", E::default().table_name()) });
        }
    }
    Ok(())
}

/// Both engines call the columns of a list of values `column1`, `column2` and so on.
fn change_sql<E: Table>(columns: &[E::Column], rows: usize) -> String {
    let keys: Vec<_> = keys::<E>().collect();
    let set =
        columns.iter().zip(keys.len() + 1..).map(|(column, at)| format!("\"{}\" = v.column{at}", column.as_str()));
    let same = keys.iter().zip(1..).map(|(key, at)| format!("t.\"{}\" = v.column{at}", key.as_str()));
    let row = format!("({})", places(keys.len() + columns.len()));
    format!(
        "UPDATE \"{}\" AS t SET {} FROM (VALUES {}) AS v WHERE {}",
        E::default().table_name(),
        set.collect::<Vec<_>>().join(", "),
        vec![row; rows].join(", "),
        same.collect::<Vec<_>>().join(" AND "),
    )
}

fn keys<E: EntityTrait>() -> impl Iterator<Item = E::Column> {
    E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)
}

/// The columns that an update may change.
fn changing<E: Table>() -> impl Iterator<Item = E::Column> {
    E::Column::iter().filter(|column| {
        let is = |other: &E::Column| other.as_str() == column.as_str();
        !keys::<E>().any(|key| is(&key)) && !E::FIXED.iter().any(is)
    })
}

fn columns<E: EntityTrait>() -> usize {
    E::Column::iter().count()
}
