/// Which calls are coalesced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coalescing {
    /// Whether plain reads are: of one whole item, or of what one entry shows.
    pub reads: bool,
    /// Whether plain writes are: puts and deletes without a condition that return nothing.
    pub writes: bool,
}

impl Default for Coalescing {
    fn default() -> Self {
        Self { reads: true, writes: true }
    }
}
