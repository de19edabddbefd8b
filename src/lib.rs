//! gratitude: a gRPC customer-gratitude CRM.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod proto;
pub mod rpc;
pub mod scheduler;
pub mod server;
pub mod store;
pub mod telemetry;
