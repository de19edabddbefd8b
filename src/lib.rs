//! gratitude: remembers every interaction of a customer with a business, bought or not, and sees that each is answered.
//!
//! `ARCHITECTURE.md` at the root of the repository is the map. In short: what is true is decided by pure functions in
//! [`domain`]; [`app`] has one function for each thing a caller can ask; [`store`] loads what a decision needs and
//! writes what it changed; [`rpc`] speaks gRPC, [`server`] holds the port, [`scheduler`] does what is due although
//! nobody calls; [`cli`] puts them together.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod desk;
pub mod domain;
pub mod proto;
pub mod rpc;
pub mod scheduler;
pub mod server;
pub mod store;
pub mod telemetry;
