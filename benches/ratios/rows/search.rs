//! Somebody types at a desk: the answer must be there before the next key.

use super::CONNECTIONS;
use crate::{
    bench::Bench,
    load::{self, Answer, Numbers, Pattern, Until},
    outcome::{Bound, Measured, Outcome, Side, Verdict},
    postgres,
    process::Listening,
    town::scattered,
};
use futures_util::{StreamExt, stream};
use gratitude::{
    cli::settings::settings,
    config::Config,
    domain::{
        commands::{
            Once,
            customers::{CreateCustomer, OnMatch},
        },
        customer::{ContactAddress, ContactPoint, CustomerKind, Identifier, IdentifierKind, PostalAddress, Profile},
        world::{Actor, Fingerprint},
    },
    proto::v1::{self as pb, customer_service_client::CustomerServiceClient},
    store::{ConnectSettings, Durability, GivenSecrets, Lane, Room, Store, StoreOptions},
};
use jiff::Timestamp;
use prost::Message;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tonic::transport::Channel;

/// A keystroke may take so long at the service.
const KEYSTROKE_MS: f64 = 5.0;
/// Customers that are looked at in one piece.
const PAGE: u32 = 500;
/// Customers that are made at once.
const MADE_AT_ONCE: usize = 512;

pub(super) async fn on_sqlite(bench: &Bench) -> Outcome<Measured> {
    let customers = u64::from(bench.options.customers());
    let folder = bench.options.keep.as_deref().unwrap_or_else(|| bench.folder());
    let file = folder.join(format!("names-{customers}.db"));
    let url = |file: &Path| format!("sqlite:{}", file.display());
    let mut notes = Vec::new();
    if !file.is_file() {
        // Half-made customers must not be taken for all of them by the next run.
        let being_made = bench.folder().join("names.db");
        notes.push(fill(&url(&being_made), customers).await?);
        std::fs::create_dir_all(folder)?;
        std::fs::copy(&being_made, &file)?;
        std::fs::remove_file(&being_made)?;
    }
    // A desk's database has been read before: this is no row about disks.
    std::io::copy(&mut std::fs::File::open(&file)?, &mut std::io::sink())?;
    measure(bench, &url(&file), notes).await
}

pub(super) async fn on_postgres(bench: &Bench) -> Outcome<Measured> {
    let missing = |_| "PostgreSQL's server programs are not on this machine";
    let lease = postgres::lease().await.map_err(missing)?;
    let notes = vec![fill(&lease.url(), u64::from(bench.options.customers())).await?];
    measure(bench, &lease.url(), notes).await
}

async fn measure(bench: &Bench, url: &str, notes: Vec<String>) -> Outcome<Measured> {
    let customers = u64::from(bench.options.customers());
    let service = Listening::service(url, &[])?;
    let desk = load::connect(&service.url(), CONNECTIONS).await?;
    let empty = empty(bench, &desk[0], customers).await?;
    let nobody = load::connect(&empty.url(), CONNECTIONS).await?;

    let mut sides = Vec::new();
    let mut verdicts = Vec::new();
    for (what, text) in TYPED {
        let call = call(*text, customers);
        load::run(&desk[..1], Pattern::busy(1), Until::Seconds(0.5), call.clone()).await?;
        let mut p50 = Side::new(format!("{what}, p50"), "ms");
        let mut p99 = Side::new(format!("{what}, p99"), "ms");
        let mut bare = Side::new("the empty RPC, p99", "ms");
        for _ in 0..bench.options.rounds() {
            let until = Until::Seconds(bench.options.seconds());
            let run = load::run(&desk[..1], Pattern::busy(1), until, call.clone()).await?;
            p50.rounds.push(run.latency_ms(0.5));
            p99.rounds.push(run.latency_ms(0.99));
            let run = load::run(&nobody[..1], Pattern::busy(1), Until::Seconds(0.5), call.clone()).await?;
            bare.rounds.push(run.latency_ms(0.99));
        }
        verdicts.push(Verdict::of(format!("{what}, p99"), "ms", &p99.rounds, Some(Bound::AtMost(KEYSTROKE_MS)))?);
        sides.extend([p50, p99, bare]);
    }
    Ok(Measured { sides, verdicts, notes })
}

/// What is typed: of which customer, in what words.
type Typed = fn(u64) -> (String, bool);

const TYPED: &[(&str, Typed)] = &[
    ("three letters of a name", |n| (beginning(&given(n), 3), true)),
    ("a given name and two letters", |n| (format!("{} {}", given(n), beginning(&family(n), 2)), true)),
    ("two beginnings of three letters", |n| {
        (format!("{} {}", beginning(&family(n), 3), beginning(&given(n), 3)), true)
    }),
    ("a whole name", |n| (format!("{} {}", given(n), family(n)), false)),
    ("a name with a letter missing", |n| (format!("{} {}", given(n), without_one(&family(n))), false)),
    ("the last four digits", |n| (phone(n).chars().skip(9).collect(), true)),
];

fn call(typed: Typed, customers: u64) -> impl Fn(Channel) -> Answer + Clone + use<> {
    let numbers = Numbers::default();
    move |channel| {
        let request = request(typed, scattered(numbers.next()) % customers);
        Box::pin(async move { CustomerServiceClient::new(channel).search_customers(request).await.map(drop) })
    }
}

