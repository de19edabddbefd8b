use super::{migrated, settings};
use crate::store::{
    StoreError, connect,
    entity::idempotency_key::{Entity, Model},
    write::{change, insert},
};
use sea_orm::EntityTrait;
use std::sync::{Arc, Mutex};

fn key(key: &str, resource: &str, expires_at: Option<i64>) -> Model {
    let [scope, key, resource] = ["record", key, resource].map(str::to_owned);
    Model { scope, key, resource, fingerprint: "f".to_owned(), expires_at, erased: false }
}

#[tokio::test]
async fn an_update_names_the_columns_and_rows_that_differ_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&sent);
    migrated(&folder).await;
    let watch = Arc::new(move |_, statement: &sea_orm::Statement| keep.lock().unwrap().push(statement.sql.clone()));
    let settings = connect::ConnectSettings { watch: Some(watch), ..settings(&folder) };
    let db = connect::open(&settings).await.unwrap().writer;
    let before = [key("a", "x", Some(1)), key("b", "x", None), key("c", "x", Some(1))];
    insert::<Entity, _>(&db, before.to_vec()).await.unwrap();
    sent.lock().unwrap().clear();

    let after = [key("a", "y", Some(1)), key("b", "x", None), key("c", "x", None)];
    let rows = before.iter().cloned().zip(after.iter().cloned());
    change::<Entity>(&db, rows.collect()).await.unwrap();
    assert_eq!(
        sent.lock().unwrap().drain(..).collect::<Vec<_>>(),
        [
            r#"UPDATE "idempotency_keys" AS t SET "resource" = v.column3, "expires_at" = v.column4 FROM (VALUES (?, ?, ?, ?), (?, ?, ?, ?)) AS v WHERE t."scope" = v.column1 AND t."key" = v.column2"#
        ]
    );
    assert_eq!(Entity::find().order_by_id_asc().all(&db).await.unwrap(), after);

    sent.lock().unwrap().clear();
    change::<Entity>(&db, after.iter().cloned().zip(after.iter().cloned()).collect()).await.unwrap();
    assert_eq!(*sent.lock().unwrap(), [""; 0], "what is as it was is not written");
}

#[tokio::test]
async fn an_update_of_what_is_gone_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let db = migrated(&folder).await.writer;
    let gone = vec![(key("a", "x", None), key("a", "y", None))];
    let refused = change::<Entity>(&db, gone).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Conflict { what } if what.contains("idempotency_keys")), "{refused}");
}
