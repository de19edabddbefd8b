//! `gratitude notes templates preview`: what a template would say to somebody.

use std::{io::Write, path::PathBuf};

use clap::Args;
use tonic::Response;

use super::{file::TemplateFile, named, refused};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        location,
        notes::create::WrittenChannel,
        output::{self, OutputFormat},
        show, whom,
    },
    proto::v1::{self, preview_note_request::Words},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes templates preview --template thanks-for-being-our-customer --customer till:4711
  gratitude notes templates preview --file thanks.toml --customer ada@example.org --language de")]
#[group(id = "words", required = true, multiple = false, args = ["template", "file"])]
pub(in crate::cli::notes) struct Preview {
    #[command(flatten)]
    client: ClientArgs,
    /// A saved template.
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// A template that is not saved yet.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// To whom: a customer's name, or what they are found by: a number, an address, an id in another system.
    #[arg(long, value_name = "CUSTOMER")]
    customer: String,
    /// What the note is about, where the template needs it: `interactions/…`.
    #[arg(long, value_name = "INTERACTION", default_value = "")]
    interaction: String,
    /// In whose name. Default: that of the interaction, else where the customer was last.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Over which channel.
    #[arg(long, value_enum, default_value = "email")]
    channel: WrittenChannel,
    /// In which language. Default: the customer's, else the location's.
    #[arg(long, value_name = "TAG", default_value = "")]
    language: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Preview {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let draft = self.file.as_deref().map(TemplateFile::read).transpose()?.map(TemplateFile::template);
        let client = Client::connect(&self.client).await?;
        let words = match (&draft, &self.template) {
            (Some(draft), _) => Words::Draft(draft.clone()),
            (None, template) => Words::Template(named(template.as_deref().unwrap_or_default())),
        };
        let request = v1::PreviewNoteRequest {
            customer: customer(&client, &self.customer, self.location.clone(), &self.interaction).await?,
            words: Some(words),
            interaction: self.interaction,
            location: self.location.map(location::named).unwrap_or_default(),
            channel: self.channel.of_contract().into(),
            language_code: self.language,
            ..v1::PreviewNoteRequest::default()
        };
        let preview = client.notes().preview_note(request).await.map(Response::into_inner);
        let preview = preview.map_err(|status| match (&self.file, &draft) {
            (Some(file), Some(draft)) => refused(&client, file, draft, &status),
            _ => client.failure(&status),
        })?;
        match self.output {
            OutputFormat::Json => output::print_json("PreviewNoteResponse", &preview),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::preview(&preview))?),
        }
    }
}

/// The customer of that name, or the one who is found by it; where no location is given, at that of the interaction,
/// else at any: who somebody is does not depend on it.
pub(in crate::cli::notes) async fn customer(
    client: &Client,
    given: &str,
    location: Option<String>,
    interaction: &str,
) -> Result<String, CliError> {
    if given.starts_with("customers/") {
        return Ok(given.to_owned());
    }
    let location = match location {
        Some(location) => location::named(location),
        None if interaction.is_empty() => location::any(client).await?,
        None => of_interaction(client, interaction).await?,
    };
    whom::customer(client, given, &location).await
}

async fn of_interaction(client: &Client, name: &str) -> Result<String, CliError> {
    let request = v1::GetInteractionRequest { name: name.to_owned() };
    let interaction = client.call(|| {
        let (mut interactions, request) = (client.interactions(), request.clone());
        async move { interactions.get_interaction(request).await }
    });
    Ok(interaction.await?.location)
}
