//! `gratitude retention`: what is kept longer than it may be, and its end.

use std::io::Write;

use clap::Args;

use super::{
    CliError,
    client::{Client, ClientArgs},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1::{self, RetainedKind};

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude retention --dry-run
  gratitude retention --dry-run --remarks-days 365 --reads-days 730
  gratitude retention

For how long what is kept is configured for the service, under [retention]. It forgets by itself, every hour; without
--dry-run this verb has it do so now.")]
pub(super) struct Retention {
    #[command(flatten)]
    client: ClientArgs,
    /// Only count what is too old.
    #[arg(long)]
    dry_run: bool,
    /// Count as if remarks were kept for so many days; what is not named then is kept for ever.
    #[arg(long, value_name = "DAYS", requires = "dry_run", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    remarks_days: Option<u32>,
    /// Count as if who changed what were kept for so many days.
    #[arg(long, value_name = "DAYS", requires = "dry_run", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    events_days: Option<u32>,
    /// Count as if who read whose data were kept for so many days.
    #[arg(long, value_name = "DAYS", requires = "dry_run", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    reads_days: Option<u32>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Retention {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::ApplyRetentionRequest { dry_run: self.dry_run, periods: self.periods() };
        let mut all = v1::ApplyRetentionResponse::default();
        loop {
            let reply = client.call(|| {
                let (mut admin, request) = (client.admin(), request.clone());
                async move { admin.apply_retention(request).await }
            });
            let reply = reply.await?;
            let more = reply.more;
            add(&mut all, reply);
            if !more {
                break;
            }
        }
        match self.output {
            OutputFormat::Json => output::print_json("ApplyRetentionResponse", &all),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::retention(&all, self.dry_run))?),
        }
    }

    fn periods(&self) -> Vec<v1::RetentionPeriod> {
        let kinds = [
            (RetainedKind::Remarks, self.remarks_days),
            (RetainedKind::Events, self.events_days),
            (RetainedKind::Reads, self.reads_days),
        ];
        let days = |days: u32| prost_types::Duration { seconds: i64::from(days) * SECONDS_A_DAY, nanos: 0 };
        let said = kinds.into_iter().filter_map(|(kind, number)| Some((kind, number.map(days)?)));
        said.map(|(kind, keep)| v1::RetentionPeriod { kind: kind.into(), keep_duration: Some(keep) }).collect()
    }
}

/// Adds up what several calls did: how much was too old is what the first one found.
fn add(all: &mut v1::ApplyRetentionResponse, reply: v1::ApplyRetentionResponse) {
    all.more = reply.more;
    if all.lines.is_empty() {
        all.lines = reply.lines;
        return;
    }
    for line in reply.lines {
        if let Some(known) = all.lines.iter_mut().find(|known| known.kind == line.kind) {
            known.forgotten_count += line.forgotten_count;
        }
    }
}
