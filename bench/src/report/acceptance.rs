use std::fmt::Write;

use super::{Report, speed};
use crate::measure::Series;
use crate::plan::{Candidate, Operation, Workload};
use crate::startup::Footprint;
use crate::stats::number;

const GATEWAY: Candidate = Candidate::Gateway { coalescing: true };

/// An acceptance figure.
struct Line {
    what: &'static str,
    measured: Option<f64>,
    bound: Bound,
    unit: &'static str,
    /// The values behind the measured figure.
    made_of: String,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    pub(super) fn write_acceptance(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "| | measured | asked for | | from |\n|---|---|---|---|---|")?;
        let footprints = self.footprint.as_ref().map(Footprint::lines).into_iter().flatten();
        let lines = self.speeds().into_iter().chain([self.cpu(), self.alone(), self.tail()]).chain(footprints);
        for Line { what, measured, bound, unit, made_of } in lines {
            let (words, is_met) = match bound {
                Bound::AtLeast(least) => (format!("at least {}", number(least)), measured.map(|value| value >= least)),
                Bound::AtMost(most) => (format!("at most {}", number(most)), measured.map(|value| value <= most)),
            };
            let verdict = match is_met {
                Some(true) => "met",
                Some(false) => "**missed**",
                None => "not measured",
            };
            let measured = measured.map_or("–".to_owned(), number);
            writeln!(text, "| {what} | {measured}{unit} | {words}{unit} | {verdict} | {made_of} |")?;
        }
        Ok(())
    }

    fn speeds(&self) -> [Line; 2] {
        [
            ("Get at 256 callers, calls a second, times the SDK's", Operation::Get, 3.0),
            ("Set at 256 callers, calls a second, times the SDK's", Operation::Set, 2.0),
        ]
        .map(|(what, operation, least)| {
            let workload = Workload::centre(operation);
            let (ratio, made_of) = ratio(self.find(workload, GATEWAY), self.sdk(workload), speed);
            Line { what, measured: ratio, bound: Bound::AtLeast(least), unit: "", made_of }
        })
    }

    fn cpu(&self) -> Line {
        let workload = Workload::centre(Operation::Get);
        let cpu = |series: &Series| series.median(|run| run.server_cpu_us);
        let (measured, made_of) = ratio(self.find(workload, GATEWAY), self.noop_beside(workload), cpu);
        Line {
            what: "Get at 256 callers, server CPU for each, times the no-op RPC's",
            measured,
            bound: Bound::AtMost(2.0),
            unit: "",
            made_of,
        }
    }

    /// A single caller: the gateway may cost little more than an RPC.
    fn alone(&self) -> Line {
        let workload = Workload::centre(Operation::Get).callers(1);
        let p50 = |series: &Series| series.median(|run| run.p50_us);
        let gateway = self.find(workload, GATEWAY).map(p50);
        let (sdk, noop) = (self.sdk(workload).map(p50), self.find(workload, Candidate::Noop).map(p50));
        let bound = sdk.zip(noop).map(|(sdk, noop)| sdk + 1.2 * noop);
        let made_of = sdk.zip(noop).map(|(sdk, noop)| format!("SDK {} + 1.2 × no-op {}", number(sdk), number(noop)));
        Line {
            what: "Get, one caller alone, p50",
            measured: gateway.filter(|_| bound.is_some()),
            bound: Bound::AtMost(bound.unwrap_or_default()),
            unit: " µs",
            made_of: made_of.unwrap_or_default(),
        }
    }

    /// Compared with the pool with the lowest tail latency, which need not be the fastest.
    fn tail(&self) -> Line {
        let workload = Workload::centre(Operation::Get).callers(64).delayed();
        let p99 = |series: &Series| series.median(|run| run.p99_us);
        let sdk = self.sdks(workload).min_by(|one, other| p99(one).total_cmp(&p99(other)));
        let (measured, made_of) = ratio(self.find(workload, GATEWAY), sdk, p99);
        Line {
            what: "Get at 64 callers, upstream delays of median 5 ms, p99, times the SDK's",
            measured,
            bound: Bound::AtMost(1.3),
            unit: "",
            made_of,
        }
    }
}

impl Footprint {
    fn lines(&self) -> [Line; 3] {
        let (embedded, idle) = (self.embedded_idle_mib.median, self.idle_mib.median);
        let both = format!("on DynamoDB {}, embedded {}", number(idle), number(embedded));
        let line = |what, measured, most, unit, made_of| Line {
            what,
            measured: Some(measured),
            bound: Bound::AtMost(most),
            unit,
            made_of,
        };
        [
            line("Idle RSS", idle.max(embedded), 25.0, " MiB", both),
            line("Highest RSS at 1,024 callers", self.crowd_mib.median, 100.0, " MiB", String::new()),
            line("Start to SERVING on the embedded engine", self.start_ms.median, 100.0, " ms", String::new()),
        ]
    }
}

/// A ratio and its description.
fn ratio(one: Option<&Series>, other: Option<&Series>, of: impl Fn(&Series) -> f64) -> (Option<f64>, String) {
    match one.zip(other) {
        Some((one, other)) => {
            let (numerator, denominator) = (of(one), of(other));
            let made_of = format!("{} / {} ({})", number(numerator), number(denominator), other.candidate);
            (Some(numerator / denominator), made_of)
        }
        None => (None, String::new()),
    }
}
