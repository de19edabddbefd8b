//! What the words of notes are made of that a worker claims, beside what comes with every gesture.

use super::notes;
use crate::{
    domain::{ids::GestureId, world::World},
    store::{chunk::lists, entity::case, error::StoreError, rows},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;

/// Reads for those of the picked gestures that are written: what their customers last read and hide, and the cases that
/// they settle. For all of them at once, and nothing where only calls were picked.
pub(super) async fn sources(
    db: &impl ConnectionTrait,
    world: &mut World,
    picked: &BTreeSet<GestureId>,
    hidden_from: Timestamp,
) -> Result<(), StoreError> {
    let written = picked.iter().filter_map(|id| world.gestures.get(id)).filter(|gesture| gesture.is_written());
    let (mut readers, mut cases) = (BTreeSet::new(), BTreeSet::new());
    for gesture in written {
        readers.insert(gesture.customer);
        cases.extend(gesture.case.filter(|id| world.cases.get(id).is_none()));
    }
    notes::read_by(db, world, readers, hidden_from).await?;
    for list in lists(cases.iter().map(|id| id.0)) {
        for row in case::Entity::find().filter(case::Column::Id.is_in(list)).all(db).await? {
            let case = rows::cases::from_row(row)?;
            world.cases.load(case.id, case);
        }
    }
    Ok(())
}
