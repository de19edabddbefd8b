//! An interaction comes in.

use super::{AT_ONCE, CONNECTIONS};
use crate::{
    bench::Bench,
    load::{self, Answer, Numbers, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::{Share, Town},
    trace::{self, Bare, Trace},
};
use gratitude::proto::v1::interaction_service_client::InteractionServiceClient;
use tonic::{Status, transport::Channel};

/// Connections that write to PostgreSQL, as the service has them by default.
const WRITERS: u64 = 2;

/// A call that must be answered with an interaction that was not there before.
fn call(town: &Town, share: Share, run: &'static str, numbers: &Numbers) -> impl Fn(Channel) -> Answer + Clone + use<> {
    let (town, numbers) = (town.clone(), numbers.clone());
    move |channel| {
        let request = town.news(share, run, numbers.next());
        Box::pin(async move {
            let reply = InteractionServiceClient::new(channel).record_interaction(request).await?.into_inner();
            let of_customer = reply.interaction.is_some_and(|interaction| !interaction.customer.is_empty());
            if reply.replayed || !of_customer {
                return Err(Status::internal("what was new was not recorded as new, or not for its customer"));
            }
            Ok(())
        })
    }
}

/// What the service sends for so many records of a share's customers.
async fn capture(town: &Town, share: Share, at_once: usize, calls: usize, numbers: &Numbers) -> Outcome<Trace> {
    trace::capture(&town.url, at_once, calls, call(town, share, "caught", numbers)).await
}

fn shape(trace: &Trace, calls: usize) -> String {
    let groups = trace.written.len();
    format!(
        "{:.1} records share a transaction of {:.1} statements",
        calls as f64 / groups as f64,
        trace.statements() as f64 / groups as f64
    )
}

pub(super) async fn on_sqlite(bench: &Bench) -> Outcome<Measured> {
    let (calls, singles) = (bench.options.calls(), bench.options.calls() / 6);
    let town = bench.sqlite_town(bench.options.customers()).await?;
    let other = bench.sqlite_town(bench.options.customers()).await?;
    let numbers = Numbers::default();
    let mut traces = Vec::new();
    for _ in 0..bench.options.rounds() {
        let many = capture(&town, Share::ALL, AT_ONCE, calls, &numbers).await?;
        traces.push((many, capture(&town, Share::ALL, 1, singles, &numbers).await?));
    }
    let notes = traces.first().map(|(many, _)| shape(many, calls)).into_iter().collect();
    let service = Listening::service(&town.url, &[])?;
    let tills = load::connect(&service.url(), CONNECTIONS).await?;
    let bare = Bare::open(&other.url).await?;

    let mut recorded = Side::new("RecordInteraction, 64 at once", "/s");
    let mut p99 = Side::new("RecordInteraction, 64 at once, p99", "ms");
    let mut grouped = Side::new("its own statements, bare, in the same groups", "/s");
    let mut each = Side::new("its own statements, bare, a transaction for each", "/s");
    load::run(&tills, Pattern::busy(AT_ONCE), Until::Calls(500), call(&town, Share::ALL, "warm", &numbers)).await?;
    for (many, single) in traces {
        let run =
            load::run(&tills, Pattern::busy(AT_ONCE), Until::Calls(calls), call(&town, Share::ALL, "till", &numbers))
                .await?;
        recorded.rounds.push(run.rate);
        p99.rounds.push(run.latency_ms(0.99));
        grouped.rounds.push(calls as f64 / bare.replay(many.written).await?);
        each.rounds.push(singles as f64 / bare.replay(single.written).await?);
    }
    bare.close().await?;
    let verdicts = vec![
        Verdict::ratio("RecordInteraction / bare, in groups", &recorded, &grouped, Bound::AtLeast(0.5))?,
        Verdict::ratio("RecordInteraction / bare, a transaction each", &recorded, &each, Bound::AtLeast(4.0))?,
    ];
    Ok(Measured { sides: vec![recorded, grouped, each, p99], verdicts, notes })
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    let calls = bench.options.calls();
    let town = bench.postgres_town().await?;
    let other = bench.postgres_town().await?;
    let pgbench = bench.pgbench(&other)?;
    // What one connection writes must not wait for, or stand on, what another does: each has customers of its own.
    let numbers = Numbers::default();
    let mut traces: Vec<Vec<Trace>> = Vec::new();
    for _ in 0..bench.options.rounds() {
        let mut shares = Vec::new();
        for number in 0..WRITERS {
            let share = Share { number, of: WRITERS };
            shares.push(capture(&town, share, AT_ONCE / 2, calls / 2, &numbers).await?);
        }
        traces.push(shares);
    }
    let notes = traces.iter().flatten().take(1).map(|trace| shape(trace, calls / 2)).collect();
    let service = Listening::service(&town.url, &[])?;
    let tills = load::connect(&service.url(), CONNECTIONS).await?;

    let mut recorded = Side::new("RecordInteraction, 64 at once", "/s");
    let mut p99 = Side::new("RecordInteraction, 64 at once, p99", "ms");
    let mut bare = Side::new(format!("its own statements in pgbench, {WRITERS} connections"), "/s");
    load::run(&tills, Pattern::busy(AT_ONCE), Until::Calls(500), call(&town, Share::ALL, "warm", &numbers)).await?;
    for traces in &traces {
        let run =
            load::run(&tills, Pattern::busy(AT_ONCE), Until::Calls(calls), call(&town, Share::ALL, "till", &numbers))
                .await?;
        recorded.rounds.push(run.rate);
        p99.rounds.push(run.latency_ms(0.99));
        let shares: Vec<_> = traces.iter().map(|trace| trace.written.as_slice()).collect();
        bare.rounds.push(calls as f64 / pgbench.replay(&shares, bench.folder()).await?);
    }
    let verdicts =
        vec![Verdict::ratio("RecordInteraction / its statements in pgbench", &recorded, &bare, Bound::AtLeast(0.5))?];
    Ok(Measured { sides: vec![recorded, bare, p99], verdicts, notes })
}
