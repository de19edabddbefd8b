//! How a call's failure is told: the only place that knows gRPC codes and error details.

use crate::{
    app::{AppError, StoreError},
    domain::{
        limits::{self, STATUS_MAX_BYTES},
        refusal::{Precondition, Refusal, Violation},
    },
    proto::v1 as pb,
};
use pb::ErrorReason;
use std::{collections::HashMap, fmt::Display, time::Duration};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

/// The domain of every `ErrorInfo`.
pub(crate) const DOMAIN: &str = "gratitude";

/// More violations never fit into a status.
const VIOLATIONS_MAX: usize = 64;
/// The most that a name or message takes of a status, in which it stands up to four times.
const TEXT_MAX_BYTES: usize = 600;

/// How soon somebody else may have ended what only so many may do.
const RETRY_FULL_AFTER: Duration = Duration::from_secs(10);
/// When a full queue has probably moved on.
const RETRY_QUEUE_AFTER: Duration = Duration::from_millis(200);
/// When a busy or lost database is worth another try.
const RETRY_STORAGE_AFTER: Duration = Duration::from_secs(1);

/// A failure before it is put on the wire, as the status of a call or as the error of one item of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    code: Code,
    reason: ErrorReason,
    message: String,
    metadata: HashMap<String, String>,
    violations: Vec<Violation>,
    resource: Option<String>,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(code: Code, reason: ErrorReason, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            metadata: HashMap::new(),
            violations: Vec::new(),
            resource: None,
            retry_after: None,
        }
    }

    /// Fields that are wrong, all of them.
    pub(crate) fn invalid(violations: Vec<Violation>) -> Self {
        let refusal = Refusal::Invalid(violations);
        let message = refusal.to_string();
        let Refusal::Invalid(violations) = refusal else { unreachable!("made so above") };
        let fields = violations.iter().map(|v| v.field.as_str()).collect::<Vec<_>>().join(",");
        Self { violations, ..Self::new(Code::InvalidArgument, ErrorReason::InvalidFields, message) }
            .with("fields", fields)
    }

    /// One field that is wrong.
    pub(crate) fn invalid_field(field: &str, description: impl Into<String>) -> Self {
        Self::invalid(vec![Violation::new(field, description)])
    }

    /// A resource that does not exist.
    pub(crate) fn not_found(name: impl Into<String>) -> Self {
        let name = name.into();
        Self::new(Code::NotFound, ErrorReason::NotFound, format!("{name} does not exist")).about(name)
    }

    /// A filter or condition that can't be read, with the place in bytes from 0.
    pub(crate) fn filter(violations: Vec<Violation>, position: usize) -> Self {
        let invalid = Self::invalid(violations).with("position", position.to_string());
        Self { reason: ErrorReason::InvalidFilter, ..invalid }
    }

    /// A page token that this service did not make, or not for this request.
    pub(crate) fn page_token() -> Self {
        let description = "must be the next_page_token of a reply to this very request, with the same other fields";
        let mut failure = Self::invalid_field("page_token", description);
        failure.reason = ErrorReason::InvalidPageToken;
        failure
    }

    /// A resume token that this service did not make, or not for this location.
    pub(crate) fn resume_token() -> Self {
        let description = "must be the resume_token of a message about this very location, or empty";
        let mut failure = Self::invalid_field("resume_token", description);
        failure.reason = ErrorReason::InvalidPageToken;
        failure
    }

    /// Something of a method that the caller's role may not ask for, though it may call the method.
    pub(crate) fn role_not_allowed(message: &str) -> Self {
        Self::new(Code::PermissionDenied, ErrorReason::RoleNotAllowed, message)
    }

    /// A resume token of the feed that this service did not make.
    pub(crate) fn feed_token() -> Self {
        let mut failure =
            Self::invalid_field("resume_token", "must be the resume_token of an event or reply, or empty");
        failure.reason = ErrorReason::InvalidPageToken;
        failure
    }

    /// Bytes that are no message of the method. What is wrong with them names fields and wire types, never values.
    pub(crate) fn malformed(error: impl Display) -> Self {
        let message = format!("the request is no valid message of this method: {error}");
        Self::new(Code::InvalidArgument, ErrorReason::MalformedRequest, message)
    }

    /// A request message above [`limits::REQUEST_MAX_BYTES`].
    pub(crate) fn too_large() -> Self {
        let limit = limits::REQUEST_MAX_BYTES;
        let message = format!("the request is larger than {limit} bytes; send less at a time");
        Self::new(Code::InvalidArgument, ErrorReason::RequestTooLarge, message).with("limit_bytes", limit.to_string())
    }

    /// A fault of the service itself. What happened is logged by whoever noticed; the caller learns no internals.
    pub(crate) fn internal() -> Self {
        Self::new(Code::Internal, ErrorReason::Internal, "something went wrong inside the service")
    }

    /// The database can't be used now.
    pub(crate) fn storage(retry_after: Duration) -> Self {
        let message = "the database is busy or away; try again with the same request_id";
        Self {
            retry_after: Some(retry_after),
            ..Self::new(Code::Unavailable, ErrorReason::StorageUnavailable, message)
        }
    }

    /// Too many writes wait.
    pub(crate) fn queue_full(retry_after: Duration) -> Self {
        let message = "too many writes wait; try again with the same request_id";
        Self { retry_after: Some(retry_after), ..Self::new(Code::ResourceExhausted, ErrorReason::QueueFull, message) }
    }

    /// Adds a variable part of the message.
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// Names the resource that is missing or stands in the way.
    pub(crate) fn about(mut self, resource: impl Into<String>) -> Self {
        let resource = resource.into();
        self.metadata.insert("resource".to_owned(), resource.clone());
        self.resource = Some(resource);
        self
    }

    /// What is wrong with the fields, as seen from a message in which this one stands at `place`. A failure of another
    /// kind is a violation of the whole.
    pub(crate) fn into_violations(self, place: &str) -> Vec<Violation> {
        if self.violations.is_empty() {
            return vec![Violation::new(place, self.message)];
        }
        let moved = |v: Violation| Violation::new(format!("{place}.{}", v.field), v.description);
        self.violations.into_iter().map(moved).collect()
    }

    /// As the status of a whole call. Of very many violations the first are told, and how many more there are.
    pub(crate) fn into_status(mut self) -> Status {
        let all = self.violations.len();
        self.violations.truncate(VIOLATIONS_MAX);
        loop {
            let status = self.clone().encoded(all - self.violations.len());
            if bytes(&status) <= STATUS_MAX_BYTES {
                return status;
            }
            if self.violations.len() <= 1 {
                return self.cut().encoded(all.saturating_sub(1));
            }
            self.violations.pop();
        }
    }

    /// The same in few words, whoever wrote them.
    fn cut(mut self) -> Self {
        self.message = cut(&self.message);
        self.resource = self.resource.as_deref().map(cut);
        self.metadata.values_mut().for_each(|value| *value = cut(value));
        self.violations.iter_mut().for_each(|violation| violation.description = cut(&violation.description));
        self
    }

    /// As a status, with so many more violations than it tells.
    fn encoded(mut self, more: usize) -> Status {
        if more > 0 {
            let told = Self::invalid(self.violations.clone());
            self.message = format!("{}; and {more} more", told.message);
            self.metadata.extend(told.metadata);
            self.metadata.insert("more".to_owned(), more.to_string());
        }
        let reason = reason_name(self.reason);
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, self.metadata);
        if !self.violations.is_empty() {
            let fields = self.violations.into_iter().map(|v| FieldViolation::new(v.field, v.description));
            details.set_bad_request(fields.collect::<Vec<_>>());
        }
        if let Some(resource) = &self.resource {
            let kind = resource.split('/').next().unwrap_or_default();
            details.set_resource_info(kind, resource, "", &self.message);
        }
        if self.code == Code::FailedPrecondition {
            let subject = self.resource.unwrap_or_default();
            details.set_precondition_failure(vec![PreconditionViolation::new(reason, subject, &self.message)]);
        }
        if self.retry_after.is_some() {
            details.set_retry_info(self.retry_after);
        }
        Status::with_error_details(self.code, self.message, details)
    }

    /// As the error of one item of a batch.
    pub(crate) fn into_item_error(self) -> pb::ItemError {
        pb::ItemError {
            code: self.code as i32,
            reason: self.reason.into(),
            message: self.message,
            violations: self
                .violations
                .into_iter()
                .map(|v| pb::FieldViolation { field: v.field, description: v.description })
                .collect(),
            metadata: self.metadata.into_iter().collect(),
        }
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        failure.into_status()
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusal) => refusal.into(),
            AppError::TooMany { .. } => {
                let message = error.to_string();
                let full = Self::new(Code::ResourceExhausted, ErrorReason::Overloaded, message);
                Self { retry_after: Some(RETRY_FULL_AFTER), ..full }
            }
            AppError::Store(StoreError::QueueFull) => Self::queue_full(RETRY_QUEUE_AFTER),
            AppError::Store(StoreError::Stale { what }) => Refusal::Stale { resource: what }.into(),
            // A constraint that stopped a race lets the loser see, on the next try, what it lost to.
            AppError::Store(
                StoreError::Busy | StoreError::Unavailable { .. } | StoreError::Closed | StoreError::Conflict { .. },
            ) => Self::storage(RETRY_STORAGE_AFTER),
            AppError::Store(error) => {
                tracing::error!(%error, "a call failed in the store");
                Self::internal()
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let new = |code, reason| Self::new(code, reason, message);
        match refusal {
            Refusal::Invalid(violations) => Self::invalid(violations),
            Refusal::NotFound { name, .. } => Self::not_found(name),
            Refusal::ContentDiffers { resource, fields } => {
                new(Code::AlreadyExists, ErrorReason::ContentDiffers).about(resource).with("fields", fields.join(","))
            }
            Refusal::Erased { resource } => new(Code::FailedPrecondition, ErrorReason::Erased).about(resource),
            Refusal::AlreadyExists { resource, matched } => {
                new(Code::AlreadyExists, ErrorReason::AlreadyExists).about(resource).with("matched", matched.join(","))
            }
            Refusal::Stale { resource } => new(Code::Aborted, ErrorReason::EtagMismatch).about(resource),
            Refusal::Precondition { kind, resource, .. } => {
                let (code, reason) = precondition(kind);
                new(code, reason).about(resource)
            }
            // The store answers a miss by loading more; one that comes this far is a fault of ours.
            Refusal::Miss(_) => Self::internal(),
        }
    }
}

