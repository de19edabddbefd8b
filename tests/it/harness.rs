//! The harness's own promises.

use sea_orm::{ConnectionTrait, Database as Connection};

use crate::support::database::Engine;

both_engines! {
    async fn each_test_has_a_database_of_its_own(database) {
        let url = match database.engine {
            Engine::Sqlite | Engine::Postgres => &database.url,
        };
        let connection = Connection::connect(url).await.expect("the database can be reached");
        connection.execute_unprepared("CREATE TABLE only_here (id BIGINT)").await.expect("nobody else made it");
        connection.close().await.expect("the connection closes");
    }

    async fn each_test_has_a_database_of_its_own_again(database) {
        let connection = Connection::connect(&database.url).await.expect("the database can be reached");
        connection.execute_unprepared("CREATE TABLE only_here (id BIGINT)").await.expect("nobody else made it");
        connection.close().await.expect("the connection closes");
    }
}
