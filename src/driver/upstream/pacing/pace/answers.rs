/// Answers in some time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Answers {
    pub(super) succeeded: f64,
    pub(super) throttled: f64,
    pub(super) seconds: f64,
}

impl Answers {
    pub(super) fn all(self) -> f64 {
        self.succeeded + self.throttled
    }

    pub(super) fn successes_per_second(self) -> f64 {
        self.succeeded / self.seconds
    }

    /// The part that is a throttle.
    pub(super) fn part_throttled(self) -> f64 {
        self.throttled / self.all().max(1.0)
    }
}
