//! Messages of the contract to types of the domain and back.

pub(crate) mod access;
pub(crate) mod card;
pub(crate) mod case;
pub(crate) mod customer;
pub(crate) mod destination;
pub(crate) mod enums;
pub(crate) mod gesture;
pub(crate) mod interaction;
pub(crate) mod journey;
pub(crate) mod location;
pub(crate) mod note;
pub(crate) mod obligation;
mod organization;
pub(crate) mod policy;
pub(crate) mod retention;
pub(crate) mod rule;
pub(crate) mod simulation;
pub(crate) mod template;
pub(crate) mod types;
pub(crate) mod who;
