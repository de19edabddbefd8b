//! What an import came to.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::Path,
    time::Duration,
};

use serde::Serialize;

use super::reading::{Batch, Step};
use crate::{
    cli::{CliError, contract},
    proto::v1,
};

/// Counts of an import.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Tally {
    rows: u64,
    recorded: u64,
    replayed: u64,
    rejected: u64,
}

impl Tally {
    pub(super) fn answered(&mut self, replayed: bool) {
        self.rows += 1;
        if replayed {
            self.replayed += 1;
        } else {
            self.recorded += 1;
        }
    }

    pub(super) fn rejected(&mut self) {
        self.rows += 1;
        self.rejected += 1;
    }

    /// Whether nothing was answered yet.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether there were rows and none of them could go in.
    pub(super) fn is_futile(&self) -> bool {
        self.rows > 0 && self.rejected == self.rows
    }

    /// Prints the counts for people.
    pub(super) fn print(&self, took: Duration, rejects: &Path) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        let seconds = took.as_secs_f64().max(0.001);
        writeln!(stdout, "{:>12} rows", counted(self.rows))?;
        writeln!(stdout, "{:>12} recorded", counted(self.recorded))?;
        writeln!(stdout, "{:>12} known before, unchanged", counted(self.replayed))?;
        if self.rejected > 0 {
            writeln!(stdout, "{:>12} rejected, see {}", counted(self.rejected), rejects.display())?;
        }
        writeln!(stdout, "{:>12.0} rows a second, {seconds:.1} s in all", self.rows as f64 / seconds)
    }

    /// Prints the counts for programs.
    pub(super) fn print_json(&self, took: Duration) -> Result<(), CliError> {
        let mut counts = serde_json::to_value(self).map_err(|error| CliError::Unexpected(error.to_string()))?;
        counts["seconds"] = took.as_secs_f64().into();
        Ok(writeln!(io::stdout(), "{counts:#}")?)
    }
}

/// What a file would come to, without a service.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    rows: u64,
    rejected: u64,
    /// Hashes: the counts are for people, and a million rows must fit.
    customers: HashSet<u64>,
    sources: HashSet<u64>,
    repeated_sources: u64,
    anonymous: u64,
    locations: u64,
    kinds: BTreeMap<(i32, i32), u64>,
    first: Option<v1::RecordInteractionRequest>,
}

impl Forecast {
    pub(super) fn add(&mut self, step: Step) {
        match step {
            Step::Location(_) => self.locations += 1,
            Step::Reject { .. } => {
                self.rows += 1;
                self.rejected += 1;
            }
            Step::Batch(Batch { requests, .. }) => requests.into_iter().for_each(|request| self.request(request)),
        }
    }

    fn request(&mut self, request: v1::RecordInteractionRequest) {
        self.rows += 1;
        match request.who.as_ref().and_then(|who| who.who.as_ref()) {
            Some(v1::who::Who::Identity(identity)) => {
                let first = identity.identifiers.first();
                self.customers.insert(hash(&first.map(|id| (id.kind, &id.system, &id.value))));
            }
            _ => self.anonymous += 1,
        }
        if let Some(interaction) = &request.interaction {
            let source = interaction.source.as_ref().map(|source| &source.external_id);
            self.repeated_sources += u64::from(!self.sources.insert(hash(&source)));
            *self.kinds.entry((interaction.kind, interaction.outcome)).or_default() += 1;
        }
        self.first.get_or_insert(request);
    }

    pub(super) fn is_futile(&self) -> bool {
        self.rows > 0 && self.rejected == self.rows
    }

    /// Prints it for people: the counts, and what the first row becomes.
    pub(super) fn print(&self, rejects: &Path) -> Result<(), CliError> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{:>12} rows", counted(self.rows))?;
        for ((kind, outcome), count) in &self.kinds {
            writeln!(stdout, "{:>12}   {}", counted(*count), kind_and_outcome(*kind, *outcome))?;
        }
        writeln!(
            stdout,
            "{:>12} customers told apart by their first identifier",
            counted(self.customers.len() as u64)
        )?;
        writeln!(stdout, "{:>12} rows of nobody known", counted(self.anonymous))?;
        writeln!(stdout, "{:>12} locations to make, where missing", counted(self.locations))?;
        if self.repeated_sources > 0 {
            let repeated = counted(self.repeated_sources);
            writeln!(stdout, "{repeated:>12} rows repeat an external id: they are the same interaction, or refused")?;
        }
        if self.rejected > 0 {
            writeln!(stdout, "{:>12} rejected, see {}", counted(self.rejected), rejects.display())?;
        }
        if let Some(first) = &self.first {
            writeln!(stdout, "\nThe first row becomes:\n{:#}", contract::json("RecordInteractionRequest", first)?)?;
        }
        Ok(())
    }

    /// Prints it for programs.
    pub(super) fn print_json(&self) -> Result<(), CliError> {
        let kinds: BTreeMap<_, _> =
            self.kinds.iter().map(|((kind, outcome), count)| (kind_and_outcome(*kind, *outcome), *count)).collect();
        let first = self.first.as_ref().map(|first| contract::json("RecordInteractionRequest", first)).transpose()?;
        let forecast = serde_json::json!({
            "rows": self.rows,
            "rejected": self.rejected,
            "customers": self.customers.len(),
            "anonymous": self.anonymous,
            "locations": self.locations,
            "repeated_external_ids": self.repeated_sources,
            "kinds": kinds,
            "first": first,
        });
        Ok(writeln!(io::stdout(), "{forecast:#}")?)
    }
}

/// A count as people read it: 51,056.
fn counted(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// For example "visit, not purchased".
fn kind_and_outcome(kind: i32, outcome: i32) -> String {
    let kind = v1::InteractionKind::try_from(kind).map(|kind| words(kind.as_str_name(), "INTERACTION_KIND_"));
    let kind = kind.unwrap_or_default();
    match v1::Outcome::try_from(outcome) {
        Ok(v1::Outcome::Unspecified) | Err(_) => kind,
        Ok(outcome) => format!("{kind}, {}", words(outcome.as_str_name(), "OUTCOME_")),
    }
}

fn words(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase().replace('_', " ")
}
