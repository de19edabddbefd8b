#![allow(clippy::unwrap_used)]

mod plans;
mod writes;

use super::{
    ConnectSettings, Durability, Room, SchemaState, SecretName, Store, StoreError, StoreOptions, connect, migrate,
};
use crate::domain::{policy::ContactPolicy, settings::Settings};
use gratitude_migrations::{Migrator, MigratorTrait};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::{sync::Arc, time::Duration};

fn settings(folder: &tempfile::TempDir) -> ConnectSettings {
    ConnectSettings {
        url: format!("sqlite:{}", folder.path().join("test.db").display()),
        pooler: false,
        read_connections: 2,
        write_connections: 2,
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(5),
        durability: Durability::Off,
        watch: None,
    }
}

async fn migrated(folder: &tempfile::TempDir) -> connect::Pools {
    let pools = connect::open(&settings(folder)).await.unwrap();
    migrate::up(&pools, &settings(folder)).await.unwrap();
    pools
}

fn options(folder: &tempfile::TempDir, migrate: bool, manual_clock: bool) -> StoreOptions {
    let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    StoreOptions {
        secrets: super::GivenSecrets::default(),
        connect: settings(folder),
        migrate,
        manual_clock,
        now: Arc::new(move || now),
        settings: Arc::new(decision_settings()),
        room: Room { interactive: 16, bulk: 16 },
        seed: Some([7; 32]),
    }
}

fn decision_settings() -> Settings {
    let day = SignedDuration::from_hours(24);
    Settings {
        time_zone: "UTC".to_owned(),
        region: "PT".to_owned(),
        language: "en".to_owned(),
        visit_closes_after: day / 3,
        purchase_joins_within: day / 4,
        same_visit_within: SignedDuration::from_mins(10),
        policy: ContactPolicy { budget_period: day * 7, ..ContactPolicy::default() },
        lapse_gap_days: 90,
        recovery_pause: SignedDuration::from_hours(1),
        remedy_limits: crate::domain::settings::RemedyLimits::default(),
        notes: crate::domain::settings::NoteRoutes::default(),
        routes: crate::domain::settings::Routes::default(),
        formats: crate::domain::paper::Formats::default(),
        test_address: None,
        catch_up_per_minute: 0,
        retention: crate::domain::retention::Retention::default(),
        staff_named: crate::domain::settings::StaffNamed::default(),
    }
}

#[tokio::test]
async fn an_unknown_schema_is_refused_and_the_error_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(options(&folder, false, false)).await.unwrap_err();
    assert!(matches!(&error, StoreError::SchemaMismatch(text) if text.contains("gratitude migrate")), "{error}");

    let store = Store::open(options(&folder, true, false)).await.unwrap();
    store.ping().await.unwrap();
    store.close().await.unwrap();
    Store::open(options(&folder, false, false)).await.unwrap();

    let pools = connect::open(&settings(&folder)).await.unwrap();
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m30000101_000001_future', 0)";
    pools.writer.execute_unprepared(newer).await.unwrap();
    assert_eq!(migrate::state(&pools.reader).await.unwrap(), SchemaState::Ahead(1));
    let error = Store::open(options(&folder, true, false)).await.unwrap_err();
    assert!(matches!(&error, StoreError::SchemaMismatch(text) if text.contains("newer version")), "{error}");
}

#[tokio::test]
async fn migrations_go_down_again_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let pools = connect::open(&settings(&folder)).await.unwrap();
    let steps = migrate::up(&pools, &settings(&folder)).await.unwrap();
    assert_eq!(migrate::up(&pools, &settings(&folder)).await.unwrap(), 0);
    Migrator::down(&pools.writer, Some(u32::try_from(steps).unwrap())).await.unwrap();
    let left = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let rows = pools.writer.query_all_raw(Statement::from_string(DbBackend::Sqlite, left)).await.unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(names, ["seaql_migrations"]);
}

#[tokio::test]
async fn secrets_are_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = Store::open(options(&folder, true, false)).await.unwrap();
    let again = Store::open(options(&folder, false, false)).await.unwrap();
    assert_eq!(first.secret(SecretName::PageToken), again.secret(SecretName::PageToken));
    assert_ne!(first.secret(SecretName::PageToken), first.secret(SecretName::Erasure));
    assert_ne!(first.secret(SecretName::Fingerprint), [0; 32]);

    let given = super::GivenSecrets([(SecretName::Erasure, [7; 32])].into());
    let third = Store::open(StoreOptions { secrets: given, ..options(&folder, false, false) }).await.unwrap();
    assert_eq!(third.secret(SecretName::Erasure), [7; 32], "what is given stands in for what is kept");
    assert_eq!(third.secret(SecretName::PageToken), first.secret(SecretName::PageToken));
}

#[tokio::test]
async fn a_database_keeps_to_the_clock_it_was_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(options(&folder, true, true)).await.unwrap();
    assert!(store.instance().manual_clock);
    let error = Store::open(options(&folder, true, false)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unsuitable(_)), "{error}");
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let pools = migrated(&folder).await;
    assert!(pools.reader.execute_unprepared("DELETE FROM events").await.is_err());
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ConnectSettings { url: "sqlite::memory:".to_owned(), ..settings(&folder) };
    assert!(matches!(connect::open(&settings).await, Err(StoreError::Unsuitable(_))));
}
