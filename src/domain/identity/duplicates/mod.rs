//! Whether two records are of one person.
//!
//! Records that share a [block](fn@blocks) are [compared](fn@compare) field by field. What comes of it is a number of
//! bits with its reasons, and a [`Rule`] says how many it takes.

mod blocks;
mod face;
mod find;
mod frequencies;
mod score;

pub use blocks::blocks;
pub use face::Face;
pub use find::likely;
pub use frequencies::Frequencies;
pub use score::{Comparison, Evidence, Rule, compare};

#[cfg(test)]
mod tests;
