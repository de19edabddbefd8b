//! Makes a town of a few model customers, by straight SQL on either engine.
//!
//! Every table that belongs to customers is read from the database itself, with all its columns, so that a new column
//! needs no line here. A copy has its models' rows but for three things: the last four bytes of every id are its own
//! number, that number stands wherever the model's stood, and what happened did so at another minute.

use super::Outcome;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// Tables with a column that says whose a row is, parents first.
const OWNED: [(&str, &str); 12] = [
    ("customers", "id"),
    ("customer_identifiers", "customer_id"),
    ("customer_tags", "customer_id"),
    ("consents", "customer_id"),
    ("customer_summaries", "customer_id"),
    ("interactions", "customer_id"),
    ("cases", "customer_id"),
    ("gestures", "customer_id"),
    ("decisions", "customer_id"),
    ("obligations", "customer_id"),
    ("contacts", "customer_id"),
    ("events", "customer_id"),
];

/// Makes customers 0 to `customers` after the models, in turn.
pub(super) async fn all(url: &str, first_model: u64, models: u64, customers: u64) -> Outcome<()> {
    let mut options = ConnectOptions::new(url);
    // One connection: its temporary tables are seen by no other.
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let multiplier = Multiplier { backend: db.get_database_backend(), db, models, customers };
    multiplier.prepare(first_model).await?;
    let indexes = multiplier.drop_indexes().await?;
    multiplier.multiply("households", "x.id = models.household_id").await?;
    for (table, owner) in OWNED {
        multiplier.multiply(table, &format!("x.\"{owner}\" = models.customer_id")).await?;
    }
    multiplier.multiply("idempotency_keys", &multiplier.mentions("x.\"key\"")).await?;
    for index in indexes {
        multiplier.run(&index).await?;
    }
    multiplier.finish().await
}

struct Multiplier {
    db: DatabaseConnection,
    backend: DbBackend,
    models: u64,
    customers: u64,
}

impl Multiplier {
    async fn run(&self, sql: &str) -> Outcome<()> {
        self.db.execute_unprepared(sql).await.map_err(|error| format!("{error}: {sql}"))?;
        Ok(())
    }

