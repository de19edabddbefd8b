//! What is owed, counted and listed.

use super::{
    Store,
    entity::obligation::{Column, Entity},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    customer::CustomerKind,
    gesture::Reason,
    ids::LocationId,
    interaction::{InteractionKind, Outcome},
    obligation::{Obligation, ObligationState, OpenReason},
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value,
};

/// Of which interactions coverage is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageQuery {
    /// Begun at this instant or later.
    pub from: Option<Timestamp>,
    /// Begun before this instant.
    pub before: Option<Timestamp>,
    /// There; everywhere when absent.
    pub location: Option<LocationId>,
}

/// How many obligations are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageCount {
    /// What the interactions were.
    pub kind: InteractionKind,
    /// How they ended; `None` while they last or where nothing ended.
    pub outcome: Option<Outcome>,
    /// Where the obligations stand.
    pub state: ObligationState,
    /// What ended them.
    pub reason: Option<Reason>,
    /// How many there are.
    pub count: u64,
}

/// Who was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CustomersSeen {
    /// Customers with a visit day in the range, internal ones left out.
    pub seen: u64,
    /// Those of them with two visit days or more in it.
    pub returning: u64,
}

/// Which obligations are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObligationQuery {
    /// Only in this state.
    pub state: Option<ObligationState>,
    /// Only those that wait for this.
    pub open_reason: Option<OpenReason>,
    /// Only with this reason.
    pub reason: Option<Reason>,
    /// Only of interactions there.
    pub location: Option<LocationId>,
}

impl Store {
    /// Counts obligations by what their interactions were and how they ended; those of voided interactions are left
    /// out.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn coverage(&self, query: &CoverageQuery) -> Result<Vec<CoverageCount>, StoreError> {
        type Row = (String, Option<String>, String, Option<String>, i64);
        let rows: Vec<Row> = Entity::find()
            .select_only()
            .columns([Column::Kind, Column::Outcome, Column::State, Column::Reason])
            .column_as(Column::InteractionId.count(), "count")
            .filter(in_range(query))
            .filter(Column::Voided.eq(false))
            .group_by(Column::Kind)
            .group_by(Column::Outcome)
            .group_by(Column::State)
            .group_by(Column::Reason)
            .into_tuple()
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|(kind, outcome, state, reason, count)| {
                Ok(CoverageCount {
                    kind: rows::obligations::name("kind", &kind)?,
                    outcome: outcome.map(|name| rows::obligations::name("outcome", &name)).transpose()?,
                    state: rows::obligations::name("state", &state)?,
                    reason: reason.map(|name| rows::obligations::name("reason", &name)).transpose()?,
                    count: u64::try_from(count).unwrap_or(0),
                })
            })
            .collect()
    }

    /// Counts who was seen, and who of them came on two days or more.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers_seen(&self, query: &CoverageQuery) -> Result<CustomersSeen, StoreError> {
        let db = self.reader();
        let backend = db.get_database_backend();
        let statement =
            Statement::from_sql_and_values(backend, customers_seen_sql(backend), customers_seen_values(query));
        let Some(row) = db.query_one_raw(statement).await? else {
            return Ok(CustomersSeen::default());
        };
        let count = |index| -> Result<u64, StoreError> {
            let count: i64 = row.try_get_by_index(index)?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        Ok(CustomersSeen { seen: count(0)?, returning: count(1)? })
    }

    /// A page of obligations, that of the latest interaction first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_obligations(
        &self,
        query: &ObligationQuery,
        page: &PageRequest,
    ) -> Result<Page<Obligation>, StoreError> {
        let select = Entity::find().filter(obligations_like(query));
        let columns = (Column::StartAt, Column::InteractionId);
        let rows = paging::read(self.reader(), select, columns, Key::Uuid, Direction::Down, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.start_at, row.interaction_id))
            .try_map(rows::obligations::from_row)
    }
}

fn in_range(query: &CoverageQuery) -> Condition {
    Condition::all()
        .add_option(query.from.map(|from| Column::StartAt.gte(from.as_microsecond())))
        .add_option(query.before.map(|before| Column::StartAt.lt(before.as_microsecond())))
        .add_option(query.location.as_ref().map(|location| Column::LocationId.eq(location.as_str())))
}

fn obligations_like(query: &ObligationQuery) -> Condition {
    Condition::all()
        .add_option(query.state.map(|state| Column::State.eq(state.as_str())))
        .add_option(query.open_reason.map(|reason| Column::OpenReason.eq(reason.as_str())))
        .add_option(query.reason.map(|reason| Column::Reason.eq(reason.as_str())))
        .add_option(query.location.as_ref().map(|location| Column::LocationId.eq(location.as_str())))
}

fn customers_seen_sql(backend: DbBackend) -> String {
    let parameter = |number: usize, kind: &str| match backend {
        DbBackend::Postgres => format!("${number}::{kind}"),
        _ => format!("?{number}"),
    };
    let (from, before, location) = (parameter(1, "bigint"), parameter(2, "bigint"), parameter(3, "text"));
    let internal = CustomerKind::Internal;
    format!(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN days > 1 THEN 1 ELSE 0 END), 0) FROM (\
         SELECT COUNT(DISTINCT i.local_date) AS days FROM interactions i \
         JOIN customers c ON c.id = i.customer_id AND c.kind <> '{internal}' \
         WHERE i.visit_day AND i.start_at >= {from} AND i.start_at < {before} \
         AND ({location} IS NULL OR i.location_id = {location}) \
         GROUP BY i.customer_id) AS seen"
    )
}

fn customers_seen_values(query: &CoverageQuery) -> [Value; 3] {
    let from = query.from.map_or(i64::MIN, |from| from.as_microsecond());
    let before = query.before.map_or(i64::MAX, |before| before.as_microsecond());
    [from.into(), before.into(), query.location.as_ref().map(|location| location.as_str().to_owned()).into()]
}
