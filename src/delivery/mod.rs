//! The way out: the only place from which anything leaves this service.
//!
//! Letters come in chunks, each under a name that stays the same when it is handed over again. The far side of the one
//! adapter that there is, the [`Spool`], recognises a chunk by that name, so that whoever can't tell whether it left
//! hands it over again.

mod spool;

pub use spool::Spool;

/// Why a chunk was not taken, in words without paths, addresses and names. It may have left all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotTaken(String);
