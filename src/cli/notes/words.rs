//! `gratitude notes lint`, `edit` and `regenerate`: the words of one note.

use std::{
    io::{Read as _, Write},
    path::PathBuf,
};

use clap::{Args, ValueEnum};

use super::{batch, create::WrittenChannel, templates};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        location,
        output::{self, OutputFormat},
        show,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes lint --customer ada@example.org --text-file letter.txt --channel post
  gratitude notes lint --customer till:4711 --text 'Dear Ada, thank you for coming.' --location tea-house")]
pub(super) struct Lint {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    words: OwnText,
    /// To whom: a customer's name, or what they are found by: a number, an address, an id in another system.
    #[arg(long, value_name = "CUSTOMER")]
    customer: String,
    /// An apology: it has to say for what.
    #[arg(long)]
    apology: bool,
    /// What it is about: `interactions/…`.
    #[arg(long, value_name = "INTERACTION", default_value = "")]
    interaction: String,
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

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes edit 4f2a --text-file better.txt
  gratitude notes edit 4f2a --batch 1b6c --subject 'Your teapot'
  gratitude notes edit 4f2a --accept nothing-particular

A note is named by its resource name, or by how its id ends, as `gratitude notes read` shows it. What then still speaks
against it is shown; it leaves with its batch only if nothing does, or what does was accepted.")]
pub(super) struct Edit {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    words: OwnText,
    /// Let it go in spite of this; may be given several times.
    #[arg(long, value_enum, value_name = "PROBLEM")]
    accept: Vec<Acceptable>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes regenerate 4f2a
  gratitude notes regenerate 4f2a --batch 1b6c --output json")]
pub(super) struct Regenerate {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    which: Which,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

/// The note that is meant.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Which note: its resource name, or how its id ends.
    note: String,
    /// In which batch: its id, or how that ends. Default: the newest.
    #[arg(long, value_name = "BATCH")]
    batch: Option<String>,
}

/// Words that a person writes.
#[derive(Debug, Args)]
struct OwnText {
    /// The subject of an e-mail, heading of a letter, or front of a card.
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// The text, whole.
    #[arg(long, value_name = "TEXT", conflicts_with = "text_file")]
    text: Option<String>,
    /// A file with the text; `-` reads what is typed or piped in.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// The language in which it is written, such as `de`.
    #[arg(long, value_name = "TAG", default_value = "")]
    language: String,
}

/// What a person may let a note go in spite of.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Acceptable {
    NothingParticular,
    StaleFact,
    RepeatedWording,
    MissingName,
    WrongLanguage,
    NoPerson,
    NoWayToAnswer,
    ApologyWithoutCause,
}

impl Acceptable {
    fn of_contract(self) -> v1::note_problem::Reason {
        use v1::note_problem::Reason;
        match self {
            Self::NothingParticular => Reason::NothingParticular,
            Self::StaleFact => Reason::StaleFact,
            Self::RepeatedWording => Reason::RepeatedWording,
            Self::MissingName => Reason::MissingName,
            Self::WrongLanguage => Reason::WrongLanguage,
            Self::NoPerson => Reason::NoPerson,
            Self::NoWayToAnswer => Reason::NoWayToAnswer,
            Self::ApologyWithoutCause => Reason::ApologyWithoutCause,
        }
    }
}

impl OwnText {
    /// The text; `None` if none was given.
    fn read(&self) -> Result<Option<String>, CliError> {
        let Some(file) = &self.text_file else { return Ok(self.text.clone()) };
        if file.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            return Ok(Some(text));
        }
        let text = std::fs::read_to_string(file);
        text.map(Some).map_err(|error| CliError::Usage(format!("--text-file {}: {error}", file.display())))
    }
}

