use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use dynakv_client::{Code, ConnectError, Failure, Uuid};
use serde::Serialize;
use tonic::Status;

/// Why a client command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The server or the connection failed.
    #[error(transparent)]
    Client(#[from] dynakv_client::Error),
    /// The outcome of a change of a table is unknown.
    #[error("it is not known whether it happened: {0}; dynakv table describe tells")]
    TableChange(#[source] Box<Failure>),
    /// A value or a token cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Input { path: PathBuf, source: io::Error },
    /// A value exceeds the maximum request size.
    #[error("{} has more than {limit_bytes} bytes, the maximum of a request", path.display())]
    TooLarge { path: PathBuf, limit_bytes: u64 },
    /// A line of input is invalid, or the server has refused it.
    #[error("{} line {line}: {problem}; nothing of its part was sent", path.display())]
    BadLine { path: PathBuf, line: u64, problem: String },
    /// Invalid arguments that clap cannot detect.
    #[error("{0}")]
    Usage(Cow<'static, str>),
    /// A file of operations is invalid.
    #[error("{}: {problem}", path.display())]
    BadFile { path: PathBuf, problem: String },
    /// A line is not an item. All lines before it are imported.
    #[error("{} line {line}: {problem}; all lines before it are imported", path.display())]
    NotAnItem { path: PathBuf, line: u64, problem: String },
    /// The item of a line could not be written. All lines before it are imported.
    #[error("{} line {line}: {source}; all lines before it are imported", path.display())]
    Line { path: PathBuf, line: u64, source: dynakv_client::Error },
    /// The server rejects the page token of an interrupted export.
    #[error(
        "the server rejects the page token in {}: it has been restarted without a secret for page tokens in its \
         configuration (page_tokens.secrets), or it is another server; --force starts again",
        path.display()
    )]
    StalePageToken { path: PathBuf },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// The result cannot be written. The command itself succeeded.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        Self::Client(error.into())
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Client(dynakv_client::Error::Failed(Box::new(Failure::from(status))))
    }
}

impl Error {
    /// The error of a part with these lines. A violation is attributed to its line.
    pub(super) fn of_part(error: dynakv_client::Error, lines: &[u64]) -> Self {
        let Some(violation) = error.failure().and_then(|failure| failure.fields().first()) else { return error.into() };
        let index = violation.field.split(['[', ']']).nth(1).and_then(|index| index.parse::<usize>().ok());
        match index.and_then(|index| lines.get(index)) {
            Some(&line) => {
                let problem = format!("{}: {}", violation.field, violation.description);
                Self::BadLine { path: "input".into(), line, problem }
            }
            None => error.into(),
        }
    }

    /// The error of a call that changes a table. It has no request id to retry with.
    pub(super) fn of_table(error: dynakv_client::Error) -> Self {
        match error {
            dynakv_client::Error::OutcomeUnknown { source, .. } => Self::TableChange(source),
            other => Self::Client(other),
        }
    }

    /// The same error, for a command that derives the ids of its calls from this one.
    pub(super) fn under_id(self, id: Uuid) -> Self {
        match self {
            Self::Client(dynakv_client::Error::OutcomeUnknown { source, .. }) => {
                Self::Client(dynakv_client::Error::OutcomeUnknown { request_id: id, source })
            }
            other => other,
        }
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Client(error) | Self::Line { source: error, .. } if error.is_outcome_unknown() => 4,
            Self::TableChange(_) => 4,
            Self::Client(error) | Self::Line { source: error, .. } if error.code() == Some(Code::InvalidArgument) => 2,
            Self::Client(dynakv_client::Error::Connect(
                ConnectError::Address(_) | ConnectError::TlsNotPossible { .. } | ConnectError::InvalidToken,
            ))
            | Self::TooLarge { .. }
            | Self::BadLine { .. }
            | Self::BadFile { .. }
            | Self::NotAnItem { .. }
            | Self::Usage(_) => 2,
            Self::Client(_)
            | Self::Line { .. }
            | Self::StalePageToken { .. }
            | Self::File { .. }
            | Self::Input { .. }
            | Self::Output(_) => 3,
        }
    }

    /// A sentence. For a write with an unknown outcome, it says what to do.
    pub(super) fn text(&self) -> String {
        match self.request_id() {
            Some(id) => format!("{self}; the same command with --request-id {id} finds out"),
            None => self.to_string(),
        }
    }

    fn request_id(&self) -> Option<String> {
        match self {
            Self::Client(dynakv_client::Error::OutcomeUnknown { request_id, .. }) => Some(request_id.to_string()),
            Self::Client(_)
            | Self::TableChange(_)
            // The command makes more writes, under other ids. Repeating the command finds out.
            | Self::Line { .. }
            | Self::Input { .. }
            | Self::TooLarge { .. }
            | Self::BadLine { .. }
            | Self::BadFile { .. }
            | Self::NotAnItem { .. }
            | Self::StalePageToken { .. }
            | Self::File { .. }
            | Self::Usage(_)
            | Self::Output(_) => None,
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Client(error) | Self::Line { source: error, .. } => error.failure(),
            Self::TableChange(failure) => Some(failure),
            Self::Input { .. }
            | Self::TooLarge { .. }
            | Self::BadLine { .. }
            | Self::BadFile { .. }
            | Self::NotAnItem { .. }
            | Self::StalePageToken { .. }
            | Self::File { .. }
            | Self::Usage(_)
            | Self::Output(_) => None,
        }
    }

    /// The JSON form.
    pub(super) fn report(&self) -> Report {
        let failure = self.failure();
        let fields = failure.map(Failure::fields).unwrap_or_default();
        let retry_delay = failure.and_then(Failure::retry_delay);
        Report {
            error: Details {
                message: self.to_string(),
                code: failure.map(Failure::code_name),
                reason: failure.and_then(Failure::reason).map(ToString::to_string),
                fields: fields
                    .iter()
                    .map(|violation| Field {
                        field: violation.field.clone(),
                        description: violation.description.clone(),
                    })
                    .collect(),
                retry_delay_ms: retry_delay.map(|delay| delay.as_millis().try_into().unwrap_or(u64::MAX)),
                outcome: (self.exit_code() == 4).then_some("UNKNOWN"),
                request_id: self.request_id(),
            },
        }
    }
}

/// The JSON form of an error, on standard error.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    error: Details,
}

/// The error of one key of a batch, or of one item, which has a line only.
#[derive(Debug, Serialize)]
pub(super) struct OfKey<K = String> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<K>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(flatten)]
    report: Report,
}

impl<K> OfKey<K> {
    pub(super) fn new(key: Option<K>, line: Option<u64>, failure: Failure) -> Self {
        let report = Error::Client(dynakv_client::Error::Failed(Box::new(failure))).report();
        Self { key, line, report }
    }
}

#[derive(Debug, Serialize)]
struct Details {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_delay_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct Field {
    field: String,
    description: String,
}
