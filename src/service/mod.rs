//! Implements the generated service traits: one short handler per RPC that parses, calls the driver and encodes.

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

/// The principal of a call's token. In the extensions of every authenticated request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(pub Arc<str>);

/// Maximum length of a method's name in the log. Callers may send any name.
const MAX_METHOD: usize = 256;

/// Maximum length of an error's causes in the log. They quote DynamoDB, or whatever answers in its place.
const MAX_CAUSES: usize = 2048;

/// The method and request id of a call, for the log. In the extensions of every request.
///
/// Most calls log nothing, so their span is created on demand.
#[derive(Debug, Clone)]
pub struct CallName(Arc<(PathAndQuery, HeaderValue)>);

impl CallName {
    /// A call of this method, `/package.Service/Method`, with this id.
    #[must_use]
    pub fn new(method: PathAndQuery, id: HeaderValue) -> Self {
        Self(Arc::new((method, id)))
    }

    /// The span for the call's log lines.
    #[must_use]
    pub fn span(&self) -> tracing::Span {
        let (method, id) = &*self.0;
        // Has the target of the call's final log line. It has no parent, because in detailed logs the call is in its
        // span already.
        let id = id.to_str().unwrap_or_default();
        tracing::info_span!(target: "dynakv::server::call", parent: None, "call", method = &*excerpt(method.path(), MAX_METHOD), id)
    }
}

/// The span of the call with these extensions.
fn span_of(extensions: &Extensions) -> tracing::Span {
    extensions.get().map_or_else(tracing::Span::none, CallName::span)
}

/// Marks requests that the client has sent before. In the extensions of such requests.
#[derive(Debug, Clone, Copy)]
pub struct Repeated;

/// Why a handler failed.
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

/// The principal of a call; none if callers are not authenticated.
fn caller<Q>(request: &Request<Q>) -> Option<Arc<str>> {
    request.extensions().get().map(|Principal(name)| Arc::clone(name))
}

/// Runs a handler and turns its failure into a status.
async fn respond<Q, A, F>(
    access: Access,
    request: Request<Q>,
    handler: impl FnOnce(Deadline, Q) -> F,
) -> Result<Response<A>, Status>
where
    F: Future<Output = Result<A, Failure>>,
{
    let (_, extensions, request) = request.into_parts();
    let deadline = extensions.get().copied().unwrap_or_else(|| Deadline::after(driver::DEFAULT_TIMEOUT));
    let respond = handler(deadline, request).await;
    respond.map(Response::new).map_err(|failure| span_of(&extensions).in_scope(|| failure.into_status(access)))
}

/// Logs each failure of a batch once, even if many operations share it.
fn log_failures<C>(written: &BatchWritten<C>) {
    let mut logged = HashSet::new();
    for outcome in &written.outcomes {
        if let BatchOutcome::Failed(error) = outcome
            && logged.insert(Arc::as_ptr(error))
        {
            log(error);
        }
    }
}

/// Logs a failure to seal a page token. Invalid tokens of callers are not logged.
fn log_page_token(error: &page_token::Error) {
    match error {
        page_token::Error::NotValid => {}
        page_token::Error::NoRandomness(cause) => tracing::error!(%cause, "{error}"),
        page_token::Error::Seal => tracing::error!("{error}"),
    }
}

/// Logs the chain of causes, which the caller does not get to see. Errors of the caller are not logged.
fn log(error: &driver::Error) {
    // The engine logs a full disk once, instead of every call.
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
