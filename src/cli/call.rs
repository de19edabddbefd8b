//! `gratitude call`: take a call so that nobody else makes it too, and say how it went.

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    CliError,
    client::{Client, ClientArgs},
    contract, location,
    named::{self, Given},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude call take 1b6c --by mina
  gratitude call log 1b6c reached --happy 5 --words 'The cup is lovely.' --by mina
  gratitude call log 1b6c call-back --at 2026-11-24T17:00:00Z
  gratitude call give-back 1b6c

What is to be called: gratitude queue --kind call. Whatever else was done: gratitude queue done. A call is named by its id, or by how that ends.")]
pub(super) struct Call {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Take a call, or whatever else people do, for 15 minutes.
    Take(Take),
    /// Give back what was taken.
    GiveBack(GiveBack),
    /// Say how a call went; what follows from it is done.
    Log(Log),
}

/// A gesture, and how it is shown.
#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    pub(super) client: ClientArgs,
    /// Which one: its id, or how that ends.
    gesture: String,
    /// In whose queue its ending is looked for. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(super) output: OutputFormat,
}

#[derive(Debug, Args)]
struct Take {
    #[command(flatten)]
    which: Which,
    /// Who takes it.
    #[arg(long, value_name = "WHO")]
    by: String,
}

#[derive(Debug, Args)]
struct GiveBack {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Log {
    #[command(flatten)]
    which: Which,
    /// How it went.
    #[arg(value_enum)]
    outcome: Outcome,
    /// How happy they were, 1 to 5; only when they were reached.
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=5))]
    happy: Option<i32>,
    /// What they said, in words such as they may read.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
    /// When they want to be called; only for call-back.
    #[arg(long, value_name = "INSTANT")]
    at: Option<Timestamp>,
    /// Who called.
    #[arg(long, value_name = "WHO", default_value = "")]
    by: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    /// We spoke.
    Reached,
    /// A message was left.
    Voicemail,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// They asked to be called at another time.
    CallBack,
    /// The number is somebody else's.
    WrongNumber,
    /// They want no such call again.
    NeverAgain,
    /// They have lost somebody.
    Bereavement,
    /// The customer has died.
    Died,
}

impl Call {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Take(take) => take.run().await,
            Verb::GiveBack(give_back) => give_back.run().await,
            Verb::Log(log) => log.run().await,
        }
    }
}

impl Which {
    /// The gesture as it is now.
    pub(super) async fn read(&self, client: &Client) -> Result<v1::Gesture, CliError> {
        let name = gesture(client, &self.gesture, self.location.clone()).await?;
        let request = v1::GetGestureRequest { name };
        let gesture = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.get_gesture(request).await }
        });
        gesture.await
    }

    pub(super) fn print(&self, gesture: &v1::Gesture) -> Result<(), CliError> {
        if self.output == OutputFormat::Json {
            return output::print_json("Gesture", gesture);
        }
        let mut said = format!("{} is {}", show::short_ids(&gesture.name), show::gesture_state(gesture.state()));
        if !gesture.explanation.is_empty() {
            said.push_str(&format!(". {}", show::short_ids(&gesture.explanation)));
        }
        if !gesture.taken_by.is_empty() {
            said.push_str(&format!("\n{} has it.", gesture.taken_by));
        }
        Ok(writeln!(std::io::stdout(), "{said}")?)
    }
}

/// The gesture that was named, or whose id in the queue ends so.
///
/// # Errors
/// If none does, or several do.
pub(super) async fn gesture(client: &Client, typed: &str, location: Option<String>) -> Result<String, CliError> {
    let ending = match named::read("gestures/", typed)? {
        Given::Name(name) => return Ok(name),
        Given::Ending(ending) => ending,
    };
    let location = location::chosen(client, location).await?;
    let request = v1::ListQueueRequest { location, page_size: 500, ..Default::default() };
    let queue = client.call(|| {
        let (mut gestures, request) = (client.gestures(), request.clone());
        async move { gestures.list_queue(request).await }
    });
    let entries = queue.await?.entries;
    let names = entries.iter().filter_map(|entry| entry.gesture.as_ref()).map(|gesture| gesture.name.as_str());
    named::ending_so(&ending, names)
}

impl Take {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.which.client).await?;
        let gesture = self.which.read(&client).await?;
        let request = v1::TakeGestureRequest { name: gesture.name, staff: self.by, etag: gesture.etag };
        let taken = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.take_gesture(request).await }
        });
        self.which.print(&taken.await?)
    }
}

impl GiveBack {
    async fn run(self) -> Result<(), CliError> {
        use v1::release_gesture_request::Authority;
        let client = Client::connect(&self.which.client).await?;
        let gesture = self.which.read(&client).await?;
        let request = v1::ReleaseGestureRequest { name: gesture.name, authority: Some(Authority::Etag(gesture.etag)) };
        let released = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.release_gesture(request).await }
        });
        self.which.print(&released.await?)
    }
}

impl Log {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.which.client).await?;
        let gesture = self.which.read(&client).await?;
        let request = v1::LogCallRequest {
            name: gesture.name,
            etag: gesture.etag,
            outcome: self.outcome.of_contract().into(),
            happy: self.happy,
            words: self.words,
            call_back_time: self.at.map(contract::stamp),
            staff: self.by,
            request_id: Uuid::now_v7().to_string(),
        };
        let logged = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.log_call(request).await }
        });
        let logged = logged.await?;
        output::advise(&logged.hints)?;
        if self.which.output == OutputFormat::Json {
            return output::print_json("LogCallResponse", &logged);
        }
        self.which.print(&logged.gesture.unwrap_or_default())?;
        if !logged.case.is_empty() {
            writeln!(std::io::stdout(), "{} is open.", show::short_ids(&logged.case))?;
        }
        Ok(())
    }
}

impl Outcome {
    fn of_contract(self) -> v1::log_call_request::CallOutcome {
        use v1::log_call_request::CallOutcome as Wire;
        match self {
            Self::Reached => Wire::Reached,
            Self::Voicemail => Wire::Voicemail,
            Self::NoAnswer => Wire::NoAnswer,
            Self::Busy => Wire::Busy,
            Self::CallBack => Wire::CallBack,
            Self::WrongNumber => Wire::WrongNumber,
            Self::NeverAgain => Wire::NeverAgain,
            Self::Bereavement => Wire::Bereavement,
            Self::Died => Wire::Died,
        }
    }
}
