//! Builds a status. Everything that it quotes from a request or from DynamoDB's response has a maximum length.
//!
//! A status is sent in trailers: the message percent-encoded, and the details, which repeat the message, in base64.
//! gRPC's C core and grpc-java accept 8 KiB of headers. More ends the call with an unspecific error and, in some
//! clients, the whole connection. With these limits the details of a status stay below 4 KiB and its trailers below 7
//! KiB.

use std::collections::HashMap;

use prost::Message;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{Access, DOMAIN, Reason, code, retry_delay};
use crate::driver::Upstream;
use crate::model::{excerpt, excerpt_by};

/// The key in `ErrorInfo` that says whether a write happened.
pub(super) const OUTCOME: &str = "outcome";
pub(super) const NOT_APPLIED: &str = "NOT_APPLIED";
pub(super) const UNKNOWN: &str = "UNKNOWN";

/// Limit of the message, in bytes of its encoded header.
const MESSAGE_BYTES: usize = 768;
/// Limit of the message when thousands of statuses are in one response.
const BRIEF_MESSAGE_BYTES: usize = 96;
/// Limit of a field's path.
const FIELD_BYTES: usize = 256;
/// Limit of the description of a field's problem.
const DESCRIPTION_BYTES: usize = 384;
/// Limit of a metadata value.
const METADATA_BYTES: usize = 128;
/// Limit of a table's name, as in DynamoDB.
const TABLE_BYTES: usize = 255;
/// Limit of a quota's subject, such as `TableWriteProvisionedThroughputExceeded`.
const QUOTA_BYTES: usize = 64;
/// Maximum number of fields in a status.
const MAX_FIELDS: usize = 2;
/// Maximum number of quotas in a status.
const MAX_QUOTAS: usize = 4;

/// What happened to a write that failed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    NotApplied,
    Unknown,
}

/// A status that is being built.
pub(super) struct Problem {
    reason: Reason,
    code: Code,
    message: String,
    metadata: HashMap<String, String>,
    details: ErrorDetails,
}

impl Problem {
    pub(super) fn new(reason: Reason, message: impl AsRef<str>) -> Self {
        let message = fit_header(message.as_ref(), MESSAGE_BYTES);
        Self { reason, code: code(reason), message, metadata: HashMap::new(), details: details_of(reason) }
    }

    /// Overrides the usual code of the reason.
    pub(super) fn code(self, code: Code) -> Self {
        Self { code, ..self }
    }

    pub(super) fn metadata(mut self, key: &str, value: impl AsRef<str>) -> Self {
        self.metadata.insert(key.to_owned(), excerpt(value.as_ref(), METADATA_BYTES).into_owned());
        self
    }

    pub(super) fn outcome(self, outcome: Outcome) -> Self {
        let text = match outcome {
            Outcome::NotApplied => NOT_APPLIED,
            Outcome::Unknown => UNKNOWN,
        };
        self.metadata(OUTCOME, text)
    }

    pub(super) fn outcome_of(self, access: Access, outcome: Outcome) -> Self {
        match access {
            Access::Read => self,
            Access::Write => self.outcome(outcome),
        }
    }

    pub(super) fn violation(mut self, field: &str, problem: impl AsRef<str>) -> Self {
        if self.details.bad_request().is_none_or(|named| named.field_violations.len() < MAX_FIELDS) {
            let problem = excerpt(problem.as_ref(), DESCRIPTION_BYTES);
            self.details.add_bad_request_violation(excerpt(field, FIELD_BYTES), problem);
        }
        self
    }

    pub(super) fn quota(mut self, subject: &str, description: &'static str) -> Self {
        if self.details.quota_failure().is_none_or(|named| named.violations.len() < MAX_QUOTAS) {
            self.details.add_quota_failure_violation(excerpt(subject, QUOTA_BYTES), description);
        }
        self
    }

    pub(super) fn table(mut self, name: &str) -> Self {
        self.details.set_resource_info("dynakv.table", excerpt(name, TABLE_BYTES), "", "");
        self
    }

    pub(super) fn upstream(mut self, upstream: &Upstream) -> Self {
        self = self.metadata("attempts", upstream.attempts().to_string());
        if let Some(code) = upstream.code() {
            self = self.metadata("aws_code", code);
        }
        if let Some(delay) = upstream.retry_delay() {
            self.details.set_retry_info(Some(delay));
        }
        match upstream.request_id() {
            Some(id) => self.metadata("aws_request_id", id),
            None => self,
        }
    }

    /// Adjusts the outcome of a retried call: its earlier attempts may have written.
    pub(super) fn of_repeated(mut self) -> Self {
        if let Some(outcome) = self.metadata.get_mut(OUTCOME) {
            UNKNOWN.clone_into(outcome);
        }
        self
    }

    /// Reduces the status to code, reason, outcome, retry delay and a truncated message.
    pub(super) fn brief(mut self) -> Self {
        self.message = fit_header(&self.message, BRIEF_MESSAGE_BYTES);
        self.metadata.retain(|key, _| key == OUTCOME);
        let retry_info = self.details.retry_info().cloned();
        self.details = details_of(self.reason);
        if let Some(info) = retry_info {
            self.details.set_retry_info(info.retry_delay);
        }
        self
    }

