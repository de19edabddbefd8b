//! What the ledger must do on both engines alike.

mod arrivals;
mod backlog;
mod erasure;
mod filter;
mod grown;
mod ledger;
mod plans;
mod policy;
mod queue;
mod reads;
mod remedies;
mod schema;
mod templates;