fn request(typed: Typed, n: u64) -> pb::SearchCustomersRequest {
    let (query, type_ahead) = typed(n);
    pb::SearchCustomersRequest { query, type_ahead, ..pb::SearchCustomersRequest::default() }
}

/// A server that answers with a reply of the middle size.
async fn empty(bench: &Bench, channel: &Channel, customers: u64) -> Outcome<Listening> {
    let mut replies = Vec::new();
    for n in 0..101 {
        let request = request(TYPED[0].1, scattered(n) % customers);
        replies.push(
            CustomerServiceClient::new(channel.clone()).search_customers(request).await?.into_inner().encode_to_vec(),
        );
    }
    replies.sort_by_key(Vec::len);
    let file = bench.folder().join("found");
    std::fs::write(&file, &replies[replies.len() / 2])?;
    Listening::empty(&file)
}

/// Makes the customers, through the store's own commands; says how fast.
async fn fill(url: &str, customers: u64) -> Outcome<String> {
    eprintln!("  making {customers} customers with names");
    let begun = Instant::now();
    let store = Store::open(StoreOptions {
        connect: ConnectSettings {
            url: url.to_owned(),
            pooler: false,
            read_connections: 2,
            write_connections: 4,
            connect_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(60),
            durability: Durability::Off,
            watch: None,
        },
        migrate: true,
        manual_clock: false,
        now: Arc::new(Timestamp::now),
        settings: Arc::new(settings(&Config::default())),
        room: Room { interactive: 10_000, bulk: 10_000 },
        secrets: GivenSecrets::default(),
        seed: None,
    })
    .await?;
    let made = stream::iter((0..customers).map(|n| store.submit(Lane::Interactive, somebody(n))))
        .buffer_unordered(MADE_AT_ONCE);
    let failed: Vec<_> = made.filter_map(|made| std::future::ready(made.err())).take(1).collect().await;
    // What a service does beside its calls in the first minutes of such a database is not what is measured.
    while store.fill_search(PAGE).await?.is_some() {}
    while store.tidy_search().await? {}
    store.close().await?;
    match failed.into_iter().next() {
        Some(error) => Err(error.into()),
        None => {
            let rate = customers as f64 / begun.elapsed().as_secs_f64();
            Ok(format!("{customers} customers, made at {rate:.0} a second"))
        }
    }
}

fn somebody(n: u64) -> CreateCustomer {
    let number = phone(n);
    let post = PostalAddress {
        region: "PT".to_owned(),
        postal_code: format!("{:04}-{:03}", 1000 + scattered(n ^ 5) % 8000, scattered(n ^ 6) % 1000),
        locality: word(scattered(n ^ 7) % 2_000, 2),
        ..PostalAddress::default()
    };
    let identifier = Identifier {
        kind: IdentifierKind::Phone,
        system: String::new(),
        typed: number.clone(),
        normalized: number,
        origin: None,
    };
    let point = ContactPoint { address: ContactAddress::Post(post), label: String::new(), bad: false };
    CreateCustomer {
        actor: Actor::system(),
        once: Once { keys: Vec::new(), content: Fingerprint::default() },
        id: None,
        kind: CustomerKind::Person,
        profile: Profile {
            display_name: format!("{} {}", given(n), family(n)),
            given_name: given(n),
            family_name: family(n),
            contact_points: vec![point],
            ..Profile::default()
        },
        tags: Vec::new(),
        identifiers: vec![identifier],
        on_match: OnMatch::CreateAnyway,
        allow_erased: false,
    }
}

fn phone(n: u64) -> String {
    format!("+35191{n:07}")
}

/// One of some hundred given names, the first ones much more often.
fn given(n: u64) -> String {
    word(often(scattered(n ^ 1), 800), 2)
}

/// One of a hundred thousand family names, the first ones much more often.
fn family(n: u64) -> String {
    word(100_000 + often(scattered(n ^ 2), 100_000), 3)
}

/// A number below `most`, where each is about as frequent as all of twice its size together.
fn often(random: u64, most: u64) -> u64 {
    let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and most")]
    let number = ((most as f64).powf(share) - 1.0) as u64;
    number.min(most - 1)
}

const CONSONANTS: &[u8] = b"bcdfghjklmnprstvz";
const VOWELS: &[u8] = b"aeiou";

/// A word of some syllables that belongs to a number.
fn word(number: u64, syllables: u32) -> String {
    let mut rest = scattered(number);
    let mut word = String::new();
    for _ in 0..syllables {
        let mut pick = |from: &[u8]| {
            let length = from.len() as u64;
            let letter = from[usize::try_from(rest % length).unwrap_or_default()];
            rest /= length;
            char::from(letter)
        };
        word.extend([pick(CONSONANTS), pick(VOWELS)]);
    }
    word.push(char::from(b"lmnrs"[usize::try_from(rest % 5).unwrap_or_default()]));
    word
}

fn beginning(word: &str, letters: usize) -> String {
    word.chars().take(letters).collect()
}

fn without_one(word: &str) -> String {
    word.chars().enumerate().filter(|(at, _)| *at != 3).map(|(_, c)| c).collect()
}
