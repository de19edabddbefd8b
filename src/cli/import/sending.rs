//! Sends what was read to the service, several calls at a time, and keeps count of what became of it.

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::sync::mpsc;
use tonic::Code;

use super::{
    reading::{Batch, Step},
    rejects::Rejects,
    summary::Tally,
};
use crate::{
    cli::{
        CliError,
        client::{Client, Pauses},
        refusal,
    },
    proto::v1,
};

/// Sends all steps. `tally` is right also when this fails half-way.
pub(super) async fn send(
    client: &Client,
    in_flight: usize,
    mut steps: mpsc::Receiver<Step>,
    rejects: &mut Rejects,
    tally: &mut Tally,
) -> Result<(), CliError> {
    let mut calls = FuturesUnordered::new();
    let mut reading = true;
    while reading || !calls.is_empty() {
        tokio::select! {
            step = steps.recv(), if reading && calls.len() < in_flight => match step {
                None => reading = false,
                Some(Step::Location(location)) => make_location(client, *location).await?,
                Some(Step::Batch(batch)) => calls.push(record(client, batch)),
                Some(Step::Reject { line, reason }) => {
                    tally.rejected();
                    rejects.add(line, &reason)?;
                }
            },
            Some(answers) = calls.next(), if !calls.is_empty() => {
                for answer in answers? {
                    match answer {
                        Answer::Recorded { replayed } => tally.answered(replayed),
                        Answer::Refused { line, reason } => {
                            tally.rejected();
                            rejects.add(line, &reason)?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// What became of one row.
enum Answer {
    Recorded { replayed: bool },
    Refused { line: u64, reason: String },
}

/// Makes a location unless it is there.
async fn make_location(client: &Client, request: v1::CreateLocationRequest) -> Result<(), CliError> {
    let made = client.call(|| {
        let (mut locations, request) = (client.locations(), request.clone());
        async move {
            match locations.create_location(request).await {
                Err(status) if status.code() == Code::AlreadyExists => Ok(tonic::Response::new(())),
                answer => answer.map(|response| response.map(|_| ())),
            }
        }
    });
    made.await
}

/// Records a batch. Rows that the service was too busy for are sent again: their source keeps them from being doubled.
async fn record(client: &Client, batch: Batch) -> Result<Vec<Answer>, CliError> {
    let Batch { mut lines, mut requests } = batch;
    let mut answers = Vec::with_capacity(lines.len());
    let mut pauses = Pauses::new(client.patience());
    loop {
        let sent = v1::BatchRecordInteractionsRequest { requests, atomic: false };
        let reply = client.call(|| {
            let (mut interactions, request) = (client.interactions(), sent.clone());
            async move { interactions.batch_record_interactions(request).await }
        });
        let results = reply.await?.results;
        if results.len() != lines.len() {
            return Err(CliError::Unexpected(format!(
                "{} rows were answered with {} results",
                lines.len(),
                results.len()
            )));
        }
        let mut again = Batch::default();
        for ((line, request), result) in lines.into_iter().zip(sent.requests).zip(results) {
            match result.result {
                Some(v1::record_interaction_result::Result::Response(response)) => {
                    answers.push(Answer::Recorded { replayed: response.replayed });
                }
                Some(v1::record_interaction_result::Result::Error(error)) if is_passing(&error) => {
                    again.lines.push(line);
                    again.requests.push(request);
                }
                Some(v1::record_interaction_result::Result::Error(error)) => {
                    answers.push(Answer::Refused { line, reason: reason(&error) });
                }
                None => return Err(CliError::Unexpected(format!("line {line} was not answered"))),
            }
        }
        if again.lines.is_empty() {
            return Ok(answers);
        }
        let Some(pause) = pauses.next(None) else {
            return Err(CliError::Refused(
                "it is too busy; run the import again later, it goes on where it was".to_owned(),
            ));
        };
        tokio::time::sleep(pause).await;
        (lines, requests) = (again.lines, again.requests);
    }
}

fn is_passing(error: &v1::ItemError) -> bool {
    refusal::is_passing(Code::from_i32(error.code))
}

/// Why a row was refused, with every violation.
fn reason(error: &v1::ItemError) -> String {
    let violations = error.violations.iter().map(|violation| format!("{}: {}", violation.field, violation.description));
    let violations: Vec<_> = violations.filter(|violation| !error.message.contains(violation.as_str())).collect();
    let mut reason = error.message.clone();
    if !violations.is_empty() {
        reason.push_str(": ");
        reason.push_str(&violations.join("; "));
    }
    reason
}
