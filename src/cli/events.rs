//! `gratitude events`: what happens, for other programs and curious people.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::{
    CliError,
    client::{Client, ClientArgs},
    follow::follow,
    output::{self, OutputFormat},
    part_file::PartFile,
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude events list --limit 20
  gratitude events watch --kind 'gesture.*' --kind case.opened
  gratitude events watch --about customers/0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10
  gratitude events watch --output json --keep-place feed.place

With --keep-place, the place in the feed is kept in a file, and watching goes on there the next time: nothing is missed
meanwhile, and after a crash the last message may come again.")]
pub(super) struct Events {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what happened, oldest first.
    List(List),
    /// Show what happens, until you stop it.
    Watch(Watch),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    wanted: Wanted,
    /// How many at most.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Watch {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    wanted: Wanted,
    /// Begin with the oldest event that is kept, instead of now.
    #[arg(long)]
    from_start: bool,
    /// Go on behind the place in this file, and keep the new place there.
    #[arg(long, value_name = "FILE")]
    keep_place: Option<PathBuf>,
    /// How each message is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Wanted {
    /// Only these: `gesture.completed`, or `note.*` for all of a thing; may be given several times.
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Only what concerns this, by its resource name; may be given several times.
    #[arg(long, value_name = "NAME")]
    about: Vec<String>,
}

impl Events {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Watch(watch) => watch.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::ListEventsRequest {
            kinds: self.wanted.kind,
            subjects: self.wanted.about,
            page_size: i32::try_from(self.limit.min(500)).unwrap_or(500),
            ..Default::default()
        };
        let mut found = v1::ListEventsResponse::default();
        loop {
            let request = v1::ListEventsRequest { page_token: found.next_page_token.clone(), ..request.clone() };
            let page = client.call(|| {
                let (mut events, request) = (client.events(), request.clone());
                async move { events.list_events(request).await }
            });
            let page = page.await?;
            found.events.extend(page.events);
            (found.next_page_token, found.resume_token) = (page.next_page_token, page.resume_token);
            if found.next_page_token.is_empty() || found.events.len() >= self.limit {
                break;
            }
        }
        found.events.truncate(self.limit);
        if self.output == OutputFormat::Json {
            return output::print_json("ListEventsResponse", &found);
        }
        let mut stdout = std::io::stdout().lock();
        if found.events.is_empty() {
            return Ok(writeln!(stdout, "Nothing has happened.")?);
        }
        found.events.iter().try_for_each(|event| writeln!(stdout, "{}", show::event(event)))?;
        Ok(())
    }
}

impl Watch {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let place = self.keep_place.as_deref().map_or(Ok(String::new()), read_place)?;
        let open = async |resume_token| {
            let request = v1::WatchEventsRequest {
                kinds: self.wanted.kind.clone(),
                subjects: self.wanted.about.clone(),
                resume_token,
                from_start: self.from_start,
            };
            client.events().watch_events(request).await
        };
        let take = |message: v1::WatchEventsResponse| {
            self.print(&message)?;
            if let Some(file) = &self.keep_place {
                keep_place(file, &message.resume_token)?;
            }
            Ok(message.resume_token)
        };
        follow(&client, place, open, take).await
    }

    fn print(&self, message: &v1::WatchEventsResponse) -> Result<(), CliError> {
        if self.output == OutputFormat::Json {
            return message.events.iter().try_for_each(|event| output::print_json("Event", event));
        }
        let mut stdout = std::io::stdout().lock();
        message.events.iter().try_for_each(|event| writeln!(stdout, "{}", show::event(event)))?;
        Ok(stdout.flush()?)
    }
}

/// The place that was kept; none where nothing was kept yet.
fn read_place(file: &Path) -> Result<String, CliError> {
    match std::fs::read_to_string(file) {
        Ok(token) => Ok(token.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

/// Keeps a place whole, or the one before: a half-written one would be good for nothing.
fn keep_place(file: &Path, token: &str) -> Result<(), CliError> {
    let mut whole = PartFile::begin(file)?;
    whole.write(token.as_bytes())?;
    whole.keep().map(drop)
}
