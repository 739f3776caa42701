use std::collections::HashMap;
use std::error::Error as StdError;
use std::time::Duration;

use prost::Message as _;
use tonic::{Code, ConnectError as NotConnected, Status, TimeoutExpired};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::{ConnectError, Reason, code};

/// Why there is no result.
///
/// A miss, a lost race or a condition that did not hold is a result, never one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call failed. If it was a write, it certainly did not happen.
    #[error(transparent)]
    Failed(Box<Failure>),

    /// The write may or may not have happened, and the server could not find out.
    ///
    /// Read the entry to see, or send the same call again with the same request id, see [`Call::request_id`]: unless
    /// somebody else has changed the entry since, a write that has happened is then recognised.
    ///
    /// [`Call::request_id`]: crate::Call::request_id
    #[error("it is not known whether the write happened: {source}")]
    OutcomeUnknown {
        /// The id under which the write was sent.
        request_id: Uuid,
        /// The last failure.
        source: Box<Failure>,
    },

    /// There is no client, since its settings are wrong or the server cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl Error {
    /// The failed call, if there was one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::OutcomeUnknown { source: failure, .. } => Some(failure),
            Self::Connect(_) => None,
        }
    }

    /// DynaKV's reason. `None` if something else made the error: a proxy, a timer or this library.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.failure()?.reason()
    }

    /// The gRPC code of the failed call.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        Some(self.failure()?.code())
    }

    /// Whether this is a write that may have happened.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. })
    }
}

/// A field of the request that the server refused: `google.rpc.BadRequest.FieldViolation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// The path of the field, such as `expected.version` or `keys[3]`.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

/// A call that ended with a gRPC status other than OK, and what the status says in detail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Failure {
    #[source]
    status: Status,
    info: Option<Info>,
    fields: Vec<FieldViolation>,
    retry_delay: Option<Duration>,
}

/// DynaKV's `google.rpc.ErrorInfo`.
#[derive(Debug, Clone)]
struct Info {
    reason: Reason,
    metadata: HashMap<String, String>,
}

impl Failure {
    /// The gRPC code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.status.code()
    }

    /// The gRPC code as gRPC spells it, such as `INVALID_ARGUMENT`.
    #[must_use]
    pub fn code_name(&self) -> &'static str {
        code::name(self.code())
    }

    /// What the server, or whoever made the status, says for people to read.
    #[must_use]
    pub fn message(&self) -> &str {
        self.status.message()
    }

    /// DynaKV's reason. `None` if DynaKV did not make this status.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.info.as_ref().map(|info| &info.reason)
    }

    /// DynaKV's metadata under this name, such as `limit` or `aws_request_id`; `errors.proto` lists them.
    #[must_use]
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.info.as_ref()?.metadata.get(name).map(String::as_str)
    }

    /// The fields of the request that are wrong.
    #[must_use]
    pub fn fields(&self) -> &[FieldViolation] {
        &self.fields
    }

    /// How long to wait before the call is worth another attempt.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.retry_delay
    }

    /// The status as it came.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whether the server gave its word that nothing was written, or was not even reached.
    #[must_use]
    pub fn changed_nothing(&self) -> bool {
        self.metadata("outcome") == Some("NOT_APPLIED") || caused_by::<NotConnected>(&self.status)
    }

    /// What broke below gRPC, where the message does not say so already: tonic's own is often "transport error".
    fn cause(&self) -> Option<String> {
        let cause = root_cause(self.status.source()?).to_string();
        (!self.message().contains(&cause)).then_some(cause)
    }

    fn sentence(&self) -> String {
        let name = self.reason().map_or(self.code_name(), Reason::as_str);
        let what = match (self.message(), self.cause()) {
            ("", _) => name.to_owned(),
            (message, None) => format!("{message} ({name})"),
            (message, Some(cause)) => format!("{message}: {cause} ({name})"),
        };
        // The message of a refusal often says already what is wrong with the only field.
        let unsaid = self.fields.iter().filter(|violation| !self.message().contains(&violation.description));
        let details = unsaid.map(|FieldViolation { field, description }| format!("{field}: {description}"));
        std::iter::once(what).chain(details).collect::<Vec<_>>().join("; ")
    }
}

