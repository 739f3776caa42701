use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

use super::bucket::Bucket;
use super::call::{Action, Call};
use super::queue::Queue;

/// What is wrong with the upstream.
#[derive(Debug)]
pub(in crate::trouble) enum Mode {
    /// It throttles items above a limit: those with one key, or all.
    Limit { bucket: Mutex<Bucket>, only_key: Option<String> },
    /// It works calls off at a fixed rate, and lets the others wait.
    Queue { queue: Queue, unit: Unit },
    /// It carries out so many calls of these actions and cuts their connections.
    Lost { writes: AtomicU32, reads: AtomicU32 },
    /// BatchGetItem has a fault.
    BatchGetItem(Fault),
    /// Calls with keys that begin with this hang.
    Hang { prefix: &'static str },
    /// Half of the calls fail.
    Half(Mutex<SmallRng>),
}

/// What is worked off at the rate of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trouble) enum Unit {
    Call,
    Item,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::trouble) enum Fault {
    /// It fails with a 500.
    Fails,
    /// It is throttled.
    Throttled,
    /// It leaves every other key unprocessed.
    HalfUnprocessed,
}

/// What happens to a call.
#[derive(Debug)]
pub(super) enum Verdict {
    /// These parts are carried out, at least one.
    Served(Vec<bool>),
    Throttled {
        is_hot_key: bool,
    },
    Failed,
    /// All is carried out, without an answer.
    Lost,
    /// Nothing happens, to so many items that do not hang by themselves either.
    Hangs {
        beside: u64,
    },
}

impl Mode {
    pub(in crate::trouble) fn limit(per_second: u32) -> Self {
        Self::Limit { bucket: Mutex::new(Bucket::new(per_second.into(), Instant::now())), only_key: None }
    }

    pub(in crate::trouble) fn hot(per_second: u32, key: &str) -> Self {
        let bucket = Mutex::new(Bucket::new(per_second.into(), Instant::now()));
        Self::Limit { bucket, only_key: Some(key.to_owned()) }
    }

    pub(in crate::trouble) fn queue(per_second: u32, unit: Unit) -> Self {
        Self::Queue { queue: Queue::new(per_second), unit }
    }

    pub(in crate::trouble) fn lost(writes: u32, reads: u32) -> Self {
        Self::Lost { writes: writes.into(), reads: reads.into() }
    }

    pub(in crate::trouble) fn half(seed: u64) -> Self {
        Self::Half(Mutex::new(SmallRng::seed_from_u64(seed)))
    }

    /// Decides on a call, when its turn has come.
    pub(super) async fn judge(&self, call: &Call) -> Verdict {
        let all = || Verdict::Served(vec![true; call.parts.len()]);
        match self {
            Self::Limit { bucket, only_key } => {
                let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
                let is_limited = |key: &str| only_key.as_deref().is_none_or(|only| only == key);
                let now = Instant::now();
                let parts = call.parts.iter().map(|part| !is_limited(&part.key) || bucket.take(now));
                served(parts.collect(), only_key.is_some())
            }
            Self::Queue { queue, unit } => {
                let units = match unit {
                    Unit::Call => 1,
                    Unit::Item => u32::try_from(call.parts.len()).unwrap_or(u32::MAX),
                };
                queue.wait(units).await;
                all()
            }
            Self::Lost { writes, reads } => {
                let left = match call.action {
                    Action::BatchWriteItem => writes,
                    Action::BatchGetItem => reads,
                    _ => return all(),
                };
                let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
                if taken.is_ok() { Verdict::Lost } else { all() }
            }
            Self::BatchGetItem(fault) if call.action == Action::BatchGetItem => match fault {
                Fault::Fails => Verdict::Failed,
                Fault::Throttled => Verdict::Throttled { is_hot_key: false },
                Fault::HalfUnprocessed => served((0..call.parts.len()).map(|nth| nth % 2 == 0).collect(), false),
            },
            Self::BatchGetItem(_) => all(),
            Self::Hang { prefix } => {
                let hanging = call.parts.iter().filter(|part| part.key.starts_with(prefix)).count();
                let beside = (call.parts.len() - hanging) as u64;
                if hanging > 0 { Verdict::Hangs { beside } } else { all() }
            }
            Self::Half(random) => {
                let fails = random.lock().unwrap_or_else(PoisonError::into_inner).random();
                if fails { Verdict::Failed } else { all() }
            }
        }
    }
}

/// A call of which nothing is carried out is throttled as a whole.
fn served(parts: Vec<bool>, is_hot_key: bool) -> Verdict {
    if parts.contains(&true) { Verdict::Served(parts) } else { Verdict::Throttled { is_hot_key } }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gets(keys: &[&str]) -> Call {
        let keys: Vec<_> = keys.iter().map(|key| json!({"pk": {"S": key}})).collect();
        let body = json!({"RequestItems": {"bench": {"Keys": keys}}}).to_string();
        Call::parse("DynamoDB_20120810.BatchGetItem", body.as_bytes()).unwrap()
    }

    #[tokio::test]
    async fn what_is_above_the_limit_is_left_or_throttled() {
        let mode = Mode::limit(0);
        let call = gets(&["a", "b", "c"]);
        assert!(matches!(mode.judge(&call).await, Verdict::Served(parts) if parts == [true, true, false]));
        assert!(matches!(mode.judge(&call).await, Verdict::Throttled { is_hot_key: false }));
    }

    #[tokio::test]
    async fn only_the_hot_key_is_limited() {
        let mode = Mode::hot(0, "hot");
        assert!(matches!(mode.judge(&gets(&["hot"])).await, Verdict::Served(_)));
        assert!(matches!(mode.judge(&gets(&["hot"])).await, Verdict::Served(_)));
        assert!(matches!(mode.judge(&gets(&["hot"])).await, Verdict::Throttled { is_hot_key: true }));
        assert!(matches!(mode.judge(&gets(&["hot", "a"])).await, Verdict::Served(parts) if parts == [false, true]));
    }

    #[tokio::test]
    async fn so_many_answers_are_lost() {
        let mode = Mode::lost(0, 1);
        assert!(matches!(mode.judge(&gets(&["a"])).await, Verdict::Lost));
        assert!(matches!(mode.judge(&gets(&["a"])).await, Verdict::Served(_)));
    }

    #[tokio::test]
    async fn a_call_hangs_with_one_of_its_keys() {
        let mode = Mode::Hang { prefix: "hanging-" };
        assert!(matches!(mode.judge(&gets(&["a", "hanging-1", "b"])).await, Verdict::Hangs { beside: 2 }));
        assert!(matches!(mode.judge(&gets(&["a", "b"])).await, Verdict::Served(_)));
    }
}
