//! What is true: the language of the design as types, and every decision as a pure function.
//!
//! Nothing here awaits, reads a clock, knows gRPC or SQL. Instants are [`jiff::Timestamp`]s cut to microseconds,
//! which is what both databases keep.

pub mod access;
pub mod action;
pub mod advice;
pub mod answer;
pub mod budget;
pub mod capacity;
pub mod card;
pub mod case;
pub mod codes;
pub mod commands;
pub mod consent;
pub mod content;
pub mod customer;
pub mod decide;
pub mod direction;
pub mod doubt;
pub mod erasing;
pub mod filter;
pub mod gates;
pub mod gesture;
pub mod gift;
pub mod hold_out;
pub mod identity;
pub mod ids;
pub mod interaction;
pub mod journey;
pub mod ledger;
pub mod limits;
pub mod location;
pub mod merging;
pub mod moment;
pub mod money;
pub mod note;
pub mod note_problem;
pub mod obligation;
pub mod one_click;
pub mod organization;
pub mod paper;
pub mod pause;
pub mod person_name;
pub mod planning;
pub mod policy;
pub mod postal;
pub mod promise;
pub mod queue;
pub mod recognition;
pub mod recovery;
pub mod refusal;
pub mod replan;
pub mod retention;
pub mod retry;
pub mod returning;
pub mod rule;
pub mod rulebook;
pub mod sensitive;
pub mod settings;
pub mod starter;
pub mod summary;
pub mod template;
#[cfg(test)]
pub mod testkit;
mod text_enum;
pub mod upcoming;
pub mod when;
pub mod world;

pub use text_enum::UnknownName;
