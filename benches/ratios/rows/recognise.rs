//! A customer walks in.

use super::{AT_ONCE, CONNECTIONS};
use crate::{
    bench::Bench,
    load::{self, Answer, Numbers, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    pgbench::with_values,
    process::Listening,
    town::{Town, location},
    trace,
};
use gratitude::proto::v1::{
    self as pb, front_desk_service_client::FrontDeskServiceClient, identifier::Kind as IdentifierKind,
};
use prost::Message;
use sea_orm::Value;
use std::path::PathBuf;
use tonic::{Status, transport::Channel};

/// Connections that read, as the service has them by default.
const READERS: u32 = 8;

/// Somebody of the town comes to one of its desks.
fn recognize(town: &Town, n: u64) -> pb::RecognizeRequest {
    let identifier =
        pb::Identifier { kind: IdentifierKind::Phone.into(), value: town.phone(n), ..pb::Identifier::default() };
    pb::RecognizeRequest { location: location(n), identifiers: vec![identifier], ..pb::RecognizeRequest::default() }
}

/// A call that must be answered with a card.
fn call(town: &Town) -> impl Fn(Channel) -> Answer + Clone + use<> {
    let (town, numbers) = (town.clone(), Numbers::default());
    move |channel| {
        let request = recognize(&town, numbers.next());
        Box::pin(async move {
            let reply = FrontDeskServiceClient::new(channel).recognize(request).await?.into_inner();
            reply.card.map(drop).ok_or_else(|| Status::internal("a customer of the town was not recognised"))
        })
    }
}

/// The reply of the middle size among some, as it lies on the wire.
async fn ready_made_reply(town: &Town, channel: &Channel) -> Outcome<Vec<u8>> {
    let mut replies = Vec::new();
    for n in 0..201 {
        let reply = FrontDeskServiceClient::new(channel.clone()).recognize(recognize(town, n)).await?;
        replies.push(reply.into_inner().encode_to_vec());
    }
    replies.sort_by_key(Vec::len);
    Ok(replies.swap_remove(replies.len() / 2))
}

pub(super) async fn on_sqlite(bench: &Bench) -> Outcome<Measured> {
    let town = bench.sqlite_town(bench.options.customers()).await?;
    let service = Listening::service(&town.url, &[])?;
    let desks = load::connect(&service.url(), CONNECTIONS).await?;
    let reply = ready_made_reply(&town, &desks[0]).await?;
    let file = bench.folder().join("reply");
    std::fs::write(&file, &reply)?;
    let empty = Listening::empty(&file)?;
    let nobody = load::connect(&empty.url(), CONNECTIONS).await?;

    let mut recognised = Side::new("Recognize, 64 at once", "/s");
    let mut echoed = Side::new("the empty RPC, 64 at once", "/s");
    let mut p99 = Side::new("Recognize, 64 at once, p99", "ms");
    let mut alone = Side::new("Recognize, one at a time, p50", "ms");
    let mut echo_alone = Side::new("the empty RPC, one at a time, p50", "ms");
    let seconds = Until::Seconds(bench.options.seconds());
    for channels in [&desks, &nobody] {
        load::run(channels, Pattern::busy(AT_ONCE), Until::Seconds(1.0), call(&town)).await?;
    }
    for _ in 0..bench.options.rounds() {
        let run = load::run(&desks, Pattern::busy(AT_ONCE), seconds, call(&town)).await?;
        recognised.rounds.push(run.rate);
        p99.rounds.push(run.latency_ms(0.99));
        echoed.rounds.push(load::run(&nobody, Pattern::busy(AT_ONCE), seconds, call(&town)).await?.rate);
        let run = load::run(&desks, Pattern::busy(1), Until::Seconds(1.0), call(&town)).await?;
        alone.rounds.push(run.latency_ms(0.5));
        let run = load::run(&nobody, Pattern::busy(1), Until::Seconds(1.0), call(&town)).await?;
        echo_alone.rounds.push(run.latency_ms(0.5));
    }
    let verdicts = vec![
        Verdict::ratio("Recognize / empty RPC (stretch 0.15)", &recognised, &echoed, Bound::AtLeast(0.08))?,
        Verdict::of("Recognize, one at a time, p50", "ms", &alone.rounds, Some(Bound::AtMost(1.0)))?,
    ];
    let notes = vec![format!("the reply has {} bytes", reply.len())];
    Ok(Measured { sides: vec![recognised, echoed, p99, alone, echo_alone], verdicts, notes })
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    let town = bench.postgres_town().await?;
    let pgbench = bench.pgbench(&town)?;
    let (script, statements) = script(bench, &town).await?;
    let service = Listening::service(&town.url, &[])?;
    let desks = load::connect(&service.url(), CONNECTIONS).await?;
    load::run(&desks, Pattern::busy(AT_ONCE), Until::Seconds(1.0), call(&town)).await?;

    let mut recognised = Side::new("Recognize, 64 at once", "/s");
    let mut bare = Side::new(format!("its {statements} statements in pgbench, {READERS} connections"), "/s");
    let mut alone = Side::new("Recognize, one at a time, p50", "ms");
    for _ in 0..bench.options.rounds() {
        let seconds = bench.options.seconds();
        let run = load::run(&desks, Pattern::busy(AT_ONCE), Until::Seconds(seconds), call(&town)).await?;
        recognised.rounds.push(run.rate);
        let (pgbench, script) = (pgbench.clone(), script.clone());
        bare.rounds.push(tokio::task::spawn_blocking(move || pgbench.rate(&script, READERS, seconds)).await??);
        let run = load::run(&desks, Pattern::busy(1), Until::Seconds(1.0), call(&town)).await?;
        alone.rounds.push(run.latency_ms(0.5));
    }
    let verdicts =
        vec![Verdict::ratio("Recognize / the same SQL in pgbench", &recognised, &bare, Bound::AtLeast(0.4))?];
    Ok(Measured { sides: vec![recognised, bare, alone], verdicts, notes: Vec::new() })
}

/// What the service reads for one customer, for pgbench to read for any of the town.
async fn script(bench: &Bench, town: &Town) -> Outcome<(PathBuf, usize)> {
    let trace = trace::capture(&town.url, 1, 1, {
        let town = town.clone();
        move |channel| {
            let request = recognize(&town, 0);
            async move { FrontDeskServiceClient::new(channel).recognize(request).await.map(drop) }
        }
    })
    .await?;
    let phone = Value::from(town.phone(0));
    let mut text = format!("\\set n random(0, {})\n", town.customers - 1);
    let mut customer: Option<Value> = None;
    for statement in &trace.read {
        let values: Vec<Value> = statement.values.iter().flat_map(|values| values.0.clone()).collect();
        let asks = values.contains(&phone);
        // Whoever is asked for by id is the one whom the statement before found.
        let id = values.into_iter().find(|value| matches!(value, Value::Uuid(Some(_))));
        customer = customer.or(id);
        let mut others = vec![(phone.clone(), "('+35191' || lpad(:n::text, 7, '0'))")];
        others.extend(customer.clone().map(|id| (id, ":c_id")));
        text.push_str(&with_values(statement, &others));
        text.push_str(if asks { "\n\\gset\n" } else { ";\n" });
    }
    let file = bench.folder().join("recognise.sql");
    std::fs::write(&file, text)?;
    Ok((file, trace.read.len()))
}

pub(super) async fn growth(bench: &Bench) -> Outcome<Measured> {
    let each = bench.options.interactions;
    let least = 10_000 / each;
    let greatest = if bench.options.ten_million { 10_000_000 / each } else { bench.options.customers() };
    let mut towns = Vec::new();
    for customers in [least, greatest] {
        let town = bench.sqlite_town(customers).await?;
        let service = Listening::service(&town.url, &[])?;
        let desks = load::connect(&service.url(), 1).await?;
        load::run(&desks, Pattern::busy(1), Until::Seconds(2.0), call(&town)).await?;
        let side = Side::new(format!("p50 with {} interactions", customers * each), "ms");
        towns.push((town, service, desks, side));
    }
    for _ in 0..bench.options.rounds() {
        for (town, _, desks, side) in &mut towns {
            let run = load::run(desks, Pattern::busy(1), Until::Seconds(2.0), call(town)).await?;
            side.rounds.push(run.latency_ms(0.5));
        }
    }
    let sides: Vec<Side> = towns.into_iter().map(|(_, _, _, side)| side).collect();
    let verdicts = vec![Verdict::ratio("the larger / the smaller", &sides[1], &sides[0], Bound::AtMost(1.3))?];
    Ok(Measured { sides, verdicts, notes: Vec::new() })
}
