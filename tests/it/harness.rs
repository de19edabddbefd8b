//! The harness's own promises.

use sea_orm::{ConnectionTrait, Database as Connection, Statement};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::support::service::{START, TestService};

both_engines! {
    async fn each_test_has_a_migrated_database_of_its_own(database) {
        let connection = Connection::connect(&database.url).await.expect("the database can be reached");
        let backend = connection.get_database_backend();
        let migrations = Statement::from_string(backend, "SELECT version FROM seaql_migrations");
        assert!(!connection.query_all_raw(migrations).await.expect("migrated").is_empty());
        connection.execute_unprepared("CREATE TABLE only_here (id BIGINT)").await.expect("nobody else made it");
        connection.close().await.expect("the connection closes");
    }

    async fn each_test_has_a_migrated_database_of_its_own_again(database) {
        let connection = Connection::connect(&database.url).await.expect("the database can be reached");
        connection.execute_unprepared("CREATE TABLE only_here (id BIGINT)").await.expect("nobody else made it");
        connection.close().await.expect("the connection closes");
    }

    async fn the_whole_service_runs_by_a_manual_clock(database) {
        let service = TestService::start(database).await;
        let mut health = HealthClient::new(service.channel());
        let answer = health.check(HealthCheckRequest::default()).await.expect("health is served");
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
        assert_eq!(service.now().to_string(), START);
        service.advance("2h").await;
        assert_eq!(service.now().to_string(), "2026-11-23T11:00:00Z");
        service.stop().await;
    }
}
