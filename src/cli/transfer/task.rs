use std::io;
use std::panic::resume_unwind;

use tokio::task::JoinError;

use crate::cli::error::Error;

/// The result of a task. It panics if the task has.
pub(super) fn joined<T>(task: Result<T, JoinError>) -> Result<T, Error> {
    task.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        // The runtime ends, and with it whoever would read this.
        Err(cancelled) => Error::Output(io::Error::other(cancelled)),
    })
}
