//! Batches of notes: made, watched, read, approved, and taken to a file.

use gratitude::proto::v1 as pb;
use pb::{
    download_note_batch_request::Format, interaction_service_client::InteractionServiceClient, note_batch,
    note_service_client::NoteServiceClient,
};
use tonic::{Code, Status, Streaming, transport::Channel};
use tonic_types::StatusExt;

use super::{SHOP, fields, identifier, reason, shop};
use crate::support::{database::Database, service::TestService};

pub(super) const TEMPLATE: &str = "templates/thanks-for-being-our-customer";

/// A service with one shop, three customers who came back, and one who came once.
pub(super) async fn shop_with_regulars(database: Database) -> TestService {
    let service = shop(database).await;
    for (name, days) in [("Ada", 2), ("Bülent \"B\"", 3), ("=Cleo", 5), ("Dan", 1)] {
        for day in 1..=days {
            purchase(&service, name, day).await;
        }
    }
    service
}

/// What somebody bought on a day long ago: counted, and not thanked for.
pub(super) async fn purchase(service: &TestService, name: &str, day: i64) {
    let identity = pb::Identity {
        identifiers: vec![identifier(pb::identifier::Kind::ExternalId, "till", name)],
        profile: Some(pb::Customer { display_name: name.to_owned(), ..pb::Customer::default() }),
        on_missing: pb::identity::OnMissing::Create.into(),
    };
    let interaction = pb::Interaction {
        location: SHOP.to_owned(),
        kind: pb::InteractionKind::Purchase.into(),
        channel: pb::InteractionChannel::InStore.into(),
        start_time: Some(prost_types::Timestamp { seconds: 1_600_000_000 + day * 86_400, nanos: 0 }),
        purchase: Some(pb::Purchase {
            items: vec![pb::PurchaseItem { display_name: "a red teapot".to_owned(), ..pb::PurchaseItem::default() }],
            ..pb::Purchase::default()
        }),
        history: true,
        ..pb::Interaction::default()
    };
    let request = pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
        interaction: Some(interaction),
        ..pb::RecordInteractionRequest::default()
    };
    InteractionServiceClient::new(service.channel()).record_interaction(request).await.expect("recorded");
}

pub(super) fn notes(service: &TestService) -> NoteServiceClient<Channel> {
    NoteServiceClient::new(service.channel())
}

/// To all who came on two days or more.
fn to_regulars(request_id: u128) -> pb::CreateNoteBatchRequest {
    let segment = pb::SegmentSelection {
        filter: "summary.visit_days >= 2".to_owned(),
        template: TEMPLATE.to_owned(),
        location: SHOP.to_owned(),
        channels: vec![pb::Channel::HandOver.into()],
    };
    let note_batch = pb::NoteBatch {
        display_name: "Regulars".to_owned(),
        selection: Some(note_batch::Selection::Segment(segment)),
        ..pb::NoteBatch::default()
    };
    pb::CreateNoteBatchRequest {
        note_batch: Some(note_batch),
        request_id: uuid::Uuid::from_u128(request_id).to_string(),
    }
}

pub(super) async fn made(service: &TestService) -> pb::NoteBatch {
    let reply = notes(service).create_note_batch(to_regulars(1)).await.expect("made").into_inner();
    reply.note_batch.expect("it is returned")
}

pub(super) async fn batch(service: &TestService, name: &str) -> pb::NoteBatch {
    let request = pb::GetNoteBatchRequest { name: name.to_owned() };
    notes(service).get_note_batch(request).await.expect("it is there").into_inner()
}

pub(super) async fn approve(service: &TestService, name: &str, etag: &str) -> Result<pb::NoteBatch, Status> {
    let request = pb::ApproveNoteBatchRequest { name: name.to_owned(), etag: etag.to_owned() };
    notes(service).approve_note_batch(request).await.map(tonic::Response::into_inner)
}

async fn watch(service: &TestService, name: &str) -> Streaming<pb::NoteBatch> {
    let request = pb::WatchNoteBatchRequest { name: name.to_owned() };
    notes(service).watch_note_batch(request).await.expect("it can be watched").into_inner()
}

