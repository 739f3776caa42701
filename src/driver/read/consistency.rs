/// Which writes a read is guaranteed to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// Usually recent writes, but with no guarantee; at half the cost.
    Eventual,
    /// Every write that was acknowledged before the read.
    Strong,
}
