//! Who may do what: API keys of programs and desks, staff with their PINs, and the authority of a caller.
//!
//! A *key* says which program or desk calls, with which role and for which locations. *Staff* sign in with a PIN at a
//! desk that has a key. What a role may call is a table of methods (`rpc/access.rs`); what it may see and exceed is
//! [`Authority`].

mod authority;
mod book;
mod key;
mod pin;
mod pseudonym;
mod seal;
mod staff;
mod token;

pub use authority::{Authority, Places, Role};
pub use book::AccessBook;
pub use key::{ApiKey, KeySettings, KeyState, PreviousSecret};
pub use pin::{FREE_TRIES, Pin, PinHasher, pause_after};
pub use seal::{Seals, SignedIn};
pub use staff::{StaffMember, StaffRole, StaffSettings, StaffState};
pub use token::{ApiToken, KeySecret, SecretHash, SecretHasher};
