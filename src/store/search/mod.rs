//! By which words customers are found: written with the customer, read past the queue.
//!
//! A row of `customer_search` has all terms of one customer. On SQLite triggers keep two full-text tables beside it, on
//! PostgreSQL the terms are written out as keys of an inverted index; everything else is the same.

mod fill;
mod find;
mod keep;
mod keys;
mod tidy;

pub(super) use find::at_number;
pub use find::{SearchHit, Wanted};
pub(super) use keep::{forget, keep};
