//! `gratitude notes templates`: the words, worked on as files.

mod faults;
mod file;
mod lint;
mod preview;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use tonic::{Response, Status};
use uuid::Uuid;

use self::file::TemplateFile;
pub(super) use self::preview::customer;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::{self, OutputFormat},
        refusal, show,
    },
    proto::v1,
};

const COLLECTION: &str = "templates/";

#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  gratitude notes templates list
  gratitude notes templates show thanks-for-being-our-customer --as-file > thanks.toml
  gratitude notes templates preview --file thanks.toml --customer ada@example.org
  gratitude notes templates lint --file thanks.toml
  gratitude notes templates create autumn-thanks --file thanks.toml
  gratitude notes templates update autumn-thanks --file thanks.toml
  gratitude notes templates retire autumn-thanks")]
pub(super) enum Templates {
    /// List the templates.
    List(List),
    /// Show a template's words.
    Show(Show),
    /// Show what a template, saved or still a file, would say to a customer.
    Preview(preview::Preview),
    /// Say what speaks against a template, saved or still a file, for real customers.
    Lint(lint::Lint),
    /// Save a file as a new template.
    Create(Save),
    /// Save a file as a template's new version.
    Update(Save),
    /// End a template; what it made stays.
    Retire(Retire),
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// Retired ones too.
    #[arg(long)]
    retired: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    client: ClientArgs,
    /// Which template.
    template: String,
    /// Which of its versions. Default: the newest.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    version: i32,
    /// Print it as the file that `create`, `update` and `preview` read.
    #[arg(long, conflicts_with = "output")]
    as_file: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Save {
    #[command(flatten)]
    client: ClientArgs,
    /// Which template: lower-case letters, digits and hyphens.
    template: String,
    /// Its words; `show --as-file` prints such a file.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Retire {
    #[command(flatten)]
    client: ClientArgs,
    /// Which template.
    template: String,
}

/// The resource name of a template that was given by its name or id.
pub(super) fn named(template: &str) -> String {
    if template.starts_with(COLLECTION) { template.to_owned() } else { format!("{COLLECTION}{template}") }
}

impl Templates {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Preview(preview) => preview.run().await,
            Self::Lint(lint) => lint.run().await,
            Self::Create(save) => save.create().await,
            Self::Update(save) => save.update().await,
            Self::Retire(retire) => retire.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let ask = |page_token| {
            let request = v1::ListTemplatesRequest { show_retired: self.retired, page_size: 500, page_token };
            let mut notes = client.notes();
            async move { notes.list_templates(request).await }
        };
        let templates = client.every_page(ask, |page| (page.templates, page.next_page_token)).await?;
        let listed = v1::ListTemplatesResponse { templates, ..Default::default() };
        match self.output {
            OutputFormat::Json => output::print_json("ListTemplatesResponse", &listed),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::templates(&listed.templates))?),
        }
    }
}

impl Show {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::GetTemplateRequest { name: named(&self.template), version: self.version };
        let template = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.get_template(request).await }
        });
        let template = template.await?;
        if self.as_file {
            return Ok(write!(std::io::stdout(), "{}", TemplateFile::of(&template).written()?)?);
        }
        print(&template, self.output)
    }
}

impl Save {
    async fn create(self) -> Result<(), CliError> {
        let template = TemplateFile::read(&self.file)?.template();
        let client = Client::connect(&self.client).await?;
        let request = v1::CreateTemplateRequest {
            template_id: self.template.trim_start_matches(COLLECTION).to_owned(),
            template: Some(template.clone()),
            request_id: Uuid::new_v4().to_string(),
        };
        let made = client.notes().create_template(request).await.map(Response::into_inner);
        let made = made.map_err(|status| refused(&client, &self.file, &template, &status))?;
        print(&made.template.unwrap_or_default(), self.output)
    }

    async fn update(self) -> Result<(), CliError> {
        let template = v1::Template { name: named(&self.template), ..TemplateFile::read(&self.file)?.template() };
        let client = Client::connect(&self.client).await?;
        let update_mask = Some(prost_types::FieldMask { paths: vec!["*".to_owned()] });
        let request = v1::UpdateTemplateRequest { template: Some(template.clone()), update_mask };
        let changed = client.notes().update_template(request).await.map(Response::into_inner);
        let changed = changed.map_err(|status| refused(&client, &self.file, &template, &status))?;
        print(&changed, self.output)
    }
}

impl Retire {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::RetireTemplateRequest { name: named(&self.template), etag: String::new() };
        let retired = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.retire_template(request).await }
        });
        Ok(writeln!(std::io::stdout(), "{} is retired.", retired.await?.name)?)
    }
}

/// Why a file was not taken: each fault below the line that has it.
fn refused(client: &Client, file: &Path, template: &v1::Template, status: &Status) -> CliError {
    if refusal::is_lost(status) {
        return client.failure(status);
    }
    match faults::told(template, status) {
        Some(faults) => CliError::Refused(format!("{} can't be used\n\n{faults}", file.display())),
        None => client.failure(status),
    }
}

fn print(template: &v1::Template, output: OutputFormat) -> Result<(), CliError> {
    match output {
        OutputFormat::Json => output::print_json("Template", template),
        OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::template(template))?),
    }
}
