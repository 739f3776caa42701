//! Which load runs, and when the next one may begin.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// The shortest time from the begin of a load to the begin of the next one, if the first one failed, or if there are valid
/// credentials.
pub(super) const PAUSE: Duration = Duration::from_secs(2);

type Outcome = Result<Arc<Credentials>, Arc<CredentialsError>>;

/// The end of a load, for any number of calls.
pub(super) type Load = Shared<BoxFuture<'static, Outcome>>;

/// The load that runs, or the last one.
#[derive(Default)]
pub(super) struct Loads {
    last: Option<Last>,
    /// Why the last load failed.
    error: Option<Arc<CredentialsError>>,
}

struct Last {
    began: SystemTime,
    load: Load,
    task: AbortHandle,
}

impl Loads {
    /// The load that runs. If there is none, it begins one in a task of its own, unless it is too early for that.
    ///
    /// # Errors
    /// There is no tokio runtime.
    pub(super) fn running(
        &mut self,
        now: SystemTime,
        has_valid: bool,
        load: impl Future<Output = Outcome> + Send + 'static,
    ) -> Result<Option<Load>, CredentialsError> {
        if let Some(last) = &self.last {
            if !last.task.is_finished() {
                return Ok(Some(last.load.clone()));
            }
            // If the clock was set back, the pause is over.
            let is_early = (last.began..last.began + PAUSE).contains(&now);
            if is_early && (has_valid || self.error.is_some()) {
                return Ok(None);
            }
        }
        let task = Handle::try_current().map_err(CredentialsError::unhandled)?.spawn(load);
        let abort = task.abort_handle();
        let load = async { task.await.unwrap_or_else(|ended| Err(Arc::new(CredentialsError::unhandled(ended)))) };
        let load = load.boxed().shared();
        self.error = None;
        self.last = Some(Last { began: now, load: load.clone(), task: abort });
        Ok(Some(load))
    }

    /// Records that the load failed.
    pub(super) fn failed(&mut self, error: CredentialsError) -> Arc<CredentialsError> {
        Arc::clone(self.error.insert(Arc::new(error)))
    }

    /// Why the last load failed.
    pub(super) fn error(&self) -> Arc<CredentialsError> {
        self.error.clone().unwrap_or_else(|| Arc::new(CredentialsError::not_loaded_no_source()))
    }
}

/// An error for each of the calls that waited for a load.
#[derive(Debug)]
pub(super) struct SharedError(Arc<CredentialsError>);

impl SharedError {
    pub(super) fn wrap(error: Arc<CredentialsError>) -> CredentialsError {
        CredentialsError::provider_error(Self(error))
    }
}

impl fmt::Display for SharedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for SharedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
