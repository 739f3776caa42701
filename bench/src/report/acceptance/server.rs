use super::line::{Bound, Line};
use crate::measure::Series;
use crate::plan::{Candidate, Operation, Workload};
use crate::report::{Report, speed};
use crate::startup::Footprint;
use crate::stats::number;

const GATEWAY: Candidate = Candidate::Gateway { coalescing: true };
const UNCOALESCED: Candidate = Candidate::Gateway { coalescing: false };

impl Report {
    /// The server, called by this process, beside the SDK for Rust and the no-op RPC.
    pub(super) fn server_lines(&self) -> Vec<Line> {
        let get = Workload::centre(Operation::Get);
        vec![
            self.speed("Get", Operation::Get, 3.0),
            self.speed("Set", Operation::Set, 2.0),
            self.cpu("Get at 256 callers", get, GATEWAY, 1.5),
            self.cpu("Get at 64 callers, coalescing off", get.callers(64), UNCOALESCED, 4.0),
            self.tail(),
        ]
    }

    fn speed(&self, name: &str, operation: Operation, least: f64) -> Line {
        let workload = Workload::centre(operation);
        let what = format!("{name} at 256 callers, calls a second, times those of the SDK for Rust");
        Line::ratio(what, Bound::AtLeast(least), self.find(workload, GATEWAY), self.sdk(workload), speed)
    }

    fn cpu(&self, name: &str, workload: Workload, candidate: Candidate, most: f64) -> Line {
        let cpu = |series: &Series| series.median(|run| run.server_cpu_us);
        let what = format!("{name}, server CPU for each, times the no-op RPC's");
        Line::ratio(what, Bound::AtMost(most), self.find(workload, candidate), self.noop_beside(workload), cpu)
    }

    /// Compared with the pool with the lowest tail latency, which need not be the fastest.
    fn tail(&self) -> Line {
        let workload = Workload::centre(Operation::Get).callers(64).delayed();
        let p99 = |series: &Series| series.median(|run| run.p99_us);
        let sdk = self.sdks(workload).min_by(|one, other| p99(one).total_cmp(&p99(other)));
        let what = "Get at 64 callers, upstream delays of median 5 ms, p99, times that of the SDK for Rust";
        Line::ratio(what.to_owned(), Bound::AtMost(1.3), self.find(workload, GATEWAY), sdk, p99)
    }
}

impl Footprint {
    pub(super) fn lines(&self) -> [Line; 3] {
        let (embedded, idle) = (self.embedded_idle_mib.median, self.idle_mib.median);
        let both = format!("on DynamoDB {}, embedded {}", number(idle), number(embedded));
        let line = |what: &str, measured, most, unit, made_of| Line {
            what: what.to_owned(),
            measured: Some(measured),
            bound: Bound::AtMost(most),
            unit,
            made_of,
        };
        [
            line("Idle RSS", idle.max(embedded), 22.0, " MiB", both),
            line("Highest RSS at 1,024 callers", self.crowd_mib.median, 100.0, " MiB", String::new()),
            line("Start to SERVING on the embedded engine", self.start_ms.median, 100.0, " ms", String::new()),
        ]
    }
}
