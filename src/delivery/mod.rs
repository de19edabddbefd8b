//! The way out: the only place from which anything leaves this service.
//!
//! Letters are written into the [`Spool`], a chunk at a time, or go one by one to a [`FarSide`]. Each says whether the
//! other side recognises what it gets twice: who does can be offered again whatever may have left, and who does not
//! must not.

mod far_side;
mod letter;
pub mod mail;
pub mod print;
mod secret;
mod spool;
mod trust;
pub mod webhook;

pub use far_side::{BadFarSide, FarSide};
pub use secret::Secret;
pub use spool::Spool;
pub use trust::{BadCertificates, Trust};

/// Why a chunk was not taken, in words without paths, addresses and names. It may have left all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotTaken(String);
