//! Schema migrations of gratitude, for SQLite and PostgreSQL.
//!
//! A migration that has been released is never edited: its names of states and kinds are written out here, not taken
//! from the code that uses them, so that the schema of a version stays what it was. Expand first, contract a release
//! later.

mod m20261122_000001_instance;
mod m20261122_000002_catalog;
mod m20261122_000003_customers;
mod m20261122_000004_interactions;
mod m20261122_000005_gratitude;
mod m20261122_000006_ledger;
mod m20261122_000007_templates;
mod m20261122_000008_notes;
mod m20261122_000009_journeys;
mod m20261122_000010_story_indexes;
mod m20261122_000011_when;
mod m20261122_000012_upcoming;
mod m20261122_000013_remedies;
mod m20261122_000014_contact_policy;
mod m20261122_000015_taken;
mod m20261122_000016_claim_lanes;
mod m20261122_000017_wards;
mod m20261122_000018_customer_search;
mod m20261122_000019_not_same;
mod m20261122_000020_merges;
mod m20261122_000021_erasures;
mod m20261122_000022_access;
mod m20261122_000024_arrivals;
mod m20261122_000026_late_lanes;
mod m20261122_000028_desk_actions;
mod m20261122_000029_ways_out;
mod m20261122_000030_print;
mod m20261122_000031_note_words;
mod m20261122_000032_people;
mod m20261122_000033_lanes;
mod m20261122_000036_event_order;
mod m20261122_000037_merged_dead;
mod m20261122_000038_note_ways;
mod m20261122_000039_forgotten_events;
mod m20261122_000040_tidy_search;
mod m20261122_000041_perhaps_left;
mod m20261122_000042_erased_sources;
mod m20261122_000043_print_recipient;
mod m20261122_000044_lease_begun;
mod m20261122_000045_resting;
mod m20261122_000046_call_wanted;
mod m20261123_000047_hidden_purchases;
mod schema;

use sea_orm_migration::MigrationTrait;
pub use sea_orm_migration::MigratorTrait;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_instance::Migration),
            Box::new(m20261122_000002_catalog::Migration),
            Box::new(m20261122_000003_customers::Migration),
            Box::new(m20261122_000004_interactions::Migration),
            Box::new(m20261122_000005_gratitude::Migration),
            Box::new(m20261122_000006_ledger::Migration),
            Box::new(m20261122_000007_templates::Migration),
            Box::new(m20261122_000008_notes::Migration),
            Box::new(m20261122_000009_journeys::Migration),
            Box::new(m20261122_000010_story_indexes::Migration),
            Box::new(m20261122_000011_when::Migration),
            Box::new(m20261122_000012_upcoming::Migration),
            Box::new(m20261122_000013_remedies::Migration),
            Box::new(m20261122_000014_contact_policy::Migration),
            Box::new(m20261122_000015_taken::Migration),
            Box::new(m20261122_000016_claim_lanes::Migration),
            Box::new(m20261122_000017_wards::Migration),
            Box::new(m20261122_000018_customer_search::Migration),
            Box::new(m20261122_000019_not_same::Migration),
            Box::new(m20261122_000020_merges::Migration),
            Box::new(m20261122_000021_erasures::Migration),
            Box::new(m20261122_000022_access::Migration),
            Box::new(m20261122_000024_arrivals::Migration),
            Box::new(m20261122_000026_late_lanes::Migration),
            Box::new(m20261122_000028_desk_actions::Migration),
            Box::new(m20261122_000029_ways_out::Migration),
            Box::new(m20261122_000030_print::Migration),
            Box::new(m20261122_000031_note_words::Migration),
            Box::new(m20261122_000032_people::Migration),
            Box::new(m20261122_000033_lanes::Migration),
            Box::new(m20261122_000036_event_order::Migration),
            Box::new(m20261122_000037_merged_dead::Migration),
            Box::new(m20261122_000038_note_ways::Migration),
            Box::new(m20261122_000039_forgotten_events::Migration),
            Box::new(m20261122_000040_tidy_search::Migration),
            Box::new(m20261122_000041_perhaps_left::Migration),
            Box::new(m20261122_000042_erased_sources::Migration),
            Box::new(m20261122_000043_print_recipient::Migration),
            Box::new(m20261122_000044_lease_begun::Migration),
            Box::new(m20261122_000045_resting::Migration),
            Box::new(m20261122_000046_call_wanted::Migration),
            Box::new(m20261123_000047_hidden_purchases::Migration),
        ]
    }
}
