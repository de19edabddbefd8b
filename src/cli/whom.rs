//! Customers as people name them on the command line.

use super::{
    CliError,
    client::Client,
    named::{self, Given},
};
use crate::proto::v1;

/// The customer that was named, or found by a number, an address or a card.
///
/// # Errors
/// If nobody fits, or several do.
pub(super) async fn customer(client: &Client, typed: &str, location: &str) -> Result<String, CliError> {
    if let Ok(Given::Name(name)) = named::read("customers/", typed) {
        return Ok(name);
    }
    let request = v1::RecognizeRequest { location: location.to_owned(), query: typed.to_owned(), ..Default::default() };
    let found = client.call(|| {
        let (mut desk, request) = (client.front_desk(), request.clone());
        async move { desk.recognize(request).await }
    });
    let card = found.await?.card;
    card.map(|card| card.customer)
        .ok_or_else(|| CliError::Usage("--customer: nobody fits alone; try `gratitude recognize` first".to_owned()))
}
