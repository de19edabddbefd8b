//! The rows as they lie in the tables, one file for each table. What they mean is said in `rows`.

use sea_orm::EntityTrait;

pub mod api_key;
pub mod case;
pub mod catch_up;
pub mod consent;
pub mod contact;
pub mod contact_policy;
pub mod customer;
pub mod customer_identifier;
pub mod customer_summary;
pub mod customer_tag;
pub mod decision;
pub mod desk_action;
pub mod event;
pub mod gesture;
pub mod household;
pub mod idempotency_key;
pub mod instance;
pub mod instance_secret;
pub mod interaction;
pub mod journey;
pub mod location;
pub mod merge;
pub mod not_same;
pub mod note;
pub mod note_batch;
pub mod obligation;
pub mod pause;
pub mod pin_try;
pub mod read;
pub mod remedy_grant;
pub mod rule;
pub mod rule_version;
pub mod search_progress;
pub mod search_word;
pub mod staff;
pub mod template;
pub mod template_version;
pub mod touchpoint;

/// A table that a group of commands writes to.
pub trait Table: EntityTrait {
    /// The columns that no update changes after the insert, beside the primary key.
    const FIXED: &[Self::Column];
}
