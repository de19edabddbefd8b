//! A shop whose customers take e-mails, and a batch of notes to them.

use crate::support::shop::{SHOP, open_shop};
use gratitude::proto::v1 as pb;
use pb::{
    interaction_service_client::InteractionServiceClient, note_batch, note_service_client::NoteServiceClient,
    policy_service_client::PolicyServiceClient,
};
use prost_types::FieldMask;
use tonic::transport::Channel;

/// Customers who are recorded by one call.
const AT_ONCE: usize = 500;

/// Opens the shop, where e-mails of thanks are allowed unless somebody refused them, and has that many customers buy
/// something of their own.
pub(super) async fn come(channel: Channel, count: usize) {
    open_shop(channel.clone()).await;
    allow_e_mails(channel.clone()).await;
    let mut client = InteractionServiceClient::new(channel);
    let all: Vec<_> = (0..count).collect();
    for some in all.chunks(AT_ONCE) {
        let requests = some.iter().map(|n| purchase(*n)).collect();
        let request = pb::BatchRecordInteractionsRequest { requests, ..Default::default() };
        client.batch_record_interactions(request).await.expect("recorded");
    }
}

pub(super) async fn allow_e_mails(channel: Channel) {
    let mut client = PolicyServiceClient::new(channel);
    let request = pb::GetContactPolicyRequest { name: "contactPolicy".to_owned() };
    let mut policy = client.get_contact_policy(request).await.expect("there is always one").into_inner();
    for regime in &mut policy.consent_regimes {
        for permit in &mut regime.permissions {
            permit.channels.push(pb::Channel::Email.into());
            permit.channels.sort_unstable();
            permit.channels.dedup();
        }
    }
    let update_mask = Some(FieldMask { paths: vec!["consent_regimes".to_owned()] });
    let request = pb::UpdateContactPolicyRequest { contact_policy: Some(policy), update_mask };
    client.update_contact_policy(request).await.expect("changed");
}

/// The address of the n-th customer.
pub(super) fn address(n: usize) -> String {
    format!("ana.{n}@example.com")
}

fn purchase(n: usize) -> pb::RecordInteractionRequest {
    let identifier =
        pb::Identifier { kind: pb::identifier::Kind::Email.into(), value: address(n), ..Default::default() };
    let identity = pb::Identity {
        identifiers: vec![identifier],
        profile: Some(pb::Customer { display_name: format!("Ana {n}"), ..Default::default() }),
        on_missing: pb::identity::OnMissing::Create.into(),
    };
    let item = pb::PurchaseItem { display_name: format!("teapot {n}"), quantity: 1, ..Default::default() };
    let interaction = pb::Interaction {
        location: SHOP.to_owned(),
        kind: pb::InteractionKind::Purchase.into(),
        outcome: pb::Outcome::Purchased.into(),
        channel: pb::InteractionChannel::InStore.into(),
        purchase: Some(pb::Purchase { items: vec![item], ..Default::default() }),
        ..Default::default()
    };
    pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
        interaction: Some(interaction),
        ..Default::default()
    }
}

/// Has notes written to all customers, by e-mail.
pub(super) async fn make(channel: Channel) -> String {
    let segment = pb::SegmentSelection {
        template: "templates/thanks-for-being-our-customer".to_owned(),
        location: SHOP.to_owned(),
        channels: vec![pb::Channel::Email.into()],
        ..Default::default()
    };
    let batch = pb::NoteBatch { selection: Some(note_batch::Selection::Segment(segment)), ..Default::default() };
    let request = pb::CreateNoteBatchRequest { note_batch: Some(batch), ..Default::default() };
    let made = NoteServiceClient::new(channel).create_note_batch(request).await.expect("made").into_inner();
    made.note_batch.expect("a batch").name
}

pub(super) async fn approve(channel: Channel, name: &str) -> pb::NoteBatch {
    let request = pb::ApproveNoteBatchRequest { name: name.to_owned(), ..Default::default() };
    NoteServiceClient::new(channel).approve_note_batch(request).await.expect("approved").into_inner()
}

pub(super) async fn batch(channel: Channel, name: &str) -> pb::NoteBatch {
    let request = pb::GetNoteBatchRequest { name: name.to_owned() };
    NoteServiceClient::new(channel).get_note_batch(request).await.expect("it is there").into_inner()
}

/// All notes of a batch that a filter selects.
pub(super) async fn notes(channel: Channel, parent: &str, filter: &str) -> Vec<pb::Note> {
    let mut client = NoteServiceClient::new(channel);
    let mut notes = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListNotesRequest {
            parent: parent.to_owned(),
            filter: filter.to_owned(),
            page_size: 500,
            page_token: page_token.clone(),
        };
        let page = client.list_notes(request).await.expect("a page").into_inner();
        notes.extend(page.notes);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return notes;
        }
    }
}

/// Notes that stand somewhere.
pub(super) fn total(batch: &pb::NoteBatch) -> i64 {
    batch.composed_count
        + batch.with_person_count
        + batch.skipped_count
        + batch.delivering_count
        + batch.delivered_count
        + batch.failed_count
        + batch.uncertain_count
        + batch.cancelled_count
}
