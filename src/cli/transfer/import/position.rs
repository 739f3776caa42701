use std::fmt;

use blake3::Hasher;

/// A place between two lines of a file.
#[derive(Clone, Default)]
pub(super) struct Position {
    line: u64,
    hasher: Hasher,
}

impl Position {
    /// Moves it past these lines, of which this is the last.
    pub(super) fn advance(&mut self, last: u64, lines: &[u8]) {
        self.line = last;
        self.hasher.update(lines);
    }

    /// The number of the last line before it; 0 at the start.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The BLAKE3 hash of the lines before it.
    pub(super) fn hash(&self) -> blake3::Hash {
        self.hasher.finalize()
    }
}

impl PartialEq for Position {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line && self.hash() == other.hash()
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Position").field("line", &self.line).finish_non_exhaustive()
    }
}
