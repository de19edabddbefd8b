//! Something that went wrong for one customer.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub customer_id: Uuid,
        pub interaction_id: Option<Uuid>,
        pub gesture_id: Option<Uuid>,
        pub state: String,
        pub origin: String,
        pub summary: String,
        pub severity: i32,
        pub root_cause: String,
        pub no_cause_found: bool,
        pub remedy: String,
        pub opened_at: i64,
        pub resolved_at: Option<i64>,
        pub version: i64,
        pub location_id: Option<String>,
        pub assignee: Option<String>,
        /// JSON.
        pub remedies: Option<String>,
        pub recovery_id: Option<Uuid>,
        pub reopened_at: Option<i64>,
        pub reopen_reason: Option<String>,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::OpenedAt, Column::Origin];
}
