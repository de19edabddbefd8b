//! Measures gratitude beside what it stands on, and prints how much of that is left.
//!
//! `cargo bench` runs all rows, `cargo bench -- --help` says what else. `docs/performance.md` has the figures of a run
//! with their circumstances, and why each budget is what it is.

mod bench;
mod database;
mod empty;
mod load;
mod machine;
mod options;
mod outcome;
mod pgbench;
#[path = "../../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod postgres;
mod process;
mod relay;
mod rows;
mod town;
mod trace;

use bench::Bench;
use clap::Parser;
use machine::{Machine, load_average};
use options::Options;
use outcome::{Outcome, Result_, Row};
use std::{process::ExitCode, time::Instant};

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the benchmark could not run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the rows that are wanted; `false` when one of them failed. A budget that is missed is no failure: it is a
/// result.
async fn run(options: Options) -> Outcome<bool> {
    if let Some(reply) = &options.serve_empty {
        empty::serve(reply).await?;
        return Ok(true);
    }
    if options.list {
        rows::ALL.iter().for_each(|row| println!("{:<22} {}", row.name, row.about));
        return Ok(true);
    }
    let unknown = options.rows.iter().find(|wanted| !rows::ALL.iter().any(|row| row.name == **wanted));
    if let Some(unknown) = unknown {
        return Err(format!("there is no row `{unknown}`; --list names them").into());
    }
    let json = options.json.clone();
    let bench = Bench::new(options)?;
    let machine = Machine::look(bench.programs.as_deref());
    machine.print();
    let mut done = Vec::new();
    for row in rows::ALL.iter().filter(|row| bench.options.wants(row.name)) {
        eprintln!("{} ...", row.name);
        let (before, begun) = (load_average(), Instant::now());
        let result = match row.measure(&bench).await {
            Ok(measured) => Result_::Measured(measured),
            Err(error) => Result_::Failed(error.to_string()),
        };
        bench.clear().await?;
        let load = [before, load_average()];
        let row = Row { name: row.name, about: row.about, load, seconds: begun.elapsed().as_secs_f64(), result };
        row.print();
        done.push(row);
    }
    if let Some(file) = json {
        let report = serde_json::json!({ "machine": machine, "rows": done });
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    let failed: Vec<_> = done.iter().filter(|row| row.failed()).map(|row| row.name).collect();
    if !failed.is_empty() {
        println!("\nfailed, and so without a ratio: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}
