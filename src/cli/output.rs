//! Replies, printed as tables for people or as JSON for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, TableComponent, presets};

use super::{CliError, contract, show};
use crate::proto::v1;

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

/// Prints a message as indented JSON.
pub(super) fn print_json<M: prost::Message>(name: &str, value: &M) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{:#}", contract::json(name, value)?)?;
    Ok(())
}

/// Gives a word of advice on what was written about somebody, beside whatever is printed.
pub(super) fn advise(hints: &[v1::RemarkHint]) -> Result<(), CliError> {
    let mut stderr = io::stderr().lock();
    show::hints(hints).iter().try_for_each(|hint| writeln!(stderr, "{hint}"))?;
    Ok(())
}

/// An empty table with these headings, as wide as the terminal.
pub(super) fn table(headings: &[&str]) -> Table {
    let mut table = ruled_table(headings);
    table.remove_style(TableComponent::HorizontalLines).remove_style(TableComponent::MiddleIntersections);
    table
}

/// The same with a line between rows, for rows of several lines.
pub(super) fn ruled_table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width()).set_header(headings);
    table
}

/// Columns of the terminal, or of what is written to a pipe.
pub(super) fn width() -> u16 {
    console::Term::stdout().size_checked().map_or(PIPE_WIDTH, |(_rows, columns)| columns).clamp(40, 160)
}
