/// Which calls are coalesced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coalescing {
    /// Whether reads of one key are: Get, GetTtl, Exists of one key, and GetItem without a projection or a report of capacity.
    pub reads: bool,
    /// Whether plain writes are: puts and deletes without a condition that return nothing.
    pub writes: bool,
}

impl Default for Coalescing {
    fn default() -> Self {
        Self { reads: true, writes: true }
    }
}
