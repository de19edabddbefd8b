//! An interaction.

use crate::store::by_place::{ByPlace, by_place};
use sea_orm::{
    QuerySelect, Select,
    entity::prelude::{
        ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
        PrimaryKeyTrait,
    },
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

by_place! {
    /// What is read of an interaction: the other columns repeat what these hold, for lists to filter on.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Kept {
        pub id: Uuid,
        pub customer_id: Option<Uuid>,
        pub recorded_customer_id: Option<Uuid>,
        pub origin_customer_id: Option<Uuid>,
        pub candidates: String,
        pub state: String,
        pub location_id: String,
        pub detail: String,
        pub journey_detail: Option<String>,
        pub moment_detail: String,
        pub start_at: i64,
        pub end_at: Option<i64>,
        pub received_at: i64,
        pub local_date: String,
        pub joined: Option<Uuid>,
        pub history: bool,
        pub void_reason: Option<String>,
        pub version: i64,
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for Kept {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            recorded_customer_id: row.recorded_customer_id,
            origin_customer_id: row.origin_customer_id,
            candidates: row.candidates,
            state: row.state,
            location_id: row.location_id,
            detail: row.detail,
            journey_detail: row.journey_detail,
            moment_detail: row.moment_detail,
            start_at: row.start_at,
            end_at: row.end_at,
            received_at: row.received_at,
            local_date: row.local_date,
            joined: row.joined,
            history: row.history,
            void_reason: row.void_reason,
            version: row.version,
        }
    }
}

impl Kept {
    /// A query for these columns.
    pub fn find() -> Select<Entity> {
        let columns = Self::COLUMNS.iter().map(|name| name.parse::<Column>().expect("each is a column of the table"));
        Entity::find().select_only().columns(columns)
    }
}

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
