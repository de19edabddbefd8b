//! What the ledger must do on both engines alike.

mod filter;
mod ledger;
mod reads;
