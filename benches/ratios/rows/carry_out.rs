//! Workers carry gestures out.

use crate::{
    bench::Bench,
    load::{self, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    trace::{self, Group, Trace},
};
use futures_util::future::try_join_all;
use gratitude::proto::v1::{
    self as pb, complete_gesture_request::Authority, gesture_service_client::GestureServiceClient,
};
use tonic::{Status, transport::Channel};

const WORKERS: usize = 4;
const AT_A_TIME: usize = 100;

/// A worker's turn: claims a hundred, starts them, completes each.
async fn turn(channel: Channel) -> Result<(), Status> {
    let mut gestures = GestureServiceClient::new(channel).max_decoding_message_size(64 * 1024 * 1024);
    let claim = pb::ClaimGesturesRequest {
        worker: "bench".to_owned(),
        kinds: vec![pb::GestureKind::Note.into()],
        max_count: 100,
        lease_duration: Some(prost_types::Duration { seconds: 120, nanos: 0 }),
        ..pb::ClaimGesturesRequest::default()
    };
    let claimed = gestures.claim_gestures(claim).await?.into_inner().gestures;
    if claimed.len() != AT_A_TIME {
        return Err(Status::internal(format!("{} gestures were claimed instead of {AT_A_TIME}", claimed.len())));
    }
    let held: Vec<_> = claimed.into_iter().filter_map(|c| Some((c.gesture?.name, c.lease_token))).collect();
    let items = held.iter().map(|(name, token)| pb::StartDeliveryItem { name: name.clone(), lease_token: *token });
    let started = gestures.start_delivery(pb::StartDeliveryRequest { items: items.collect() }).await?.into_inner();
    if let Some(error) = started.results.into_iter().find_map(|result| result.error) {
        return Err(Status::internal(format!("a delivery did not start: {}", error.message)));
    }
    let completions = held.into_iter().map(|(name, token)| {
        let mut gestures = gestures.clone();
        let authority = Some(Authority::LeaseToken(token));
        async move {
            let request = pb::CompleteGestureRequest { name, authority, ..pb::CompleteGestureRequest::default() };
            gestures.complete_gesture(request).await
        }
    });
    try_join_all(completions).await.map(drop)
}

/// Of each transaction the statements that write rows.
fn rows_written(trace: Trace) -> Vec<Group> {
    let only_writes = |group: Group| group.into_iter().filter(|statement| trace::writes(&statement.sql)).collect();
    trace.written.into_iter().map(only_writes).filter(|group: &Group| !group.is_empty()).collect()
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    let rounds = bench.options.rounds();
    let town = bench.postgres_town().await?;
    let other = bench.postgres_town().await?;
    let pgbench = bench.pgbench(&other)?;
    // Each gesture is carried out once, so the town's notes are shared among the sides of the rounds.
    let all = usize::try_from(town.customers)? / AT_A_TIME;
    let turns_each = (all / (2 * rounds + 2)).min(if bench.options.quick { 12 } else { 40 }) / WORKERS;
    let turns = turns_each * WORKERS;
    let mut traces = Vec::new();
    for _ in 0..rounds {
        // One for each worker: an update names only what changes, so it must find what its own turn wrote before.
        let mut of_round = Vec::new();
        for _ in 0..WORKERS {
            of_round.push(trace::capture(&town.url, 1, turns_each, turn).await?);
        }
        traces.push(of_round);
    }
    let service = Listening::service(&town.url, &[])?;
    let workers = load::connect(&service.url(), WORKERS).await?;

    let mut carried_out = Side::new("claim, start, complete: gestures", "/s");
    let mut bare = Side::new(format!("the rows that this writes, in pgbench, {WORKERS} connections"), "/s");
    let gestures = (turns * AT_A_TIME) as f64;
    let mut notes = Vec::new();
    for of_round in traces {
        let run = load::run(&workers, Pattern::busy(WORKERS), Until::Calls(turns), turn).await?;
        carried_out.rounds.push(run.rate * AT_A_TIME as f64);
        let groups: usize = of_round.iter().map(|trace| trace.written.len()).sum();
        notes = vec![format!("one worker alone: {:.1} transactions for each hundred", groups as f64 / turns as f64)];
        let written: Vec<Vec<Group>> = of_round.into_iter().map(rows_written).collect();
        let shares: Vec<&[Group]> = written.iter().map(Vec::as_slice).collect();
        bare.rounds.push(gestures / pgbench.replay(&shares, bench.folder()).await?);
    }
    let verdicts = vec![
        Verdict::ratio("carried out / its rows, bare", &carried_out, &bare, Bound::AtLeast(0.5))?,
        Verdict::of("carried out (stretch 10,000)", "/s", &carried_out.rounds, Some(Bound::AtLeast(4_000.0)))?,
    ];
    Ok(Measured { sides: vec![carried_out, bare], verdicts, notes })
}
