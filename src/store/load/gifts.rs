//! The gifts to a customer, also those that were given.

use crate::{
    domain::{gesture::GestureKind, gift::REACH, ids::CustomerId, world::World},
    store::{entity::gesture, error::StoreError, rows},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// Loads what may count in the limit of an organisation: what was planned within reach of an instant, or since. Its
/// household is locked by then: gifts are planned and given under that lock.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    world: &mut World,
    customer: CustomerId,
    earliest: Timestamp,
) -> Result<(), StoreError> {
    use gesture::{Column, Entity};
    let from = earliest.checked_sub(REACH).unwrap_or(Timestamp::MIN);
    let found = Entity::find()
        .filter(Column::CustomerId.eq(customer.0))
        .filter(Column::CreatedAt.gte(from.as_microsecond()))
        .filter(Column::Kind.eq(GestureKind::Gift.as_str()));
    for row in found.all(db).await? {
        let gift = rows::gestures::from_row(row)?;
        world.gestures.load(gift.id, gift);
    }
    world.gifts_known.insert(customer);
    Ok(())
}
