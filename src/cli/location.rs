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
    let page = client.call(|| {
        let mut locations = client.locations();
        async move { locations.list_locations(v1::ListLocationsRequest { page_size: 10, ..Default::default() }).await }
    });
    let mut locations = page.await?.locations;
    match locations.len() {
        0 => Err(CliError::Usage(
            "there is no location yet; make one with CreateLocation or `gratitude import`".to_owned(),
        )),
        1 => Ok(locations.remove(0).name),
        _ => {
            let ids: Vec<_> = locations.iter().map(|location| location.name.trim_start_matches("locations/")).collect();
            Err(CliError::Usage(format!("there are several locations; name one with --location: {}", ids.join(", "))))
        }
    }
}
