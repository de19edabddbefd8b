//! `gratitude notes confirm`: a print run is on paper; which of its sheets must not go.

use std::{io::Write, pin::pin};

use clap::Args;
use futures_util::{Stream, StreamExt};
use tonic::Status;

use super::batch;
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
  gratitude notes confirm 1b6c --run 0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10
  gratitude notes confirm --run 0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10 --output json

Pull the sheets that it names before the others are sent: consent may have been withdrawn since they were printed.
Confirming again goes on where it was, and names the same sheets.")]
pub(super) struct Confirm {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest.
    batch: Option<String>,
    /// The print run, as `gratitude notes download --format pdf` told it.
    #[arg(long, value_name = "RUN")]
    run: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Confirm {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, self.batch.as_deref()).await?;
        let request = v1::ConfirmPrintedRequest { name, print_run: self.run };
        let pages = client.notes().confirm_printed(request).await;
        let pages = pages.map_err(|status| client.failure(&status))?.into_inner();
        let (told, broke_off) = gather(pages).await;
        if self.output == OutputFormat::Json {
            output::print_json("ConfirmPrintedResponse", &told)?;
        } else {
            print(&told, broke_off.is_none())?;
        }
        broke_off.map_or(Ok(()), |status| Err(client.failure(&status)))
    }
}

/// All pages as one, and what the stream ended with if that was not its end: what was told until then is done.
async fn gather(
    pages: impl Stream<Item = Result<v1::ConfirmPrintedResponse, Status>>,
) -> (v1::ConfirmPrintedResponse, Option<Status>) {
    let mut pages = pin!(pages);
    let mut whole = v1::ConfirmPrintedResponse::default();
    loop {
        match pages.next().await {
            Some(Ok(page)) => {
                whole.delivered_count += page.delivered_count;
                whole.confirmed_before_count += page.confirmed_before_count;
                whole.sheets_to_pull.extend(page.sheets_to_pull);
            }
            Some(Err(status)) => return (whole, Some(status)),
            None => return (whole, None),
        }
    }
}

fn print(whole: &v1::ConfirmPrintedResponse, is_whole: bool) -> Result<(), CliError> {
    let mut stdout = std::io::stdout().lock();
    let before = match whole.confirmed_before_count {
        0 => String::new(),
        count => format!(", {count} confirmed before"),
    };
    writeln!(stdout, "{} may go{before}.", sheets(whole.delivered_count))?;
    if !is_whole {
        writeln!(stdout, "That is not all: confirm again to hear of the other sheets.")?;
    }
    if whole.sheets_to_pull.is_empty() && !is_whole {
        return Ok(());
    }
    if whole.sheets_to_pull.is_empty() {
        return Ok(writeln!(stdout, "None has to be pulled.")?);
    }
    let count = i32::try_from(whole.sheets_to_pull.len()).unwrap_or(i32::MAX);
    writeln!(stdout, "Pull {}:", sheets(count))?;
    let mut table = output::table(&["file", "page", "label", "customer", "why"]);
    for sheet in &whole.sheets_to_pull {
        let place = sheet.place.unwrap_or_default();
        let label = if place.position == 0 { String::new() } else { place.position.to_string() };
        // A pause lasts until somebody lifts it, whenever it is looked for again.
        let until = sheet.keep_until_time.filter(|_| sheet.reason() != v1::Reason::Paused);
        let keep = until.map(|until| format!(" Keep it until {}.", show::utc(until)));
        table.add_row(vec![
            place.file.to_string(),
            place.page.to_string(),
            label,
            show::short_ids(&sheet.customer),
            format!("{}{}", sheet.explanation, keep.unwrap_or_default()),
        ]);
    }
    Ok(writeln!(stdout, "{table}")?)
}

fn sheets(count: i32) -> String {
    if count == 1 { "1 sheet".to_owned() } else { format!("{count} sheets") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    #[tokio::test]
    async fn p6_what_came_before_the_stream_broke_is_told() {
        let sheet = v1::SheetToPull { explanation: "withdrawn".to_owned(), ..v1::SheetToPull::default() };
        let page = v1::ConfirmPrintedResponse { delivered_count: 2, sheets_to_pull: vec![sheet], ..Default::default() };
        let pages = stream::iter([Ok(page.clone()), Err(Status::unavailable("gone"))]);
        let (told, broke_off) = gather(pages).await;
        assert_eq!((told, broke_off.map(|status| status.code())), (page, Some(tonic::Code::Unavailable)));
    }
}
