//! `gratitude notes watch`: a batch at work, until it rests.

use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{batch, list};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs, Pauses},
        output::OutputFormat,
        refusal, show,
    },
    proto::v1::{self, note_batch::State},
};

/// How long a service may be away before watching is given up.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes watch
  gratitude notes watch 1b6c

It ends when the batch waits for a person (approval, printing, or because it stopped itself) or is over. Leaving it early
changes nothing: the batch works by itself.")]
pub(super) struct Watch {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest.
    batch: Option<String>,
    /// How the batch is printed once it rests.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Watch {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, self.batch.as_deref()).await?;
        to_rest(&client, &name, self.output).await
    }
}

/// Watches a batch until it waits for a person or is over, and prints it as it stands then.
pub(super) async fn to_rest(client: &Client, name: &str, output: OutputFormat) -> Result<(), CliError> {
    let progress = Progress::new();
    let mut pauses = Pauses::new(PATIENCE);
    let batch = loop {
        let lost = match follow(client, name, &progress).await {
            Ok(batch) => break batch,
            Err(status) => status,
        };
        let again = refusal::is_passing(lost.code()) || refusal::is_lost(&lost);
        match pauses.next(None) {
            Some(pause) if again => tokio::time::sleep(pause).await,
            _ => return Err(client.failure(&lost)),
        }
    };
    progress.bar.finish_and_clear();
    list::print(&batch, output)
}

/// Follows one stream to a batch that rests.
async fn follow(client: &Client, name: &str, progress: &Progress) -> Result<v1::NoteBatch, tonic::Status> {
    let request = v1::WatchNoteBatchRequest { name: name.to_owned() };
    let mut changes = client.notes().watch_note_batch(request).await?.into_inner();
    while let Some(batch) = changes.message().await? {
        progress.show(&batch);
        if rests(&batch) {
            return Ok(batch);
        }
    }
    // A stream ends with OK only behind a batch that is over.
    Err(tonic::Status::unavailable("the stream ended early"))
}

/// Whether nothing happens without a person.
fn rests(batch: &v1::NoteBatch) -> bool {
    match batch.state() {
        State::Ready | State::Stopped | State::Completed | State::Cancelled => true,
        // What is left is printed by people.
        State::Delivering => batch.delivering_count == 0 && (1..=batch.to_print_count).contains(&batch.composed_count),
        State::Unspecified | State::Composing | State::Cancelling => false,
    }
}

/// A bar that shows how far a batch is; nothing where nobody looks.
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{prefix:<10} {bar:40} {human_pos} of {human_len}  {msg}")
            .expect("a right template");
        Self { bar: ProgressBar::new(0).with_style(style) }
    }

    fn show(&self, batch: &v1::NoteBatch) {
        self.bar.set_prefix(show::note_batch_state(batch.state()));
        self.bar.set_length(batch.customer_count.unsigned_abs());
        self.bar.set_position(done(batch).unsigned_abs());
        self.bar.set_message(show::pace(batch));
    }
}

/// How many customers the present phase is through with.
fn done(batch: &v1::NoteBatch) -> i64 {
    let held_back = batch.with_person_count + batch.skipped_count + batch.failed_count;
    match batch.state() {
        State::Composing => batch.composed_count + held_back,
        _ => held_back + batch.delivered_count + batch.uncertain_count + batch.cancelled_count,
    }
}

#[cfg(test)]
mod tests {
    use super::{done, rests};
    use crate::proto::v1::{NoteBatch, note_batch::State};

    #[test]
    fn a_batch_of_which_only_paper_is_left_rests() {
        let batch =
            NoteBatch { state: State::Delivering.into(), composed_count: 2, to_print_count: 2, ..NoteBatch::default() };
        assert!(rests(&batch));
        assert!(!rests(&NoteBatch { delivering_count: 1, ..batch.clone() }), "some are on their way");
        assert!(!rests(&NoteBatch { composed_count: 3, ..batch.clone() }), "one waits for its hour");
        assert!(!rests(&NoteBatch { composed_count: 0, to_print_count: 0, ..batch.clone() }), "it is about to end");
        assert!(!rests(&NoteBatch { state: State::Composing.into(), ..batch }));
    }

    #[test]
    fn each_phase_has_its_own_progress() {
        let batch = NoteBatch {
            customer_count: 10,
            composed_count: 5,
            with_person_count: 1,
            skipped_count: 2,
            ..NoteBatch::default()
        };
        assert_eq!(done(&NoteBatch { state: State::Composing.into(), ..batch.clone() }), 8);
        let leaving = NoteBatch { state: State::Delivering.into(), delivered_count: 2, ..batch };
        assert_eq!(done(&NoteBatch { composed_count: 3, ..leaving }), 5);
    }
}
