//! Memory does not grow with the work.

use super::import::File;
use crate::{
    bench::Bench,
    load,
    machine::peak_memory,
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::Town,
};
use gratitude::proto::v1::{self as pb, note_batch::State, note_service_client::NoteServiceClient};
use std::time::{Duration, Instant};
use tonic::transport::Channel;

/// How often a batch is asked how far it is.
const POLL: Duration = Duration::from_millis(200);

pub(super) async fn of_an_import(bench: &Bench) -> Outcome<Measured> {
    let rows = match (bench.options.million, bench.options.quick) {
        (true, _) => 1_000_000,
        (false, true) => 10_000,
        (false, false) => 50_000,
    };
    // An empty database, and as many customers to come as a town of this size has.
    let url = format!("sqlite:{}", bench.folder().join("memory.db").display());
    let town = Town { url: url.clone(), customers: u64::from(rows / 10) };
    let service = Listening::service(&url, &["--migrate"])?;
    load::connect(&service.url(), 1).await?;
    let mut before = Side::new("resident before", "MiB");
    before.rounds.push(peak_memory(service.id())?);
    let file = File::write(bench.folder(), "memory", &town, rows)?;
    let begun = Instant::now();
    let mut import = file.import(&service.url())?;
    let status = tokio::task::spawn_blocking(move || import.wait()).await??;
    if !status.success() {
        return Err(format!("the import ended with {status}").into());
    }
    let rate = f64::from(rows) / begun.elapsed().as_secs_f64();
    let peak = peak_memory(service.id())?;
    service.stop()?;
    let verdicts = vec![Verdict::of(format!("peak over {rows} rows"), "MiB", &[peak], Some(Bound::AtMost(256.0)))?];
    Ok(Measured { sides: vec![before], verdicts, notes: vec![format!("{rate:.0} rows a second")] })
}

pub(super) async fn of_a_batch(bench: &Bench) -> Outcome<Measured> {
    let customers = match (bench.options.million, bench.options.quick) {
        (true, _) => 1_000_000,
        (false, true) => 5_000,
        (false, false) => 50_000,
    };
    // Each customer has one note due; few interactions, since none of them is looked at.
    let town = bench.sqlite_town_of(customers, 1).await?;
    let spool = bench.folder().join("spool");
    let spool = spool.to_str().ok_or("a path of ours is plain text")?;
    let service = Listening::service_with(&town.url, &[("GRATITUDE_DELIVERY__SPOOL", spool)])?;
    let mut notes = NoteServiceClient::new(load::connect(&service.url(), 1).await?.remove(0));
    let mut before = Side::new("resident before", "MiB");
    before.rounds.push(peak_memory(service.id())?);

    let begun = Instant::now();
    let batch = pb::NoteBatch {
        display_name: "A night of the benchmark".to_owned(),
        selection: Some(pb::note_batch::Selection::Due(pb::DueSelection::default())),
        ..pb::NoteBatch::default()
    };
    let request = pb::CreateNoteBatchRequest { note_batch: Some(batch), request_id: String::new() };
    let made = notes.create_note_batch(request).await?.into_inner().note_batch.ok_or("a batch was made")?;
    let ready = wait(&mut notes, &made.name, State::Ready).await?;
    let composed_in = begun.elapsed().as_secs_f64();
    let approval = pb::ApproveNoteBatchRequest { name: made.name.clone(), ..pb::ApproveNoteBatchRequest::default() };
    notes.approve_note_batch(approval).await?;
    let done = wait(&mut notes, &made.name, State::Completed).await?;
    let delivered_in = begun.elapsed().as_secs_f64() - composed_in;
    let peak = peak_memory(service.id())?;
    drop(notes);
    service.stop()?;
    if done.delivered_count < i64::from(customers) * 9 / 10 {
        return Err(format!("only {} of {customers} notes were delivered", done.delivered_count).into());
    }
    let verdicts = vec![Verdict::of(
        format!("peak over {} notes", done.delivered_count),
        "MiB",
        &[peak],
        Some(Bound::AtMost(256.0)),
    )?];
    let notes = vec![
        format!("composed: {:.0} notes a second", ready.composed_count as f64 / composed_in),
        format!("delivered to the spool: {:.0} notes a second", done.delivered_count as f64 / delivered_in),
    ];
    Ok(Measured { sides: vec![before], verdicts, notes })
}

/// Waits until a batch is in a state.
async fn wait(notes: &mut NoteServiceClient<Channel>, name: &str, wanted: State) -> Outcome<pb::NoteBatch> {
    loop {
        let request = pb::GetNoteBatchRequest { name: name.to_owned() };
        let batch = notes.get_note_batch(request).await?.into_inner();
        match batch.state() {
            state if state == wanted => return Ok(batch),
            State::Stopped | State::Cancelled => return Err(format!("the batch stopped: {}", batch.explanation).into()),
            _ => tokio::time::sleep(POLL).await,
        }
    }
}
