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
mod same_name;
mod script;
pub mod search;
mod sound;
pub mod terms;
mod vocabulary;
mod words;

pub use email::EmailError;
pub use masked::masked;
pub use normal::{IdentifierError, identifier};
pub use phone::{PhoneError, load_numbering_plans, phone_in_words, phone_number};
pub use query::{parse_query, said_beside, why_no_number};
pub use same_name::{Names, compare_hint, compare_names};
pub use vocabulary::{near_keys, nearest};
pub(super) use words::words;
