//! The walks of the design, whole, over gRPC: what a client of the real service meets.

mod desk;
mod interactions;
mod till;

use gratitude::proto::v1::{
    Customer, Identifier, Identity, Interaction, InteractionChannel, InteractionKind, Outcome,
    RecordInteractionRequest, Who, identifier, identity, interaction_service_client::InteractionServiceClient, who,
};
use tonic::transport::Channel;

use crate::support::{
    database::Database,
    service::TestService,
    shop::{SHOP, open_shop},
};

/// A service with one shop.
async fn shop(database: Database) -> TestService {
    let service = TestService::start(database).await;
    open_shop(service.channel()).await;
    service
}

fn interactions(service: &TestService) -> InteractionServiceClient<Channel> {
    InteractionServiceClient::new(service.channel())
}

/// Whoever has this phone; a new customer, if nobody does.
fn caller(phone: &str) -> Who {
    let phone = Identifier { kind: identifier::Kind::Phone.into(), value: phone.to_owned(), ..Identifier::default() };
    let identity = Identity {
        identifiers: vec![phone],
        profile: Some(Customer { display_name: "Ana Sousa".to_owned(), ..Customer::default() }),
        on_missing: identity::OnMissing::Create.into(),
    };
    Who { who: Some(who::Who::Identity(identity)) }
}

/// They came by and left without a purchase.
fn looked() -> Interaction {
    Interaction {
        location: SHOP.to_owned(),
        kind: InteractionKind::Visit.into(),
        channel: InteractionChannel::InStore.into(),
        outcome: Outcome::NotPurchased.into(),
        items_looked_at: vec!["a green coat".to_owned()],
        ..Interaction::default()
    }
}

/// They bought.
fn bought() -> Interaction {
    Interaction {
        location: SHOP.to_owned(),
        kind: InteractionKind::Purchase.into(),
        channel: InteractionChannel::InStore.into(),
        outcome: Outcome::Purchased.into(),
        ..Interaction::default()
    }
}

fn recording(phone: &str, interaction: Interaction, number: u128) -> RecordInteractionRequest {
    RecordInteractionRequest {
        who: Some(caller(phone)),
        interaction: Some(interaction),
        request_id: request_id(number),
    }
}

/// The id of a test's request.
fn request_id(number: u128) -> String {
    uuid::Uuid::from_u128(number).to_string()
}
