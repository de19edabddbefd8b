//! What customers are found by: from what somebody typed to what is compared.
//!
//! Identifiers are kept as typed and compared in one normal form per kind. No error here repeats what was typed: it
//! is personal data, and errors are logged.

mod email;
mod masked;
mod normal;
mod phone;
mod query;

pub use email::EmailError;
pub use masked::masked;
pub use normal::{IdentifierError, identifier};
pub use phone::{PhoneError, load_numbering_plans, phone_number};
pub use query::parse_query;
