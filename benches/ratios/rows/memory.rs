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
use std::time::Instant;

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
