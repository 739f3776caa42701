/// Which writes a read is sure to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// Usually those of a moment ago; at half the cost.
    Eventual,
    /// Every write that was acknowledged before.
    Strong,
}
