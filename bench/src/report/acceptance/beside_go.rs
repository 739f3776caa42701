use super::line::{Bound, Line};
use crate::measure::Series;
use crate::plan::{Callee, Candidate, Language, Operation, Workload};
use crate::report::{Report, cpu_of_both, speed};
use crate::stats::number;

const GATEWAY: Candidate = Candidate::From(Language::Go, Callee::Gateway);
const NOOP: Candidate = Candidate::From(Language::Go, Callee::Noop);
const SDK: Candidate = Candidate::From(Language::Go, Callee::Sdk);

/// Calls that others may share: callers, and calls a second times the SDK's.
const GETS: [(usize, f64); 3] = [(16, 1.5), (64, 2.2), (256, 2.0)];
const SETS: [(usize, f64); 3] = [(16, 1.3), (64, 2.0), (256, 2.1)];
const DELAYED_GETS: [(usize, f64); 2] = [(16, 0.95), (64, 1.05)];

/// At 64 callers: calls a second, and where there is a bound the CPU of client and server together, times the SDK's.
const OTHERS: [(Operation, f64, Option<f64>); 11] = [
    (Operation::GetItem, 1.0, Some(1.2)),
    (Operation::Delete, 1.0, Some(1.2)),
    (Operation::PutItem, 1.0, Some(1.2)),
    (Operation::CompareAndSet, 0.9, Some(1.2)),
    (Operation::Increment, 0.85, Some(1.2)),
    (Operation::UpdateItem, 0.85, Some(1.2)),
    (Operation::TransactWrite(10), 0.7, Some(1.5)),
    (Operation::BatchGet(10), 0.8, None),
    (Operation::BatchGet(100), 0.8, None),
    (Operation::BatchWrite(100), 0.8, None),
    (Operation::Query, 0.8, None),
];

/// How much longer than with the SDK a call may take, in calls that do nothing.
const NOOPS_MORE: f64 = 0.8;

impl Report {
    /// The server, called from Go, beside the SDK for Go.
    pub(super) fn lines_beside_go(&self) -> Vec<Line> {
        let (get, set) = (Workload::centre(Operation::Get), Workload::centre(Operation::Set));
        let gets = GETS.map(|(callers, least)| self.calls(get.callers(callers), least));
        let sets = SETS.map(|(callers, least)| self.calls(set.callers(callers), least));
        let delayed = DELAYED_GETS.map(|(callers, least)| self.calls(get.callers(callers).delayed(), least));
        let others = OTHERS.into_iter().flat_map(|(operation, least, most_cpu)| {
            let workload = Workload::centre(operation).callers(64);
            [Some(self.calls(workload, least)), most_cpu.map(|most| self.cpu_of(workload, most))]
        });
        let shared = gets.into_iter().chain(sets).chain(delayed).chain([self.alone()]);
        shared.chain(others.flatten()).collect()
    }

    fn calls(&self, workload: Workload, least: f64) -> Line {
        let what = format!("{workload}: calls a second, times the SDK's");
        Line::ratio(what, Bound::AtLeast(least), self.find(workload, GATEWAY), self.find(workload, SDK), speed)
    }

    fn cpu_of(&self, workload: Workload, most: f64) -> Line {
        let what = format!("{workload}: CPU of client and server together, times the SDK's");
        Line::ratio(what, Bound::AtMost(most), self.find(workload, GATEWAY), self.find(workload, SDK), cpu_of_both)
    }

    /// A single caller: the gateway may cost little more than an RPC.
    fn alone(&self) -> Line {
        let workload = Workload::centre(Operation::Get).callers(1);
        let p50 = |candidate| self.find(workload, candidate).map(|series: &Series| series.median(|run| run.p50_us));
        let references = p50(SDK).zip(p50(NOOP));
        let made_of = |(sdk, noop)| format!("SDK {} + {NOOPS_MORE} × no-op {}", number(sdk), number(noop));
        Line {
            what: format!("{workload}: p50"),
            measured: p50(GATEWAY).filter(|_| references.is_some()),
            bound: Bound::AtMost(references.map_or(0.0, |(sdk, noop)| sdk + NOOPS_MORE * noop)),
            unit: " µs",
            made_of: references.map(made_of).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    #[test]
    fn what_is_asked_for_is_measured() {
        let asked_for = Report::of_nothing().lines_beside_go();
        let plan = plan::full();
        let is_measured = |line: &Line| {
            let mut figures = plan.iter().filter(|figure| figure.candidates.contains(&GATEWAY));
            figures.any(|figure| {
                line.what.starts_with(&format!("{}: ", figure.workload)) && figure.candidates.contains(&SDK)
            })
        };
        for line in &asked_for {
            assert!(is_measured(line), "{}", line.what);
        }
    }
}
