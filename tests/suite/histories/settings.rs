//! How a history is made. All figures are here.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};

use super::backend::Kind;

/// What happens to calls to DynamoDB, as fractions of all of them. The rest is carried out and answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fractions {
    /// Carried out, and the connection is cut before the answer.
    pub(super) lost_answer: f64,
    /// The connection is cut, and the call is never carried out.
    pub(super) lost_request: f64,
    /// The connection is cut, and the call is carried out up to [`LATEST`] later.
    pub(super) late_request: f64,
    /// `InternalServerError`; every second one is carried out before.
    pub(super) error: f64,
    /// `ProvisionedThroughputExceededException` of the key range.
    pub(super) throttle: f64,
    /// Of the keys and items of batches: left unprocessed.
    pub(super) unprocessed: f64,
}

/// The longest delay of a late request.
pub(super) const LATEST: Duration = Duration::from_millis(200);

pub(super) const FRACTIONS: Fractions = Fractions {
    lost_answer: 0.10,
    lost_request: 0.10,
    late_request: 0.05,
    error: 0.10,
    throttle: 0.30,
    unprocessed: 0.20,
};

/// Few faults, for runs against a wrong backend: what they do not hide is found in fewer operations.
const FEW: Fractions = Fractions {
    lost_answer: 0.02,
    lost_request: 0.02,
    late_request: 0.01,
    error: 0.02,
    throttle: 0.05,
    unprocessed: 0.05,
};

/// A way in which the backend is wrong, to show that the checker finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Every tenth GetItem is answered as the first one of its key.
    StaleRead,
    /// Every tenth PutItem and BatchWriteItem is acknowledged and not carried out.
    LostWrite,
    /// Every tenth PutItem with a condition is carried out without it.
    NoCondition,
    /// Every tenth UpdateItem, which is an Increment, is carried out twice.
    SecondIncrement,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) seed: u64,
    pub(super) backend: Kind,
    /// Operations of a history: those whose outcome is known and those in doubt.
    pub(super) operations: usize,
    /// Then no more operations begin.
    pub(super) time: Duration,
    /// Groups of keys. The clients of one do not use the keys of another.
    pub(super) groups: usize,
    /// Clients of each group.
    pub(super) clients: usize,
    /// Operations between two kills of a server; none without.
    pub(super) kill_every: Option<usize>,
    pub(super) fractions: Fractions,
    /// Whether plain Sets and Deletes meet faults after which they are sent again.
    pub(super) repeats: bool,
    pub(super) wrong: Option<Wrong>,
}

/// The operations of an epoch: then a group takes new keys, so that no partition is too long to be checked.
pub(super) const EPOCH_OPERATIONS: usize = 80;
/// The operations in doubt of an epoch. Each may double the time of the check.
pub(super) const EPOCH_UNKNOWN: usize = 20;

/// The deadline of each call. It leaves time for retries also on a slow machine: the outcome of a call that runs out of time is
/// often unknown, and says little.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

impl Settings {
    /// What the suite runs, in a few seconds.
    pub(super) fn short(backend: Kind, seed: u64) -> Self {
        Self {
            seed,
            backend,
            operations: 500,
            time: Duration::from_mins(2),
            groups: 8,
            clients: 4,
            kill_every: Some(150),
            fractions: FRACTIONS,
            repeats: true,
            wrong: None,
        }
    }

    /// What the suite runs to show that the checker finds this.
    pub(super) fn wrong(wrong: Wrong, seed: u64) -> Self {
        let usual = Self::short(Kind::InMemory, seed);
        Self { operations: 1_000, kill_every: None, fractions: FEW, wrong: Some(wrong), ..usual }
    }

    /// What `make histories` runs for each seed.
    pub(super) fn soak(backend: Kind, seed: u64) -> Self {
        Self {
            operations: number("HISTORIES_OPERATIONS", 50_000),
            time: Duration::from_secs(number("HISTORIES_SECONDS", 600)),
            kill_every: Some(2_500),
            groups: number("HISTORIES_GROUPS", 30),
            ..Self::short(backend, seed)
        }
    }

    pub(super) fn name(&self) -> String {
        let faults = match (self.wrong, self.repeats) {
            (Some(wrong), _) => format!("{wrong:?}"),
            (None, true) => "all faults".to_owned(),
            (None, false) => "no faults after which a Set or Delete is sent again".to_owned(),
        };
        format!("{:?}, {faults}", self.backend)
    }

    pub(super) fn header(&self) -> Value {
        let Fractions { lost_answer, lost_request, late_request, error, throttle, unprocessed } = self.fractions;
        let faults = json!({
            "lost_answer": lost_answer, "lost_request": lost_request, "late_request": late_request,
            "error": error, "throttle": throttle, "unprocessed": unprocessed,
        });
        json!({ "seed": self.seed, "run": self.name(), "faults": faults })
    }
}

/// The seed of the short runs: from the environment, or a new one.
pub(super) fn seed() -> u64 {
    number("HISTORIES_SEED", fastrand::u64(..1_000_000))
}

/// A number from the environment.
pub(super) fn number<N: FromStr>(name: &str, default: N) -> N {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}
