//! The contract as data: its messages by name, and as JSON.

use std::sync::LazyLock;

use jiff::Timestamp;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

use super::CliError;
use crate::proto::FILE_DESCRIPTOR_SET;

/// The contract's messages, by which any of them can be read and written without its Rust type.
static CONTRACT: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("compiled into the program"));

/// A message of package `gratitude.v1` by its short name.
pub(super) fn message(name: &str) -> MessageDescriptor {
    let full = format!("gratitude.v1.{name}");
    CONTRACT.get_message_by_name(&full).expect("only names of the contract are asked for")
}

/// A message in Protocol Buffers' JSON form.
pub(super) fn json<M: prost::Message>(name: &str, value: &M) -> Result<Value, CliError> {
    let unexpected = |error: &dyn std::fmt::Display| CliError::Unexpected(format!("{name} can't be printed: {error}"));
    let dynamic =
        DynamicMessage::decode(message(name), value.encode_to_vec().as_slice()).map_err(|error| unexpected(&error))?;
    serde_json::to_value(&dynamic).map_err(|error| unexpected(&error))
}

/// An instant as the contract has it.
pub(super) fn stamp(instant: Timestamp) -> prost_types::Timestamp {
    let nanos = instant.as_nanosecond();
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).expect("an instant's range");
    let nanos = i32::try_from(nanos.rem_euclid(1_000_000_000)).expect("below a second");
    prost_types::Timestamp { seconds, nanos }
}
