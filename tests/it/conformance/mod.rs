//! What the ledger must do on both engines alike.

mod arrivals;
mod backlog;
mod erasure;
mod events;
mod filter;
mod grown;
mod ledger;
mod merging;
mod migrations;
mod plans;
mod policy;
mod queue;
mod reads;
mod remedies;
mod retention;
mod schema;
mod templates;
