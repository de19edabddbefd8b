//! A customer's history in one row.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer_summaries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub customer_id: Uuid,
        pub visit_days: i32,
        pub first_visit: Option<String>,
        pub last_visit: Option<String>,
        pub last_purchase: Option<String>,
        pub last_seen_at: Option<i64>,
        pub last_location_id: Option<String>,
        pub last_contact_at: Option<i64>,
        pub open_case: Option<Uuid>,
        pub open_promises: i32,
        pub grieving_since: Option<i64>,
        pub counts: String,
        pub gaps: String,
        pub spend: String,
        pub last_seen: Option<String>,
        pub look_at: i64,
        pub last_spoken: Option<String>,
        pub known_on: Option<String>,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[];
}
