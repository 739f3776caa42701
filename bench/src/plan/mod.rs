//! The plan: varies one factor at a time around Gets and Sets of 100 bytes by 256 callers.

mod beside;
mod candidate;
mod operation;

use std::fmt;
use std::time::Duration;

pub(crate) use self::beside::WORKERS;
pub(crate) use self::candidate::{Callee, Candidate, Language};
pub(crate) use self::operation::Operation;

/// The page size of Query and Scan, and the size of the items.
pub(crate) const PAGE: usize = 100;
pub(crate) const LISTED_BYTES: usize = SMALL;

/// Standard deviation of the logarithm of delays: one in a hundred keys takes three times the median.
pub(crate) const DELAY_SIGMA: f64 = 0.5;
pub(crate) const DELAY_MEDIAN_MS: f64 = 5.0;

/// HTTP/2 connections from the load generator to a server; at most one per caller.
pub(crate) const CONNECTIONS: usize = 4;

const SMALL: usize = 100;
const MEDIUM: usize = 4 << 10;
const LARGE: usize = 100 << 10;

const CALLERS: [usize; 5] = [1, 16, 64, 256, 1024];
const CENTRE: usize = 256;

/// Sizes of the bare SDK's connection pool. The largest is the number of callers.
const POOLS: [usize; 3] = [16, 64, 1024];

/// How calls arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// This many callers, each of which calls again as soon as it has a response.
    Closed { callers: usize },
    /// This many calls a second, whether or not earlier ones have been answered.
    Open { per_second: u32 },
}

/// How keys are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skew {
    Uniform,
    Zipf,
}

/// The stub's delay for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delay {
    None,
    LogNormal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Workload {
    pub(crate) operation: Operation,
    pub(crate) value_bytes: usize,
    pub(crate) load: Load,
    pub(crate) skew: Skew,
    pub(crate) delay: Delay,
}

/// A workload and the candidates that are measured with it in turn.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) section: Section,
    pub(crate) workload: Workload,
    pub(crate) candidates: Vec<Candidate>,
}

/// The part of the report that a figure belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    BesideGo,
    OthersBesideGo,
    Gets,
    Sets,
    Sizes,
    Others,
    Skewed,
    Delayed,
    Open,
    Workers,
}

impl Section {
    pub(crate) const ALL: [Self; 10] = [
        Self::BesideGo,
        Self::OthersBesideGo,
        Self::Gets,
        Self::Sets,
        Self::Sizes,
        Self::Others,
        Self::Skewed,
        Self::Delayed,
        Self::Open,
        Self::Workers,
    ];
}

/// Duration and number of runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) runs: usize,
    pub(crate) warm_up: Duration,
    pub(crate) run: Duration,
}

const GATEWAY: Candidate = Candidate::Gateway { coalescing: true };
const UNCOALESCED: Candidate = Candidate::Gateway { coalescing: false };

impl Workload {
    /// The centre of the plan.
    pub(crate) const fn centre(operation: Operation) -> Self {
        Self {
            operation,
            value_bytes: SMALL,
            load: Load::Closed { callers: CENTRE },
            skew: Skew::Uniform,
            delay: Delay::None,
        }
    }

    pub(crate) const fn callers(self, callers: usize) -> Self {
        Self { load: Load::Closed { callers }, ..self }
    }

    pub(crate) const fn delayed(self) -> Self {
        Self { delay: Delay::LogNormal, ..self }
    }

    /// The SDK with every pool size that makes a difference.
    fn sdk(&self) -> impl Iterator<Item = Candidate> {
        let callers = match self.load {
            Load::Closed { callers } => callers,
            Load::Open { .. } => usize::MAX,
        };
        let mut sizes = POOLS.map(|connections| connections.min(callers)).to_vec();
        sizes.dedup();
        sizes.into_iter().map(|connections| Candidate::Sdk { connections })
    }
}

