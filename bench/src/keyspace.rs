//! The keys and their values. A reader can compute the value of each key and so verify it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, Zipf};

/// The number of keys.
pub(crate) const KEYS: usize = 100_000;

/// Maximum size of a value in bytes: almost a full DynamoDB item.
pub(crate) const MAX_VALUE: usize = 400_000;

/// The skew of Zipf runs, as in the Yahoo! Cloud Serving Benchmark.
pub(crate) const ZIPF_EXPONENT: f64 = 0.99;

/// Distance between the values of adjacent keys in the pool. A multiple of three, so that base64 can be sliced as well.
const STEP: usize = 3;

/// Distance between the keys of a batch. Coprime to [`KEYS`], so that the keys of a batch differ.
const STRIDE: usize = 7_919;

const SEED: u64 = 0x6479_6e61_6b76;

/// A key. Its name contains the size of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) bytes: usize,
    pub(crate) index: usize,
}

impl Entry {
    pub(crate) fn key(self) -> String {
        format!("{}-{:05}", self.bytes, self.index)
    }

    /// Parses a key; `None` for foreign keys, such as those of probes.
    pub(crate) fn parse(key: &str) -> Option<Self> {
        let (bytes, index) = key.split_once('-')?;
        let (bytes, index) = (bytes.parse().ok()?, index.parse().ok()?);
        (bytes <= MAX_VALUE && index < KEYS).then_some(Self { bytes, index })
    }

    /// This many different entries, starting with this one.
    pub(crate) fn batch(self, count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(move |nth| Self { index: (self.index + nth * STRIDE) % KEYS, ..self })
    }
}

/// The values: each is a slice of the same random bytes.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    pool: Bytes,
    base64: Bytes,
}

impl Values {
    pub(crate) fn new() -> Self {
        let mut pool = vec![0; KEYS * STEP + MAX_VALUE.next_multiple_of(STEP)];
        SmallRng::seed_from_u64(SEED).fill_bytes(&mut pool);
        let base64 = STANDARD.encode(&pool);
        Self { pool: pool.into(), base64: base64.into() }
    }

    /// The bytes of which every value is a part.
    pub(crate) fn pool(&self) -> &[u8] {
        &self.pool
    }

    pub(crate) fn of(&self, entry: Entry) -> Bytes {
        let start = entry.index * STEP;
        self.pool.slice(start..start + entry.bytes)
    }

    /// A value in base64, in two parts: without and with padding.
    pub(crate) fn base64(&self, entry: Entry) -> (Bytes, String) {
        let whole = entry.bytes / 3;
        let start = entry.index * STEP / 3 * 4;
        let tail = self.of(entry).split_off(whole * 3);
        (self.base64.slice(start..start + whole * 4), STANDARD.encode(tail))
    }
}

/// Draws keys.
#[derive(Debug)]
pub(crate) struct Draw {
    random: SmallRng,
    zipf: Option<Zipf<f64>>,
}

impl Draw {
    pub(crate) fn uniform(seed: u64) -> Self {
        Self { random: SmallRng::seed_from_u64(seed), zipf: None }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn zipf(seed: u64) -> Self {
        Self { zipf: Zipf::new(KEYS as f64, ZIPF_EXPONENT).ok(), ..Self::uniform(seed) }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is 1 to KEYS")]
    pub(crate) fn entry(&mut self, bytes: usize) -> Entry {
        let index = match &self.zipf {
            None => self.random.random_range(0..KEYS),
            // Spread keys of similar rank over the pool.
            Some(zipf) => (zipf.sample(&mut self.random) as usize).saturating_sub(1) * STRIDE % KEYS,
        };
        Entry { bytes, index }
    }

    /// A number in 0.0..1.0.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.random.random()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_key_says_what_it_holds() {
        let entry = Entry { bytes: 4096, index: 42 };
        assert_eq!(Entry::parse(&entry.key()), Some(entry));
        assert_eq!(Entry::parse("dynakv:probe"), None);
        assert_eq!(Entry::parse("100-100000"), None);
    }

    #[test]
    fn the_keys_of_a_batch_differ() {
        let batch: HashSet<_> = Entry { bytes: 100, index: 99_999 }.batch(10_000).map(|entry| entry.index).collect();
        assert_eq!(batch.len(), 10_000);
    }

    #[test]
    fn base64_is_that_of_the_value() {
        let values = Values::new();
        for bytes in [0, 1, 2, 3, 100, MAX_VALUE] {
            let entry = Entry { bytes, index: KEYS - 1 };
            let (head, tail) = values.base64(entry);
            let text = [head.as_ref(), tail.as_bytes()].concat();
            assert_eq!(text, STANDARD.encode(values.of(entry)).into_bytes());
        }
    }
}
