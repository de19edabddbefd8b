//! Replies, printed as tables for people or as JSON for programs.

use std::{
    io::{self, Write},
    sync::LazyLock,
};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

use super::CliError;
use crate::proto::FILE_DESCRIPTOR_SET;

/// How a reply is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// For people.
    Table,
    /// For programs: the reply in Protocol Buffers' own JSON form.
    Json,
}

/// Width of tables that go to a file or pipe, in columns.
const PIPE_WIDTH: u16 = 100;

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

/// Prints a message as indented JSON.
pub(super) fn print_json<M: prost::Message>(name: &str, value: &M) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{:#}", json(name, value)?)?;
    Ok(())
}

/// An empty table with these headings, as wide as the terminal.
pub(super) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width()).set_header(headings);
    table
}

/// Columns of the terminal, or of what is written to a pipe.
pub(super) fn width() -> u16 {
    console::Term::stdout().size_checked().map_or(PIPE_WIDTH, |(_rows, columns)| columns).clamp(40, 160)
}
