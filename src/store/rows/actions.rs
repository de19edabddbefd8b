//! Actions of the desk.

use super::Source;
use crate::{
    domain::{action::Action, ids::ActionId},
    store::{entity::desk_action, error::StoreError},
};

const ACTIONS: Source = Source("desk_actions");

pub(in crate::store) fn to_row(action: &Action) -> Result<desk_action::Model, StoreError> {
    Ok(desk_action::Model {
        id: action.id.0,
        kind: action.kind.as_str().to_owned(),
        at: action.at.as_microsecond(),
        until_at: action.until.as_microsecond(),
        undone_at: action.undone_at.map(|at| at.as_microsecond()),
        changes: ACTIONS.to_json("changes", &action.changes)?,
    })
}

pub(in crate::store) fn from_row(row: desk_action::Model) -> Result<Action, StoreError> {
    Ok(Action {
        id: ActionId(row.id),
        kind: ACTIONS.named("kind", &row.kind)?,
        at: ACTIONS.instant("at", row.at)?,
        until: ACTIONS.instant("until_at", row.until_at)?,
        undone_at: ACTIONS.instant_opt("undone_at", row.undone_at)?,
        changes: ACTIONS.json("changes", &row.changes)?,
    })
}