fn precondition(kind: Precondition) -> (Code, ErrorReason) {
    use Precondition as P;
    let reason = match kind {
        P::InteractionNotOpen => ErrorReason::InteractionNotOpen,
        P::InteractionVoided => ErrorReason::InteractionVoided,
        P::GestureState => ErrorReason::GestureState,
        P::ClaimLost => ErrorReason::ClaimLost,
        P::NotDue => ErrorReason::NotDue,
        P::OutsideHours => ErrorReason::OutsideHours,
        P::TooLate => ErrorReason::TooLate,
        P::NoConsent => ErrorReason::NoConsent,
        P::OverBudget => ErrorReason::OverBudget,
        P::OpenCase => ErrorReason::OpenCase,
        P::CustomerInactive => ErrorReason::CustomerInactive,
        P::CustomerMerged => ErrorReason::CustomerMerged,
        P::CustomerNotMerged => ErrorReason::CustomerNotMerged,
        P::TooManyMerged => ErrorReason::TooManyMerged,
        P::MarkedNotSame => ErrorReason::MarkedNotSame,
        P::NobodyFits => ErrorReason::NobodyFits,
        P::CaseNotOpen => ErrorReason::CaseNotOpen,
        P::Taken => ErrorReason::Taken,
        P::CaseNotResolved => ErrorReason::CaseNotResolved,
        P::RemedyLimit => ErrorReason::RemedyLimit,
        P::RuleRetired => ErrorReason::RuleRetired,
        P::TemplateRetired => ErrorReason::TemplateRetired,
        P::TemplateInUse => ErrorReason::TemplateInUse,
        P::NoteBatchState => ErrorReason::NoteBatchState,
        P::NoteState => ErrorReason::NoteState,
        P::InNoteBatch => ErrorReason::InNoteBatch,
        P::JourneyRetired => ErrorReason::JourneyRetired,
        P::TouchpointRetired => ErrorReason::TouchpointRetired,
        P::StageInUse => ErrorReason::StageInUse,
        P::ObligationNotOpen => ErrorReason::ObligationNotOpen,
        P::TestMode => ErrorReason::TestMode,
        P::Unprintable => ErrorReason::Unprintable,
        P::Paused => ErrorReason::Paused,
        P::GiftLimit => ErrorReason::GiftLimit,
        P::NoOpening => ErrorReason::NoOpening,
        P::ApiKeyEnded => ErrorReason::ApiKeyEnded,
        P::FirstKey => ErrorReason::FirstKey,
        P::UndoTooLate => ErrorReason::UndoTooLate,
        P::ChangedSince => ErrorReason::ChangedSince,
        P::EventsForgotten => ErrorReason::EventsForgotten,
    };
    let code = match kind {
        P::NobodyFits => Code::NotFound,
        P::ClaimLost => Code::Aborted,
        P::EventsForgotten => Code::OutOfRange,
        _ => Code::FailedPrecondition,
    };
    (code, reason)
}

