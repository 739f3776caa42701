//! The generated service traits, implemented: one short handler per RPC that parses, calls the driver and encodes.

mod batch_get;
mod item;
mod kv;
mod table;

use std::collections::HashSet;
use std::error::Error as StdError;
use std::fmt::Write;
use std::sync::Arc;

use http::HeaderValue;
use http::uri::PathAndQuery;
use tonic::{Extensions, Request, Response, Status};

pub use item::Items;
pub use kv::KeyValue;
pub use table::Tables;

use crate::driver::{self, BatchOutcome, BatchWritten, Deadline};
use crate::model::excerpt;
use crate::wire::status::{self, Access, Reason};
use crate::wire::{Violation, page_token};

/// Whom the token of a call stands for. In the extensions of every authenticated request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(pub Arc<str>);

/// How much of the name of a method goes to the log. A caller may ask for one that does not exist.
const MAX_METHOD: usize = 256;

/// How much of the causes of an error goes to the log. They hold what DynamoDB, or whatever answers in its place, has said.
const MAX_CAUSES: usize = 2048;

/// What the log calls a call. In the extensions of every request.
///
/// Most calls have nothing to say to the log, so their span is made only when it is needed.
#[derive(Debug, Clone)]
pub struct CallName(Arc<(PathAndQuery, HeaderValue)>);

impl CallName {
    /// A call of this method, `/package.Service/Method`, with this id.
    #[must_use]
    pub fn new(method: PathAndQuery, id: HeaderValue) -> Self {
        Self(Arc::new((method, id)))
    }

    /// The span of the call's lines in the log.
    #[must_use]
    pub fn span(&self) -> tracing::Span {
        let (method, id) = &*self.0;
        // Of the target of the line that each call ends with. Without a parent: in detailed logs the call is in its span already.
        let id = id.to_str().unwrap_or_default();
        tracing::info_span!(target: "dynakv::server::call", parent: None, "call", method = &*excerpt(method.path(), MAX_METHOD), id)
    }
}

/// The span of the call with these extensions.
fn span_of(extensions: &Extensions) -> tracing::Span {
    extensions.get().map_or_else(tracing::Span::none, CallName::span)
}

/// The client has sent this call before. In the extensions of such requests.
#[derive(Debug, Clone, Copy)]
pub struct Repeated;

/// Why a handler has no response.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Violation(#[from] Violation),
    #[error(transparent)]
    Driver(#[from] Arc<driver::Error>),
    #[error(transparent)]
    PageToken(#[from] page_token::Error),
    /// The configuration does not allow it.
    #[error("{0}")]
    Disabled(&'static str),
}

impl From<driver::Error> for Failure {
    fn from(error: driver::Error) -> Self {
        Self::Driver(Arc::new(error))
    }
}

impl Failure {
    fn into_status(self, access: Access) -> Status {
        match self {
            Self::Violation(violation) => status::of_violation(&violation, access),
            Self::Driver(error) => {
                log(&error);
                status::of_error(&error, access)
            }
            Self::PageToken(error) => {
                log_page_token(&error);
                status::of_page_token(&error)
            }
            Self::Disabled(message) => status::status(Reason::OperationDisabled, message),
        }
    }
}

/// Whom a call is made for; none if callers are not told apart.
fn caller<Q>(request: &Request<Q>) -> Option<Arc<str>> {
    request.extensions().get().map(|Principal(name)| Arc::clone(name))
}

/// Runs a handler and turns its failure into a status.
async fn answer<Q, A, F>(
    access: Access,
    request: Request<Q>,
    handler: impl FnOnce(Deadline, Q) -> F,
) -> Result<Response<A>, Status>
where
    F: Future<Output = Result<A, Failure>>,
{
    let (_, extensions, request) = request.into_parts();
    let deadline = extensions.get().copied().unwrap_or_else(|| Deadline::after(driver::DEFAULT_TIMEOUT));
    let answer = handler(deadline, request).await;
    answer.map(Response::new).map_err(|failure| span_of(&extensions).in_scope(|| failure.into_status(access)))
}

/// Logs each failure in a batch of writes once, however many operations share it.
fn log_failures(written: &BatchWritten) {
    let mut logged = HashSet::new();
    for outcome in &written.outcomes {
        if let BatchOutcome::Failed(error) = outcome
            && logged.insert(Arc::as_ptr(error))
        {
            log(error);
        }
    }
}

/// Logs a page token that could not be made. What a caller sends is no matter for the log.
fn log_page_token(error: &page_token::Error) {
    match error {
        page_token::Error::NotValid => {}
        page_token::Error::NoRandomness(cause) => tracing::error!(%cause, "{error}"),
        page_token::Error::Seal => tracing::error!("{error}"),
    }
}

/// Logs what the caller is not told: the chain of causes. What a caller did wrong is no matter for the log.
fn log(error: &driver::Error) {
    // A full disk is said once by the engine that meets it, not by each call.
    if error.is_the_callers() || matches!(error, driver::Error::StorageFull(_)) {
        return;
    }
    let Some(upstream) = error.upstream() else { return };
    let mut causes = String::new();
    let mut next = upstream.source();
    while let Some(cause) = next {
        let written = write!(causes, ": {cause}");
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
        next = cause.source();
    }
    let causes = excerpt(&causes, MAX_CAUSES);
    tracing::warn!(
        reason = status::reason(error).as_str_name(),
        aws_code = upstream.code(),
        aws_request_id = upstream.request_id(),
        attempts = upstream.attempts(),
        "{error}{causes}"
    );
}
