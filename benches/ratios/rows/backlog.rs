//! Workers claim from a backlog, a short one and a long one.

use crate::{
    bench::Bench,
    load::{self, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::Town,
};
use gratitude::proto::v1::{self as pb, gesture_service_client::GestureServiceClient};
use tonic::{Status, transport::Channel};

/// How many gestures a claim takes.
const AT_A_TIME: usize = 100;
/// How many claims one side of one round makes: all rounds take a part of the short backlog only.
const CLAIMS: usize = 12;
/// Customers of the towns with the short and the long backlog. Each has a note that is due, so as many wait.
const SHORT: u32 = 10_000;
const LONG: u32 = 1_000_000;

async fn claim(channel: Channel) -> Result<(), Status> {
    let mut gestures = GestureServiceClient::new(channel).max_decoding_message_size(64 * 1024 * 1024);
    let request = pb::ClaimGesturesRequest {
        worker: "bench".to_owned(),
        kinds: vec![pb::GestureKind::Note.into()],
        max_count: 100,
        lease_duration: Some(prost_types::Duration { seconds: 300, nanos: 0 }),
        ..pb::ClaimGesturesRequest::default()
    };
    match gestures.claim_gestures(request).await?.into_inner().gestures.len() {
        AT_A_TIME => Ok(()),
        count => Err(Status::internal(format!("{count} gestures were claimed instead of {AT_A_TIME}"))),
    }
}

pub(super) async fn on_sqlite(bench: &Bench) -> Outcome<Measured> {
    let (short, long) = sizes(bench);
    let towns = [bench.sqlite_town_of(short, 1).await?, bench.sqlite_town_of(long, 1).await?];
    compare(bench, towns).await
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    let (short, long) = sizes(bench);
    let towns = [bench.postgres_town_of(short, 1).await?, bench.postgres_town_of(long, 1).await?];
    compare(bench, towns).await
}

fn sizes(bench: &Bench) -> (u32, u32) {
    if bench.options.quick { (SHORT, LONG / 10) } else { (SHORT, LONG) }
}

async fn compare(bench: &Bench, towns: [Town; 2]) -> Outcome<Measured> {
    let mut sides = Vec::new();
    let mut services = Vec::new();
    for town in towns {
        let service = Listening::service(&town.url, &[])?;
        let worker = load::connect(&service.url(), 1).await?;
        load::run(&worker, Pattern::busy(1), Until::Calls(CLAIMS), claim).await?;
        sides.push(Side::new(format!("a claim of {AT_A_TIME}, {} wait, p50", town.customers), "ms"));
        services.push((service, worker));
    }
    for _ in 0..bench.options.rounds() {
        for (side, (_, worker)) in sides.iter_mut().zip(&services) {
            let run = load::run(worker, Pattern::busy(1), Until::Calls(CLAIMS), claim).await?;
            side.rounds.push(run.latency_ms(0.5));
        }
    }
    let verdicts = vec![Verdict::ratio("the longer / the shorter", &sides[1], &sides[0], Bound::AtMost(1.3))?];
    Ok(Measured { sides, verdicts, notes: Vec::new() })
}