/// What a status takes of the headers: its message as it is escaped there, and its details in Base64.
fn bytes(status: &Status) -> usize {
    let escaped = |byte: u8| if byte.is_ascii_alphanumeric() || b".,:;_-/".contains(&byte) { 1 } else { 3 };
    status.message().bytes().map(escaped).sum::<usize>() + status.details().len().div_ceil(3) * 4
}

/// The beginning of a text that is too long.
fn cut(text: &str) -> String {
    if text.len() <= TEXT_MAX_BYTES {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(TEXT_MAX_BYTES)])
}

/// The reason as an `ErrorInfo` bears it: the enum's name without its prefix.
fn reason_name(reason: ErrorReason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix("ERROR_REASON_").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn all_violations_are_told_at_once() {
        let failure = Failure::invalid(vec![Violation::new("a.b", "must be set"), Violation::new("c", "too long")]);
        let item = failure.clone().into_item_error();
        assert_eq!(item.violations.len(), 2);
        assert_eq!(item.code, Code::InvalidArgument as i32);

        let status = failure.into_status();
        let details = status.get_error_details();
        let fields: Vec<_> = details.bad_request().unwrap().field_violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["a.b", "c"]);
        let info = details.error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("INVALID_FIELDS", "gratitude"));
        assert_eq!(info.metadata["fields"], "a.b,c");
    }

    #[test]
    fn however_much_is_wrong_it_fits_the_headers_of_any_client() {
        let wrong =
            |number: usize| Violation::new(format!("requests[{number}].interaction.kind"), "must be set to one of …");
        for count in [1, 20, 200, 5_000] {
            let failure = Failure::invalid((0..count).map(wrong).collect());
            assert_eq!(failure.clone().into_item_error().violations.len(), count, "in a message there is room");
            let status = failure.into_status();
            assert!(bytes(&status) <= STATUS_MAX_BYTES, "{count}: {}", bytes(&status));
            let details = status.get_error_details();
            let told = details.bad_request().unwrap().field_violations.len();
            let info = details.error_info().unwrap();
            let more = info.metadata.get("more").map_or(0, |more| more.parse().unwrap());
            assert!(told + more == count && told >= count.min(10), "{told} and {more} of {count}");
            assert_eq!(info.metadata["fields"].split(',').count(), told);
            assert_eq!(status.message().ends_with(&format!("; and {more} more")), more > 0);
        }
        let names = vec!["customers/0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10"; 500].join(", ");
        let missing = Failure::not_found(&names).into_status();
        let details = missing.get_error_details();
        assert!(bytes(&missing) <= STATUS_MAX_BYTES && missing.code() == Code::NotFound, "{}", bytes(&missing));
        assert!(names.starts_with(details.resource_info().unwrap().resource_name.trim_end_matches('…')));
    }

    #[test]
    fn every_precondition_has_a_reason_of_its_own_name() {
        for kind in Precondition::ALL {
            let (_, reason) = precondition(*kind);
            assert_eq!(reason_name(reason), kind.as_str().to_uppercase());
        }
    }

    #[test]
    fn p2_other_content_names_the_fields_that_differ() {
        let refusal = Refusal::ContentDiffers {
            resource: "interactions/1".to_owned(),
            fields: vec!["interaction.kind".to_owned(), "interaction.staff".to_owned()],
        };
        let status = Failure::from(refusal).into_status();
        assert_eq!(status.code(), Code::AlreadyExists);
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().metadata["fields"], "interaction.kind,interaction.staff");
        assert_eq!(details.resource_info().unwrap().resource_name, "interactions/1");
    }

    #[test]
    fn waiting_is_advised_where_it_helps() {
        let status = Failure::queue_full(Duration::from_millis(200)).into_status();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert_eq!(status.get_error_details().retry_info().unwrap().retry_delay, Some(Duration::from_millis(200)));
    }
}