    async fn ask(&self, sql: &str) -> Outcome<Vec<(String, String)>> {
        let rows = self.db.query_all_raw(Statement::from_string(self.backend, sql)).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    /// Lists the models by the number that stands in what belongs to them.
    async fn prepare(&self, first_model: u64) -> Outcome<()> {
        let settings = match self.backend {
            // The copies are as consistent as their models; to have each row checked would take as long as all else.
            DbBackend::Postgres => "SET session_replication_role = replica; SET synchronous_commit = off",
            _ => {
                "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -524288; \
                 PRAGMA temp_store = MEMORY"
            }
        };
        self.run(settings).await?;
        let number = match self.backend {
            DbBackend::Postgres => "i.normalized::bigint",
            _ => "CAST(i.normalized AS INTEGER)",
        };
        self.run(&format!(
            "CREATE TEMP TABLE models AS SELECT {number} - {first_model} AS model, i.normalized AS number, \
             c.id AS customer_id, c.household_id AS household_id FROM customers c \
             JOIN customer_identifiers i ON i.customer_id = c.id AND i.kind = 'external_id' AND i.system = 'till'"
        ))
        .await
    }

    /// Drops what is quicker made at the end; returns how.
    async fn drop_indexes(&self) -> Outcome<Vec<String>> {
        let sql = match self.backend {
            DbBackend::Postgres => {
                "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT IN \
                 (SELECT conname FROM pg_constraint)"
            }
            _ => "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        };
        let mut made_by = Vec::new();
        for (name, sql) in self.ask(sql).await? {
            self.run(&format!("DROP INDEX \"{name}\"")).await?;
            made_by.push(sql);
        }
        Ok(made_by)
    }

    /// The condition that a text has a model's number in it.
    fn mentions(&self, text: &str) -> String {
        let find = if self.backend == DbBackend::Postgres { "strpos" } else { "instr" };
        format!("{find}({text}, models.number) > 0")
    }

    /// Copies the rows of a table that belong to models.
    async fn multiply(&self, table: &str, of_models: &str) -> Outcome<()> {
        let sql = match self.backend {
            DbBackend::Postgres => format!(
                "SELECT column_name::text, data_type::text FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            ),
            _ => format!("SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid"),
        };
        let mut columns = self.ask(&sql).await?;
        // The database's own numbers.
        columns.retain(|(name, _)| !["seq", "tx"].contains(&name.as_str()));
        let names: Vec<_> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let values: Vec<_> = columns.iter().map(|(name, kind)| self.copied(name, kind)).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        let (models, customers) = (self.models, self.customers);
        self.run(&format!(
            "CREATE TEMP TABLE originals AS SELECT models.model, models.number, x.* FROM models JOIN {table} x ON {of_models}"
        ))
        .await?;
        let copy = match self.backend {
            DbBackend::Postgres => format!(
                "INSERT INTO {table} ({names}) SELECT {values} FROM originals x \
                 CROSS JOIN LATERAL generate_series(x.model, {customers} - 1, {models}) AS s(n)"
            ),
            _ => format!(
                "INSERT INTO {table} ({names}) WITH RECURSIVE turn(n) AS \
                 (SELECT 0 UNION ALL SELECT n + 1 FROM turn WHERE n + 1 < ({customers} + {models} - 1) / {models}), \
                 numbered AS (SELECT x.*, turn.n * {models} + x.model AS n FROM originals x CROSS JOIN turn) \
                 SELECT {} FROM numbered x WHERE x.n < {customers}",
                values.replace("s.n", "x.n")
            ),
        };
        self.run(&copy).await?;
        self.run("DROP TABLE originals").await
    }

    /// A column's value in the copy with number `s.n` of the row `x`.
    fn copied(&self, name: &str, kind: &str) -> String {
        let column = format!("x.\"{name}\"");
        let (last_bytes, number) = match self.backend {
            DbBackend::Postgres => ("lpad(to_hex(s.n), 8, '0')", "lpad(s.n::text, 7, '0')"),
            _ => ("printf('%08x', s.n)", "printf('%07d', s.n)"),
        };
        let renamed = |text: &str| format!("replace({text}, x.number, {number})");
        match (kind.to_ascii_lowercase().as_str(), name) {
            ("uuid", _) => format!("(left({column}::text, 28) || {last_bytes})::uuid"),
            ("uuid_text", _) => {
                format!("CASE WHEN {column} IS NOT NULL THEN unhex(substr(hex({column}), 1, 24) || {last_bytes}) END")
            }
            // Names that end in an id, or begin with one.
            (_, "subject" | "resource") => {
                format!("substr({column}, 1, length({column}) - 8) || {last_bytes}")
            }
            (_, "occurrence") => self.occurrence(&column, last_bytes),
            (_, "start_at" | "end_at") => format!("{column} + s.n * 7919 % 3600 * 1000000"),
            ("text" | "character varying", _) => renamed(&column),
            _ => column,
        }
    }

    /// An occurrence names an interaction, or a customer and something about them.
    fn occurrence(&self, column: &str, last_bytes: &str) -> String {
        let find = if self.backend == DbBackend::Postgres { "strpos" } else { "instr" };
        let end =
            format!("CASE WHEN {find}({column}, '/') > 0 THEN {find}({column}, '/') - 1 ELSE length({column}) END");
        format!("substr({column}, 1, ({end}) - 8) || {last_bytes} || substr({column}, ({end}) + 1)")
    }

    async fn finish(self) -> Outcome<()> {
        match self.backend {
            DbBackend::Postgres => {
                for sql in ["VACUUM ANALYZE", "CHECKPOINT"] {
                    self.run(sql).await?;
                }
            }
            // No ANALYZE: nobody runs it where the service runs.
            _ => self.run("PRAGMA wal_checkpoint(TRUNCATE)").await?,
        }
        Ok(self.db.close().await?)
    }
}
