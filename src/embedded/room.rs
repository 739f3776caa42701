//! Whether the disk takes what is written.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::folder::Claim;

/// The least room that ends a want of it: an item of 400 KB, the largest, in the log and in the database, and some more.
const LEAST_ROOM: usize = 1 << 20;

/// What the disk did not take.
///
/// A write that does not fit is no reason to refuse the next one, which may be smaller or delete something. So each write is
/// tried, and this only tells readiness. It is told that there is room again by a write that is as large, or by a
/// [trial](Self::try_again).
#[derive(Debug, Default)]
pub(super) struct Room {
    /// The size of the largest request that the disk did not take. None is as small as 0.
    wanted: AtomicUsize,
}

impl Room {
    pub(super) fn is_wanting(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) > 0
    }

    /// A write of this size met a disk that does not take it. Said once, until there is room again.
    pub(super) fn refused(&self, bytes: usize, cause: &dyn std::fmt::Display) {
        if self.wanted.fetch_max(bytes.max(1), Ordering::Relaxed) == 0 {
            tracing::error!(%cause, "the disk does not take what is written; the service is not ready until it does");
        }
    }

    /// A write of this size went through.
    pub(super) fn taken(&self, bytes: usize) {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if wanted > 0 && bytes >= wanted {
            self.found();
        }
    }

    /// Tries whether the folder has room for twice as much as was wanted, since it goes to the log and to the database. Blocks.
    ///
    /// In memory there is nothing to try.
    pub(super) fn try_again(&self, claim: Option<&Claim>) -> io::Result<()> {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if let (1.., Some(claim)) = (wanted, claim) {
            claim.try_to_write(wanted.saturating_mul(2).max(LEAST_ROOM))?;
        }
        self.found();
        Ok(())
    }

    fn found(&self) {
        if self.wanted.swap(0, Ordering::Relaxed) > 0 {
            tracing::info!("the disk takes what is written again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_as_large_as_the_one_that_did_not_fit_shows_that_there_is_room() {
        let room = Room::default();
        room.refused(100, &"full");
        room.refused(70, &"full");
        room.taken(99);
        assert!(room.is_wanting());
        room.taken(100);
        assert!(!room.is_wanting());
    }
}
