use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// A call hangs after this many times the usual duration of a call.
const FACTOR: u32 = 8;
const MIN_TIME: Duration = Duration::from_millis(100);

/// Pause of coalescing after a shared call hung. It doubles with each further hang.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How long the keys of a call that hung are sent alone.
const SUSPECT_FOR: Duration = Duration::from_mins(1);

/// The most keys that are sent alone because of a hang.
const MAX_SUSPECTS: usize = 1000;

/// What calls that hung mean for the calls after them.
#[derive(Debug, Default)]
pub(super) struct Hangs {
    /// Hashes of keys, each with the end of its time alone.
    suspects: HashMap<u64, Instant>,
    hasher: RandomState,
    last_pause: Duration,
    paused_until: Option<Instant>,
}

impl Hangs {
    /// After how long a call counts as hanging.
    pub(super) fn hang_after(usual_time: Duration) -> Duration {
        (usual_time * FACTOR).max(MIN_TIME)
    }

    /// A call with these keys hangs. They are suspect now. If the call was shared, coalescing pauses: another of its members may
    /// be what hangs, and the next shared call may have it too.
    pub(super) fn add(&mut self, keys: &[&str], now: Instant) {
        if self.suspects.len() + keys.len() > MAX_SUSPECTS {
            self.suspects.retain(|_, until| *until > now);
        }
        let room = MAX_SUSPECTS.saturating_sub(self.suspects.len());
        let hashes = keys.iter().take(room).map(|key| self.hasher.hash_one(key));
        self.suspects.extend(hashes.map(|key| (key, now + SUSPECT_FOR)));
        if keys.len() > 1 {
            let is_recent = self.paused_until.is_some_and(|until| until + LONGEST_PAUSE > now);
            self.last_pause = if is_recent { (self.last_pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
            self.paused_until = Some(now + self.last_pause);
        }
    }

    /// A call that counted as hanging was answered: DynamoDB was only slow.
    pub(super) fn clear(&mut self) {
        self.suspects.clear();
        self.paused_until = None;
    }

    /// Whether nothing is coalesced at the moment.
    pub(super) fn pauses(&self, now: Instant) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }

    /// Whether a call with this key is sent alone. Most of the time nothing is suspect, and the key is not hashed.
    pub(super) fn suspects(&mut self, key: &str, now: Instant) -> bool {
        if self.suspects.is_empty() {
            return false;
        }
        let key = self.hasher.hash_one(key);
        let until = self.suspects.get(&key).copied();
        if until.is_some_and(|until| until <= now) {
            self.suspects.remove(&key);
        }
        until.is_some_and(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_shared_call_that_hung_are_sent_alone_for_a_while() {
        let (mut hangs, now) = (Hangs::default(), Instant::now());
        hangs.add(&["a", "b"], now);
        assert!(hangs.pauses(now) && hangs.suspects("a", now) && !hangs.suspects("c", now));
        assert!(!hangs.pauses(now + FIRST_PAUSE));
        assert!(!hangs.suspects("a", now + SUSPECT_FOR));
        hangs.add(&["a", "b"], now + FIRST_PAUSE);
        assert!(hangs.pauses(now + 2 * FIRST_PAUSE), "the second pause is longer");
        hangs.clear();
        assert!(!hangs.pauses(now + FIRST_PAUSE) && !hangs.suspects("a", now));
    }

    #[test]
    fn a_call_that_hangs_alone_stops_no_other() {
        let (mut hangs, now) = (Hangs::default(), Instant::now());
        hangs.add(&["a"], now);
        assert!(hangs.suspects("a", now) && !hangs.pauses(now));
    }

    #[test]
    fn suspects_are_bounded() {
        let (mut hangs, now) = (Hangs::default(), Instant::now());
        for index in 0..3 * MAX_SUSPECTS {
            hangs.add(&[&index.to_string()], now);
        }
        assert_eq!(hangs.suspects.len(), MAX_SUSPECTS);
        hangs.add(&["later"], now + SUSPECT_FOR);
        assert!(hangs.suspects("later", now + SUSPECT_FOR));
    }
}