/// The status of one part of an answer, as if it were that of a call of its own.
impl From<tonic_types::Status> for Failure {
    fn from(status: tonic_types::Status) -> Self {
        let details = status.encode_to_vec().into();
        Status::with_details(Code::from(status.code), status.message, details).into()
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let status = if caused_by::<TimeoutExpired>(&status) {
            // tonic calls its own timer's end CANCELLED; to a caller it is the deadline.
            no_answer_in_time()
        } else {
            status
        };
        let details = status.get_error_details();
        let info = details.error_info().filter(|info| info.domain == "dynakv");
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
        Self {
            info: info.map(|info| Info { reason: Reason::from(info.reason.as_str()), metadata: info.metadata.clone() }),
            fields: violations
                .iter()
                .map(|violation| FieldViolation {
                    field: violation.field.clone(),
                    description: violation.description.clone(),
                })
                .collect(),
            retry_delay: details.retry_info().and_then(|retry| retry.retry_delay),
            status,
        }
    }
}

/// The client's own timer ended the call.
pub(crate) fn no_answer_in_time() -> Status {
    Status::deadline_exceeded("there was no answer before the deadline of the call")
}

/// The end of the chain of causes, which says what a person needs to know.
pub(crate) fn root_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    std::iter::successors(Some(error), |&error| error.source()).last().unwrap_or(error)
}

fn caused_by<E: StdError + 'static>(status: &Status) -> bool {
    std::iter::successors(status.source(), |&error| error.source()).any(<dyn StdError>::is::<E>)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::{ErrorDetails, StatusExt as _};

    use super::*;

    fn made_by(domain: &str, outcome: &str) -> Failure {
        let metadata = HashMap::from([("outcome".to_owned(), outcome.to_owned())]);
        let mut details = ErrorDetails::with_error_info("INVALID_FIELD", domain, metadata);
        details.add_bad_request_violation("expected.version", "is no version");
        details.set_retry_info(Some(Duration::from_millis(250)));
        Status::with_error_details(Code::InvalidArgument, "bad input", details).into()
    }

    #[test]
    fn a_status_of_dynakv_is_read_in_full() {
        let failure = made_by("dynakv", "NOT_APPLIED");
        assert_eq!(failure.reason(), Some(&Reason::InvalidField));
        assert_eq!(failure.fields()[0].field, "expected.version");
        assert_eq!(failure.retry_delay(), Some(Duration::from_millis(250)));
        assert_eq!(failure.to_string(), "bad input (INVALID_FIELD); expected.version: is no version");
        assert!(failure.changed_nothing());
    }

    #[test]
    fn only_dynakv_can_vouch_that_nothing_was_written() {
        assert!(!made_by("dynakv", "UNKNOWN").changed_nothing());
        assert!(!made_by("proxy.example", "NOT_APPLIED").changed_nothing());
        assert_eq!(made_by("proxy.example", "NOT_APPLIED").reason(), None);
        assert!(!Failure::from(Status::unavailable("connection reset")).changed_nothing());
    }

    #[test]
    fn a_call_that_never_found_a_connection_changed_nothing() {
        let refused = NotConnected("connection refused".into());
        assert!(Failure::from(Status::from_error(Box::new(refused))).changed_nothing());
    }

    #[test]
    fn the_sentence_ends_with_what_broke() {
        let mut status = Status::unavailable("transport error");
        status.set_source(std::sync::Arc::new(std::io::Error::other("connection reset by peer")));
        assert_eq!(Failure::from(status).to_string(), "transport error: connection reset by peer (UNAVAILABLE)");
    }

    #[test]
    fn the_timer_of_the_transport_is_the_deadline() {
        let failure = Failure::from(Status::from_error(Box::new(TimeoutExpired(()))));
        assert_eq!(failure.code(), Code::DeadlineExceeded);
        assert!(!failure.changed_nothing());
    }
}
