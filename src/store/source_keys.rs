//! Ids of other systems, as earlier versions kept them: readable, and for ever.

use super::{entity::idempotency_key, error::StoreError, statement::run, transaction};
use crate::domain::world::KeyHasher;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};

/// How many are hashed in one transaction.
const PAGE: u64 = 1_000;
/// The scopes were `source/{system}`; what follows them all in the order of bytes is `source0`.
const PREFIX: &str = "source/";
const AFTER: &str = "source0";

/// Puts hashes in the place of the ids that are still readable (P11). Where there are none, that is one look into the
/// primary key.
///
/// # Errors
/// [`StoreError`] when the database can't do its part; what was done stays done.
pub(super) async fn hash_old(db: &DatabaseConnection, hasher: &KeyHasher) -> Result<(), StoreError> {
    use idempotency_key::{Column, Entity};
    loop {
        let tx = transaction::begin(db).await?;
        // In order, so that replicas that start together wait for each other instead of crossing.
        let readable: Vec<(String, String)> = Entity::find()
            .select_only()
            .columns([Column::Scope, Column::Key])
            .filter(Column::Scope.gte(PREFIX))
            .filter(Column::Scope.lt(AFTER))
            .order_by_asc(Column::Scope)
            .order_by_asc(Column::Key)
            .limit(PAGE)
            .into_tuple()
            .all(&tx)
            .await?;
        for (scope, id) in &readable {
            let hashed = hasher.source(scope.strip_prefix(PREFIX).unwrap_or_default(), id);
            let old = [Value::from(scope.as_str()), Value::from(id.as_str())];
            let new = [Value::from(hashed.scope), Value::from(hashed.key)];
            let copy = "INSERT INTO idempotency_keys (scope, \"key\", resource, fingerprint, expires_at, erased) \
                        SELECT ?, ?, resource, fingerprint, expires_at, erased FROM idempotency_keys \
                        WHERE scope = ? AND \"key\" = ? ON CONFLICT DO NOTHING";
            run(&tx, copy, new.into_iter().chain(old.clone()).collect()).await?;
            run(&tx, "DELETE FROM idempotency_keys WHERE scope = ? AND \"key\" = ?", old.to_vec()).await?;
        }
        tx.commit().await?;
        if readable.is_empty() {
            return Ok(());
        }
    }
}
