//! What customers are found by: from what somebody typed to what is compared.
//!
//! Identifiers are kept as typed and compared in one normal form per kind. No error here repeats what was typed: it
//! is personal data, and errors are logged.

pub mod duplicates;
mod email;
mod masked;
mod nicknames;
mod normal;
mod phone;
mod query;
mod script;
pub mod search;
mod sound;
pub mod terms;
mod vocabulary;
mod words;

pub use email::EmailError;
pub use masked::masked;
pub use normal::{IdentifierError, identifier};
pub use phone::{PhoneError, load_numbering_plans, phone_number};
pub use query::{parse_query, why_no_number};
pub use vocabulary::{near_keys, nearest};
