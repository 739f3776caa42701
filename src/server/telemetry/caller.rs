//! Knows for which caller the current code runs, so that the log lines of one caller do not displace another's.

tokio::task_local! {
    static CALLER: u64;
}

/// Runs `future` for a caller: its log lines count as that caller's.
///
/// `id` is any number that identifies the caller, such as that of a connection or a hash of a principal. Tasks that the
/// future spawns have to be scoped themselves.
pub fn caller_scope<F: Future>(id: u64, future: F) -> impl Future<Output = F::Output> {
    CALLER.scope(id, future)
}

/// Like [`caller_scope`], for synchronous code.
pub fn as_caller<T>(id: u64, work: impl FnOnce() -> T) -> T {
    CALLER.sync_scope(id, work)
}

/// The caller that the current code runs for; none for the process itself.
pub(super) fn current() -> Option<u64> {
    CALLER.try_get().ok()
}
