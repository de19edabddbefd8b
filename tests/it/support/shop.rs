//! A shop in Lisbon, for tests to which it does not matter where they play.

use gratitude::proto::v1::{CreateLocationRequest, Location, location_service_client::LocationServiceClient};
use tonic::{Code, transport::Channel};

/// Its resource name.
pub(crate) const SHOP: &str = "locations/shop";

/// Opens the shop, unless it is open.
pub(crate) async fn open_shop(channel: Channel) {
    let location = Location {
        display_name: "The shop".to_owned(),
        time_zone: "Europe/Lisbon".to_owned(),
        region_code: "PT".to_owned(),
        language_code: "en".to_owned(),
        currency_code: "EUR".to_owned(),
        ..Location::default()
    };
    let request = CreateLocationRequest {
        location_id: "shop".to_owned(),
        location: Some(location),
        ..CreateLocationRequest::default()
    };
    match LocationServiceClient::new(channel).create_location(request).await {
        Ok(_) => {}
        Err(status) => assert_eq!(status.code(), Code::AlreadyExists, "{status}"),
    }
}
