//! A long history is handed over whole, and back.

use crate::support::ledger::TestLedger;
use gratitude::{
    domain::{
        commands::{
            Once,
            batch::RecordAll,
            customers::{MergeCustomers, Merged, UnmergeCustomer},
            record::Record,
        },
        ids::CustomerId,
        interaction::{Detail, Direction, InteractionChannel, InteractionKind, Outcome},
        summary::Summary,
        world::{Actor, Command, Fingerprint},
    },
    store::Lane,
};
use jiff::SignedDuration;
use std::time::Instant;

const HISTORY: u32 = 10_000;
const BATCH: u32 = 1_000;
const SHORT: &str = "+351910000001";
const LONG: &str = "+351910000002";

fn actor() -> Actor {
    Actor { principal: "local".to_owned(), ..Actor::default() }
}

fn unrepeated() -> Once {
    Once { keys: Vec::new(), content: Fingerprint::default() }
}

/// A question that was asked some hours after the first, and answered then.
fn asked(ledger: &TestLedger, phone: &str, hours: u32) -> Record {
    let mut detail = Detail::new(InteractionKind::Enquiry, InteractionChannel::Phone, Direction::Inbound);
    detail.outcome = Some(Outcome::Informed);
    let mut record = ledger.recording(phone, "", detail);
    let began = ledger.now() - SignedDuration::from_hours(i64::from(2 * HISTORY - hours));
    record.once.keys.clear();
    (record.new.start_at, record.new.end_at, record.new.history) = (Some(began), Some(began), true);
    record
}

async fn does<C: Command>(ledger: &TestLedger, what: &str, command: C) -> C::Reply {
    let begun = Instant::now();
    let done = ledger.store.submit(Lane::Interactive, command).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    println!("{what}: {} ms", begun.elapsed().as_millis());
    done
}

async fn summary(ledger: &TestLedger, id: CustomerId) -> Summary {
    let mut summary = ledger.store.summaries(&[id]).await.expect("read").remove(&id).expect("a summary");
    // When they are looked at next follows from the day.
    (summary.look_at, summary.known_on) = (gratitude::domain::upcoming::NEVER, None);
    summary
}

both_engines! {
    async fn p10_ten_thousand_interactions_are_handed_over_and_back(database) {
        let ledger = TestLedger::open(database).await;
        let short = ledger.record(asked(&ledger, SHORT, 7)).await.expect("recorded").interaction.customer.expect("known");
        let mut long = None;
        for batch in 0..HISTORY / BATCH {
            let records = (batch * BATCH..(batch + 1) * BATCH).map(|n| asked(&ledger, LONG, n)).collect();
            let recorded = ledger.store.submit(Lane::Bulk, RecordAll(records)).await.expect("recorded");
            long = recorded[0].interaction.customer;
        }
        let long = long.expect("known");
        let (one, other) = (summary(&ledger, short).await, summary(&ledger, long).await);
        assert_eq!(other.counts.get(&InteractionKind::Enquiry), Some(&HISTORY));

        let merge = MergeCustomers {
            actor: actor(),
            once: unrepeated(),
            survivor: short,
            survivor_version: None,
            duplicate: long,
            duplicate_version: None,
            validate_only: false,
        };
        let merged: Merged = does(&ledger, "merging ten thousand interactions into one", merge).await;
        assert_eq!(merged.survivor.id, short);
        let both = summary(&ledger, short).await;
        assert_eq!(both.counts.get(&InteractionKind::Enquiry), Some(&(HISTORY + 1)));
        assert_eq!(both.visit_days, other.visit_days, "the one question was asked on one of their days");

        let part = UnmergeCustomer { actor: actor(), once: unrepeated(), id: long };
        does(&ledger, "parting them again", part).await;
        assert_eq!((summary(&ledger, short).await, summary(&ledger, long).await), (one, other), "exactly as before");
    }
}
