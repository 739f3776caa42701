//! Tracks whether the disk is writable.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::folder::Claim;

/// Minimum size of a trial write: the largest item, of 400 KB, in the log and in the database, with a margin.
const MIN_TRIAL_BYTES: usize = 1 << 20;

/// Remembers writes that the disk did not accept.
///
/// This affects readiness only. Each write is still tried, because it may be smaller or delete something. The disk
/// counts as writable again after a write of at least the same size, or after a [trial](Self::try_write).
#[derive(Debug, Default)]
pub(super) struct Disk {
    /// The size of the largest request that failed; 0 if none has.
    required: AtomicUsize,
}

impl Disk {
    pub(super) fn is_unwritable(&self) -> bool {
        self.required.load(Ordering::Relaxed) > 0
    }

    /// Records a failed write of this size. Logged once, until the disk is writable again.
    pub(super) fn write_failed(&self, bytes: usize, cause: &dyn std::fmt::Display) {
        if self.required.fetch_max(bytes.max(1), Ordering::Relaxed) == 0 {
            tracing::error!(%cause, "the disk does not take what is written; the service is not ready until it does");
        }
    }

    /// Records a successful write of this size.
    pub(super) fn write_succeeded(&self, bytes: usize) {
        let required = self.required.load(Ordering::Relaxed);
        if required > 0 && bytes >= required {
            self.now_writable();
        }
    }

    /// Tries to write twice the required size, because data goes to the log and to the database. Blocks.
    ///
    /// Always succeeds in memory.
    pub(super) fn try_write(&self, claim: Option<&Claim>) -> io::Result<()> {
        let required = self.required.load(Ordering::Relaxed);
        if let (1.., Some(claim)) = (required, claim) {
            claim.try_to_write(required.saturating_mul(2).max(MIN_TRIAL_BYTES))?;
        }
        self.now_writable();
        Ok(())
    }

    fn now_writable(&self) {
        if self.required.swap(0, Ordering::Relaxed) > 0 {
            tracing::info!("the disk takes what is written again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_as_large_as_the_one_that_did_not_fit_shows_that_there_is_room() {
        let disk = Disk::default();
        disk.write_failed(100, &"full");
        disk.write_failed(70, &"full");
        disk.write_succeeded(99);
        assert!(disk.is_unwritable());
        disk.write_succeeded(100);
        assert!(!disk.is_unwritable());
    }
}
