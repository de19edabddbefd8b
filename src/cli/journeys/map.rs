//! The map as it is in the service.

use crate::{
    cli::{CliError, client::Client},
    proto::v1,
};

const PAGE: i32 = 500;

/// All journeys, oldest first.
pub(super) async fn journeys(client: &Client, show_retired: bool) -> Result<Vec<v1::Journey>, CliError> {
    let ask = |page_token| {
        let request = v1::ListJourneysRequest { show_retired, page_size: PAGE, page_token };
        let mut journeys = client.journeys();
        async move { journeys.list_journeys(request).await }
    };
    client.every_page(ask, |page| (page.journeys, page.next_page_token)).await
}

/// All touchpoints of a journey, or of all where its name is empty, oldest first.
pub(super) async fn touchpoints(
    client: &Client,
    journey: &str,
    show_retired: bool,
) -> Result<Vec<v1::Touchpoint>, CliError> {
    let ask = |page_token| {
        let journey = journey.to_owned();
        let request = v1::ListTouchpointsRequest { journey, show_retired, page_size: PAGE, page_token };
        let mut journeys = client.journeys();
        async move { journeys.list_touchpoints(request).await }
    };
    client.every_page(ask, |page| (page.touchpoints, page.next_page_token)).await
}

/// A journey by its name or id.
pub(super) async fn journey(client: &Client, given: &str) -> Result<v1::Journey, CliError> {
    let name = if given.starts_with("journeys/") { given.to_owned() } else { format!("journeys/{given}") };
    let found = client.call(|| {
        let (mut journeys, name) = (client.journeys(), name.clone());
        async move { journeys.get_journey(v1::GetJourneyRequest { name }).await }
    });
    found.await
}
