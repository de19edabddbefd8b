//! A place in a household's contact budget.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contacts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub household_id: Uuid,
        pub customer_id: Uuid,
        pub channel: String,
        pub kind: String,
        pub at: i64,
        pub state: String,
        pub gesture_id: Option<Uuid>,
        pub priority: i32,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::GestureId];
}
