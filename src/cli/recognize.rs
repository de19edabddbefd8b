//! `gratitude recognize`: who is it, and what does the desk need to know?

use std::io::Write;

use clap::Args;

use super::{
    CliError,
    client::{Client, ClientArgs},
    location,
    output::{self, OutputFormat},
    show, whom,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude recognize +49 30 1234567
  gratitude recognize ada@example.org --location tea-house
  gratitude recognize till:4711
  gratitude recognize 030 1234567 --name 'Ada Berg' --output json")]
pub(super) struct Recognize {
    #[command(flatten)]
    client: ClientArgs,
    /// What they gave: a number, an address, a card; an id in another system with its name, as in till:4711.
    #[arg(required = true)]
    identifier: Vec<String>,
    /// Where they stand. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// The name they gave, which tells apart those who share a number or address.
    #[arg(long)]
    name: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Recognize {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location).await?;
        let name = self.name.unwrap_or_default();
        let reply = whom::recognised(&client, &self.identifier.join(" "), &name, &location).await?;
        if self.output == OutputFormat::Json {
            return output::print_json("RecognizeResponse", &reply);
        }
        Ok(writeln!(std::io::stdout(), "{}", answer(&reply))?)
    }
}

/// What the desk does with the reply.
fn answer(reply: &v1::RecognizeResponse) -> String {
    match &reply.card {
        Some(card) => show::card(card),
        None if reply.candidates.is_empty() => "Nobody known: welcome somebody new.".to_owned(),
        None => {
            format!("It may be one of these; ask for the name, then say it with --name:\n{}", show::candidates(reply))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Recognize;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        recognize: Recognize,
    }

    #[test]
    fn options_may_stand_behind_a_number_with_spaces() {
        let line = ["gratitude", "+44", "20", "7946", "0012", "--location", "tea-house", "--name", "Ada Berg"];
        let Line { recognize } = Line::try_parse_from(line).expect("a line that people type");
        assert_eq!(recognize.identifier.join(" "), "+44 20 7946 0012");
        assert_eq!(recognize.location.as_deref(), Some("tea-house"));
        assert_eq!(recognize.name.as_deref(), Some("Ada Berg"));
    }
}
