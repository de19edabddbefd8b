//! Workers claim from a backlog, a short one and a long one.

use crate::{
    bench::Bench,
    load::{self, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::Town,
};
use gratitude::proto::v1::{self as pb, gesture_service_client::GestureServiceClient};
use sea_orm::{ConnectionTrait, Database};
use tonic::{Status, transport::Channel};

/// How many gestures a claim takes.
const AT_A_TIME: usize = 100;
/// How many claims one side of one round makes: all rounds take a part of the short backlog only.
const CLAIMS: usize = 12;
/// How many gestures wait in the short backlog and in the long one: each customer of the town has one that is due.
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
    compare(bench, bench.sqlite_town_of(long(bench), 1).await?).await
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    compare(bench, bench.postgres_town_of(long(bench), 1).await?).await
}

fn long(bench: &Bench) -> u32 {
    if bench.options.quick { LONG / 10 } else { LONG }
}

/// Both backlogs in the same database, the longer first: what differs is how many wait, not how much there is of
/// everything else. So the sides take no turns.
async fn compare(bench: &Bench, town: Town) -> Outcome<Measured> {
    let longer = claims(bench, &town.url, town.customers).await?;
    postpone(&town.url).await?;
    let shorter = claims(bench, &town.url, SHORT.into()).await?;
    let verdicts = vec![Verdict::ratio("the longer / the shorter", &longer, &shorter, Bound::AtMost(1.3))?];
    Ok(Measured { sides: vec![shorter, longer], verdicts, notes: Vec::new() })
}

async fn claims(bench: &Bench, url: &str, waiting: u64) -> Outcome<Side> {
    let service = Listening::service(url, &[])?;
    let worker = load::connect(&service.url(), 1).await?;
    load::run(&worker, Pattern::busy(1), Until::Calls(CLAIMS), claim).await?;
    let mut side = Side::new(format!("a claim of {AT_A_TIME}, {waiting} wait, p50"), "ms");
    for _ in 0..bench.options.rounds() {
        side.rounds.push(load::run(&worker, Pattern::busy(1), Until::Calls(CLAIMS), claim).await?.latency_ms(0.5));
    }
    service.stop()?;
    Ok(side)
}

/// Has all but the first few be due in ten years.
async fn postpone(url: &str) -> Outcome<()> {
    const TEN_YEARS: i64 = 3_650 * 86_400 * 1_000_000;
    let database = Database::connect(url).await?;
    let later = format!(
        "UPDATE gestures SET due_at = due_at + {TEN_YEARS}, deadline_at = deadline_at + {TEN_YEARS} \
         WHERE state = 'scheduled' AND id NOT IN \
         (SELECT id FROM gestures WHERE state = 'scheduled' ORDER BY due_at, id LIMIT {SHORT})"
    );
    database.execute_unprepared(&later).await?;
    let clean = if url.starts_with("sqlite:") { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "VACUUM ANALYZE" };
    database.execute_unprepared(clean).await?;
    Ok(database.close().await?)
}
