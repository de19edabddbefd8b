//! `gratitude keys`: API keys are made, rotated and taken back.

use std::io::Write;

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{Role, end, offline};
use crate::cli::{
    CliError,
    client::{Client, ClientArgs},
    location,
    named::{self, Given},
    output::{self, OutputFormat},
    serve::ConfigArgs,
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude keys create Operations --role operator --offline
  gratitude keys create 'Front desk' --role desk --location tea-house
  gratitude keys list
  gratitude keys rotate 1b6c --overlap-hours 48
  gratitude keys revoke 1b6c

The first key must be an operator's: from then on everybody needs one. Verbs send the key that GRATITUDE_KEY holds, or
the file that --key-file names.")]
pub(in crate::cli) struct Keys {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key, and show its token once.
    Create(Create),
    /// List the keys.
    List(List),
    /// Give a key a new token, and show it once.
    Rotate(Rotate),
    /// Take a key back, for good.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    config: ConfigArgs,
    /// What people call it: the desk or program that has it.
    display_name: String,
    /// What it is there for.
    #[arg(long, value_enum)]
    role: Role,
    /// Only for this location; may be given several times. Default: all.
    #[arg(long = "location", value_name = "LOCATION")]
    locations: Vec<String>,
    /// Until when it is accepted: an instant, or a day, which counts whole. Default: for ever.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Write into the database itself instead of asking a service: for the first key, and when the last operator's was
    /// lost.
    #[arg(long)]
    offline: bool,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// List revoked keys too.
    #[arg(long)]
    revoked: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Rotate {
    #[command(flatten)]
    client: ClientArgs,
    /// Which key: its id, or how that ends.
    key: String,
    /// How many hours the old token is accepted beside the new one; 0 to 720.
    #[arg(long, value_name = "HOURS", default_value = "24")]
    overlap_hours: u32,
}

#[derive(Debug, Args)]
struct Revoke {
    #[command(flatten)]
    client: ClientArgs,
    /// Which key: its id, or how that ends.
    key: String,
}

impl Keys {
    pub(in crate::cli) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Create(create) => create.run().await,
            Verb::List(list) => list.run().await,
            Verb::Rotate(rotate) => rotate.run().await,
            Verb::Revoke(revoke) => revoke.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), CliError> {
        let api_key = v1::ApiKey {
            display_name: self.display_name,
            role: self.role.of_contract().into(),
            locations: self.locations.into_iter().map(location::named).collect(),
            expire_time: self.until.as_deref().map(end).transpose()?,
            ..v1::ApiKey::default()
        };
        if self.offline {
            let token = offline::create(self.config.load(None)?, &api_key).await?;
            return tell(&token);
        }
        let client = Client::connect(&self.client).await?;
        let request_id = Uuid::new_v4().to_string();
        let request = v1::CreateApiKeyRequest { api_key: Some(api_key), request_id };
        let made = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.create_api_key(request).await }
        });
        tell(&made.await?.token)
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let api_keys = keys(&client, self.revoked).await?;
        match self.output {
            OutputFormat::Json => {
                let list = v1::ListApiKeysResponse { api_keys, next_page_token: String::new() };
                output::print_json("ListApiKeysResponse", &list)
            }
            OutputFormat::Table if api_keys.is_empty() => {
                Ok(writeln!(std::io::stdout(), "There is no key: nobody needs one.")?)
            }
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::api_keys(&api_keys))?),
        }
    }
}

impl Rotate {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let overlap = SignedDuration::from_hours(self.overlap_hours.into());
        let request = v1::RotateApiKeyRequest {
            name: chosen(&client, &self.key).await?,
            overlap_duration: Some(prost_types::Duration { seconds: overlap.as_secs(), nanos: 0 }),
            request_id: Uuid::new_v4().to_string(),
        };
        let rotated = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.rotate_api_key(request).await }
        });
        tell(&rotated.await?.token)
    }
}

impl Revoke {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::RevokeApiKeyRequest { name: chosen(&client, &self.key).await? };
        let revoked = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.revoke_api_key(request).await }
        });
        Ok(writeln!(std::io::stdout(), "{}", show::api_keys(&[revoked.await?]))?)
    }
}

/// The token alone on standard output, so that it can be piped into where it is kept.
fn tell(token: &str) -> Result<(), CliError> {
    if token.is_empty() {
        return Err(CliError::Failed("it was done, but its token was shown before; rotate the key".to_owned()));
    }
    eprintln!("Keep this token where only its program or desk can read it: it is not shown again.");
    Ok(writeln!(std::io::stdout(), "{token}")?)
}

async fn keys(client: &Client, show_revoked: bool) -> Result<Vec<v1::ApiKey>, CliError> {
    let ask = |page_token| {
        let mut admin = client.admin();
        let request = v1::ListApiKeysRequest { page_size: 500, page_token, show_revoked };
        async move { admin.list_api_keys(request).await }
    };
    client.every_page(ask, |page| (page.api_keys, page.next_page_token)).await
}

/// The name of a key that was given by its id, or by how that ends.
async fn chosen(client: &Client, typed: &str) -> Result<String, CliError> {
    match named::read("apiKeys/", typed)? {
        Given::Name(name) => Ok(name),
        Given::Ending(ending) => {
            let holding = keys(client, false).await?;
            named::ending_so(&ending, holding.iter().map(|key| key.name.as_str()))
        }
    }
}
