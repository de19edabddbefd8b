//! What a rule made of an occurrence.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "decisions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub occurrence: String,
        pub version: i32,
        pub interaction_id: Option<Uuid>,
        pub customer_id: Uuid,
        pub gesture_id: Option<Uuid>,
        pub reason: Option<String>,
        pub explanation: String,
        pub group_day: Option<String>,
        pub local_day: Option<String>,
        pub standing: bool,
        pub priority: i32,
        pub at: i64,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::Standing];
}
