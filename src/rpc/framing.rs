//! What goes wrong before a message is read.

use super::status::Failure;
use axum::response::Response;
use tonic::{Code, Status};

/// Blames on the caller what tonic itself finds wrong with a request's frame: a message above the limit, compressed or
/// not, is [too large](Failure::too_large); a missing or cut off one, or one compressed in no known way, is
/// [malformed](Failure::malformed).
///
/// Such answers are told from ours by having no details.
pub(super) async fn blame(response: Response) -> Response {
    let found = Status::from_header_map(response.headers()).filter(|status| status.details().is_empty());
    let failure = match found.as_ref().map(|status| (status.code(), status.message())) {
        Some((Code::OutOfRange | Code::ResourceExhausted, _)) => Failure::too_large(),
        Some((Code::Internal, message)) => Failure::malformed(message),
        _ => return response,
    };
    failure.into_status().into_http()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use tonic_types::StatusExt;

    async fn blamed(status: Status) -> (Code, Option<String>) {
        let response = blame(status.into_http()).await;
        let status = Status::from_header_map(response.headers()).unwrap();
        (status.code(), status.get_details_error_info().map(|info| info.reason))
    }

    #[tokio::test]
    async fn frames_are_blamed_on_who_sent_them() {
        let too_large = (Code::InvalidArgument, Some("REQUEST_TOO_LARGE".to_owned()));
        assert_eq!(blamed(Status::out_of_range("decoded message length too large")).await, too_large);
        assert_eq!(blamed(Status::resource_exhausted("size limit exceeded")).await, too_large);
        let malformed = (Code::InvalidArgument, Some("MALFORMED_REQUEST".to_owned()));
        assert_eq!(blamed(Status::internal("Missing request message.")).await, malformed);
    }

    #[tokio::test]
    async fn our_own_answers_stay() {
        let internal = (Code::Internal, Some("INTERNAL".to_owned()));
        assert_eq!(blamed(Failure::internal().into_status()).await, internal);
        assert_eq!(blamed(Status::unimplemented("no such method")).await, (Code::Unimplemented, None));
    }
}
