//! What to measure, and how large.

use clap::Parser;
use std::path::PathBuf;

/// The benchmark of gratitude: every figure beside a bare one of the same run, as a ratio.
///
/// Both sides of a row take turns in rounds, so that whatever else the machine does meets both. A ratio is the median
/// of the rounds' ratios; beside it stand the least and the greatest. A row whose side failed has no ratio.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo bench --", version)]
pub(crate) struct Options {
    /// A tenth of the customers and short rounds: to see that all works, not to quote.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these rows (see --list); several with commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) rows: Vec<String>,
    /// Lists the rows and ends.
    #[arg(long)]
    pub(crate) list: bool,
    /// How many customers the database has [default: 100,000; quick: 10,000].
    #[arg(long, value_name = "COUNT")]
    customers: Option<u32>,
    /// How many interactions each customer has on average.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub(crate) interactions: u32,
    /// How often each side is measured [default: 5; quick: 3].
    #[arg(long, value_name = "COUNT")]
    rounds: Option<usize>,
    /// Looks at growth up to ten million interactions instead of one million. Needs some 30 GB and half an hour.
    #[arg(long)]
    pub(crate) ten_million: bool,
    /// A million rows or notes where memory is looked at, instead of 50,000.
    #[arg(long, conflicts_with = "memory_of")]
    million: bool,
    /// So many of them [default: 50,000; quick: 10,000].
    #[arg(long, value_name = "COUNT")]
    memory_of: Option<u32>,
    /// Also writes the results here, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Keeps SQLite data sets here and uses them again. Empty it when the schema changes.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
    /// Where data sets lie [default: the system's temporary folder]. Must be on a disk: commits are measured.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long = "bench", hide = true)]
    _bench: bool,
    /// Only serves this ready-made reply to every call, until its standard input ends.
    #[arg(long, hide = true, value_name = "FILE")]
    pub(crate) serve_empty: Option<PathBuf>,
}

impl Options {
    pub(crate) fn customers(&self) -> u32 {
        self.customers.unwrap_or(if self.quick { 10_000 } else { 100_000 }).max(100)
    }

    /// How many rows or notes there are where memory is looked at.
    pub(crate) fn memory_of(&self) -> u32 {
        let usual = if self.quick { 10_000 } else { 50_000 };
        if self.million { 1_000_000 } else { self.memory_of.unwrap_or(usual).max(100) }
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 }).max(1)
    }

    /// How long one side of one round lasts, where time is the measure.
    pub(crate) fn seconds(&self) -> f64 {
        if self.quick { 1.0 } else { 4.0 }
    }

    /// How many calls one side of one round makes, where work is the measure.
    pub(crate) fn calls(&self) -> usize {
        if self.quick { 1_500 } else { 6_000 }
    }

    pub(crate) fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }
}
