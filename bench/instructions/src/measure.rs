use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::anyhow;

use crate::callgrind;
use crate::operation::Operation;

/// The instructions of a call, over several runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) operation: Operation,
    pub(crate) lowest: u64,
    pub(crate) median: u64,
    pub(crate) highest: u64,
}

/// The factor between the longer and the shorter count.
const LONGER: u32 = 3;

#[derive(Debug, Clone, Copy)]
struct Run {
    operation: Operation,
    number: usize,
}

/// Counts the instructions of a call of each operation. Runs are parallel, which does not affect the counts.
pub(crate) fn measure(operations: &[Operation], runs: NonZeroUsize, profiles: &Path) -> anyhow::Result<Vec<Counted>> {
    fs::create_dir_all(profiles)?;
    let all: Vec<Run> =
        operations.iter().flat_map(|&operation| (0..runs.get()).map(move |number| Run { operation, number })).collect();
    let counts = in_parallel(&all, |run| run.count(profiles))?;
    Ok(operations
        .iter()
        .filter_map(|&operation| {
            let of_this = counts.iter().filter(|(run, _)| run.operation == operation).map(|(_, count)| *count);
            Counted::of(operation, of_this.collect())
        })
        .collect())
}

impl Run {
    /// The instructions of a call: the difference between more and fewer calls, without one-time costs.
    fn count(self, profiles: &Path) -> anyhow::Result<u64> {
        let Self { operation, number } = self;
        let fewer = operation.calls();
        let more = fewer * LONGER;
        let count = |calls| callgrind::count(operation, calls, &profiles.join(format!("{operation}-{calls}.{number}")));
        let difference = count(more)?.saturating_sub(count(fewer)?);
        Ok(difference / u64::from(more - fewer))
    }
}

impl Counted {
    fn of(operation: Operation, mut counts: Vec<u64>) -> Option<Self> {
        counts.sort_unstable();
        let median = *counts.get(counts.len() / 2)?;
        Some(Self { operation, lowest: *counts.first()?, median, highest: *counts.last()? })
    }
}

/// Applies a function to each item, on a thread per core. Stops after an error.
fn in_parallel<T: Copy + Send + Sync, R: Send>(
    all: &[T],
    work: impl Fn(T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<Vec<(T, R)>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mine = || all.get(next.fetch_add(1, Ordering::Relaxed)).copied();
        let done = std::iter::from_fn(mine).map(|each| Ok((each, work(each)?))).collect::<anyhow::Result<Vec<_>>>();
        done.inspect_err(|_| next.store(all.len(), Ordering::Relaxed))
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism()?.get();
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        let mut done = Vec::new();
        for worker in workers {
            done.extend(worker.join().map_err(|_| anyhow!("a thread panicked"))??);
        }
        Ok(done)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_the_median() {
        let counted = Counted::of(Operation::Get, vec![30, 10, 20]).unwrap();
        assert_eq!(counted, Counted { operation: Operation::Get, lowest: 10, median: 20, highest: 30 });
        assert_eq!(Counted::of(Operation::Get, vec![]), None);
    }

    #[test]
    fn nothing_is_done_twice_or_left_out() {
        let mut done = in_parallel(&[1, 2, 3, 4, 5], |number| Ok(number * 10)).unwrap();
        done.sort_unstable();
        assert_eq!(done, [(1, 10), (2, 20), (3, 30), (4, 40), (5, 50)]);
        assert!(in_parallel(&[1, 2], |number| if number == 2 { Err(anyhow!("no")) } else { Ok(()) }).is_err());
    }
}
