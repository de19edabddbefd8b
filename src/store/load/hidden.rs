//! What customers bought as a surprise, or in confidence.

use crate::{
    domain::{
        interaction::{Interaction, InteractionState},
        limits::HIDDEN_FOR,
    },
    store::{entity::interaction, error::StoreError, rows},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// How a hidden purchase is marked in the detail of its interaction. In the words of people the quotes would be
/// escaped.
const MARKS: [&str; 2] = ["\"surprise\":true", "\"confidential\":true"];

/// Since when what was bought as a surprise is one.
pub(in crate::store) fn since(now: Timestamp) -> Timestamp {
    now.saturating_sub(HIDDEN_FOR).unwrap_or(Timestamp::MIN)
}

/// The interactions of customers since an instant in which something was bought that others must not hear of.
pub(in crate::store) async fn purchases(
    db: &impl ConnectionTrait,
    customers: Vec<Uuid>,
    since: Timestamp,
) -> Result<Vec<Interaction>, StoreError> {
    use interaction::Column;
    let marked = MARKS.iter().fold(Condition::any(), |any, mark| any.add(Column::Detail.contains(*mark)));
    let rows = interaction::Entity::find()
        .filter(Column::CustomerId.is_in(customers))
        .filter(Column::StartAt.gte(since.as_microsecond()))
        .filter(Column::State.ne(InteractionState::Voided.as_str()))
        .filter(marked)
        .all(db)
        .await?;
    rows.into_iter().map(rows::interactions::from_row).collect()
}
