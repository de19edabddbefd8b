//! The service under the story, and the narrator.

use std::{
    io::{self, Write},
    net::SocketAddr,
    time::Duration,
};

use console::style;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        clock,
        connection::{Connection, KeyArgs},
        contract, output, show,
    },
    domain::when::Zones,
    proto::v1,
};

/// Where everything happens.
pub(super) const LOCATION: &str = "locations/tea-house";
const LOCATION_ID: &str = "tea-house";
const ZONE: &str = "Europe/London";
/// Column in which the words of a gesture begin.
const TEXT_INDENT: usize = 14;
/// How long a person looks at a line before the next one comes. Nobody waits for a pipe.
const PACE: Duration = Duration::from_millis(75);

/// The running service and what the narrator needs.
pub(super) struct Stage {
    pub(super) client: Client,
    server: String,
    zone: TimeZone,
    pace: Duration,
}

impl Stage {
    /// Connects and makes the one location of the story.
    pub(super) async fn open(address: SocketAddr) -> Result<Self, CliError> {
        let server = format!("http://{address}");
        let client = Client::connect(&ClientArgs::new(server.clone(), "demo")).await?;
        let zone = Zones::bundled().get(ZONE).map_err(|error| CliError::Unexpected(error.to_string()))?;
        let pace = if console::user_attended() { PACE } else { Duration::ZERO };
        let stage = Self { client, server, zone, pace };
        let location = v1::Location {
            display_name: "The Tea House".to_owned(),
            time_zone: ZONE.to_owned(),
            region_code: "GB".to_owned(),
            language_code: "en".to_owned(),
            currency_code: "GBP".to_owned(),
            ..Default::default()
        };
        let request = v1::CreateLocationRequest {
            location_id: LOCATION_ID.to_owned(),
            location: Some(location),
            request_id: String::new(),
        };
        stage.client.locations().create_location(request).await.map_err(|status| stage.failed(&status))?;
        Ok(stage)
    }

    /// Where the service listens.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// The error of a call.
    pub(super) fn failed(&self, status: &tonic::Status) -> CliError {
        self.client.failure(status)
    }

    pub(super) fn prologue(&self) -> Result<(), CliError> {
        self.line(&format!("{} — every customer remembered, bought or not", style("gratitude").bold().cyan()))?;
        self.line(&format!("The service listens on {}, on an empty database.", self.server))?;
        self.line(
            "The sessions are real (Sakar & Kastro 2018, CC BY 4.0, see examples/demo); the names, wares and the desk are made up.",
        )
    }

    /// Begins a scene with the time on the clock and what is about to happen.
    pub(super) fn scene(&self, title: &str, what: &str) -> Result<(), CliError> {
        self.line("")?;
        let rule = "─".repeat(usize::from(output::width()).saturating_sub(title.chars().count() + 4).min(80));
        self.line(&style(format!("── {title} {rule}")).cyan().bold().to_string())?;
        self.line(&style(what).italic().to_string())
    }

    /// Says something; the lines of a longer text one by one. The pause keeps this thread only: the service has its
    /// own.
    pub(super) fn line(&self, text: &str) -> Result<(), CliError> {
        let mut stdout = io::stdout();
        for line in text.split('\n') {
            writeln!(stdout, "{line}")?;
            stdout.flush()?;
            std::thread::sleep(self.pace);
        }
        Ok(())
    }

    /// What the clock shows.
    pub(super) async fn now(&self) -> Result<Timestamp, CliError> {
        let shown = clock::exchange(&Connection::to(&self.server), &KeyArgs::default(), clock::Move::Show).await?;
        shown.trim().parse().map_err(|_| CliError::Unexpected(format!("the clock shows {shown}")))
    }

    /// Moves the clock to a local time of day of the story, such as `2026-11-23T21:40`; all that becomes due is done.
    pub(super) async fn clock_to(&self, local: &str) -> Result<(), CliError> {
        let wanted = local.parse::<jiff::civil::DateTime>().and_then(|local| local.to_zoned(self.zone.clone()));
        let wanted = wanted.map_err(|error| CliError::Unexpected(error.to_string()))?.timestamp();
        let by: SignedDuration = wanted.duration_since(self.now().await?);
        let wanted = clock::Move::Advance(format!("{}s", by.as_secs()));
        clock::exchange(&Connection::to(&self.server), &KeyArgs::default(), wanted).await?;
        Ok(())
    }

    /// So many minutes ago, as the contract has it.
    pub(super) async fn minutes_ago(&self, minutes: i64) -> Result<prost_types::Timestamp, CliError> {
        Ok(contract::stamp(self.now().await? - SignedDuration::from_mins(minutes)))
    }

    /// Records something that happens here, now if it says nothing else.
    pub(super) async fn record(
        &self,
        who: Option<v1::Who>,
        interaction: v1::Interaction,
    ) -> Result<v1::RecordInteractionResponse, CliError> {
        let interaction = Some(v1::Interaction { location: LOCATION.to_owned(), ..interaction });
        let request = v1::RecordInteractionRequest { who, interaction, request_id: String::new() };
        let reply = self.client.interactions().record_interaction(request).await;
        Ok(reply.map_err(|status| self.failed(&status))?.into_inner())
    }

    /// What an interaction is owed, and each gesture that came of it.
    pub(super) fn owed(&self, obligation: Option<&v1::Obligation>, gestures: &[v1::Gesture]) -> Result<(), CliError> {
        if let Some(obligation) = obligation {
            let state = show::obligation_state(obligation.state());
            self.line(&format!(
                "  {:<11} {} — {}",
                style("owed").dim(),
                style(state).bold(),
                show::short_ids(&obligation.explanation)
            ))?;
        }
        gestures.iter().try_for_each(|gesture| self.gesture(gesture))
    }

    /// One gesture: what, when, how, why.
    pub(super) fn gesture(&self, gesture: &v1::Gesture) -> Result<(), CliError> {
        let state = match gesture.state() {
            v1::gesture::State::Held => style(show::gesture_state(gesture.state())).red(),
            v1::gesture::State::Scheduled => style(show::gesture_state(gesture.state())).yellow(),
            v1::gesture::State::Completed => style(show::gesture_state(gesture.state())).green(),
            _ => style(show::gesture_state(gesture.state())).dim(),
        };
        let due = gesture.due_time.map(|due| show::instant(due, &self.zone)).unwrap_or_default();
        let kind = show::gesture_kind(gesture.kind());
        let channel = show::channel(gesture.channel());
        self.line(&format!("  {:<11} {state} — {channel}, due {due}", style(kind).dim()))?;
        if !gesture.explanation.is_empty() {
            self.line(&format!("  {:<11} {}", "", show::short_ids(&gesture.explanation)))?;
        }
        let text = gesture.content.as_ref().map(|content| show::one_line(&content.text)).unwrap_or_default();
        if text.is_empty() {
            return Ok(());
        }
        let width = usize::from(output::width()).saturating_sub(TEXT_INDENT).min(96);
        let lines = show::wrapped(&format!("“{text}”"), width);
        lines.iter().try_for_each(|line| self.line(&format!("{:TEXT_INDENT$}{}", "", style(line).green())))
    }

    /// The steps by which a gesture's time came about.
    pub(super) fn plan(&self, gesture: &v1::Gesture) -> Result<(), CliError> {
        let steps = gesture.plan.iter().flat_map(|plan| &plan.steps);
        for step in steps {
            let due = step.due_time.map(|due| show::instant(due, &self.zone)).unwrap_or_default();
            self.line(&format!("  {:<11} {due}: {}", style("plan").dim(), step.text))?;
        }
        Ok(())
    }
}