/// What the stream shows up to a batch that stands so.
async fn seen_until(stream: &mut Streaming<pb::NoteBatch>, state: note_batch::State) -> pb::NoteBatch {
    loop {
        let batch = stream.message().await.expect("the stream goes on").expect("it does not end before");
        if batch.state() == state {
            return batch;
        }
    }
}

pub(super) async fn listed(service: &TestService, parent: &str, filter: &str) -> Vec<pb::Note> {
    let request = pb::ListNotesRequest {
        parent: parent.to_owned(),
        filter: filter.to_owned(),
        ..pb::ListNotesRequest::default()
    };
    notes(service).list_notes(request).await.expect("a page").into_inner().notes
}

async fn download(service: &TestService, name: &str, format: Format, filter: &str) -> Result<String, Status> {
    let request = pb::DownloadNoteBatchRequest {
        name: name.to_owned(),
        format: format.into(),
        filter: filter.to_owned(),
        ..pb::DownloadNoteBatchRequest::default()
    };
    let mut parts = notes(service).download_note_batch(request).await?.into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        bytes.extend(part.data);
    }
    Ok(String::from_utf8(bytes).expect("a file in UTF-8"))
}

both_engines! {
    async fn p2_p8_a_batch_is_made_once_read_approved_and_leaves(database) {
        let service = shop_with_regulars(database).await;
        let made = made(&service).await;
        assert_eq!((made.customer_count, made.state()), (3, note_batch::State::Composing));
        let again = notes(&service).create_note_batch(to_regulars(1)).await.expect("replayed").into_inner();
        assert!(again.replayed);
        assert_eq!(again.note_batch.map(|batch| batch.name), Some(made.name.clone()));
        let mut other = to_regulars(1);
        other.note_batch.get_or_insert_default().display_name = "Others".to_owned();
        let status = notes(&service).create_note_batch(other).await.expect_err("other content");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "CONTENT_DIFFERS"));

        service.advance("1s").await;
        let ready = batch(&service, &made.name).await;
        assert_eq!((ready.state(), ready.composed_count), (note_batch::State::Ready, 3), "{ready:?}");
        let written = listed(&service, &made.name, "note.state = COMPOSED").await;
        assert_eq!(written.len(), 3);
        for note in &written {
            assert!(note.facts.iter().any(|fact| fact.particular && note.text.contains(&fact.text)), "{note:?}");
            let request = pb::GetNoteRequest { name: note.name.clone() };
            assert_eq!(&notes(&service).get_note(request).await.expect("it is there").into_inner(), note);
        }

        let status = download(&service, &made.name, Format::Csv, "").await.expect_err("not approved");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NOTE_BATCH_STATE"));
        let status = approve(&service, &made.name, "v999").await.expect_err("never read");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        approve(&service, &made.name, &ready.etag).await.expect("approved");
        service.advance("1s").await;
        let over = batch(&service, &made.name).await;
        assert_eq!((over.state(), over.delivered_count), (note_batch::State::Completed, 3), "{over:?}");
        assert!(listed(&service, &made.name, "").await.iter().all(|note| note.state() == pb::note::State::Delivered));
        assert_eq!(std::fs::read_dir(service.spool()).expect("the spool").count(), 1, "a folder for the batch");
        approve(&service, &made.name, "").await.expect("again changes nothing");
        service.stop().await;
    }

    async fn p8_a_second_batch_says_something_else_and_leaves_too(database) {
        let service = shop_with_regulars(database).await;
        for request in [1, 2] {
            let made = notes(&service).create_note_batch(to_regulars(request)).await.expect("made").into_inner();
            let name = made.note_batch.expect("it is returned").name;
            service.advance("1s").await;
            approve(&service, &name, "").await.expect("approved");
            service.advance("1s").await;
            let over = batch(&service, &name).await;
            assert_eq!((over.state(), over.delivered_count), (note_batch::State::Completed, 3), "{over:?}");
        }
        let mut read: Vec<_> =
            listed(&service, "noteBatches/-", "").await.into_iter().map(|note| (note.customer, note.text)).collect();
        read.sort_unstable();
        read.dedup();
        assert_eq!(read.len(), 6, "no customer reads the same twice: {read:?}");
        service.stop().await;
    }

    async fn a_watcher_sees_a_batch_from_now_on_to_its_end(database) {
        let service = shop_with_regulars(database).await;
        let made = made(&service).await;
        let mut stream = watch(&service, &made.name).await;
        let first = stream.message().await.expect("at once").expect("the batch as it is");
        assert_eq!(first.state(), note_batch::State::Composing);
        // One who never reads keeps nobody from anything.
        let _slow = watch(&service, &made.name).await;

        service.advance("1s").await;
        seen_until(&mut stream, note_batch::State::Ready).await;
        approve(&service, &made.name, "").await.expect("approved");
        service.advance("1s").await;
        let over = seen_until(&mut stream, note_batch::State::Completed).await;
        assert_eq!(over.delivered_count, 3);
        assert_eq!(stream.message().await.expect("an orderly end"), None);

        let mut late = watch(&service, &made.name).await;
        assert_eq!(late.message().await.expect("at once").map(|batch| batch.state()), Some(note_batch::State::Completed));
        assert_eq!(late.message().await.expect("an orderly end"), None);
        service.stop().await;
    }

    async fn a_watcher_is_told_when_the_service_stops(database) {
        let service = shop_with_regulars(database).await;
        let made = made(&service).await;
        let mut stream = watch(&service, &made.name).await;
        stream.message().await.expect("at once").expect("the batch as it is");
        let (ended, ()) = tokio::join!(stream.message(), service.stop());
        let status = ended.expect_err("told");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "STOPPING"));
    }

    async fn a_file_holds_each_note_once_and_harms_no_spreadsheet(database) {
        let service = shop_with_regulars(database).await;
        let made = made(&service).await;
        service.advance("1s").await;
        approve(&service, &made.name, "").await.expect("approved");
        service.advance("1s").await;

        let lines = download(&service, &made.name, Format::Ndjson, "").await.expect("a file");
        let notes: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let mut names: Vec<_> = notes.iter().filter_map(|note| note["display_name"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["=Cleo", "Ada", "Bülent \"B\""]);
        let rows = download(&service, &made.name, Format::Csv, "").await.expect("a file");
        let mut rows = csv::Reader::from_reader(rows.as_bytes());
        let mut names: Vec<_> = rows.records().map(|row| row.expect("a row")[2].to_owned()).collect();
        names.sort_unstable();
        assert_eq!(names, ["'=Cleo", "Ada", "Bülent \"B\""]);

        let none = download(&service, &made.name, Format::Csv, "note.channel = POST").await.expect("a file");
        assert_eq!(none.lines().count(), 1, "the heading: {none}");
        let status = download(&service, &made.name, Format::Unspecified, "note.chanel = POST").await.expect_err("wrong");
        assert_eq!(fields(&status), ["format", "filter"]);
        service.stop().await;
    }

    async fn lists_page_and_keep_to_their_question(database) {
        let service = shop_with_regulars(database).await;
        let made = made(&service).await;
        let mut other = to_regulars(2);
        let Some(note_batch::Selection::Segment(segment)) =
            other.note_batch.as_mut().and_then(|batch| batch.selection.as_mut()) else { panic!("a segment") };
        segment.filter = "summary.visit_days >= 100".to_owned();
        let nobody = notes(&service).create_note_batch(other).await.expect("made").into_inner().note_batch.expect("made");
        assert_eq!(nobody.customer_count, 0);
        service.advance("1s").await;

        let mut all = Vec::new();
        let mut request = pb::ListNotesRequest { parent: made.name.clone(), page_size: 2, ..pb::ListNotesRequest::default() };
        loop {
            let page = notes(&service).list_notes(request.clone()).await.expect("a page").into_inner();
            all.extend(page.notes.into_iter().map(|note| note.name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 3);
        let everywhere = listed(&service, "noteBatches/-", "").await;
        assert_eq!(everywhere.len(), 3);
        let one = format!("note.customer = \"{}\"", everywhere[0].customer);
        assert_eq!(listed(&service, "noteBatches/-", &one).await, everywhere[..1]);

        let foreign = pb::ListNotesRequest { filter: "note.state = FAILED".to_owned(), ..request };
        if !foreign.page_token.is_empty() {
            let status = notes(&service).list_notes(foreign).await.expect_err("another question");
            assert_eq!(reason(&status), "INVALID_PAGE_TOKEN");
        }
        let waiting = pb::ListNoteBatchesRequest {
            states: vec![note_batch::State::Ready.into()],
            ..pb::ListNoteBatchesRequest::default()
        };
        let waiting = notes(&service).list_note_batches(waiting).await.expect("a page").into_inner().note_batches;
        assert!(waiting.iter().any(|batch| batch.name == made.name), "{waiting:?}");
        assert!(waiting.iter().all(|batch| batch.state() == note_batch::State::Ready));
        service.stop().await;
    }

    async fn what_is_wrong_is_named_and_what_does_not_fit_the_state_is_refused(database) {
        let service = shop_with_regulars(database).await;
        let mut wrong = to_regulars(1);
        wrong.request_id = "7".to_owned();
        wrong.note_batch.get_or_insert_default().display_name = "x".repeat(300);
        let Some(note_batch::Selection::Segment(segment)) =
            wrong.note_batch.as_mut().and_then(|batch| batch.selection.as_mut()) else { panic!("a segment") };
        segment.template = "Thanks".to_owned();
        segment.channels = vec![pb::Channel::Phone.into()];
        let status = notes(&service).create_note_batch(wrong).await.expect_err("wrong");
        let segment = "note_batch.segment";
        let expected = ["request_id".to_owned(), "note_batch.display_name".to_owned(), format!("{segment}.template"), format!("{segment}.channels[0]")];
        assert_eq!(fields(&status), expected);

        let mut unreadable = to_regulars(1);
        unreadable.note_batch.get_or_insert_default().selection =
            Some(note_batch::Selection::Due(pb::DueSelection { filter: "gesture.kind == CALL".to_owned(), as_of_time: None }));
        let status = notes(&service).create_note_batch(unreadable).await.expect_err("no filter");
        let info = status.get_details_error_info().expect("every error has its reason");
        assert_eq!((info.reason.as_str(), info.metadata["position"].as_str()), ("INVALID_FILTER", "14"));

        for (template, location) in [("templates/none", SHOP), (TEMPLATE, "locations/none")] {
            let mut missing = to_regulars(1);
            let Some(note_batch::Selection::Segment(segment)) =
                missing.note_batch.as_mut().and_then(|batch| batch.selection.as_mut()) else { panic!("a segment") };
            segment.template = template.to_owned();
            segment.location = location.to_owned();
            let status = notes(&service).create_note_batch(missing).await.expect_err("not there");
            assert!(matches!(status.code(), Code::InvalidArgument | Code::NotFound), "{status:?}");
        }

        let made = made(&service).await;
        let status = approve(&service, &made.name, "").await.expect_err("still composing");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NOTE_BATCH_STATE"));
        let cancel = pb::CancelNoteBatchRequest { name: made.name.clone(), reason: String::new(), etag: String::new() };
        let status = notes(&service).cancel_note_batch(cancel.clone()).await.expect_err("why?");
        assert_eq!(fields(&status), ["reason"]);
        let cancel = pb::CancelNoteBatchRequest { reason: "The shop burned down.".to_owned(), ..cancel };
        notes(&service).cancel_note_batch(cancel.clone()).await.expect("cancelled");
        service.advance("1s").await;
        let over = notes(&service).cancel_note_batch(cancel).await.expect("again changes nothing").into_inner();
        assert_eq!((over.state(), over.explanation.contains("burned")), (note_batch::State::Cancelled, true), "{over:?}");
        let resume = pb::ResumeNoteBatchRequest { name: made.name };
        let status = notes(&service).resume_note_batch(resume).await.expect_err("over");
        assert_eq!(reason(&status), "NOTE_BATCH_STATE");
        let unknown = format!("noteBatches/{}", uuid::Uuid::from_u128(7));
        let status = approve(&service, &unknown, "").await.expect_err("unknown");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "NOT_FOUND"));
        service.stop().await;
    }
}
