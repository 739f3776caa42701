//! The table of errors: gRPC code, reason and details of each.
//!
//! Sources: google/rpc/code.proto, AIP-193 (errors) and AIP-194 (retries), gRPC proposal A6 (pushback).

// A new error has to be added to this table by hand.
#![deny(clippy::wildcard_enum_match_arm)]

mod problem;

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::prescan::Refusal;
use super::{Violation, page_token};
use crate::driver::Error;
use crate::memory::Full;
use crate::pb::ErrorReason;
use problem::{NOT_APPLIED, OUTCOME, Outcome, Problem, UNKNOWN};

/// The domain of DynaKV's own errors.
pub const DOMAIN: &str = "dynakv";

/// Maximum size of a request in bytes.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Why a call failed; `errors.proto` describes each reason.
pub type Reason = ErrorReason;

/// Whether a call reads or writes. Only errors of writes state an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A status for a call that was refused before it could change anything. It has the outcome NOT_APPLIED;
/// [`without_outcome`] removes that if the call turns out to be a read.
#[must_use]
pub fn status(reason: Reason, message: impl AsRef<str>) -> Status {
    Problem::new(reason, message).outcome(Outcome::NotApplied).into_status()
}

/// A status for a call that was interrupted in its handler, with the outcome UNKNOWN. For reads, see [`status`].
pub(crate) fn interrupted(reason: Reason, message: &str) -> Status {
    Problem::new(reason, message).outcome(Outcome::Unknown).into_status()
}

/// The status for a request larger than [`MAX_MESSAGE_BYTES`].
#[must_use]
pub fn message_too_large() -> Status {
    Problem::new(Reason::MessageTooLarge, format!("the request is larger than {MAX_MESSAGE_BYTES} bytes"))
        .outcome(Outcome::NotApplied)
        .metadata("limit", format!("{MAX_MESSAGE_BYTES} bytes"))
        .violation("", "the whole request is too large")
        .into_status()
}

/// The status for a request whose headers exceed the limit.
pub(crate) fn headers_too_large(max_bytes: u32) -> Status {
    Problem::new(Reason::MessageTooLarge, format!("the headers of the request are larger than {max_bytes} bytes"))
        .outcome(Outcome::NotApplied)
        .metadata("limit", format!("{max_bytes} bytes"))
        .into_status()
}

/// The status for a call that exceeds a limit of its connection or of the server. `what` is exhausted.
pub(crate) fn overloaded(full: Full, what: &str) -> Status {
    overloaded_with(full, format!("{full}: no {what}"))
}

/// Like [`overloaded`], with another message. Only the caller can lower the load of its own connection; if the server
/// is full, a retry elsewhere helps.
pub(crate) fn overloaded_with(full: Full, message: String) -> Status {
    let problem = Problem::new(Reason::Overloaded, message).outcome(Outcome::NotApplied);
    match full {
        Full::Server => problem.into_status(),
        Full::Connection => problem.code(Code::ResourceExhausted).into_status(),
    }
}

/// The status for a request that cannot be decoded.
pub(crate) fn malformed_message(field: &str, problem: &str) -> Status {
    let place = if field.is_empty() { "the request" } else { field };
    Problem::new(Reason::MalformedMessage, format!("{place} cannot be decoded: {problem}"))
        .outcome(Outcome::NotApplied)
        .violation(field, problem)
        .into_status()
}

/// The status for a request that the pre-scan refused.
pub(crate) fn of_refusal(refusal: &Refusal, access: Access) -> Status {
    match refusal {
        Refusal::TooLarge { max_bytes } => Problem::new(Reason::MessageTooLarge, refusal.to_string())
            .outcome_of(access, Outcome::NotApplied)
            .metadata("limit", format!("{max_bytes} bytes"))
            .violation("", "the whole request is too large")
            .into_status(),
        Refusal::Malformed { field, problem } => malformed_message(field, problem),
        Refusal::Invalid(violation) => of_violation(violation, access),
    }
}

/// The status for a request with an invalid field.
pub(crate) fn of_violation(violation: &Violation, access: Access) -> Status {
    invalid(violation, access).into_status()
}

fn invalid(violation: &Violation, access: Access) -> Problem {
    let problem = Problem::new(Reason::InvalidField, violation.to_string())
        .outcome_of(access, Outcome::NotApplied)
        .violation(&violation.field, &violation.invalid.problem);
    match &violation.invalid.limit {
        Some(limit) => problem.metadata("limit", limit),
        None => problem,
    }
}

