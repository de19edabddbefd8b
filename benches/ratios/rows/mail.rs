//! Mails are carried out: each note claimed, looked at once more, written as a mail, offered, and its answer kept.
//! Beside it, the same bytes go to the same relay over as many connections, and nothing else is done.

use super::night::Night;
use crate::{
    bench::Bench,
    outcome::{Measured, Outcome, Side, Verdict},
    process::Listening,
    relay::{self, Relay},
    town::Town,
};
use gratitude::proto::v1 as pb;
use std::time::{Duration, Instant};

/// Connections, and mails on each, where nothing is configured.
const CONNECTIONS: usize = 8;
const MAILS_PER_CONNECTION: usize = 100;
/// How often a batch is asked whether it is over: a round takes seconds.
const POLL: Duration = Duration::from_millis(20);

pub(super) async fn on_sqlite(bench: &Bench) -> Outcome<Measured> {
    let customers = if bench.options.quick { 2_000 } else { 10_000 };
    let mut ours = Side::new("mails carried out by the service", "/s");
    let mut bare = Side::new(format!("the same bytes over {CONNECTIONS} bare connections"), "/s");
    let mut bytes = Side::new("a mail has", "B");
    for _ in 0..bench.options.rounds() {
        // A town of its own for each round, since each note leaves once.
        let town = bench.sqlite_town_of(customers, 1).await?;
        let relay = Relay::keeping().await?;
        ours.rounds.push(carried_out(&town, &relay).await?);
        let mails = relay.mails();
        drop(relay);

        let (count, relay) = (mails.len(), Relay::counting().await?);
        bytes.rounds.push(mails.iter().map(relay::Mail::bytes).sum::<usize>() as f64 / count as f64);
        let begun = Instant::now();
        relay::hand_over(relay.port(), mails, CONNECTIONS, MAILS_PER_CONNECTION).await?;
        bare.rounds.push(count as f64 / begun.elapsed().as_secs_f64());
        if relay.count() != count {
            return Err(format!("{} of {count} mails were handed over bare", relay.count()).into());
        }
    }
    let verdicts = vec![
        Verdict::ratio("carried out / bare", &ours, &bare, None)?,
        Verdict::of("mails carried out", "/s", &ours.rounds, None)?,
    ];
    let note = "the relay keeps nothing on a disk, and answers at once: a real one is slower than the bare side";
    Ok(Measured { sides: vec![ours, bare, bytes], verdicts, notes: vec![note.to_owned()] })
}

/// How many mails a second leave, from the approval to the last answer that was kept.
async fn carried_out(town: &Town, relay: &Relay) -> Outcome<f64> {
    let service = by_mail(&town.url, relay)?;
    let mut night = Night::of(&service, POLL).await?;
    let written = night.write().await?;
    let sent = night.send(&written.batch).await?;
    drop(night);
    service.stop()?;
    let delivered = all_delivered(&sent.batch, town.customers, relay)?;
    Ok(delivered as f64 / sent.seconds)
}

/// The service, with mails that go to the relay.
pub(super) fn by_mail(database_url: &str, relay: &Relay) -> Outcome<Listening> {
    let settings = [
        ("GRATITUDE_DELIVERY__ROUTES__EMAIL", "smtp"),
        ("GRATITUDE_DELIVERY__PUBLIC_URL", "https://thanks.example.com"),
        ("GRATITUDE_DELIVERY__SMTP__HOST", "127.0.0.1"),
        ("GRATITUDE_DELIVERY__SMTP__PORT", &relay.port().to_string()),
        ("GRATITUDE_DELIVERY__SMTP__ENCRYPTION", "none"),
        ("GRATITUDE_DELIVERY__SMTP__FROM", "thanks@shop.example.com"),
        ("GRATITUDE_DELIVERY__SMTP__CONNECTIONS", &CONNECTIONS.to_string()),
        ("GRATITUDE_DELIVERY__SMTP__MAILS_PER_CONNECTION", &MAILS_PER_CONNECTION.to_string()),
    ];
    Listening::service_with(database_url, &settings)
}

/// How many notes were delivered, if that is nearly everybody's, and as many as the relay got.
pub(super) fn all_delivered(batch: &pb::NoteBatch, customers: u64, relay: &Relay) -> Outcome<usize> {
    let delivered = usize::try_from(batch.delivered_count)?;
    if delivered != relay.count() {
        return Err(format!("{delivered} mails count as delivered, and {} came", relay.count()).into());
    }
    if (delivered as u64) < customers * 9 / 10 {
        return Err(format!("only {delivered} of {customers} notes were delivered").into());
    }
    Ok(delivered)
}
