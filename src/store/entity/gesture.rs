//! An intended act of gratitude.

use crate::store::by_place::by_place;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

by_place! {
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Deserialize)]
    #[sea_orm(table_name = "gestures")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub customer_id: Uuid,
        pub household_id: Uuid,
        pub interaction_id: Option<Uuid>,
        pub case_id: Option<Uuid>,
        pub location_id: String,
        pub rule_id: Option<String>,
        pub rule_version: Option<i32>,
        pub occurrence: String,
        pub kind: String,
        pub channel: String,
        pub purpose: String,
        pub tone: String,
        pub priority: i32,
        pub role: String,
        pub group_name: String,
        pub promised: bool,
        pub state: String,
        pub reason: Option<String>,
        pub explanation: String,
        pub due_at: i64,
        pub deadline_at: i64,
        pub planned_local: String,
        pub zone: String,
        pub tzdb: String,
        pub steps: String,
        pub terms: String,
        pub content: String,
        pub lease_owner: Option<String>,
        pub lease_token: Option<i64>,
        pub lease_until: Option<i64>,
        pub far_side_deduplicates: Option<bool>,
        pub attempts: i32,
        pub completed_at: Option<i64>,
        pub version: i64,
        pub created_at: i64,
        pub batch_id: Option<Uuid>,
        pub note_id: Option<Uuid>,
        pub with_person: bool,
        pub folded: bool,
        pub taken_by: Option<String>,
        pub taken_until: Option<i64>,
        pub lease_for_test: bool,
        pub planned_by: i64,
        pub call_day: Option<String>,
        pub perhaps_left: Option<i64>,
        pub lease_begun: Option<String>,
        pub rests_until: Option<i64>,
        pub call_wanted: Option<String>,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[
        Column::RuleId,
        Column::RuleVersion,
        Column::Occurrence,
        Column::InteractionId,
        Column::Kind,
        Column::CreatedAt,
    ];
}
