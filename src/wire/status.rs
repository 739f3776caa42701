//! The table of errors: which gRPC code, which reason and which details each one has.
//!
//! Sources: google/rpc/code.proto, AIP-193 (errors) and AIP-194 (retries), gRPC proposal A6 (pushback).

// A new error must be placed in this table by hand.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::HashMap;
use std::time::Duration;

use prost::Message;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{Violation, page_token};
use crate::driver::{Error, Upstream};
use crate::pb::ErrorReason;

/// The domain of DynaKV's own errors.
pub const DOMAIN: &str = "dynakv";

/// The largest request, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Why a call failed, as callers see it; `errors.proto` says when each occurs.
pub type Reason = ErrorReason;

/// Whether a call may change anything. Errors of calls that may say whether it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// What became of a write that ended with an error.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    NotApplied,
    Unknown,
}

/// A status that DynaKV makes before it begins a call, and so before anything can have changed.
#[must_use]
pub fn status(reason: Reason, message: impl Into<String>) -> Status {
    Problem::new(reason, message).outcome(Outcome::NotApplied).into_status()
}

/// A request that is larger than [`MAX_MESSAGE_BYTES`].
#[must_use]
pub fn message_too_large() -> Status {
    Problem::new(Reason::MessageTooLarge, format!("the request is larger than {MAX_MESSAGE_BYTES} bytes"))
        .outcome(Outcome::NotApplied)
        .metadata("limit", format!("{MAX_MESSAGE_BYTES} bytes"))
        .violation("", "the whole request is too large")
        .into_status()
}

/// A request that cannot be decoded.
pub(crate) fn malformed_message(field: &str, problem: &str) -> Status {
    let place = if field.is_empty() { "the request" } else { field };
    Problem::new(Reason::MalformedMessage, format!("{place} cannot be decoded: {problem}"))
        .outcome(Outcome::NotApplied)
        .violation(field, problem)
        .into_status()
}

/// A request with a field that is not acceptable.
pub(crate) fn of_violation(violation: &Violation, access: Access) -> Status {
    let mut problem = Problem::new(Reason::InvalidField, violation.to_string())
        .outcome_of(access, Outcome::NotApplied)
        .violation(&violation.field, &violation.invalid.problem);
    if let Some(limit) = &violation.invalid.limit {
        problem = problem.metadata("limit", limit);
    }
    problem.into_status()
}

/// A call that the driver could not carry out.
pub(crate) fn of_error(error: &Error, access: Access) -> Status {
    if let Error::Invalid(violation) = error {
        return of_violation(violation, access);
    }
    let outcome = if error.may_have_happened() { Outcome::Unknown } else { Outcome::NotApplied };
    let mut problem = Problem::new(reason(error), error.to_string()).outcome_of(access, outcome);
    if let Some(upstream) = error.upstream() {
        problem = problem.upstream(upstream);
    }
    details(problem, error).into_status()
}

/// A page token that could not be opened or made.
pub(crate) fn of_page_token(error: &page_token::Error) -> Status {
    match error {
        page_token::Error::NotValid => Problem::new(Reason::InvalidPageToken, error.to_string())
            .violation("page_token", "is not valid for this request")
            .into_status(),
        page_token::Error::NoRandomness(_) | page_token::Error::Seal => {
            Problem::new(Reason::InternalError, error.to_string()).into_status()
        }
    }
}

/// The same status, but without the word that nothing was written; none if it does not say so.
///
/// That word is true of one attempt only. A client that retries by service config sees no other answer than the last one, and
/// an earlier attempt, whose answer was lost, may have written.
pub(crate) fn without_vouching(status: &Status) -> Option<Status> {
    let mut details = status.get_error_details();
    let vouches = |info: &&tonic_types::ErrorInfo| {
        info.domain == DOMAIN && info.metadata.get(OUTCOME).is_some_and(|outcome| outcome == NOT_APPLIED)
    };
    let mut info = details.error_info().filter(vouches)?.clone();
    info.metadata.insert(OUTCOME.to_owned(), UNKNOWN.to_owned());
    details.set_error_info(info.reason, info.domain, info.metadata);
    let (code, message, metadata) = (status.code(), status.message(), status.metadata().clone());
    Some(Status::with_error_details_and_metadata(code, message, details, metadata))
}

/// A part of a call that the driver could not carry out, as a status within a message.
pub(crate) fn part_of_error(error: &Error, access: Access, is_repeated: bool) -> tonic_types::Status {
    let mut status = of_error(error, access);
    if is_repeated {
        status = without_vouching(&status).unwrap_or(status);
    }
    // The details of a status are this very message, encoded.
    tonic_types::Status::decode(status.details()).unwrap_or_else(|_| tonic_types::Status {
        code: status.code().into(),
        message: status.message().to_owned(),
        details: Vec::new(),
    })
}

