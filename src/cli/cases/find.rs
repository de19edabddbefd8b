//! Cases and their customers, as people name them.

use crate::{
    cli::{
        CliError,
        client::Client,
        named::{self, Given},
    },
    proto::v1,
};

/// Among so many of the newest cases an ending is looked for.
const LOOKED_AT: i32 = 500;

/// The case that was named by its resource name, its id, or the end of its id.
///
/// # Errors
/// If there is none, or an ending fits several.
pub(super) async fn case(client: &Client, typed: &str) -> Result<String, CliError> {
    match named::read("cases/", typed)? {
        Given::Name(name) => Ok(name),
        Given::Ending(ending) => {
            let request = v1::ListCasesRequest { page_size: LOOKED_AT, ..Default::default() };
            let page = client.call(|| {
                let (mut cases, request) = (client.cases(), request.clone());
                async move { cases.list_cases(request).await }
            });
            let cases = page.await?.cases;
            named::ending_so(&ending, cases.iter().map(|case| case.name.as_str()))
        }
    }
}

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
