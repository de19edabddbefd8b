//! From nothing to the first answer.

use crate::{
    bench::Bench,
    load,
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::location,
};
use gratitude::proto::v1::{
    self as pb, front_desk_service_client::FrontDeskServiceClient, identifier::Kind as IdentifierKind,
};
use std::time::Instant;

/// A start takes a moment only: so there are more of them than rounds.
const STARTS_PER_ROUND: usize = 4;

pub(super) async fn to_first_answer(bench: &Bench) -> Outcome<Measured> {
    let town = bench.sqlite_town(bench.options.customers()).await?;
    let mut answered = Side::new("the first Recognize is answered after", "ms");
    for n in 0..bench.options.rounds() * STARTS_PER_ROUND {
        let n = n as u64;
        let identifier =
            pb::Identifier { kind: IdentifierKind::Phone.into(), value: town.phone(n), ..pb::Identifier::default() };
        let request = pb::RecognizeRequest {
            location: location(n),
            identifiers: vec![identifier],
            ..pb::RecognizeRequest::default()
        };
        let begun = Instant::now();
        let service = Listening::service(&town.url, &[])?;
        let channel = load::connect(&service.url(), 1).await?.remove(0);
        let reply = FrontDeskServiceClient::new(channel).recognize(request).await?.into_inner();
        answered.rounds.push(begun.elapsed().as_secs_f64() * 1_000.0);
        reply.card.ok_or("a customer of the town was not recognised")?;
        service.stop()?;
    }
    let verdicts = vec![Verdict::of("start to first answer", "ms", &answered.rounds, Some(Bound::AtMost(100.0)))?];
    Ok(Measured { sides: vec![answered], verdicts, notes: Vec::new() })
}
