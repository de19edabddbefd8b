//! The harness's own promises.

use sea_orm::{ConnectionTrait, Database as Connection, Statement};

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
}
