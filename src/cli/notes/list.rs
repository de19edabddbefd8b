//! `gratitude notes list` and `show`: batches, and what became of them.

use std::io::Write;

use clap::Args;

use super::batch;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::{self, OutputFormat},
        show,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes list
  gratitude notes list --waiting --output json")]
pub(super) struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// Only those that wait for somebody: for approval, or because they stopped themselves.
    #[arg(long)]
    waiting: bool,
    /// How many at most, the newest first.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=500))]
    limit: i32,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes show
  gratitude notes show 1b6c --output json")]
pub(super) struct Show {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest.
    batch: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl List {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let waiting = [v1::note_batch::State::Ready, v1::note_batch::State::Stopped];
        let states = waiting.iter().filter(|_| self.waiting).map(|state| i32::from(*state));
        let request = v1::ListNoteBatchesRequest {
            states: states.collect(),
            page_size: self.limit,
            ..v1::ListNoteBatchesRequest::default()
        };
        let page = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.list_note_batches(request).await }
        });
        let page = page.await?;
        let mut stdout = std::io::stdout().lock();
        match self.output {
            OutputFormat::Json => output::print_json("ListNoteBatchesResponse", &page),
            OutputFormat::Table if page.note_batches.is_empty() && self.waiting => {
                Ok(writeln!(stdout, "No batch waits for anybody.")?)
            }
            OutputFormat::Table if page.note_batches.is_empty() => {
                Ok(writeln!(stdout, "No batch yet; `gratitude notes create due` makes one.")?)
            }
            OutputFormat::Table => Ok(writeln!(stdout, "{}", show::note_batches(&page.note_batches))?),
        }
    }
}

impl Show {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, self.batch.as_deref()).await?;
        print(&batch::read(&client, &name).await?, self.output)
    }
}

/// Prints a batch, for people with what to do next.
pub(super) fn print(batch: &v1::NoteBatch, output: OutputFormat) -> Result<(), CliError> {
    if output == OutputFormat::Json {
        return output::print_json("NoteBatch", batch);
    }
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", show::note_batch(batch))?;
    let steps = next_steps(batch);
    if !steps.is_empty() {
        writeln!(stdout)?;
    }
    let width = steps.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    for (command, what) in steps {
        writeln!(stdout, "  gratitude notes {command:<width$}   # {what}")?;
    }
    Ok(())
}

fn next_steps(batch: &v1::NoteBatch) -> Vec<(String, &'static str)> {
    use v1::note_batch::State;
    let id = batch::ending(&batch.name);
    let step = |verb: &str| format!("{verb} {id}");
    let mut steps = match batch.state() {
        State::Composing => vec![(step("watch"), "see them written")],
        State::Ready => vec![
            (step("read"), "read what would leave"),
            (step("approve"), "let it leave"),
            (format!("cancel {id} --reason …"), "take it back"),
        ],
        State::Delivering => on_its_way(batch),
        State::Cancelling => vec![(step("watch"), "see it through")],
        State::Stopped | State::Completed | State::Cancelled | State::Unspecified => Vec::new(),
    };
    steps.extend(of_what_went_wrong(batch));
    if batch.state() == State::Stopped {
        steps.push((step("resume"), "go on"));
        steps.push((format!("cancel {id} --reason …"), "take back what is left"));
    }
    steps
}

/// What to do while notes leave: print what is to be printed, and say so once it is sent.
fn on_its_way(batch: &v1::NoteBatch) -> Vec<(String, &'static str)> {
    let id = batch::ending(&batch.name);
    let mut steps = Vec::new();
    let on_paper: i64 = batch.open_print_runs.iter().map(|run| run.sheet_count).sum();
    if batch.to_print_count > on_paper {
        let download = format!("download {id} --format pdf --layout letter-a4 --out letters.pdf");
        steps.push((download, "take what is to be printed"));
    }
    steps.extend(batch.open_print_runs.iter().map(|run| {
        (format!("confirm {id} --run {}", run.print_run), "say that its sheets are sent, and hear which must not be")
    }));
    if batch.composed_count > batch.to_print_count || batch.delivering_count > 0 || steps.is_empty() {
        steps.push((format!("watch {id}"), "see the rest through"));
    }
    steps
}

/// What to do about what did not leave as it was meant to.
fn of_what_went_wrong(batch: &v1::NoteBatch) -> Vec<(String, &'static str)> {
    use v1::note_batch::State;
    let id = batch::ending(&batch.name);
    let mut steps = Vec::new();
    if batch.state() == State::Ready || batch.state() == State::Composing {
        return steps;
    }
    if batch.failed_count > 0 {
        steps.push((format!("read {id} --state failed"), "read what failed"));
        steps.push((format!("replay {id}"), "have it leave again, once what was wrong is put right"));
    }
    if batch.uncertain_count > 0 {
        steps.push((format!("read {id} --state uncertain"), "read what may have left or not"));
        let resolve = format!("resolve NOTE reached --batch {id} --reason …");
        steps.push((resolve, "say what you found out; else try-again or give-up"));
    }
    if batch.with_person_count > 0 {
        let waits = "read what waits for a person; it is in `gratitude queue`";
        steps.push((format!("read {id} --state with-person"), waits));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::next_steps;
    use crate::proto::v1::{NoteBatch, OpenPrintRun, note_batch::State};

    fn verbs(batch: &NoteBatch) -> Vec<String> {
        let steps = next_steps(batch);
        steps.iter().filter_map(|(command, _)| command.split(' ').next()).map(str::to_owned).collect()
    }

    fn batch(state: State) -> NoteBatch {
        NoteBatch { name: "noteBatches/1b6c".to_owned(), state: state.into(), ..NoteBatch::default() }
    }

    #[test]
    fn what_failed_or_is_uncertain_has_a_next_step() {
        let wrong = NoteBatch { failed_count: 4, uncertain_count: 3, ..batch(State::Completed) };
        assert_eq!(verbs(&wrong), ["read", "replay", "read", "resolve"]);
        assert_eq!(verbs(&batch(State::Completed)), [""; 0]);
        let stopped = NoteBatch { with_person_count: 6, ..batch(State::Stopped) };
        assert_eq!(verbs(&stopped), ["read", "resume", "cancel"]);
        assert!(next_steps(&stopped)[0].0.ends_with("--state with-person"));
    }

    #[test]
    fn what_is_on_paper_is_confirmed_and_only_the_rest_downloaded() {
        let run = OpenPrintRun { print_run: "a0d2".to_owned(), sheet_count: 4 };
        let printing = NoteBatch { composed_count: 4, to_print_count: 4, ..batch(State::Delivering) };
        assert_eq!(verbs(&printing), ["download"]);
        let printed = NoteBatch { open_print_runs: vec![run], ..printing };
        assert_eq!(next_steps(&printed)[0].0, "confirm 1b6c --run a0d2");
        assert_eq!(verbs(&printed), ["confirm"]);
        assert_eq!(
            verbs(&NoteBatch { to_print_count: 6, composed_count: 7, ..printed }),
            ["download", "confirm", "watch"]
        );
    }
}
