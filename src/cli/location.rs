//! Locations as people name them on the command line.

use super::{CliError, client::Client};
use crate::proto::v1;

/// The resource name of a location that was given by its name or id.
pub(super) fn named(location: String) -> String {
    if location.starts_with("locations/") { location } else { format!("locations/{location}") }
}

/// The location that was given, or the only one there is.
///
/// # Errors
/// If none was given and there are several, or none.
pub(super) async fn chosen(client: &Client, given: Option<String>) -> Result<String, CliError> {
    if let Some(given) = given {
        return Ok(named(given));
    }
    let mut locations = some(client).await?;
    match locations.len() {
        1 => Ok(locations.remove(0).name),
        _ => {
            let ids: Vec<_> = locations.iter().map(|location| location.name.trim_start_matches("locations/")).collect();
            Err(CliError::Usage(format!("there are several locations; name one with --location: {}", ids.join(", "))))
        }
    }
}

/// A location, whichever: for questions that have the same answer at each.
///
/// # Errors
/// If there is none.
pub(super) async fn any(client: &Client) -> Result<String, CliError> {
    Ok(some(client).await?.remove(0).name)
}

/// The first few locations, at least one.
async fn some(client: &Client) -> Result<Vec<v1::Location>, CliError> {
    let page = client.call(|| {
        let mut locations = client.locations();
        async move { locations.list_locations(v1::ListLocationsRequest { page_size: 10, ..Default::default() }).await }
    });
    let locations = page.await?.locations;
    if locations.is_empty() {
        let none = "there is no location yet; make one with CreateLocation or `gratitude import`".to_owned();
        return Err(CliError::Usage(none));
    }
    Ok(locations)
}