/// The status for an error of the driver.
pub(crate) fn of_error(error: &Error, access: Access) -> Status {
    problem(error, access).into_status()
}

fn problem(error: &Error, access: Access) -> Problem {
    if let Error::Invalid(violation) = error {
        return invalid(violation, access);
    }
    let outcome = if error.may_have_happened() { Outcome::Unknown } else { Outcome::NotApplied };
    let mut problem = Problem::new(reason(error), error.to_string()).outcome_of(access, outcome);
    if let Error::NoRoom(Full::Connection) = error {
        problem = problem.code(Code::ResourceExhausted);
    }
    if let Some(upstream) = error.upstream() {
        problem = problem.upstream(upstream);
    }
    details(problem, error)
}

/// The status for a page token that could not be sealed or opened.
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

/// Replaces the outcome NOT_APPLIED by UNKNOWN; none if the status has another outcome.
///
/// NOT_APPLIED is only true of one attempt. A client that retries by service config sees the last status only, and an
/// earlier attempt, whose response was lost, may have written.
pub(crate) fn with_outcome_unknown(status: &Status) -> Option<Status> {
    with_metadata(status, |metadata| {
        let outcome = metadata.get_mut(OUTCOME).filter(|outcome| *outcome == NOT_APPLIED)?;
        UNKNOWN.clone_into(outcome);
        Some(())
    })
}

/// Removes the outcome, as for a read; none if the status has no outcome.
pub(crate) fn without_outcome(status: &Status) -> Option<Status> {
    with_metadata(status, |metadata| metadata.remove(OUTCOME).map(drop))
}

/// Changes the metadata of the `ErrorInfo`; none if `change` returns none or the status is not DynaKV's.
fn with_metadata(status: &Status, change: impl FnOnce(&mut HashMap<String, String>) -> Option<()>) -> Option<Status> {
    let mut details = status.get_error_details();
    let mut info = details.error_info().filter(|info| info.domain == DOMAIN)?.clone();
    change(&mut info.metadata)?;
    details.set_error_info(info.reason, info.domain, info.metadata);
    let (code, message, metadata) = (status.code(), status.message(), status.metadata().clone());
    Some(Status::with_error_details_and_metadata(code, message, details, metadata))
}

/// Truncates the message of a status to what fits into the headers of every client; none if it fits already.
///
/// For statuses from libraries. DynaKV's own always fit.
pub(crate) fn truncated(status: &Status) -> Option<Status> {
    problem::truncated(status)
}

/// The level of detail of a status that is one of many in a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Length {
    /// Like the status of a call.
    Full,
    /// Only what programs need, in about 300 bytes at most.
    Brief,
}

/// The status of a failed part of a call, within a message.
pub(crate) fn part_of_error(error: &Error, access: Access, is_repeated: bool, length: Length) -> tonic_types::Status {
    let mut problem = problem(error, access);
    if is_repeated {
        problem = problem.of_repeated();
    }
    match length {
        Length::Full => problem.into_part(),
        Length::Brief => problem.brief().into_part(),
    }
}

/// Whether two driver errors have the same gRPC code.
pub(crate) fn same_code(one: &Error, other: &Error) -> bool {
    code(reason(one)) == code(reason(other))
}

/// The reason of a driver error.
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
        Error::NoRoom(_) => Reason::Overloaded,
        Error::BackendAccessDenied(_) => Reason::BackendAccessDenied,
        Error::BackendCredentials(_) | Error::BackendClock(_) => Reason::BackendCredentials,
        Error::StorageFull(_) => Reason::StorageFull,
        Error::BackendUnavailable(_) => Reason::BackendUnavailable,
        Error::OutcomeUnknown(_) => Reason::OutcomeUnknown,
        Error::DeadlineExceeded { .. } => Reason::DeadlineExceeded,
        Error::BackendRefused(_) | Error::Internal(_) => Reason::InternalError,
    }
}

/// Adds the details of a particular error.
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
        | Error::NoRoom(_)
        | Error::BackendAccessDenied(_)
        | Error::BackendCredentials(_)
        | Error::BackendClock(_)
        | Error::BackendRefused(_)
        | Error::StorageFull(_)
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
        Reason::Throttled | Reason::RateLimited | Reason::StorageFull => Code::ResourceExhausted,
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

/// How long a caller should wait before a retry, if a retry may help.
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
        | Reason::StorageFull
        | Reason::OutcomeUnknown
        | Reason::DeadlineExceeded
        | Reason::Cancelled
        | Reason::InternalError
        | Reason::Unimplemented => None,
    }
}
