//! What tests stand on: databases, the whole service in this process, and plain connections to it.

#[macro_use]
pub(crate) mod database;
pub(crate) mod binary;
pub(crate) mod http;
pub(crate) mod ledger;
pub(crate) mod night;
pub(crate) mod pdf;
pub(crate) mod postgres;
pub(crate) mod raw;
pub(crate) mod service;
pub(crate) mod shop;
