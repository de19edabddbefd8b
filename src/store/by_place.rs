//! Rows that are read by the places of their columns.
//!
//! By name, each column is looked up in a map, and each that holds nothing costs the text of an error that is thrown
//! away. Of rows with forty columns that is most of what reading them costs, so what commands and the desk read again
//! and again is read by place.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryResult, QueryTrait, Select, Statement, TryGetable};
use uuid::Uuid;

/// The columns of a row, one after the other.
#[derive(Debug)]
pub(super) struct Places<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl<'r> Places<'r> {
    pub(super) const fn of(row: &'r QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn value<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let place = self.next;
        self.next += 1;
        self.row.try_get_by_index(place)
    }

    /// What an outer join may not have found: then the key, its first column, holds nothing.
    pub(super) fn row_if_any<R: ByPlace>(&mut self) -> Result<Option<R>, DbErr> {
        if self.row.try_get_by_index::<Option<Uuid>>(self.next)?.is_some() {
            return R::by_place(self).map(Some);
        }
        self.next += R::COLUMNS.len();
        Ok(None)
    }
}

/// A row that is read by place. [`by_place!`] makes one of a struct.
pub(super) trait ByPlace: Sized {
    /// The names of its columns, in their order.
    const COLUMNS: &'static [&'static str];

    /// Takes its columns, which come next.
    fn by_place(places: &mut Places<'_>) -> Result<Self, DbErr>;
}

/// The rows that a query selects, whose columns are those of the row in their order.
pub(super) async fn all<R, E>(db: &impl ConnectionTrait, query: Select<E>) -> Result<Vec<R>, DbErr>
where
    R: ByPlace,
    E: EntityTrait,
{
    rows(db, query.build(db.get_database_backend())).await
}

/// The same of a statement of our own.
pub(super) async fn rows<R: ByPlace>(db: &impl ConnectionTrait, statement: Statement) -> Result<Vec<R>, DbErr> {
    let found = db.query_all_raw(statement).await?;
    found.iter().map(|row| R::by_place(&mut Places::of(row))).collect()
}

/// Defines a struct whose fields are columns, in the order in which they are selected: an entity selects those of its
/// model in the order of the fields.
macro_rules! by_place {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$of:meta])* pub $field:ident: $type:ty,)+ }) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$of])* pub $field: $type,)+
        }

        impl crate::store::by_place::ByPlace for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn by_place(places: &mut crate::store::by_place::Places<'_>) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $($field: places.value()?,)+ })
            }
        }
    };
}
pub(super) use by_place;
