//! For whom the code that runs was called, as far as the log has to know: lines of one caller must not displace others'.

tokio::task_local! {
    static CALLER: u64;
}

/// Runs `future` on behalf of a caller: its lines in the log count as that caller's.
///
/// `id` is any number that is the same for what one caller does, such as that of a connection or a hash of a principal. What
/// the future spawns does not belong to it, unless that is scoped as well.
pub fn caller_scope<F: Future>(id: u64, future: F) -> impl Future<Output = F::Output> {
    CALLER.scope(id, future)
}

/// Runs `work` on behalf of a caller, as [`caller_scope`] runs a future.
pub fn as_caller<T>(id: u64, work: impl FnOnce() -> T) -> T {
    CALLER.sync_scope(id, work)
}

/// On whose behalf the current code runs; none if it is the process's own.
pub(super) fn current() -> Option<u64> {
    CALLER.try_get().ok()
}
