//! `gratitude cases list` and `show`.

use std::io::Write;

use clap::Args;

use super::find;
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
  gratitude cases list
  gratitude cases list --filter 'case.severity >= 4'
  gratitude cases list --all")]
pub(super) struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// Which ones, in the language of filters over `case.` fields. Default: those that are open.
    #[arg(long, value_name = "FILTER", default_value = "case.state = OPEN")]
    filter: String,
    /// The resolved ones too.
    #[arg(long, conflicts_with = "filter")]
    all: bool,
    /// How many at most.
    #[arg(long, default_value = "50", value_parser = clap::value_parser!(i32).range(1..=500))]
    limit: i32,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases show 1b6c")]
pub(super) struct Show {
    #[command(flatten)]
    client: ClientArgs,
    /// Which case: its id, or how that ends.
    case: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl List {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let filter = if self.all { String::new() } else { self.filter };
        let request = v1::ListCasesRequest { filter, page_size: self.limit, ..Default::default() };
        let page = client.call(|| {
            let (mut cases, request) = (client.cases(), request.clone());
            async move { cases.list_cases(request).await }
        });
        let page = page.await?;
        match self.output {
            OutputFormat::Json => output::print_json("ListCasesResponse", &page),
            OutputFormat::Table if page.cases.is_empty() => Ok(writeln!(std::io::stdout(), "No case.")?),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::cases(&page.cases))?),
        }
    }
}

impl Show {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = find::case(&client, &self.case).await?;
        print(&read(&client, &name).await?, self.output)
    }
}

/// Reads one case.
pub(super) async fn read(client: &Client, name: &str) -> Result<v1::Case, CliError> {
    let request = v1::GetCaseRequest { name: name.to_owned() };
    let case = client.call(|| {
        let (mut cases, request) = (client.cases(), request.clone());
        async move { cases.get_case(request).await }
    });
    case.await
}

/// Prints one case.
pub(super) fn print(case: &v1::Case, output: OutputFormat) -> Result<(), CliError> {
    match output {
        OutputFormat::Json => output::print_json("Case", case),
        OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::case(case))?),
    }
}
