//! What customers bought as a surprise, or in confidence.

use crate::{
    domain::{
        interaction::{Interaction, InteractionState},
        limits::HIDDEN_FOR,
        world::{Needs, World},
    },
    store::{by_place, chunk::lists, entity::interaction, error::StoreError, rows},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, sea_query::Expr};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How a hidden purchase is marked in the detail of its interaction, in the words of the index `interactions_hidden`.
/// In those of people the quotes would be escaped.
const HIDDEN: &str = r#"(detail LIKE '%"surprise":true%' OR detail LIKE '%"confidential":true%')"#;

/// Since when what was bought as a surprise is one.
pub(in crate::store) fn since(now: Timestamp) -> Timestamp {
    now.saturating_sub(HIDDEN_FOR).unwrap_or(Timestamp::MIN)
}

/// Reads what others must not hear of who are written to by what is about to leave; nothing where only calls leave.
pub(super) async fn from_leaving(
    db: &impl ConnectionTrait,
    world: &mut World,
    needs: &[Needs],
    since: Timestamp,
) -> Result<(), StoreError> {
    let leaving = needs.iter().flat_map(|need| &need.leaving).filter_map(|id| world.gestures.get(id));
    let written_to: BTreeSet<_> = leaving.filter(|it| it.is_written()).map(|it| it.customer.0).collect();
    for list in lists(written_to) {
        load(db, world, list, since).await?;
    }
    Ok(())
}

/// Reads what customers bought since an instant that others must not hear of.
pub(super) async fn load(
    db: &impl ConnectionTrait,
    world: &mut World,
    customers: Vec<Uuid>,
    since: Timestamp,
) -> Result<(), StoreError> {
    for purchase in purchases(db, customers, since).await? {
        let Some(customer) = purchase.customer else { continue };
        let names = purchase.hidden_items().map(str::to_owned).collect();
        world.hidden.insert((customer, purchase.id), names);
    }
    Ok(())
}

/// The interactions of customers since an instant in which something was bought that others must not hear of.
pub(in crate::store) async fn purchases(
    db: &impl ConnectionTrait,
    customers: Vec<Uuid>,
    since: Timestamp,
) -> Result<Vec<Interaction>, StoreError> {
    use interaction::Column;
    let hidden = interaction::Kept::find()
        .filter(Column::CustomerId.is_in(customers))
        .filter(Column::StartAt.gte(since.as_microsecond()))
        .filter(Column::State.ne(InteractionState::Voided.as_str()))
        .filter(Expr::cust(HIDDEN));
    let rows: Vec<interaction::Kept> = by_place::all(db, hidden).await?;
    rows.into_iter().map(rows::interactions::from_row).collect()
}
