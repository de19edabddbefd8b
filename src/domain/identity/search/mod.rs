//! Finding somebody by what a person types at a desk.
//!
//! [`SearchQuery`] says what the text may be and which terms to look up; the store finds candidates by these, in no
//! order; [`Scorer`] says how well each fits and why. An engine's own rank plays no part.

mod query;
mod score;

pub use query::{Asked, Lookup, SearchQuery};
pub use score::{Fit, Scorer, owner_fit};
