//! `gratitude import`: interactions of another system come in, row by row.
//!
//! *the file* ([`file`]) → *what a row says* ([`mapping`]) → *calls* ([`reading`], [`sending`]) → *what it came to*
//! ([`summary`], [`rejects`]). Rows are read as they are sent, so memory does not grow with the file. Each carries the
//! name of its data set and its id there, so a second run, or one after a crash, changes nothing that is in already.

mod columns;
mod expression;
mod file;
mod mapping;
mod reading;
mod record;
mod rejects;
mod sending;
mod shape;
mod summary;
mod template;
mod text;
mod value;

#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{sync::mpsc, task::JoinHandle};

use self::{
    file::Rows,
    mapping::{Mapping, Plan},
    reading::Step,
    rejects::Rejects,
    summary::{Forecast, Tally},
};
use super::{
    CliError,
    client::{Client, ClientArgs},
    output::OutputFormat,
};

/// Calls waiting to be sent, at most; bounds what is read ahead.
const READ_AHEAD: usize = 4;
/// How long an import waits for a service that restarts or is busy.
const PATIENCE: Duration = Duration::from_secs(120);
const REDRAW: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude import transactions.csv.gz --mapping examples/mappings/cdnow.toml --dry-run
  gratitude import transactions.csv.gz --mapping examples/mappings/cdnow.toml
  gratitude import sessions.csv.gz --mapping examples/mappings/online_shoppers.toml --no-history

A second run changes nothing. Rows that can't go in are listed in <FILE>.rejects.csv; the others go in.")]
pub(super) struct Import {
    #[command(flatten)]
    client: ClientArgs,
    /// The data: .csv, .ndjson or .jsonl, also with .gz.
    file: PathBuf,
    /// What each row says; see examples/mappings.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Where rows that can't go in are listed with their reason. Default: <FILE>.rejects.csv.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Check the mapping against the whole file, without a service.
    #[arg(long)]
    dry_run: bool,
    /// Take the rows as history: counted, never thanked, whatever the mapping says.
    #[arg(long, conflicts_with = "no_history")]
    history: bool,
    /// Take the rows as news that are answered, whatever the mapping says.
    #[arg(long)]
    no_history: bool,
    /// How many calls are under way at once. The service writes one group after the other: more than one call seldom
    /// makes it quicker, and keeps the desk waiting longer.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=32))]
    in_flight: u8,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let rejects_path = self.rejects.clone().unwrap_or_else(|| with_ending(&self.file, ".rejects.csv"));
        if [&self.file, &self.mapping].contains(&&rejects_path) {
            return Err(CliError::Usage("--rejects would overwrite what is read".to_owned()));
        }
        let mapping = Mapping::read(&self.mapping)?;
        let history = if self.history { Some(true) } else { self.no_history.then_some(false) };
        let read = Arc::new(AtomicU64::new(0));
        let unreadable = |error: std::io::Error| CliError::Usage(format!("{}: {error}", self.file.display()));
        let (mut rows, mut columns) = Rows::open(&self.file, &mapping.file, Arc::clone(&read)).map_err(unreadable)?;
        let plan = mapping.plan(&mut columns, history)?;
        rows.only(&columns);

        let client = match self.dry_run {
            true => None,
            false => Some(Client::connect(&self.client).await?.with_patience(PATIENCE)),
        };
        let mut rejects = Rejects::new(&rejects_path)?;
        let progress = Progress::start(std::fs::metadata(&self.file)?.len(), read);
        let (steps, reader) = start_reading(rows, plan);
        let result = match &client {
            None => self.forecast(steps, &mut rejects, &rejects_path, &progress).await,
            Some(client) => self.send(client, steps, &mut rejects, &rejects_path, &progress).await,
        };
        // What ended the reading is the cause of all else.
        reader.await.map_err(|error| CliError::Unexpected(error.to_string()))??;
        result
    }

    async fn forecast(
        &self,
        mut steps: mpsc::Receiver<Step>,
        rejects: &mut Rejects,
        rejects_path: &Path,
        progress: &Progress,
    ) -> Result<(), CliError> {
        let mut forecast = Forecast::default();
        while let Some(step) = steps.recv().await {
            if let Step::Reject { line, reason } = &step {
                rejects.add(*line, reason)?;
            }
            forecast.add(step);
        }
        progress.clear();
        rejects.finish()?;
        match self.output {
            OutputFormat::Table => forecast.print(rejects_path)?,
            OutputFormat::Json => forecast.print_json()?,
        }
        if forecast.is_futile() { Err(futile(rejects_path)) } else { Ok(()) }
    }

    async fn send(
        &self,
        client: &Client,
        steps: mpsc::Receiver<Step>,
        rejects: &mut Rejects,
        rejects_path: &Path,
        progress: &Progress,
    ) -> Result<(), CliError> {
        let mut tally = Tally::default();
        let sent = sending::send(client, self.in_flight.into(), steps, rejects, &mut tally).await;
        let took = progress.clear();
        rejects.finish()?;
        if sent.is_err() && tally.is_empty() {
            return sent;
        }
        match self.output {
            OutputFormat::Table => tally.print(took, rejects_path)?,
            OutputFormat::Json => tally.print_json(took)?,
        }
        sent?;
        if tally.is_futile() { Err(futile(rejects_path)) } else { Ok(()) }
    }
}

fn start_reading(rows: Rows, plan: Plan) -> (mpsc::Receiver<Step>, JoinHandle<Result<(), CliError>>) {
    let (steps, received) = mpsc::channel(READ_AHEAD);
    let reader = tokio::task::spawn_blocking(move || reading::read(rows, plan, steps));
    (received, reader)
}

fn futile(rejects: &Path) -> CliError {
    CliError::Failed(format!("no row could go in; {} says why", rejects.display()))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A bar that shows how much of the file is read; nothing where nobody looks.
struct Progress {
    bar: ProgressBar,
    redraw: JoinHandle<()>,
}

impl Progress {
    fn start(bytes: u64, read: Arc<AtomicU64>) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} gone, {eta} to go")
            .expect("a right template");
        let bar = ProgressBar::new(bytes).with_style(style);
        let shown = bar.clone();
        let redraw = tokio::spawn(async move {
            let mut tick = tokio::time::interval(REDRAW);
            loop {
                tick.tick().await;
                shown.set_position(read.load(Ordering::Relaxed));
            }
        });
        Self { bar, redraw }
    }

    /// Takes the bar away; returns how long it was there.
    fn clear(&self) -> Duration {
        self.redraw.abort();
        let took = self.bar.elapsed();
        self.bar.finish_and_clear();
        took
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.redraw.abort();
    }
}
