//! Reads a file ahead of the calls, on a thread of its own, and makes requests of its rows.

use std::{collections::HashSet, io};

use prost::Message;
use tokio::sync::mpsc;

use super::{
    file::Rows,
    mapping::{Mapped, Plan},
    record::Record,
};
use crate::{cli::CliError, proto::v1};

/// Most rows in one call. Half of what the contract allows: a call should not keep the desk waiting.
pub(super) const BATCH_ROWS: usize = 500;
/// Most bytes in one call, far below the contract's 16 MiB.
const BATCH_BYTES: usize = 2 * 1024 * 1024;
/// More locations than this in one file mean that a wrong column was taken for the location.
const LOCATIONS_MAX: usize = 10_000;

/// What comes out of the file, in its order.
#[derive(Debug)]
pub(super) enum Step {
    /// A location that the rows after this speak of, to be made if it is missing.
    Location(Box<v1::CreateLocationRequest>),
    /// Rows for one call.
    Batch(Batch),
    /// A row that can't go in.
    Reject {
        /// Its line.
        line: u64,
        /// Why.
        reason: String,
    },
}

/// Requests for one call, each with the line that it comes from.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<u64>,
    pub(super) requests: Vec<v1::RecordInteractionRequest>,
}

/// Reads to the end, or until nobody listens any more.
///
/// # Errors
/// Of the file, after which no row can be read.
pub(super) fn read(rows: Rows, plan: Plan, steps: mpsc::Sender<Step>) -> Result<(), CliError> {
    let mut reading = Reading { plan, steps, batch: Batch::default(), bytes: 0, locations: HashSet::new() };
    match reading.run(rows) {
        // Who listened has ended with an error of its own.
        Err(Ended::Unheard) | Ok(()) => Ok(()),
        Err(Ended::Failed(error)) => Err(error),
    }
}

struct Reading {
    plan: Plan,
    steps: mpsc::Sender<Step>,
    batch: Batch,
    bytes: usize,
    locations: HashSet<String>,
}

enum Ended {
    Unheard,
    Failed(CliError),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Reading {
    fn run(&mut self, mut rows: Rows) -> Result<(), Ended> {
        while let Some(row) = rows.next()? {
            match row {
                Ok(record) => self.row(record)?,
                Err(bad) => self.say(Step::Reject { line: bad.line, reason: bad.reason })?,
            }
        }
        self.flush()
    }

    fn row(&mut self, mut record: Record) -> Result<(), Ended> {
        let mapped = self.plan.map(&mut record).and_then(|mapped| {
            let location = self.location(&mapped, &record).transpose()?;
            Ok((mapped, location))
        });
        let (mapped, location) = match mapped {
            Ok(mapped) => mapped,
            Err(problems) => return self.say(Step::Reject { line: record.line, reason: problems.join("; ") }),
        };
        if let Some(location) = location {
            if self.locations.len() == LOCATIONS_MAX {
                return Err(Ended::Failed(CliError::Usage(format!(
                    "more than {LOCATIONS_MAX} locations by line {}: does `location.id` name the right column?",
                    record.line
                ))));
            }
            self.locations.insert(mapped.location_id.clone());
            self.say(Step::Location(Box::new(location)))?;
        }
        self.bytes += mapped.request.encoded_len();
        self.batch.lines.push(record.line);
        self.batch.requests.push(mapped.request);
        if self.batch.requests.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    /// The location of a row, if the mapping makes locations and this one was not met before.
    fn location(&self, mapped: &Mapped, record: &Record) -> Option<Result<v1::CreateLocationRequest, Vec<String>>> {
        if self.locations.contains(&mapped.location_id) {
            return None;
        }
        let location = self.plan.location(record)?;
        Some(location.map(|location| v1::CreateLocationRequest {
            location_id: mapped.location_id.clone(),
            location: Some(location),
            request_id: String::new(),
        }))
    }

    fn flush(&mut self) -> Result<(), Ended> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.requests.is_empty() { Ok(()) } else { self.say(Step::Batch(batch)) }
    }

    fn say(&self, step: Step) -> Result<(), Ended> {
        self.steps.blocking_send(step).map_err(|_| Ended::Unheard)
    }
}
