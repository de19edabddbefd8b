//! `gratitude rules`: what the business is grateful for, looked at before it is let loose.

mod file;
mod simulate;

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};

use super::{
    CliError,
    client::{Client, ClientArgs},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude rules list
  gratitude rules validate examples/rules/wedding.toml
  gratitude rules simulate thanks-for-stopping-by --from 2026-11-01T00:00:00Z
  gratitude rules simulate --file examples/rules/wedding.toml

A file says a rule in the names of the contract, as TOML or JSON; see examples/rules.")]
pub(super) struct Rules {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the rules.
    List(List),
    /// Say everything that is wrong with a rule in a file. Saves nothing.
    Validate(Validate),
    /// Show what a rule would have made of what was recorded, or would make of the days that come. Sends nothing.
    Simulate(simulate::Simulate),
}

#[derive(Debug, Args)]
struct List {
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
struct Validate {
    #[command(flatten)]
    client: ClientArgs,
    /// The rule.
    file: PathBuf,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Rules {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Validate(validate) => validate.run().await,
            Verb::Simulate(simulate) => simulate.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let ask = |page_token| {
            let request = v1::ListRulesRequest { show_retired: self.retired, page_size: 500, page_token };
            let mut service = client.rules();
            async move { service.list_rules(request).await }
        };
        let rules = client.every_page(ask, |page| (page.rules, page.next_page_token)).await?;
        let listed = v1::ListRulesResponse { rules, ..Default::default() };
        match self.output {
            OutputFormat::Json => output::print_json("ListRulesResponse", &listed),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::rules(&listed.rules))?),
        }
    }
}

impl Validate {
    async fn run(self) -> Result<(), CliError> {
        let rule = file::read(&self.file)?;
        let client = Client::connect(&self.client).await?;
        let request = v1::ValidateRuleRequest { rule: Some(rule.clone()) };
        let found = client.call(|| {
            let (mut service, request) = (client.rules(), request.clone());
            async move { service.validate_rule(request).await }
        });
        let found = found.await?;
        match self.output {
            OutputFormat::Json => output::print_json("ValidateRuleResponse", &found)?,
            OutputFormat::Table if found.faults.is_empty() => {
                writeln!(std::io::stdout(), "{} can be saved.", self.file.display())?;
            }
            OutputFormat::Table => writeln!(std::io::stdout(), "{}", show::rule_faults(&rule, &found.faults))?,
        }
        match found.faults.len() {
            0 => Ok(()),
            1 => Err(CliError::Refused("the rule has 1 fault".to_owned())),
            faults => Err(CliError::Refused(format!("the rule has {faults} faults"))),
        }
    }
}