impl Lint {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let text = self.words.read()?.ok_or_else(|| CliError::Usage("give --text or --text-file".to_owned()))?;
        let client = Client::connect(&self.client).await?;
        let kind = if self.apology { v1::GestureKind::Apology } else { v1::GestureKind::Note };
        let request = v1::LintNoteRequest {
            customer: templates::customer(&client, &self.customer, self.location.clone(), &self.interaction).await?,
            subject: self.words.subject.unwrap_or_default(),
            text,
            language_code: self.words.language,
            channel: self.channel.of_contract().into(),
            kind: kind.into(),
            interaction: self.interaction,
            location: self.location.map(location::named).unwrap_or_default(),
        };
        let found = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.lint_note(request).await }
        });
        let found = found.await?;
        match self.output {
            OutputFormat::Json => output::print_json("LintNoteResponse", &found),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::linted(&found))?),
        }
    }
}

impl Edit {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let text = self.words.read()?;
        let is_empty = text.is_none() && self.words.subject.is_none() && self.words.language.is_empty();
        if is_empty && self.accept.is_empty() {
            let what = "give --text, --text-file, --subject or --language, or what you --accept".to_owned();
            return Err(CliError::Usage(what));
        }
        let client = Client::connect(&self.client).await?;
        let request = v1::EditNoteRequest {
            name: self.which.name(&client, CHANGEABLE).await?,
            subject: self.words.subject,
            text,
            language_code: self.words.language,
            accepted_problems: self.accept.iter().map(|it| it.of_contract().into()).collect(),
            etag: String::new(),
            request_id: uuid::Uuid::now_v7().to_string(),
        };
        let edited = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.edit_note(request).await }
        });
        let edited = edited.await?;
        print("EditNoteResponse", &edited, edited.note.as_ref(), self.output)
    }
}

impl Regenerate {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = self.which.name(&client, CHANGEABLE).await?;
        let request =
            v1::RegenerateNoteRequest { name, etag: String::new(), request_id: uuid::Uuid::now_v7().to_string() };
        let written = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.regenerate_note(request).await }
        });
        let written = written.await?;
        print("RegenerateNoteResponse", &written, written.note.as_ref(), self.output)
    }
}

fn print<M: prost::Message>(
    name: &str,
    reply: &M,
    note: Option<&v1::Note>,
    output: OutputFormat,
) -> Result<(), CliError> {
    match (output, note) {
        (OutputFormat::Table, Some(note)) => Ok(writeln!(std::io::stdout(), "{}", show::note(note))?),
        _ => output::print_json(name, reply),
    }
}

/// The notes that can be given other words.
const CHANGEABLE: (&str, &str) = ("note.state = WITH_PERSON OR note.state = COMPOSED", "can be changed");

impl Which {
    /// The resource name of the note: looked for among those of the batch that a filter selects, of which it can be
    /// said what they are.
    pub(super) async fn name(&self, client: &Client, (filter, are): (&str, &str)) -> Result<String, CliError> {
        if self.note.contains("/notes/") {
            return Ok(self.note.clone());
        }
        let parent = batch::chosen(client, self.batch.as_deref()).await?;
        let ending = self.note.trim_start_matches('…').to_lowercase();
        let notes = client.every_page(
            |page_token| {
                let filter = filter.to_owned();
                let request = v1::ListNotesRequest { parent: parent.clone(), filter, page_size: 500, page_token };
                let mut notes = client.notes();
                async move { notes.list_notes(request).await }
            },
            |page: v1::ListNotesResponse| (page.notes, page.next_page_token),
        );
        let notes = notes.await?;
        let mut fitting = notes.iter().filter(|note| note.name.ends_with(&ending));
        let wrong = |what: &str| Err(CliError::Usage(format!("{}: {what} in {}", self.note, show::short_ids(&parent))));
        match (fitting.next(), fitting.next()) {
            (Some(note), None) => Ok(note.name.clone()),
            (Some(_), Some(_)) => wrong("fits several notes"),
            (None, _) => wrong(&format!("no note that {are} ends so")),
        }
    }
}
