//! `gratitude promise` and `gratitude reschedule`: plan what we said we would do, and move what waits.

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    CliError,
    call::Which,
    choices::{Channel, GestureKind},
    client::Client,
    contract, location, output, show, whom,
};
use crate::proto::v1;
use std::io::Write;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude promise '020 7946 0012' --within 12h --words 'Say whether the red glaze is back.'
  gratitude promise ada@example.org --by 2026-11-24T17:00:00Z --kind note --channel email

It is due before quiet hours begin that reach to its time. What no allowed minute can keep is refused, with the next
possible time. If it is missed, a case opens.")]
pub(super) struct Promise {
    #[command(flatten)]
    client: super::client::ClientArgs,
    /// Whom it was promised: a number, an address, a card, or the customer's name `customers/…`.
    #[arg(value_name = "WHO")]
    customer: String,
    /// Until when it is kept.
    #[arg(long, value_name = "INSTANT", required_unless_present = "within", conflicts_with = "within")]
    by: Option<Timestamp>,
    /// Within how long it is kept, such as 12h or 3d.
    #[arg(long, value_name = "DURATION")]
    within: Option<SignedDuration>,
    /// What was promised.
    #[arg(long, value_enum, default_value = "call")]
    kind: GestureKind,
    /// How it reaches them.
    #[arg(long, value_enum, default_value = "phone")]
    channel: Channel,
    /// What was promised, in the words that whoever keeps it reads.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
    /// Who keeps it: "manager".
    #[arg(long, value_name = "ROLE", default_value = "")]
    role: String,
    /// In whose name. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: output::OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude reschedule 1b6c --to 2026-11-25T10:00:00Z
  gratitude reschedule 1b6c --to 2026-11-25T10:00:00Z --until 2026-11-27T18:00:00Z

What is to be done: gratitude queue. A gesture is named by its id, or by how that ends.")]
pub(super) struct Reschedule {
    #[command(flatten)]
    which: Which,
    /// Not before this time; it moves on to the next opening.
    #[arg(long, value_name = "INSTANT")]
    to: Timestamp,
    /// Not at or after this time. Default: as long after it is due as before; of a promise, by when it was promised.
    #[arg(long, value_name = "INSTANT")]
    until: Option<Timestamp>,
}

impl Promise {
    pub(super) async fn run(self) -> Result<(), CliError> {
        use v1::make_promise_request::Until;
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location).await?;
        let within = self.within.map(|length| {
            let (seconds, nanos) = (length.as_secs(), length.subsec_nanos());
            Until::WithinDuration(prost_types::Duration { seconds, nanos })
        });
        let request = v1::MakePromiseRequest {
            customer: whom::customer(&client, &self.customer, &location).await?,
            location,
            kind: self.kind.of_contract().into(),
            channel: self.channel.of_contract().into(),
            until: within.or(self.by.map(|by| Until::ByTime(contract::stamp(by)))),
            words: self.words,
            role: self.role,
            request_id: Uuid::now_v7().to_string(),
            ..Default::default()
        };
        let made = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.make_promise(request).await }
        });
        print(&made.await?.gesture.unwrap_or_default(), self.output)
    }
}

impl Reschedule {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.which.client).await?;
        let gesture = self.which.read(&client).await?;
        let request = v1::RescheduleGestureRequest {
            name: gesture.name,
            etag: gesture.etag,
            due_time: Some(contract::stamp(self.to)),
            deadline_time: self.until.map(contract::stamp),
            request_id: Uuid::now_v7().to_string(),
        };
        let moved = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.reschedule_gesture(request).await }
        });
        print(&moved.await?.gesture.unwrap_or_default(), self.which.output)
    }
}

/// When it is due by the customer's own clock, and until when it makes sense.
fn print(gesture: &v1::Gesture, output: output::OutputFormat) -> Result<(), CliError> {
    if output == output::OutputFormat::Json {
        return output::print_json("Gesture", gesture);
    }
    let plan = gesture.plan.clone().unwrap_or_default();
    let due = plan.planned_local.replace('T', " ");
    let state = show::gesture_state(gesture.state());
    let mut said = format!("{} is {state}, due {due} ({})", show::short_ids(&gesture.name), plan.time_zone);
    if !gesture.explanation.is_empty() {
        said.push_str(&format!(". {}", show::short_ids(&gesture.explanation)));
    }
    Ok(writeln!(std::io::stdout(), "{said}")?)
}
