//! Customers as people name them on the command line.

use super::{
    CliError,
    client::Client,
    named::{self, Given},
    show,
};
use crate::proto::v1;

/// With this begins why somebody fits who has the identifier that was typed.
const HAS_IT: &str = "same ";

/// The customer that was named, or who has the number, the address or the card that was typed. A name is nobody's
/// alone, and what is done to the wrong person is not taken back.
///
/// # Errors
/// If nobody fits, or several do, or somebody but by a name.
pub(super) async fn customer(client: &Client, typed: &str, location: &str) -> Result<String, CliError> {
    if let Ok(Given::Name(name)) = named::read("customers/", typed) {
        return Ok(name);
    }
    let found = recognised(client, typed, "", location).await?;
    let has_it = |best: &&v1::Candidate| best.reasons.iter().any(|reason| reason.starts_with(HAS_IT));
    match found.candidates.first() {
        Some(best) if !found.needs_confirmation && has_it(&best) => Ok(best.customer.clone()),
        Some(_) => Err(CliError::Usage(format!(
            "{typed}: it may be one of these; name the right one as it stands last:\n{}",
            show::candidates(&found)
        ))),
        None => Err(CliError::Usage(format!("{typed}: nobody known; `gratitude search` finds people by their names"))),
    }
}

/// Who the desk would take somebody for.
pub(super) async fn recognised(
    client: &Client,
    query: &str,
    name_hint: &str,
    location: &str,
) -> Result<v1::RecognizeResponse, CliError> {
    let request = v1::RecognizeRequest {
        location: location.to_owned(),
        query: query.to_owned(),
        name_hint: name_hint.to_owned(),
        ..Default::default()
    };
    let reply = client.call(|| {
        let (mut desk, request) = (client.front_desk(), request.clone());
        async move { desk.recognize(request).await }
    });
    reply.await
}
