use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, LogNormal};

/// The stub's delay for a key: a log-normal distribution. A call takes as long as its slowest key.
#[derive(Debug)]
pub(super) struct Delay(Option<(LogNormal<f64>, Mutex<SmallRng>)>);

impl Delay {
    /// A delay with this median in milliseconds; 0 is no delay. The same seed gives the same sequence.
    pub(super) fn new(median_ms: f64, sigma: f64, seed: u64) -> anyhow::Result<Self> {
        if median_ms == 0.0 {
            return Ok(Self(None));
        }
        let distribution = LogNormal::new((median_ms / 1000.0).ln(), sigma).context("no such distribution")?;
        Ok(Self(Some((distribution, Mutex::new(SmallRng::seed_from_u64(seed))))))
    }

    /// The delay of a call with this many keys.
    pub(super) fn draw(&self, keys: usize) -> Option<Duration> {
        let (distribution, random) = self.0.as_ref()?;
        let mut random = random.lock().unwrap_or_else(PoisonError::into_inner);
        let slowest = distribution.sample_iter(&mut *random).take(keys.max(1)).fold(0.0, f64::max);
        Some(Duration::from_secs_f64(slowest.min(60.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_as_configured_and_a_batch_takes_its_slowest_key() {
        let median = |keys| {
            let delay = Delay::new(5.0, 0.5, 1).unwrap();
            let mut drawn: Vec<_> = (0..10_001).map(|_| delay.draw(keys).unwrap()).collect();
            drawn.sort();
            drawn[5_000].as_secs_f64()
        };
        assert!((0.0049..0.0051).contains(&median(1)));
        assert!(median(100) > 3.0 * median(1));
    }

    #[test]
    fn a_seed_names_a_sequence() {
        let draw = |seed| Delay::new(5.0, 0.5, seed).unwrap().draw(1);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(Delay::new(0.0, 0.5, 1).unwrap().draw(1), None);
    }
}
