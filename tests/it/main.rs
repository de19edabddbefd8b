//! The integration tests: one binary, so that it links once.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends there")]

#[macro_use]
mod support;

mod access;
mod architecture;
mod cli;
mod conformance;
mod crash;
mod crash_notes;
mod delivery;
mod desk;
mod docs;
mod endurance;
mod harness;
mod interop;
mod mutations;
mod print;
mod proto;
mod rpc;
mod scheduler;
mod server;
mod simulation;
mod stories;
mod walks;
mod worker;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