/// Whether two errors of the driver's have the same gRPC code.
pub(crate) fn same_code(one: &Error, other: &Error) -> bool {
    code(reason(one)) == code(reason(other))
}

/// The reason of an error of the driver's.
pub(crate) fn reason(error: &Error) -> Reason {
    match error {
        Error::TableNotConfigured { .. } => Reason::TableNotConfigured,
        Error::Invalid(_) => Reason::InvalidField,
        Error::InvalidExpression { .. } => Reason::InvalidExpression,
        Error::TableShape(_) => Reason::TableShape,
        Error::TableNotFound(..) => Reason::TableNotFound,
        Error::TableNotActive(..) => Reason::TableNotActive,
        Error::TableExists(..) => Reason::TableExists,
        Error::TableProtected(..) => Reason::OperationDisabled,
        Error::ItemTooLarge(_) => Reason::ItemTooLarge,
        Error::UpdateNotApplicable(_) => Reason::UpdateNotApplicable,
        Error::NotACounter => Reason::NotACounter,
        Error::CounterOverflow => Reason::CounterOverflow,
        Error::UnexpectedAttributeType { .. } => Reason::UnexpectedAttributeType,
        Error::ItemCollectionFull(_) => Reason::ItemCollectionFull,
        Error::TransactionConflict(_) => Reason::TransactionConflict,
        Error::Throttled(_) => Reason::Throttled,
        Error::BackendAccessDenied(_) => Reason::BackendAccessDenied,
        Error::BackendCredentials(_) => Reason::BackendCredentials,
        Error::BackendUnavailable(_) => Reason::BackendUnavailable,
        Error::OutcomeUnknown(_) => Reason::OutcomeUnknown,
        Error::DeadlineExceeded { .. } => Reason::DeadlineExceeded,
        Error::Internal(_) => Reason::InternalError,
    }
}

/// Adds what is particular to an error.
fn details(problem: Problem, error: &Error) -> Problem {
    match error {
        Error::TableNotConfigured { field, .. } => problem.violation(field, "is not in the server's configuration"),
        Error::InvalidExpression { field, upstream } => {
            problem.violation(field, upstream.message().unwrap_or("is not an expression that DynamoDB accepts"))
        }
        Error::TableNotFound(table, _)
        | Error::TableNotActive(table, _)
        | Error::TableExists(table, _)
        | Error::TableProtected(table, _) => problem.table(table),
        Error::ItemCollectionFull(_) => problem.quota("item collection", "10 GB for each partition key"),
        Error::Throttled(upstream) => throttle_details(problem, upstream.throttle_reasons()),
        Error::Invalid(_)
        | Error::TableShape(_)
        | Error::ItemTooLarge(_)
        | Error::UpdateNotApplicable(_)
        | Error::NotACounter
        | Error::CounterOverflow
        | Error::UnexpectedAttributeType { .. }
        | Error::TransactionConflict(_)
        | Error::BackendAccessDenied(_)
        | Error::BackendCredentials(_)
        | Error::BackendUnavailable(_)
        | Error::OutcomeUnknown(_)
        | Error::DeadlineExceeded { .. }
        | Error::Internal(_) => problem,
    }
}

fn throttle_details(problem: Problem, reasons: &[String]) -> Problem {
    let Some(first) = reasons.first() else {
        return problem.quota("DynamoDB", "throughput");
    };
    let problem = problem.metadata("throttle_reason", first);
    reasons.iter().fold(problem, |problem, reason| problem.quota(reason, "throughput"))
}

fn code(reason: Reason) -> Code {
    match reason {
        Reason::InvalidField
        | Reason::MessageTooLarge
        | Reason::MalformedMessage
        | Reason::TableNotConfigured
        | Reason::InvalidExpression
        | Reason::InvalidPageToken => Code::InvalidArgument,
        Reason::ItemTooLarge
        | Reason::UpdateNotApplicable
        | Reason::TableNotFound
        | Reason::TableNotActive
        | Reason::TableShape
        | Reason::NotACounter
        | Reason::UnexpectedAttributeType
        | Reason::ItemCollectionFull
        | Reason::OperationDisabled
        | Reason::BackendAccessDenied => Code::FailedPrecondition,
        Reason::TableExists => Code::AlreadyExists,
        Reason::CounterOverflow => Code::OutOfRange,
        Reason::TransactionConflict => Code::Aborted,
        Reason::Throttled | Reason::RateLimited => Code::ResourceExhausted,
        Reason::Overloaded | Reason::BackendCredentials | Reason::BackendUnavailable => Code::Unavailable,
        Reason::Unauthenticated => Code::Unauthenticated,
        Reason::PermissionDenied => Code::PermissionDenied,
        Reason::OutcomeUnknown => Code::Unknown,
        Reason::DeadlineExceeded => Code::DeadlineExceeded,
        Reason::Cancelled => Code::Cancelled,
        Reason::Unimplemented => Code::Unimplemented,
        Reason::InternalError | Reason::Unspecified => Code::Internal,
    }
}