    pub(super) fn into_status(self) -> Status {
        let Self { reason, code, message, metadata, mut details } = self;
        let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
        details.set_error_info(name, DOMAIN, metadata);
        let mut headers = MetadataMap::new();
        if matches!(reason, Reason::BackendCredentials | Reason::StorageFull) {
            // Clients and meshes retry these codes, but a retry makes neither credentials valid nor a disk larger.
            headers.insert("grpc-retry-pushback-ms", MetadataValue::from_static("-1"));
        }
        Status::with_error_details_and_metadata(code, message, details, headers)
    }

    /// The status as part of a message.
    pub(super) fn into_part(self) -> tonic_types::Status {
        let status = self.into_status();
        // The details of a status are this message, encoded.
        tonic_types::Status::decode(status.details()).unwrap_or_else(|_| tonic_types::Status {
            code: status.code().into(),
            message: status.message().to_owned(),
            details: Vec::new(),
        })
    }
}

/// The details that follow from the reason.
fn details_of(reason: Reason) -> ErrorDetails {
    let mut details = ErrorDetails::new();
    if let Some(delay) = retry_delay(reason) {
        details.set_retry_info(Some(delay));
    }
    details
}

/// Truncates the message of a foreign status to what fits into a header; none if it fits already.
pub(super) fn truncated(status: &Status) -> Option<Status> {
    let message = fit_header(status.message(), MESSAGE_BYTES);
    (message != status.message()).then(|| Status::new(status.code(), message))
}

/// Truncates a message to a maximum size as a header.
fn fit_header(message: &str, max_bytes: usize) -> String {
    excerpt_by(message, max_bytes, bytes_in_header).into_owned()
}

/// The size of a character in the header `grpc-message`. tonic percent-encodes more than PROTOCOL-HTTP2.md of the gRPC
/// repository requires.
fn bytes_in_header(character: char) -> usize {
    match character {
        '"' | '#' | '%' | '<' | '>' | '`' | '?' | '{' | '}' => 3,
        '!'..='~' => 1,
        _ => 3 * character.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header size as HTTP/2 counts it: RFC 9113, section 6.5.2.
    fn header_bytes(status: Status) -> usize {
        let headers = status.into_http::<tonic::body::Body>().into_parts().0.headers;
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
    }

    /// More than any status contains, each part at its maximum length.
    fn longest(text: &str) -> Problem {
        let mut problem = Problem::new(Reason::TransactionConflict, text).table(text);
        for key in ["attempts", "aws_code", "aws_request_id", "limit", "throttle_reason"] {
            problem = problem.metadata(key, text);
        }
        for _ in 0..10 {
            problem = problem.violation(text, text).quota(text, "throughput");
        }
        problem.outcome(Outcome::NotApplied)
    }

    #[test]
    fn no_status_outgrows_the_headers_of_a_client() {
        for character in ["a", " ", "\"", "\u{1}", "é", "€", "😀"] {
            let status = longest(&character.repeat(100_000)).into_status();
            assert!(status.details().len() < 4096, "{character:?}: {} bytes", status.details().len());
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!((info.reason.as_str(), info.domain.as_str()), ("TRANSACTION_CONFLICT", DOMAIN));
            assert_eq!(info.metadata[OUTCOME], NOT_APPLIED);
            let bytes = header_bytes(status);
            assert!(bytes < 7 * 1024, "{character:?}: {bytes} bytes");
        }
    }

    #[test]
    fn a_long_path_shows_where_it_begins_and_where_it_ends() {
        let field = format!("item[\"{}\"].m[\"x\"].n", "é".repeat(2000));
        let status =
            Problem::new(Reason::InvalidField, format!("{field}: is no number")).violation(&field, "is no number");
        let status = status.into_status();
        let details = status.get_error_details();
        let shown = &details.bad_request().unwrap().field_violations[0];
        assert!(shown.field.starts_with("item[\"é") && shown.field.ends_with("é\"].m[\"x\"].n"), "{}", shown.field);
        assert!(shown.field.len() <= FIELD_BYTES);
        assert!(status.message().starts_with("item[\"é") && status.message().ends_with(": is no number"));
    }

    #[test]
    fn a_brief_status_says_what_a_program_goes_by() {
        let brief = longest(&"x".repeat(5000)).brief().into_part();
        assert!(brief.encoded_len() < 320, "{}", brief.encoded_len());
        let details = tonic_types::RpcStatusExt::get_error_details(&brief);
        let info = details.error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("TRANSACTION_CONFLICT", DOMAIN));
        assert_eq!(info.metadata, HashMap::from([(OUTCOME.to_owned(), NOT_APPLIED.to_owned())]));
        assert!(details.retry_info().is_some() && details.bad_request().is_none());
    }

    #[test]
    fn what_a_character_takes_in_a_header_is_what_tonic_makes_of_it() {
        for character in ('\0'..='\u{ff}').chain(['…', '€', '😀']) {
            let status = Status::unknown(character.to_string()).into_http::<tonic::body::Body>();
            assert_eq!(status.headers()["grpc-message"].len(), bytes_in_header(character), "{character:?}");
        }
    }
}
