//! What the ledger must do on both engines alike.

mod filter;
mod ledger;
mod queue;
mod reads;
mod schema;
