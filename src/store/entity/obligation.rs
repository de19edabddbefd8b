//! What an interaction is owed.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "obligations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub interaction_id: Uuid,
        pub customer_id: Option<Uuid>,
        pub location_id: String,
        pub kind: String,
        pub outcome: Option<String>,
        pub start_at: i64,
        pub voided: bool,
        pub state: String,
        pub open_reason: Option<String>,
        pub reason: Option<String>,
        pub gesture_id: Option<Uuid>,
        pub follows: Option<Uuid>,
        pub explanation: String,
        pub looked_at: String,
        pub updated_at: i64,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::LocationId];
}
