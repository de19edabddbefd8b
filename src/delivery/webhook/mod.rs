//! Webhooks: a note handed to another system over HTTPS, signed by Standard Webhooks 1.0.0, for vendors who write by
//! hand and whoever else carries notes out.
//!
//! A webhook's id stays the same when it is sent again, and its receiver recognises it by that: so all that isn't a
//! clear answer is tried again, by the schedule in [`crate::domain::retry`], until it is given up and waits to be
//! replayed. What is stored for that (attempts, the next one, what was given up) is the ledger's business, not this
//! one's.
//!
//! An address that is typed in by somebody must not become a way into the house: names are looked up here, only public
//! addresses are kept, and the connection goes to one of these and to nothing else. Redirects are not followed, what is
//! answered is not kept, and no proxy is taken from the environment.

mod endpoint;
mod outcome;
mod reach;
mod room;
mod sender;
mod signature;

pub use endpoint::{BadEndpoint, BadHook, Endpoint, Hook};
pub use outcome::{Outcome, Trouble};
pub use reach::Reach;
pub use room::HookRoom;
pub use sender::{WebhookLimits, WebhookSettings, Webhooks};
pub use signature::{BadSecret, Secrets, SigningSecret};