/// The full plan. Takes about half an hour.
pub(crate) fn full() -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut add = |section, workload: Workload, gateways: &[Candidate]| {
        let candidates = gateways.iter().copied().chain(workload.sdk()).collect();
        figures.push(Figure { section, workload, candidates });
    };
    let (get, set) = (Workload::centre(Operation::Get), Workload::centre(Operation::Set));
    for callers in CALLERS {
        add(Section::Gets, get.callers(callers), &[GATEWAY, UNCOALESCED, Candidate::Noop]);
        add(Section::Sets, set.callers(callers), &[GATEWAY, UNCOALESCED]);
    }
    for value_bytes in [MEDIUM, LARGE] {
        add(Section::Sizes, Workload { value_bytes, ..get }, &[GATEWAY, UNCOALESCED, Candidate::Noop]);
        add(Section::Sizes, Workload { value_bytes, ..set }, &[GATEWAY, UNCOALESCED]);
    }
    add(Section::Skewed, Workload { skew: Skew::Zipf, ..get }, &[GATEWAY, UNCOALESCED]);
    add(Section::Delayed, get.callers(64).delayed(), &[GATEWAY, UNCOALESCED]);
    add(Section::Delayed, get.delayed(), &[GATEWAY, UNCOALESCED]);
    add(Section::Delayed, set.callers(64).delayed(), &[GATEWAY, UNCOALESCED]);
    for per_second in [2_000, 6_000] {
        let load = Load::Open { per_second };
        add(Section::Open, Workload { load, ..get }, &[GATEWAY, UNCOALESCED]);
    }
    let load = Load::Open { per_second: 3_000 };
    add(Section::Open, Workload { load, ..get.delayed() }, &[GATEWAY, UNCOALESCED]);
    figures.extend(others());
    beside::figures().chain(figures).collect()
}

/// Operations without a single SDK call, and operations that are never coalesced: measured for the server alone, by its load
/// generator in Rust.
fn others() -> Vec<Figure> {
    [
        (Operation::CompareAndSet, CENTRE),
        (Operation::BatchGet(100), 16),
        (Operation::BatchGet(1_000), 4),
        (Operation::BatchGet(10_000), 2),
        (Operation::TransactWrite(10), 64),
        (Operation::Query, 64),
        (Operation::Scan, 64),
    ]
    .map(|(operation, callers)| Figure {
        section: Section::Others,
        workload: Workload::centre(operation).callers(callers),
        candidates: vec![GATEWAY],
    })
    .to_vec()
}

/// The plan of `--quick`: enough for every acceptance figure, each operation, and an open load.
pub(crate) fn quick() -> Vec<Figure> {
    let (get, set) = (Operation::Get, Operation::Set);
    let acceptance = [
        Workload::centre(get),
        Workload::centre(set),
        Workload::centre(get).callers(1),
        Workload::centre(get).callers(64).delayed(),
    ];
    let open = Workload { load: Load::Open { per_second: 2_000 }, ..Workload::centre(get) };
    let is_wanted = |figure: &Figure| {
        let is_of_each_operation =
            matches!(figure.section, Section::Others | Section::OthersBesideGo | Section::Workers);
        acceptance.contains(&figure.workload) || figure.workload == open || is_of_each_operation
    };
    full().into_iter().filter(is_wanted).collect()
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, value_bytes, load, skew, delay } = self;
        match value_bytes {
            bytes if bytes % 1024 == 0 => write!(f, "{operation}, {} KB", bytes / 1024)?,
            bytes => write!(f, "{operation}, {bytes} B")?,
        }
        match load {
            Load::Closed { callers: 1 } => write!(f, ", 1 caller")?,
            Load::Closed { callers } => write!(f, ", {callers} callers")?,
            Load::Open { per_second } => write!(f, ", {per_second}/s")?,
        }
        if *skew == Skew::Zipf {
            f.write_str(", Zipf")?;
        }
        if *delay == Delay::LogNormal {
            write!(f, ", {DELAY_MEDIAN_MS} ms upstream")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_larger_than_needed_are_measured_once() {
        let sizes = |callers| Workload::centre(Operation::Get).callers(callers).sdk().count();
        assert_eq!(CALLERS.map(sizes), [1, 1, 2, 3, 3]);
    }

    #[test]
    fn trying_covers_every_operation() {
        let quick = quick();
        for figure in full() {
            assert!(quick.iter().any(|tried| tried.workload.operation == figure.workload.operation), "{figure:?}");
        }
    }
}
