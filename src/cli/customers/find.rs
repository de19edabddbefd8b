//! Customers as people name them.

use crate::cli::{
    CliError,
    client::Client,
    location,
    named::{self, Given},
    whom,
};

/// The customer that was named, or found as the desk would.
pub(super) async fn customer(client: &Client, typed: &str, given: Option<&str>) -> Result<String, CliError> {
    if let Ok(Given::Name(name)) = named::read("customers/", typed) {
        return Ok(name);
    }
    let location = location::chosen(client, given.map(str::to_owned)).await?;
    whom::customer(client, typed, &location).await
}
