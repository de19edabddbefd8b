//! What the service refused, told to a person: everything that is wrong, and what to do next.

use std::error::Error;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Whether the same call may simply be made again later. What ran out of time may have been done or not; to find out,
/// it is made again too.
pub(super) fn is_passing(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded)
}

/// Whether a failure is that of the connection: nobody is there, or who was there is gone in the middle of a call.
pub(super) fn is_lost(status: &Status) -> bool {
    let told_by_service = status.get_details_error_info().is_some();
    !told_by_service && (status.code() == Code::Unavailable || status.source().is_some())
}

/// The refusal in words: the message, each violation on a line of its own, and the next step.
pub(super) fn text(status: &Status) -> String {
    let details = status.get_error_details();
    let mut text = if status.message().is_empty() { status.code().to_string() } else { status.message().to_owned() };
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    for violation in violations {
        // The message of a single violation often is the violation.
        if !text.contains(&violation.description) || !text.contains(&violation.field) {
            text.push_str(&format!("\n  {}: {}", violation.field, violation.description));
        }
    }
    if let Some(step) = details.error_info().and_then(|info| next_step(&info.reason)) {
        text.push('\n');
        text.push_str(step);
    }
    text
}

/// What to do about a reason of `gratitude.v1.ErrorReason`, where that is not plain from the message.
fn next_step(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "CONTENT_DIFFERS" => {
            "It was recorded before with other content. If it changed, record it under a new id that `replaces` the old."
        }
        "ERASED" => "This person asked to be forgotten; their data is not taken in again.",
        "QUEUE_FULL" => "More is written than the service can take; try again in a moment.",
        "STORAGE_UNAVAILABLE" => "The database is busy or away; see the service's log, then try again.",
        "STOPPING" => "The service is stopping; start it again, then repeat the command.",
        "OVERLOADED" | "RATE_LIMITED" => "Try again in a moment.",
        "UNAUTHENTICATED" => "Name the file with your API key by --key-file, or set GRATITUDE_KEY.",
        "ETAG_MISMATCH" => "Somebody changed it meanwhile; read it again, then decide.",
        "REQUEST_TOO_LARGE" => "Send less at once.",
        "INTERNAL" => "This is a fault of the service; its log has it under the request id.",
        _ => return None,
    })
}

/// The innermost cause of a failure of the transport, which says most.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::{is_lost, next_step, text};
    use crate::proto::v1::ErrorReason;

    #[test]
    fn every_violation_is_listed() {
        let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "gratitude", []);
        details
            .add_bad_request_violation("interaction.kind", "is required")
            .add_bad_request_violation("interaction.location", "is required");
        let status = Status::with_error_details(Code::InvalidArgument, "2 fields are wrong", details);
        assert_eq!(
            text(&status),
            "2 fields are wrong\n  interaction.kind: is required\n  interaction.location: is required"
        );
    }

    #[test]
    fn what_to_do_next_is_said() {
        let details = ErrorDetails::with_error_info("ETAG_MISMATCH", "gratitude", []);
        let status = Status::with_error_details(Code::Aborted, "the gesture was changed", details);
        assert!(text(&status).ends_with("read it again, then decide."), "{}", text(&status));
    }

    #[test]
    fn next_steps_are_of_reasons_that_there_are() {
        let reasons = (1..200).filter_map(|number| ErrorReason::try_from(number).ok()).map(|it| it.as_str_name());
        let reasons: Vec<_> = reasons.map(|name| name.trim_start_matches("ERROR_REASON_")).collect();
        let advised = reasons.iter().filter(|reason| next_step(reason).is_some()).count();
        let written = include_str!("refusal.rs").split("fn next_step").nth(1).unwrap_or_default();
        let written = written.split("_ => return None").next().unwrap_or_default();
        let named = written.split('"').skip(1).step_by(2).filter(|text| !text.contains(' ')).count();
        assert_eq!(advised, named, "each that is named is a reason of the contract: {reasons:?}");
    }

    #[test]
    fn a_lost_connection_is_told_from_a_refusal() {
        assert!(is_lost(&Status::from_error(Box::new(std::io::Error::from(std::io::ErrorKind::BrokenPipe)))));
        let details = ErrorDetails::with_error_info("STORAGE_UNAVAILABLE", "gratitude", []);
        assert!(!is_lost(&Status::with_error_details(Code::Unavailable, "the database is away", details)));
        assert!(!is_lost(&Status::new(Code::Internal, "a fault")));
    }

    #[test]
    fn a_status_without_words_still_says_something() {
        assert!(!text(&Status::new(Code::Internal, "")).is_empty());
    }
}
