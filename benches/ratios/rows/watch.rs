//! A desk that looks on: how soon it hears of who comes in, and how soon it sees who is there.

use crate::{
    bench::Bench,
    load::{self, Answer, Numbers, Pattern, Run, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    process::Listening,
    town::{Town, location},
};
use gratitude::proto::v1::{
    self as pb, arrival_change::Kind, front_desk_service_client::FrontDeskServiceClient,
    identifier::Kind as IdentifierKind, watch_arrivals_response::News,
};
use prost::Message;
use std::time::{Duration, Instant};
use tonic::{Status, Streaming, transport::Channel};

/// What whoever looks at a screen takes for at once.
const AT_ONCE_MS: f64 = 10.0;
/// How many people are there when somebody begins to watch.
const HERE: usize = 100;
/// How many begin to watch, one after the other. HTTP/2 gives a connection up on which a thousand streams were left.
const WATCHES: usize = 500;
/// Between two who come in: the town must not run out of people who are not here yet.
const REST: Duration = Duration::from_millis(10);

pub(super) async fn on_sqlite(bench: &Bench) -> Outcome<Measured> {
    let town = bench.sqlite_town(bench.options.customers()).await?;
    measure(bench, &town).await
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    let town = bench.postgres_town().await?;
    measure(bench, &town).await
}

async fn measure(bench: &Bench, town: &Town) -> Outcome<Measured> {
    let service = Listening::service(&town.url, &[])?;
    let channels = load::connect(&service.url(), 2).await?;
    let door = Door { town: town.clone(), numbers: Numbers::default(), desk: channels[0].clone() };
    for _ in 0..HERE {
        door.check_in().await?;
    }
    let first = first_message(channels[1].clone()).await?;
    let file = bench.folder().join("here");
    std::fs::write(&file, first.encode_to_vec())?;
    let empty = Listening::empty(&file)?;
    let nobody = load::connect(&empty.url(), 1).await?;

    let mut table = Table::new();
    let seconds = bench.options.seconds();
    for _ in 0..bench.options.rounds() {
        let told = door.tell(&channels[1], Duration::from_secs_f64(seconds)).await?;
        table.whole.add(&told.whole);
        table.behind.add(&told.behind);
        let (one, until) = (Pattern::busy(1), Until::Calls(WATCHES));
        let fresh = load::connect(&service.url(), 1).await?;
        table.first.add(&load::run(&fresh, one, until, call()).await?);
        table.bare.add(&load::run(&nobody, one, until, call()).await?);
        let fresh = load::connect(&service.url(), 1).await?;
        table.all.add(&load::run(&fresh, one, until, all_seen()).await?);
    }
    table.measured(&first)
}

/// Where people come in, each once.
struct Door {
    town: Town,
    numbers: Numbers,
    desk: Channel,
}

/// Two ways in which the news of a check-in is late.
struct Told {
    /// Since the call was sent: the check-in itself is part of it.
    whole: Run,
    /// Since its answer came, which is after the commit; nothing where the news came first.
    behind: Run,
}

impl Door {
    /// Somebody comes in who was not here: the visit's name, and when its call was sent.
    async fn check_in(&self) -> Result<(String, Instant), Status> {
        loop {
            let sent = Instant::now();
            let opened = self.call_check_in().await?;
            // Whoever is here already is drawn now and then.
            if !opened.replayed {
                let visit = opened.interaction.ok_or_else(|| Status::internal("no visit was opened"))?;
                return Ok((visit.name, sent));
            }
        }
    }

    async fn call_check_in(&self) -> Result<pb::CheckInResponse, Status> {
        let identifiers = vec![pb::Identifier {
            kind: IdentifierKind::Phone.into(),
            value: self.town.phone(self.numbers.next()),
            ..pb::Identifier::default()
        }];
        let identity =
            pb::Identity { identifiers, profile: None, on_missing: pb::identity::OnMissing::KeepAnonymous.into() };
        let request = pb::CheckInRequest {
            location: location(0),
            who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
            ..pb::CheckInRequest::default()
        };
        Ok(FrontDeskServiceClient::new(self.desk.clone()).check_in(request).await?.into_inner())
    }

    /// One after the other comes in, while somebody watches.
    async fn tell(&self, watcher: &Channel, time: Duration) -> Outcome<Told> {
        let mut news = watch(watcher.clone()).await?;
        until_all_are_seen(&mut news).await?;
        let (mut whole, mut behind) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        while begun.elapsed() < time {
            let answered = async { Ok::<_, Status>((self.check_in().await?, Instant::now())) };
            let heard = async { Ok::<_, Status>((arrival(&mut news).await?, Instant::now())) };
            let (((visit, sent), answered), (told, heard)) = tokio::try_join!(answered, heard)?;
            if visit != told {
                return Err(format!("{told} was told, and {visit} came in").into());
            }
            whole.push(load::micros(heard - sent));
            behind.push(load::micros(heard.saturating_duration_since(answered)));
            tokio::time::sleep(REST).await;
        }
        Ok(Told { whole: Run::of(whole, begun), behind: Run::of(behind, begun) })
    }
}

async fn watch(channel: Channel) -> Result<Streaming<pb::WatchArrivalsResponse>, Status> {
    let request = pb::WatchArrivalsRequest { location: location(0), ..pb::WatchArrivalsRequest::default() };
    Ok(FrontDeskServiceClient::new(channel).watch_arrivals(request).await?.into_inner())
}

async fn next(news: &mut Streaming<pb::WatchArrivalsResponse>) -> Result<pb::WatchArrivalsResponse, Status> {
    news.message().await?.ok_or_else(|| Status::internal("the stream ended"))
}

async fn first_message(channel: Channel) -> Result<pb::WatchArrivalsResponse, Status> {
    next(&mut watch(channel).await?).await
}

/// A new watch, up to its first message.
fn call() -> impl Fn(Channel) -> Answer + Clone {
    |channel| Box::pin(async move { first_message(channel).await.map(drop) })
}

/// A new watch, until everybody who is there was told of.
fn all_seen() -> impl Fn(Channel) -> Answer + Clone {
    |channel| Box::pin(async move { until_all_are_seen(&mut watch(channel).await?).await })
}

/// Reads the snapshot to its end.
async fn until_all_are_seen(news: &mut Streaming<pb::WatchArrivalsResponse>) -> Result<(), Status> {
    while matches!(next(news).await?.news, Some(News::Snapshot(part)) if part.more) {}
    Ok(())
}

/// The visit of whoever comes in next.
async fn arrival(news: &mut Streaming<pb::WatchArrivalsResponse>) -> Result<String, Status> {
    loop {
        if let Some(News::Change(change)) = next(news).await?.news
            && change.kind() == Kind::Arrived
        {
            return Ok(change.arrival.map(|arrival| arrival.interaction).unwrap_or_default());
        }
    }
}

/// The middle and the end of what was measured, round by round.
struct Latencies {
    p50: Side,
    p99: Side,
}

impl Latencies {
    fn new(what: &str) -> Self {
        Self { p50: Side::new(format!("{what}, p50"), "ms"), p99: Side::new(format!("{what}, p99"), "ms") }
    }

    fn add(&mut self, run: &Run) {
        self.p50.rounds.push(run.latency_ms(0.5));
        self.p99.rounds.push(run.latency_ms(0.99));
    }
}

struct Table {
    whole: Latencies,
    behind: Latencies,
    first: Latencies,
    all: Latencies,
    bare: Latencies,
}

impl Table {
    fn new() -> Self {
        Self {
            whole: Latencies::new("from a CheckIn's call to its news at a watcher"),
            behind: Latencies::new("from a CheckIn's answer to its news at a watcher"),
            first: Latencies::new("the first message of a new WatchArrivals"),
            all: Latencies::new("everybody who is there, told by a new WatchArrivals"),
            bare: Latencies::new("the empty RPC"),
        }
    }

    fn measured(self, message: &pb::WatchArrivalsResponse) -> Outcome<Measured> {
        let Self { whole, behind, first, all, bare } = self;
        let bound = Some(Bound::AtMost(AT_ONCE_MS));
        let verdicts = vec![
            Verdict::of("first message, p99", "ms", &first.p99.rounds, bound)?,
            Verdict::of("everybody who is there, p99", "ms", &all.p99.rounds, None)?,
            Verdict::of("news of a check-in after its answer, p99", "ms", &behind.p99.rounds, bound)?,
            Verdict::of("news of a check-in after its call, p99", "ms", &whole.p99.rounds, None)?,
        ];
        let sides = [whole, behind, first, all, bare].into_iter().flat_map(|it| [it.p50, it.p99]).collect();
        let told = match &message.news {
            Some(News::Snapshot(part)) => part.arrivals.len(),
            _ => 0,
        };
        let bytes = message.encoded_len();
        let notes = vec![format!("the first message tells of {told} of {HERE} people, in {bytes} bytes")];
        Ok(Measured { sides, verdicts, notes })
    }
}
