//! Words for tables that mean the same on both engines.

use sea_orm_migration::{
    SchemaManager,
    prelude::{
        Alias, ColumnDef, Condition, DbErr, Expr, ExprTrait, ForeignKey, ForeignKeyCreateStatement, Index,
        IndexCreateStatement, IndexOrder, SimpleExpr, Table, TableCreateStatement,
    },
    sea_orm::DbBackend,
};

/// Writes the columns of one engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    backend: DbBackend,
}

impl Columns {
    pub(crate) fn of(manager: &SchemaManager<'_>) -> Self {
        Self { backend: manager.get_database_backend() }
    }

    /// Text that is compared or ordered: byte by byte on both engines, so that both agree with our own code.
    pub(crate) fn key(self, name: &str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        column.text();
        if self.backend == DbBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }

    /// A state or kind, one of a list of names.
    pub(crate) fn one_of(self, name: &str, names: &[&str]) -> ColumnDef {
        let mut column = self.key(name);
        column.check(Expr::col(Alias::new(name)).is_in(names.iter().copied()));
        column
    }
}

/// Words that are only ever carried, JSON among them.
pub(crate) fn words(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.text();
    column
}

/// A 16-byte id.
pub(crate) fn id(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.uuid();
    column
}

/// A number of 64 bits; instants are microseconds since 1970 UTC.
pub(crate) fn big(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.big_integer();
    column
}

/// A number of 32 bits.
pub(crate) fn int(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.integer();
    column
}

/// Yes or no.
pub(crate) fn flag(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.boolean();
    column
}

/// The column, required.
pub(crate) fn must(mut column: ColumnDef) -> ColumnDef {
    column.not_null();
    column
}

/// The column, as the primary key.
pub(crate) fn primary(mut column: ColumnDef) -> ColumnDef {
    column.not_null().primary_key();
    column
}

/// A table with these columns.
pub(crate) fn table(name: &str, columns: impl IntoIterator<Item = ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for mut column in columns {
        table.col(&mut column);
    }
    table
}

/// A primary key of several columns.
pub(crate) fn primary_key(columns: &[&str]) -> IndexCreateStatement {
    let mut index = Index::create();
    for column in columns {
        index.col(Alias::new(*column));
    }
    index.primary();
    index
}

/// A reference by one or several columns. Rows that are referred to are never deleted, so nothing is cascaded.
pub(crate) fn refers(from: &[&str], to_table: &str, to: &[&str]) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.to_tbl(Alias::new(to_table));
    for column in from {
        key.from_col(Alias::new(*column));
    }
    for column in to {
        key.to_col(Alias::new(*column));
    }
    key
}

/// An index named after its table and purpose.
pub(crate) fn index(table: &str, purpose: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{purpose}")).table(Alias::new(table));
    for column in columns {
        match column.strip_suffix(" desc") {
            Some(column) => index.col((Alias::new(column), IndexOrder::Desc)),
            None => index.col(Alias::new(*column)),
        };
    }
    index
}

/// The index, over the rows that meet a condition only.
pub(crate) fn only(mut index: IndexCreateStatement, condition: SimpleExpr) -> IndexCreateStatement {
    use sea_orm_migration::prelude::ConditionalStatement;
    index.cond_where(Condition::all().add(condition));
    index
}

/// The index, allowing each value once.
pub(crate) fn unique(mut index: IndexCreateStatement) -> IndexCreateStatement {
    index.unique();
    index
}

/// A column of the row, in a condition.
pub(crate) fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

/// Makes a table and its indexes.
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    table: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    manager.create_table(table).await?;
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Drops tables, in the order given.
pub(crate) async fn drop(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(Alias::new(*table)).take()).await?;
    }
    Ok(())
}
