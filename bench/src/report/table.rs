use std::fmt::Write;

use super::{Report, ratio, speed};
use crate::measure::Series;
use crate::plan::{Candidate, Section};
use crate::stats::{Spread, number};

const HEAD: &str = "\
| | | calls/s | × SDK | p50 µs | p99 µs | p99.9 µs | server CPU µs | × no-op | caller CPU µs | RSS MiB |
|---|---|---|---|---|---|---|---|---|---|---|";

impl Report {
    /// A row for each candidate; only the best one of the SDK.
    pub(super) fn write_table(&self, section: Section, text: &mut String) -> std::fmt::Result {
        writeln!(text, "{HEAD}")?;
        let mut last = None;
        for series in self.series.iter().filter(|series| series.section == section) {
            if matches!(series.candidate, Candidate::Sdk { .. }) && !self.is_best(series) {
                continue;
            }
            let workload = Some(series.workload).filter(|workload| last != Some(*workload));
            last = Some(series.workload);
            let name = workload.map_or(String::new(), |workload| workload.to_string());
            self.write_row(&name, series, text)?;
        }
        Ok(())
    }

    fn is_best(&self, series: &Series) -> bool {
        self.sdk(series.workload).is_some_and(|best| best.candidate == series.candidate)
    }

    fn write_row(&self, name: &str, series: &Series, text: &mut String) -> std::fmt::Result {
        let calls = series.spread(|run| run.calls_per_second);
        let dropped = series.median(|run| run.dropped_per_second);
        let dropped = if dropped > 0.0 { format!(", {} dropped", number(dropped)) } else { String::new() };
        let sdk = self.sdk_beside(series.workload).map(|sdk| keys(series) / keys(sdk));
        let (cpu, times_noop, mib) = match series.candidate {
            Candidate::Gateway { .. } | Candidate::Noop => self.server(series),
            Candidate::Sdk { .. } | Candidate::From(..) => ("–".to_owned(), None, "–".to_owned()),
        };
        let latency = |spread: Spread| spread.to_string();
        writeln!(
            text,
            "| {name} | {} | {calls}{dropped} | {} | {} | {} | {} | {cpu} | {} | {} | {mib} |",
            series.candidate,
            ratio(sdk),
            latency(series.spread(|run| run.p50_us)),
            latency(series.spread(|run| run.p99_us)),
            latency(series.spread(|run| run.p999_us)),
            ratio(times_noop),
            number(series.median(|run| run.caller_cpu_us)),
        )
    }

    /// The server's usage: CPU for each call, its ratio to the no-op server's, and memory.
    fn server(&self, series: &Series) -> (String, Option<f64>, String) {
        let cpu = series.spread(|run| run.server_cpu_us);
        let noop = self.noop_beside(series.workload).map(|noop| noop.median(|run| run.server_cpu_us));
        (cpu.to_string(), noop.map(|noop| cpu.median / noop), number(series.median(|run| run.server_mib)))
    }
}

/// Keys per second, to compare calls with one key and calls with many.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn keys(series: &Series) -> f64 {
    speed(series) * series.workload.operation.keys() as f64
}
