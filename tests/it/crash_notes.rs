//! The real binary, killed with `kill -9` in the middle of a batch of notes (P1, P4).

use crate::support::{
    binary::Serving,
    night::spooled,
    shop::{SHOP, open_shop},
};
use gratitude::proto::v1::{
    ApproveNoteBatchRequest, BatchRecordInteractionsRequest, CreateNoteBatchRequest, GetNoteBatchRequest, Identifier,
    Identity, Interaction, InteractionChannel, InteractionKind, NoteBatch, Outcome, Purchase, PurchaseItem,
    RecordInteractionRequest, SegmentSelection, Who, identifier, identity,
    interaction_service_client::InteractionServiceClient, note_batch, note_service_client::NoteServiceClient, who,
};
use std::{collections::BTreeSet, fs, path::Path, time::Duration};
use tonic::transport::Channel;

const CUSTOMERS: usize = 1_500;
/// How often a batch is asked how far it is.
const LOOK_AFTER: Duration = Duration::from_millis(20);

both_engines! {
    async fn p1_p4_nobody_is_written_to_twice_and_nobody_skipped_when_the_service_is_killed(database) {
        let folder = tempfile::tempdir().expect("there is room");
        let (config, spool) = configure(folder.path());
        let start = || Serving::start(&database.url, &["--config", &config]);
        let mut serving = start();
        let channel = connect(&serving).await;
        open_shop(channel.clone()).await;
        fill(channel.clone()).await;
        let batch = make(channel).await;

        // While it composes: after no page, and after some.
        for pages in [0, 1, 3] {
            until(&serving, &batch, |batch| done(batch) >= pages * 250 || !is(batch, note_batch::State::Composing)).await;
            serving.kill();
            serving = start();
        }
        let ready = until(&serving, &batch, |batch| is(batch, note_batch::State::Ready)).await;
        assert_eq!((ready.customer_count, done(&ready)), (CUSTOMERS as i64, CUSTOMERS as i64), "{ready:?}");
        assert_eq!(ready.composed_count, CUSTOMERS as i64, "{ready:?}");
        assert!(!spool.exists(), "nothing leaves that nobody approved");

        let request = ApproveNoteBatchRequest { name: batch.clone(), ..ApproveNoteBatchRequest::default() };
        client(&serving).await.approve_note_batch(request).await.expect("approved");
        for chunks in [0, 1, 3] {
            let over = |batch: &NoteBatch| is(batch, note_batch::State::Completed);
            until(&serving, &batch, |batch| batch.delivered_count >= chunks * 250 || over(batch)).await;
            serving.kill();
            serving = start();
        }
        let over = until(&serving, &batch, |batch| is(batch, note_batch::State::Completed)).await;
        assert_eq!((over.delivered_count, done(&over)), (CUSTOMERS as i64, CUSTOMERS as i64), "{over:?}");
        let lines = spooled(&spool);
        let customers: BTreeSet<_> = lines.values().map(|line| line["customer"].to_string()).collect();
        assert_eq!((lines.len(), customers.len()), (CUSTOMERS, CUSTOMERS));
    }
}

/// Where the batch's notes are to go, told by a file.
fn configure(folder: &Path) -> (String, std::path::PathBuf) {
    let spool = folder.join("spool");
    let config = folder.join("gratitude.toml");
    fs::write(&config, format!("[delivery]\nspool = {:?}\n", spool.display().to_string())).expect("there is room");
    (config.display().to_string(), spool)
}

/// Everybody bought something of their own.
async fn fill(channel: Channel) {
    let mut client = InteractionServiceClient::new(channel);
    for hundred in 0..CUSTOMERS / 500 {
        let requests = (0..500).map(|n| purchase(hundred * 500 + n)).collect();
        let request = BatchRecordInteractionsRequest { requests, ..BatchRecordInteractionsRequest::default() };
        client.batch_record_interactions(request).await.expect("recorded");
    }
}

fn purchase(n: usize) -> RecordInteractionRequest {
    let loyalty =
        Identifier { kind: identifier::Kind::Loyalty.into(), value: format!("L{n}"), ..Identifier::default() };
    let identity =
        Identity { identifiers: vec![loyalty], profile: None, on_missing: identity::OnMissing::Create.into() };
    let item = PurchaseItem { display_name: format!("teapot {n}"), quantity: 1, ..PurchaseItem::default() };
    let interaction = Interaction {
        location: SHOP.to_owned(),
        kind: InteractionKind::Purchase.into(),
        outcome: Outcome::Purchased.into(),
        channel: InteractionChannel::InStore.into(),
        purchase: Some(Purchase { items: vec![item], ..Purchase::default() }),
        ..Interaction::default()
    };
    RecordInteractionRequest {
        who: Some(Who { who: Some(who::Who::Identity(identity)) }),
        interaction: Some(interaction),
        ..RecordInteractionRequest::default()
    }
}

async fn make(channel: Channel) -> String {
    let segment = SegmentSelection {
        template: "templates/thanks-for-being-our-customer".to_owned(),
        location: SHOP.to_owned(),
        ..SegmentSelection::default()
    };
    let batch = NoteBatch { selection: Some(note_batch::Selection::Segment(segment)), ..NoteBatch::default() };
    let request = CreateNoteBatchRequest { note_batch: Some(batch), ..CreateNoteBatchRequest::default() };
    let made = NoteServiceClient::new(channel).create_note_batch(request).await.expect("made").into_inner();
    made.note_batch.expect("a batch").name
}

/// The batch, as soon as it is as it should be.
async fn until(serving: &Serving, name: &str, as_wanted: impl Fn(&NoteBatch) -> bool) -> NoteBatch {
    let mut client = client(serving).await;
    loop {
        let request = GetNoteBatchRequest { name: name.to_owned() };
        let batch = client.get_note_batch(request).await.expect("it is there").into_inner();
        assert!(!is(&batch, note_batch::State::Stopped), "{batch:?}");
        if as_wanted(&batch) {
            return batch;
        }
        tokio::time::sleep(LOOK_AFTER).await;
    }
}

fn is(batch: &NoteBatch, state: note_batch::State) -> bool {
    batch.state() == state
}

/// Customers who stand somewhere.
fn done(batch: &NoteBatch) -> i64 {
    batch.composed_count
        + batch.with_person_count
        + batch.skipped_count
        + batch.delivering_count
        + batch.delivered_count
        + batch.failed_count
        + batch.uncertain_count
        + batch.cancelled_count
}

async fn client(serving: &Serving) -> NoteServiceClient<Channel> {
    NoteServiceClient::new(connect(serving).await)
}

async fn connect(serving: &Serving) -> Channel {
    let endpoint = Channel::from_shared(serving.url()).expect("a URL");
    endpoint.connect().await.expect("it listens")
}
