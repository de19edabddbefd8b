//! The desk while something large comes in.

use super::{CONNECTIONS, import::File};
use crate::{
    bench::Bench,
    load::{self, Answer, Numbers, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::{Town, location},
};
use gratitude::proto::v1::{
    self as pb, front_desk_service_client::FrontDeskServiceClient, identifier::Kind as IdentifierKind,
};
use std::time::Duration;
use tonic::{Status, transport::Channel};

/// Four desks, each with a customer some thirty times a second: enough calls for a 99th percentile, far from full.
const DESKS: Pattern = Pattern { at_once: CONNECTIONS, rest: Duration::from_millis(30) };

fn call(town: &Town, numbers: &Numbers) -> impl Fn(Channel) -> Answer + Clone + use<> {
    let (town, numbers) = (town.clone(), numbers.clone());
    move |channel| {
        let n = numbers.next();
        let identifiers = vec![pb::Identifier {
            kind: IdentifierKind::Phone.into(),
            value: town.phone(n),
            ..pb::Identifier::default()
        }];
        let identity =
            pb::Identity { identifiers, profile: None, on_missing: pb::identity::OnMissing::KeepAnonymous.into() };
        let request = pb::CheckInRequest {
            location: location(n),
            who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
            ..pb::CheckInRequest::default()
        };
        Box::pin(async move {
            let reply = FrontDeskServiceClient::new(channel).check_in(request).await?.into_inner();
            reply.card.map(drop).ok_or_else(|| Status::internal("a customer of the town got no card"))
        })
    }
}

pub(super) async fn beside_an_import(bench: &Bench) -> Outcome<Measured> {
    let town = bench.sqlite_town(bench.options.customers()).await?;
    let service = Listening::service(&town.url, &[])?;
    let desks = load::connect(&service.url(), CONNECTIONS).await?;
    let numbers = Numbers::default();
    load::run(&desks, DESKS, Until::Seconds(1.0), call(&town, &numbers)).await?;
    // Long enough for a few hundred calls on each side of a round.
    let seconds = Until::Seconds(bench.options.seconds() * 2.0);

    let mut alone = Side::new("CheckIn alone, p99", "ms");
    let mut beside = Side::new("CheckIn while an import runs, p99", "ms");
    let mut alone_p50 = Side::new("CheckIn alone, p50", "ms");
    let mut beside_p50 = Side::new("CheckIn while an import runs, p50", "ms");
    for round in 0..bench.options.rounds() {
        let run = load::run(&desks, DESKS, seconds, call(&town, &numbers)).await?;
        alone.rounds.push(run.latency_ms(0.99));
        alone_p50.rounds.push(run.latency_ms(0.5));

        let file = File::write(bench.folder(), &format!("round-{round}"), &town, 200_000)?;
        let mut import = file.import(&service.url())?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let run = load::run(&desks, DESKS, seconds, call(&town, &numbers)).await;
        let ended = import.try_wait()?;
        import.kill()?;
        import.wait()?;
        if let Some(status) = ended {
            return Err(format!("the import ended before the round did: {status}").into());
        }
        let run = run?;
        beside.rounds.push(run.latency_ms(0.99));
        beside_p50.rounds.push(run.latency_ms(0.5));
    }
    let verdicts = vec![Verdict::ratio("p99 beside an import / alone", &beside, &alone, Bound::AtMost(5.0))?];
    Ok(Measured { sides: vec![alone, beside, alone_p50, beside_p50], verdicts, notes: Vec::new() })
}
