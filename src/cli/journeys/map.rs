//! The map as it is in the service.

use crate::{
    cli::{CliError, client::Client},
    proto::v1,
};

const PAGE: i32 = 500;

/// All journeys, oldest first.
pub(super) async fn journeys(client: &Client, show_retired: bool) -> Result<Vec<v1::Journey>, CliError> {
    let mut request = v1::ListJourneysRequest { show_retired, page_size: PAGE, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = client.call(|| {
            let (mut journeys, request) = (client.journeys(), request.clone());
            async move { journeys.list_journeys(request).await }
        });
        let page = page.await?;
        found.extend(page.journeys);
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
}

/// All touchpoints of a journey, or of all where its name is empty, oldest first.
pub(super) async fn touchpoints(
    client: &Client,
    journey: &str,
    show_retired: bool,
) -> Result<Vec<v1::Touchpoint>, CliError> {
    let journey = journey.to_owned();
    let mut request = v1::ListTouchpointsRequest { journey, show_retired, page_size: PAGE, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = client.call(|| {
            let (mut journeys, request) = (client.journeys(), request.clone());
            async move { journeys.list_touchpoints(request).await }
        });
        let page = page.await?;
        found.extend(page.touchpoints);
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
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