/// How long a caller should wait before it tries again, where trying again may help.
fn retry_delay(reason: Reason) -> Option<Duration> {
    match reason {
        Reason::TransactionConflict => Some(Duration::from_millis(50)),
        Reason::Throttled | Reason::RateLimited => Some(Duration::from_secs(1)),
        Reason::Overloaded => Some(Duration::from_millis(100)),
        Reason::BackendUnavailable => Some(Duration::from_millis(500)),
        Reason::Unspecified
        | Reason::InvalidField
        | Reason::MessageTooLarge
        | Reason::MalformedMessage
        | Reason::TableNotConfigured
        | Reason::InvalidExpression
        | Reason::InvalidPageToken
        | Reason::ItemTooLarge
        | Reason::UpdateNotApplicable
        | Reason::TableNotFound
        | Reason::TableNotActive
        | Reason::TableShape
        | Reason::TableExists
        | Reason::NotACounter
        | Reason::CounterOverflow
        | Reason::UnexpectedAttributeType
        | Reason::ItemCollectionFull
        | Reason::OperationDisabled
        | Reason::Unauthenticated
        | Reason::PermissionDenied
        | Reason::BackendAccessDenied
        | Reason::BackendCredentials
        | Reason::OutcomeUnknown
        | Reason::DeadlineExceeded
        | Reason::Cancelled
        | Reason::InternalError
        | Reason::Unimplemented => None,
    }
}

/// How `ErrorInfo` says of a write whether it happened.
const OUTCOME: &str = "outcome";
const NOT_APPLIED: &str = "NOT_APPLIED";
const UNKNOWN: &str = "UNKNOWN";

/// A status in the making.
struct Problem {
    reason: Reason,
    message: String,
    metadata: HashMap<String, String>,
    details: ErrorDetails,
}

impl Problem {
    fn new(reason: Reason, message: impl Into<String>) -> Self {
        let mut details = ErrorDetails::new();
        if let Some(delay) = retry_delay(reason) {
            details.set_retry_info(Some(delay));
        }
        Self { reason, message: message.into(), metadata: HashMap::new(), details }
    }

    fn metadata(mut self, key: &str, value: impl Into<String>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    fn outcome(self, outcome: Outcome) -> Self {
        let text = match outcome {
            Outcome::NotApplied => NOT_APPLIED,
            Outcome::Unknown => UNKNOWN,
        };
        self.metadata(OUTCOME, text)
    }

    fn outcome_of(self, access: Access, outcome: Outcome) -> Self {
        match access {
            Access::Read => self,
            Access::Write => self.outcome(outcome),
        }
    }

    fn violation(mut self, field: &str, problem: impl Into<String>) -> Self {
        self.details.add_bad_request_violation(field, problem);
        self
    }

    fn quota(mut self, subject: &str, description: &str) -> Self {
        self.details.add_quota_failure_violation(subject, description);
        self
    }

    fn table(mut self, name: &str) -> Self {
        self.details.set_resource_info("dynakv.table", name, "", "");
        self
    }

    fn upstream(mut self, upstream: &Upstream) -> Self {
        self = self.metadata("attempts", upstream.attempts().to_string());
        if let Some(code) = upstream.code() {
            self = self.metadata("aws_code", code);
        }
        match upstream.request_id() {
            Some(id) => self.metadata("aws_request_id", id),
            None => self,
        }
    }

    fn into_status(self) -> Status {
        let Self { reason, message, metadata, mut details } = self;
        let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
        details.set_error_info(name, DOMAIN, metadata);
        let mut headers = MetadataMap::new();
        if reason == Reason::BackendCredentials {
            // Clients and meshes retry UNAVAILABLE; the same credentials will not become valid by that.
            headers.insert("grpc-retry-pushback-ms", MetadataValue::from_static("-1"));
        }
        Status::with_error_details_and_metadata(code(reason), message, details, headers)
    }
}
