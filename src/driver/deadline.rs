use std::time::Duration;

use tokio::time::Instant;

/// The time of a deadline that is further away than a moment can be: as good as never.
const FAR: Duration = Duration::from_hours(30 * 8766);

/// The moment by which the work of a call has to end: a little before the caller's own deadline, so that the response arrives
/// in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// Work ends at this moment.
    #[must_use]
    pub fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// Work ends this long from now; after 30 years at the latest.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration.min(FAR))
    }

    pub(crate) fn instant(self) -> Instant {
        self.0
    }

    pub(crate) fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }

    pub(crate) fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_duration_is_too_long() {
        assert!(Deadline::after(Duration::MAX).remaining() > Duration::from_hours(29 * 8766));
        assert!(Deadline::after(Duration::ZERO).has_passed());
    }
}
