use tokio::time::Instant;

/// A token bucket: so many units a second, of which a tenth of a second's can be saved, at least two. One that saves less takes only
/// calls that come exactly when it has one.
#[derive(Debug)]
pub(in crate::trouble) struct Bucket {
    per_second: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        Self { per_second, tokens: capacity(per_second), filled: now }
    }

    /// Takes a unit if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let added = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + added).min(capacity(self.per_second));
        self.filled = now;
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

fn capacity(per_second: f64) -> f64 {
    (per_second / 10.0).max(2.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_tenth_of_a_second_is_saved() {
        let now = Instant::now();
        let mut bucket = Bucket::new(40.0, now);
        let mut taken = |at| (0..100).filter(|_| bucket.take(at)).count();
        assert_eq!(taken(now), 4);
        assert_eq!(taken(now + Duration::from_millis(26)), 1);
        assert_eq!(taken(now + Duration::from_mins(1)), 4);
    }

    #[test]
    fn a_slow_bucket_saves_two_units() {
        let now = Instant::now();
        let mut bucket = Bucket::new(2.0, now);
        assert!(bucket.take(now) && bucket.take(now));
        assert!(!bucket.take(now + Duration::from_millis(499)));
        assert!(bucket.take(now + Duration::from_millis(501)));
    }

    #[test]
    fn the_rate_holds_in_the_long_run() {
        let now = Instant::now();
        let mut bucket = Bucket::new(40.0, now);
        let taken = (0..10_000).filter(|nth| bucket.take(now + Duration::from_millis(*nth))).count();
        assert!((400..=405).contains(&taken), "{taken} in ten seconds");
    }
}
