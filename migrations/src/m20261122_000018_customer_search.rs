//! The words under which customers are found, and the vocabulary that finds what was typed wrongly.
//!
//! What is indexed differs, since each engine has one kind of index that intersects long lists quickly: SQLite a
//! full-text table over the words themselves, PostgreSQL an inverted index over keys that are written out.

use crate::schema::{Columns, column, create, drop, flag, id, int, must, primary, primary_key, table};
use sea_orm_migration::{
    prelude::{Alias, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table},
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `id` is the row's place in the index. A row's words were made by a version of the code; those of an older one are
/// made anew.
const ON_SQLITE: &[&str] = &[
    "CREATE TABLE customer_search (id INTEGER PRIMARY KEY, customer_id uuid_text NOT NULL UNIQUE REFERENCES customers (id), \
     version integer NOT NULL, terms text NOT NULL, blocks text NOT NULL)",
    // Vowel signs are part of words, and so are the marks of classes. No positions: no phrase is ever asked for.
    "CREATE VIRTUAL TABLE customer_terms USING fts5(terms, content = 'customer_search', content_rowid = 'id', \
     tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\", prefix = '1 2 3 4 5 6', detail = none, columnsize = 0)",
    "CREATE VIRTUAL TABLE customer_blocks USING fts5(blocks, content = 'customer_search', content_rowid = 'id', \
     tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\", detail = none, columnsize = 0)",
    // What is deleted is overwritten, so that erasing a person erases.
    "INSERT INTO customer_terms (customer_terms, rank) VALUES ('secure-delete', 1)",
    "INSERT INTO customer_blocks (customer_blocks, rank) VALUES ('secure-delete', 1)",
    "CREATE TRIGGER customer_search_added AFTER INSERT ON customer_search BEGIN \
     INSERT INTO customer_terms (rowid, terms) VALUES (new.id, new.terms); \
     INSERT INTO customer_blocks (rowid, blocks) VALUES (new.id, new.blocks); END",
    "CREATE TRIGGER customer_search_changed AFTER UPDATE ON customer_search BEGIN \
     INSERT INTO customer_terms (customer_terms, rowid, terms) VALUES ('delete', old.id, old.terms); \
     INSERT INTO customer_terms (rowid, terms) VALUES (new.id, new.terms); \
     INSERT INTO customer_blocks (customer_blocks, rowid, blocks) VALUES ('delete', old.id, old.blocks); \
     INSERT INTO customer_blocks (rowid, blocks) VALUES (new.id, new.blocks); END",
    "CREATE TRIGGER customer_search_removed AFTER DELETE ON customer_search BEGIN \
     INSERT INTO customer_terms (customer_terms, rowid, terms) VALUES ('delete', old.id, old.terms); \
     INSERT INTO customer_blocks (customer_blocks, rowid, blocks) VALUES ('delete', old.id, old.blocks); END",
];

const ON_POSTGRES: &[&str] = &[
    "CREATE TABLE customer_search (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
     customer_id uuid NOT NULL UNIQUE REFERENCES customers (id), version integer NOT NULL, \
     terms text COLLATE \"C\" NOT NULL, keys text[] COLLATE \"C\" NOT NULL, blocks text[] COLLATE \"C\" NOT NULL)",
    // Whoever searches must not read through what others have written meanwhile.
    "CREATE INDEX customer_search_by_key ON customer_search USING gin (keys) WITH (fastupdate = off)",
    "CREATE INDEX customer_search_by_block ON customer_search USING gin (blocks) WITH (fastupdate = off)",
];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let connection = manager.get_connection();
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => ON_POSTGRES,
            _ => ON_SQLITE,
        };
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }

        let mut vocabulary = table("search_words", [must(columns.key("key")), must(columns.key("word"))]);
        vocabulary.primary_key(&mut primary_key(&["key", "word"]));
        create(manager, vocabulary, Vec::new()).await?;

        // How far customers were gone through who were there before: behind the last one of `reached`.
        let mut progress =
            table("search_progress", [primary(int("id")), must(int("version")), id("reached"), must(flag("done"))]);
        progress.check(column("id").eq(1));
        create(manager, progress, Vec::new()).await?;
        connection.execute_unprepared("INSERT INTO search_progress (id, version, done) VALUES (1, 0, FALSE)").await?;

        let mut discreet = flag("discreet");
        discreet.not_null().default(false);
        manager.alter_table(Table::alter().table(Alias::new("customers")).add_column(&mut discreet).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let discreet = Table::alter().table(Alias::new("customers")).drop_column(Alias::new("discreet")).take();
        manager.alter_table(discreet).await?;
        if manager.get_database_backend() != DbBackend::Postgres {
            drop(manager, &["customer_terms", "customer_blocks"]).await?;
        }
        drop(manager, &["search_progress", "search_words", "customer_search"]).await
    }
}
