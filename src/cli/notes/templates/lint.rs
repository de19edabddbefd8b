//! `gratitude notes templates lint`: what speaks against a template for real customers.

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
        show,
    },
    proto::v1::{self, lint_template_request::Words},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes templates lint --file thanks.toml
  gratitude notes templates lint --template thanks-for-being-our-customer --filter 'summary.visit_days >= 2' --sample 200
  gratitude notes templates lint --template apology --filter 'interaction.channel = PHONE' --channel post

A template that speaks of no interaction is tried on the newest customers, or on those that the filter over customers
selects; any other on the newest interactions that give its occasion, or on those among the filter's. Nothing is sent.")]
#[group(id = "linted", required = true, multiple = false, args = ["template", "file"])]
pub(in crate::cli::notes) struct Lint {
    #[command(flatten)]
    client: ClientArgs,
    /// A saved template.
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// A template that is not saved yet.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// On whom: over customer and summary fields, or over interaction fields. Default: all.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
    /// On how many customers at most, up to 200.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    sample: i32,
    /// In whose name. Default: that of the interaction, else where the customer was last.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Over which channel.
    #[arg(long, value_enum, default_value = "email")]
    channel: WrittenChannel,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Lint {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let draft = self.file.as_deref().map(TemplateFile::read).transpose()?.map(TemplateFile::template);
        let client = Client::connect(&self.client).await?;
        let words = match (&draft, &self.template) {
            (Some(draft), _) => Words::Draft(draft.clone()),
            (None, template) => Words::Template(named(template.as_deref().unwrap_or_default())),
        };
        let request = v1::LintTemplateRequest {
            words: Some(words),
            template_version: 0,
            filter: self.filter,
            sample_size: self.sample,
            location: self.location.map(location::named).unwrap_or_default(),
            channel: self.channel.of_contract().into(),
        };
        let found = client.notes().lint_template(request).await.map(Response::into_inner);
        let found = found.map_err(|status| match (&self.file, &draft) {
            (Some(file), Some(draft)) => refused(&client, file, draft, &status),
            _ => client.failure(&status),
        })?;
        match self.output {
            OutputFormat::Json => output::print_json("LintTemplateResponse", &found),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::tried(&found))?),
        }
    }
}
