//! `gratitude checkin`, `gratitude checkout` and `gratitude undo`: visits, as the desk keeps them.

use std::io::Write;

use clap::{Args, ValueEnum};
use uuid::Uuid;

use super::{
    CliError,
    client::{Client, ClientArgs},
    location,
    named::{self, Given},
    output::{self, OutputFormat},
    show, whom,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude checkin 020 7946 0012 --by mina
  gratitude checkin ada@example.org --name 'Ada Berg' --location tea-house
  gratitude checkin --stranger 'a blue coat, asked for the red teapot'")]
pub(super) struct Checkin {
    #[command(flatten)]
    client: ClientArgs,
    /// What they gave: a number, an address, a card; an id in another system with its name, as in till:4711.
    #[arg(required_unless_present = "stranger")]
    identifier: Vec<String>,
    /// Somebody nobody knows yet: how to tell them again.
    #[arg(long, value_name = "TEXT", conflicts_with = "identifier")]
    stranger: Option<String>,
    /// The name they gave, which tells apart those who share a number or address.
    #[arg(long)]
    name: Option<String>,
    /// Where. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Who welcomes them.
    #[arg(long, value_name = "WHO", default_value = "")]
    by: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude checkout 1b6c not-purchased --looked-at 'a red teapot'
  gratitude checkout 1b6c purchased --mood 2
  gratitude checkout 1b6c not-purchased --thanked

Who is here: gratitude arrivals watch. A visit is named by its id, or by how that ends.")]
pub(super) struct Checkout {
    #[command(flatten)]
    client: ClientArgs,
    /// Which visit: its id, or how that ends.
    visit: String,
    /// How it ended.
    #[arg(value_enum)]
    outcome: Outcome,
    /// What they looked at or asked for; may be said several times.
    #[arg(long, value_name = "THING")]
    looked_at: Vec<String>,
    /// How they seemed, -2 to 2.
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-2..=2))]
    mood: Option<i32>,
    /// Anything else, in words such as the customer may read.
    #[arg(long, value_name = "TEXT", default_value = "")]
    remarks: String,
    /// They were thanked face to face.
    #[arg(long)]
    thanked: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude undo deskActions/4b0b8f0e-6d0c-8a53-9d2e-0c6f6a2e51b7

Every check-in, check-out and call says how it is taken back, for a minute.")]
pub(super) struct Undo {
    #[command(flatten)]
    client: ClientArgs,
    /// The action, as its reply names it.
    action: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    Purchased,
    NotPurchased,
    Resolved,
    Unresolved,
    Abandoned,
    Informed,
}

impl Checkin {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location.clone()).await?;
        let who = match &self.stranger {
            Some(_) => None,
            None => Some(v1::Who { who: Some(v1::who::Who::Customer(self.recognised(&client, &location).await?)) }),
        };
        let request = v1::CheckInRequest {
            location,
            who,
            staff: self.by,
            stranger: self.stranger.unwrap_or_default(),
            request_id: Uuid::now_v7().to_string(),
            ..Default::default()
        };
        let opened = client.call(|| {
            let (mut desk, request) = (client.front_desk(), request.clone());
            async move { desk.check_in(request).await }
        });
        let opened = opened.await?;
        output::advise(&opened.hints)?;
        if self.output == OutputFormat::Json {
            return output::print_json("CheckInResponse", &opened);
        }
        let mut stdout = std::io::stdout();
        if let Some(card) = &opened.card {
            writeln!(stdout, "{}", show::card(card))?;
        }
        writeln!(stdout, "{} is open.", show::short_ids(&opened.interaction.unwrap_or_default().name))?;
        tell_undo(opened.undo)
    }

    /// The one customer who fits.
    async fn recognised(&self, client: &Client, location: &str) -> Result<String, CliError> {
        let name = self.name.as_deref().unwrap_or_default();
        let reply = whom::recognised(client, &self.identifier.join(" "), name, location).await?;
        match reply.candidates.first() {
            Some(best) if !reply.needs_confirmation => Ok(best.customer.clone()),
            Some(_) => Err(CliError::Usage(format!(
                "it may be one of these; ask for the name, then say it with --name:\n{}",
                show::candidates(&reply)
            ))),
            None => {
                Err(CliError::Usage("nobody known; check them in with --stranger, or make them known first".to_owned()))
            }
        }
    }
}

impl Checkout {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let interaction = match named::read("interactions/", &self.visit)? {
            Given::Name(name) => name,
            Given::Ending(ending) => open_visit(&client, &ending).await?,
        };
        let request = v1::CheckOutRequest {
            interaction,
            outcome: self.outcome.of_contract().into(),
            items_looked_at: self.looked_at,
            mood: self.mood,
            remarks: self.remarks,
            thanked_in_person: self.thanked,
            request_id: Uuid::now_v7().to_string(),
            ..Default::default()
        };
        let closed = client.call(|| {
            let (mut desk, request) = (client.front_desk(), request.clone());
            async move { desk.check_out(request).await }
        });
        let closed = closed.await?;
        output::advise(&closed.hints)?;
        if self.output == OutputFormat::Json {
            return output::print_json("CheckOutResponse", &closed);
        }
        let owed = closed.obligation.unwrap_or_default();
        let said = format!("owed: {} — {}", show::obligation_state(owed.state()), show::short_ids(&owed.explanation));
        writeln!(std::io::stdout(), "{said}")?;
        tell_undo(closed.undo)
    }
}

impl Undo {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::UndoActionRequest { action: self.action, request_id: Uuid::now_v7().to_string() };
        let undone = client.call(|| {
            let (mut desk, request) = (client.front_desk(), request.clone());
            async move { desk.undo_action(request).await }
        });
        let undone = undone.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("UndoActionResponse", &undone);
        }
        let text = if undone.replayed { "It was taken back before." } else { "Taken back: everything is as it was." };
        Ok(writeln!(std::io::stdout(), "{text}")?)
    }
}

/// The open visit whose id ends so.
async fn open_visit(client: &Client, ending: &str) -> Result<String, CliError> {
    let filter = "interaction.state = OPEN AND interaction.kind = VISIT".to_owned();
    let request = v1::ListInteractionsRequest { filter, page_size: 500, ..Default::default() };
    let page = client.call(|| {
        let (mut interactions, request) = (client.interactions(), request.clone());
        async move { interactions.list_interactions(request).await }
    });
    let open = page.await?.interactions;
    named::ending_so(ending, open.iter().map(|visit| visit.name.as_str()))
}

/// Says how something is taken back, if it can be.
pub(super) fn tell_undo(undo: Option<v1::Undo>) -> Result<(), CliError> {
    if let Some(undo) = undo {
        writeln!(std::io::stdout(), "A mistake? Within a minute: gratitude undo {}", undo.action)?;
    }
    Ok(())
}

impl Outcome {
    const fn of_contract(self) -> v1::Outcome {
        match self {
            Self::Purchased => v1::Outcome::Purchased,
            Self::NotPurchased => v1::Outcome::NotPurchased,
            Self::Resolved => v1::Outcome::Resolved,
            Self::Unresolved => v1::Outcome::Unresolved,
            Self::Abandoned => v1::Outcome::Abandoned,
            Self::Informed => v1::Outcome::Informed,
        }
    }
}
