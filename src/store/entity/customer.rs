//! A customer.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub household_id: Uuid,
        pub kind: String,
        pub status: String,
        pub merged_into: Option<Uuid>,
        pub display_name: String,
        pub language: String,
        pub region: String,
        pub time_zone: String,
        pub profile: String,
        pub discreet: bool,
        pub version: i64,
        pub created_at: i64,
        pub updated_at: i64,
        pub guardian_id: Option<Uuid>,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::CreatedAt];
}
