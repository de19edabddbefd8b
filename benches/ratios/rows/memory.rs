//! Memory does not grow with the work.

use super::{import::File, mail, night::Night};
use crate::{
    bench::Bench,
    load,
    machine::peak_memory,
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    relay::Relay,
    town::Town,
};
use gratitude::proto::v1 as pb;
use std::time::{Duration, Instant};

/// How often a batch is asked how far it is.
const POLL: Duration = Duration::from_millis(200);

pub(super) async fn of_an_import(bench: &Bench) -> Outcome<Measured> {
    let rows = bench.options.memory_of();
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
    let town = full_town(bench).await?;
    let spool = bench.folder().join("spool");
    let spool = spool.to_str().ok_or("a path of ours is plain text")?;
    let service = Listening::service_with(&town.url, &[("GRATITUDE_DELIVERY__SPOOL", spool)])?;
    let all_spooled = |batch: &pb::NoteBatch| {
        let delivered = batch.delivered_count;
        let enough = u64::try_from(delivered)? >= town.customers * 9 / 10;
        if enough { Ok(()) } else { Err(format!("only {delivered} of {} notes were delivered", town.customers).into()) }
    };
    over_a_night(service, "delivered to the spool", all_spooled).await
}

pub(super) async fn of_mails(bench: &Bench) -> Outcome<Measured> {
    let town = full_town(bench).await?;
    let relay = Relay::counting().await?;
    let service = mail::by_mail(&town.url, &relay)?;
    over_a_night(service, "carried out as mails", |batch| mail::all_delivered(batch, town.customers, &relay).map(drop))
        .await
}

/// Each customer has one note due; few interactions, since none of them is looked at.
async fn full_town(bench: &Bench) -> Outcome<Town> {
    bench.sqlite_town_of(bench.options.memory_of(), 1).await
}

/// The service's memory while all notes that are due are written and leave.
async fn over_a_night(
    service: Listening,
    left: &str,
    check: impl Fn(&pb::NoteBatch) -> Outcome<()>,
) -> Outcome<Measured> {
    let mut before = Side::new("resident before", "MiB");
    before.rounds.push(peak_memory(service.id())?);
    let mut night = Night::of(&service, POLL).await?;
    let written = night.write().await?;
    let sent = night.send(&written.batch).await?;
    let peak = peak_memory(service.id())?;
    drop(night);
    service.stop()?;
    check(&sent.batch)?;
    let delivered = sent.batch.delivered_count;
    let what = format!("peak over {delivered} notes");
    let verdicts = vec![Verdict::of(what, "MiB", &[peak], Some(Bound::AtMost(256.0)))?];
    let notes = vec![
        format!("composed: {:.0} notes a second", written.batch.composed_count as f64 / written.seconds),
        format!("{left}: {:.0} notes a second", delivered as f64 / sent.seconds),
    ];
    Ok(Measured { sides: vec![before], verdicts, notes })
}
