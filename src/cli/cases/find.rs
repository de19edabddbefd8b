//! Cases as people name them.

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
