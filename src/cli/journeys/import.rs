//! `gratitude journeys import`: the map becomes what files say.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use prost_types::FieldMask;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    file::{self, Said},
    map,
    plan::{Before, Change, Request, Step, plan},
};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::{self, OutputFormat},
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude journeys import examples/journeys/*.toml --dry-run
  gratitude journeys import order.toml

A second run changes nothing. What a file does not name stays as it is.")]
pub(super) struct Import {
    #[command(flatten)]
    client: ClientArgs,
    /// Files, one journey each; see examples/journeys.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// How it is told what changed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

/// A file and what is to be done for it.
#[derive(Debug)]
struct Planned {
    path: PathBuf,
    said: Said,
    steps: Vec<Step>,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), CliError> {
        // All files are read before anything is asked of the service.
        let read = self.files.iter().map(|path| file::read(path).map(|said| (path, said)));
        let read = read.collect::<Result<Vec<_>, _>>()?;
        let client = Client::connect(&self.client).await?;
        let mut done = Vec::new();
        for (path, said) in read {
            let planned = Planned::new(&client, path, said).await?;
            if !self.dry_run {
                planned.carry_out(&client).await?;
            }
            done.push(planned);
        }
        match self.output {
            OutputFormat::Json => {
                let files: Vec<_> = done.iter().map(Planned::told).collect();
                Ok(writeln!(std::io::stdout(), "{:#}", json!({ "dryRun": self.dry_run, "files": files }))?)
            }
            OutputFormat::Table => self.print(&done),
        }
    }

    fn print(&self, done: &[Planned]) -> Result<(), CliError> {
        let mut table = output::table(&["file", "what", "change"]);
        for planned in done {
            for step in &planned.steps {
                table.add_row([
                    file_name(&planned.path),
                    step.name.clone(),
                    step.change.words(self.dry_run, &step.fields),
                ]);
            }
        }
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{table}")?;
        let changing = done.iter().flat_map(|planned| &planned.steps).filter(|step| step.request.is_some()).count();
        match (changing, self.dry_run) {
            (0, _) => writeln!(stdout, "Nothing to change.")?,
            (_, true) => writeln!(stdout, "Nothing was changed; leave out --dry-run to do so.")?,
            (_, false) => {}
        }
        Ok(())
    }
}

impl Planned {
    async fn new(client: &Client, path: &Path, said: Said) -> Result<Self, CliError> {
        let journeys = map::journeys(client, true).await?;
        let touchpoints = map::touchpoints(client, "", true).await?;
        let before = Before {
            journeys: journeys.into_iter().map(|it| (it.name.clone(), it)).collect(),
            touchpoints: touchpoints.into_iter().map(|it| (it.name.clone(), it)).collect(),
        };
        let steps = plan(&said, &before).map_err(|why| CliError::Usage(format!("{}: {why}", path.display())))?;
        Ok(Self { path: path.to_owned(), said, steps })
    }

    async fn carry_out(&self, client: &Client) -> Result<(), CliError> {
        for step in &self.steps {
            let Some(request) = &step.request else { continue };
            request.send(client, &step.fields).await.map_err(|error| self.at(step, error))?;
        }
        Ok(())
    }

    /// A refusal, with the line that names what was refused.
    fn at(&self, step: &Step, error: CliError) -> CliError {
        match error {
            CliError::Refused(text) => {
                let line = self.said.lines.get(&step.name).copied().unwrap_or_default();
                CliError::Refused(format!("{}, line {line}, {}: {text}", self.path.display(), step.name))
            }
            other => other,
        }
    }

    fn told(&self) -> Value {
        let step = |step: &Step| json!({ "name": step.name, "change": step.change.code(), "fields": step.fields });
        json!({ "file": self.path.display().to_string(), "steps": self.steps.iter().map(step).collect::<Vec<_>>() })
    }
}

impl Request {
    /// Asks the service; a lost answer is asked for again, and means the same.
    async fn send(&self, client: &Client, fields: &[&str]) -> Result<(), CliError> {
        let request_id = Uuid::new_v4().to_string();
        let update_mask = Some(FieldMask { paths: fields.iter().map(|field| (*field).to_owned()).collect() });
        match self {
            Self::CreateJourney(journey) => {
                let request = v1::CreateJourneyRequest {
                    journey_id: id(&journey.name),
                    journey: Some(journey.clone()),
                    request_id,
                };
                let made = client.call(|| {
                    let (mut journeys, request) = (client.journeys(), request.clone());
                    async move { journeys.create_journey(request).await }
                });
                made.await.map(drop)
            }
            Self::UpdateJourney(journey) => {
                let request = v1::UpdateJourneyRequest { journey: Some(journey.clone()), update_mask };
                let changed = client.call(|| {
                    let (mut journeys, request) = (client.journeys(), request.clone());
                    async move { journeys.update_journey(request).await }
                });
                changed.await.map(drop)
            }
            Self::CreateTouchpoint(touchpoint) => {
                let request = v1::CreateTouchpointRequest {
                    touchpoint_id: id(&touchpoint.name),
                    touchpoint: Some(touchpoint.clone()),
                    request_id,
                };
                let made = client.call(|| {
                    let (mut journeys, request) = (client.journeys(), request.clone());
                    async move { journeys.create_touchpoint(request).await }
                });
                made.await.map(drop)
            }
            Self::UpdateTouchpoint(touchpoint) => {
                let request = v1::UpdateTouchpointRequest { touchpoint: Some(touchpoint.clone()), update_mask };
                let changed = client.call(|| {
                    let (mut journeys, request) = (client.journeys(), request.clone());
                    async move { journeys.update_touchpoint(request).await }
                });
                changed.await.map(drop)
            }
        }
    }
}

impl Change {
    fn code(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Same => "SAME",
            Self::NotInFile => "NOT_IN_FILE",
        }
    }

    fn words(self, dry_run: bool, fields: &[&str]) -> String {
        match (self, dry_run) {
            (Self::Create, false) => "made".to_owned(),
            (Self::Create, true) => "would be made".to_owned(),
            (Self::Update, false) => format!("changed: {}", fields.join(", ")),
            (Self::Update, true) => format!("would change: {}", fields.join(", ")),
            (Self::Same, _) => "as it is".to_owned(),
            (Self::NotInFile, _) => "not in the file; stays".to_owned(),
        }
    }
}

fn id(name: &str) -> String {
    name.split_once('/').map_or(name, |(_, id)| id).to_owned()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
