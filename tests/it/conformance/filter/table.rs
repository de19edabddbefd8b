//! The tables of the schema without their constraints, so that rows may be random.

use gratitude::domain::filter::{Field, Kind, Literal};
use sea_orm::sea_query::{Alias, Expr, Query, SimpleExpr};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

use super::layout::{Rows, Table};
use super::random::{Dice, Record};
use crate::support::database::{Database, Engine};

const LISTED: [&str; 8] =
    ["customers", "customer_summaries", "customer_tags", "interactions", "gestures", "cases", "obligations", "notes"];

/// One connection, since the constraints are switched off by connection.
pub(super) async fn connect(database: &Database) -> DatabaseConnection {
    let mut options = ConnectOptions::new(&database.url);
    options.max_connections(1);
    let connection = sea_orm::Database::connect(options).await.expect("the database can be reached");
    let mut statements = Vec::new();
    match database.engine {
        Engine::Sqlite => {
            statements.push("PRAGMA foreign_keys = OFF".to_owned());
            statements.push("PRAGMA ignore_check_constraints = ON".to_owned());
            statements.extend(unique_indexes(&connection).await.iter().map(|name| format!("DROP INDEX \"{name}\"")));
        }
        Engine::Postgres => {
            statements.push("CREATE SCHEMA bare".to_owned());
            statements.extend(LISTED.map(|name| format!("CREATE TABLE bare.{name} (LIKE public.{name})")));
            statements.push("SET search_path = bare".to_owned());
        }
    }
    for statement in statements {
        connection.execute_unprepared(&statement).await.expect("the engine knows this");
    }
    connection
}

async fn unique_indexes(connection: &DatabaseConnection) -> Vec<String> {
    let query = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE %'";
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await.expect("the schema can be read");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect()
}

/// Adds the rows that belong to the listed row of this id, and to `record` what they say.
pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    table: &Table,
    id: Uuid,
    record: &mut Record,
    dice: &mut Dice,
) {
    let count = match table.rows {
        Rows::One => 1,
        Rows::Optional => dice.roll(4).min(1),
        Rows::Several => dice.roll(3),
    };
    let columns = columns(connection, table).await;
    for _ in 0..count {
        let mut row = Query::insert();
        row.into_table(Alias::new(table.name)).columns(columns.iter().map(|column| Alias::new(&column.name)));
        let values: Vec<SimpleExpr> = columns.iter().map(|column| choose(table, column, id, record, dice)).collect();
        connection.execute(row.values_panic(values)).await.expect("nothing is in the way of the row");
    }
}

/// What the row has in this column; put down in the record where a filter can see it.
fn choose(table: &Table, column: &Column, id: Uuid, record: &mut Record, dice: &mut Dice) -> SimpleExpr {
    let field = table.fields.iter().find(|(_, name)| *name == column.name).map(|(field, _)| *field);
    let Some(field) = field else {
        return if column.name == table.key { Expr::val(id) } else { column.filler() };
    };
    if column.name == table.key {
        record.values.insert(field, Literal::Id(id));
        return Expr::val(id);
    }
    if field.kind() == Kind::TextList {
        return tag(field, record, dice);
    }
    let literal = dice.literal(field.kind());
    match dice.roll(3) {
        0 if !column.required => null(),
        0 if field.kind() == Kind::Text => Expr::val(""),
        _ => {
            let kept = kept(&literal);
            record.values.insert(field, literal);
            kept
        }
    }
}

fn tag(field: Field, record: &mut Record, dice: &mut Dice) -> SimpleExpr {
    let Literal::Text(text) = dice.literal(Kind::TextList) else {
        unreachable!("lists hold texts");
    };
    let texts = record.lists.entry(field).or_default();
    // Two rows of one list are never the same.
    let text = if texts.contains(&text) { format!("{text} {}", texts.len()) } else { text };
    texts.push(text.clone());
    Expr::val(text)
}

/// The literal as the schema keeps it.
fn kept(literal: &Literal) -> SimpleExpr {
    match literal {
        Literal::Text(text) => Expr::val(text.as_str()),
        Literal::Enum(word) => Expr::val(*word),
        Literal::Id(id) => Expr::val(*id),
        Literal::Int(number) | Literal::Decimal(number) | Literal::Duration(number) => Expr::val(*number),
        Literal::Bool(flag) => Expr::val(*flag),
        Literal::Timestamp(instant) => Expr::val(instant.as_microsecond()),
        Literal::Date(day) => Expr::val(day.to_string()),
    }
}

/// A column as the engine describes it.
struct Column {
    name: String,
    declared: String,
    required: bool,
}

impl Column {
    /// Any value, for a column that filters don't see.
    fn filler(&self) -> SimpleExpr {
        match self.declared.as_str() {
            _ if !self.required => null(),
            "text" => Expr::val("filler"),
            "boolean" => Expr::val(false),
            "integer" | "bigint" => Expr::val(0_i64),
            _ => Expr::val(Uuid::nil()),
        }
    }
}

fn null() -> SimpleExpr {
    Expr::cust("NULL")
}

async fn columns(connection: &impl ConnectionTrait, table: &Table) -> Vec<Column> {
    let backend = connection.get_database_backend();
    let query = match backend {
        sea_orm::DbBackend::Postgres => format!(
            "SELECT column_name::text, data_type::text, is_nullable = 'NO' FROM information_schema.columns \
             WHERE table_schema = 'bare' AND table_name = '{}'",
            table.name
        ),
        _ => format!("SELECT name, lower(type), \"notnull\" = 1 FROM pragma_table_info('{}')", table.name),
    };
    let rows = connection.query_all_raw(Statement::from_string(backend, query)).await.expect("the engine describes it");
    assert!(!rows.is_empty(), "no table {}", table.name);
    rows.iter()
        .map(|row| Column {
            name: row.try_get_by_index(0).expect("a name"),
            declared: row.try_get_by_index(1).expect("a type"),
            required: row.try_get_by_index(2).expect("yes or no"),
        })
        .collect()
}
