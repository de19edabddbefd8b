//! An interaction.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "interactions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Option<Uuid>,
    pub recorded_customer_id: Option<Uuid>,
    pub candidates: String,
    pub state: String,
    pub location_id: String,
    pub kind: String,
    pub channel: String,
    pub direction: String,
    pub outcome: Option<String>,
    pub no_purchase_reason: Option<String>,
    pub fault: Option<String>,
    pub staff: String,
    pub touchpoint: Option<String>,
    pub journey: Option<String>,
    pub stage: Option<String>,
    pub standards_kept: Option<bool>,
    pub journey_detail: Option<String>,
    pub subject_system: Option<String>,
    pub subject_id: Option<String>,
    pub source_system: Option<String>,
    pub source_id: Option<String>,
    pub start_at: i64,
    pub end_at: Option<i64>,
    pub expected_end: Option<i64>,
    pub received_at: i64,
    pub local_date: String,
    pub visit_day: bool,
    pub moment: String,
    pub moment_detail: String,
    pub purchase_currency: Option<String>,
    pub purchase_micros: Option<i64>,
    pub emotion: Option<i32>,
    pub effort: Option<i32>,
    pub satisfaction: Option<i32>,
    pub recommendation: Option<i32>,
    pub detail: String,
    pub joined: Option<Uuid>,
    pub history: bool,
    pub void_reason: Option<String>,
    pub version: i64,
    pub origin_customer_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[
        Column::RecordedCustomerId,
        Column::LocationId,
        Column::Direction,
        Column::SourceSystem,
        Column::SourceId,
        Column::ReceivedAt,
        Column::History,
    ];
}
