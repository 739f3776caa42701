use std::fmt::Write;

use super::{Report, cpu_of_both, speed};
use crate::measure::Series;
use crate::plan::{Callee, Candidate};
use crate::stats::number;

/// The server beside the SDK of a language, under the same workload.
struct Beside<'a> {
    gateway: &'a Series,
    sdk: &'a Series,
}

impl Beside<'_> {
    fn calls(&self) -> f64 {
        speed(self.gateway) / speed(self.sdk)
    }

    fn cpu(&self) -> f64 {
        cpu_of_both(self.gateway) / cpu_of_both(self.sdk)
    }

    fn memory(&self) -> f64 {
        let memory = |series: &Series| series.median(|run| run.caller_mib + run.server_mib);
        memory(self.gateway) / memory(self.sdk)
    }

    fn p99(&self) -> f64 {
        let p99 = |series: &Series| series.median(|run| run.p99_us);
        p99(self.gateway) / p99(self.sdk)
    }

    /// The server's memory alone is no loss: all programs that call it share it.
    fn has_loss(&self) -> bool {
        self.calls() < 1.0 || self.cpu() > 1.0 || self.p99() > 1.0
    }
}

impl Report {
    /// Every workload under which the server loses to an SDK of another language in something.
    pub(super) fn write_losses(&self, text: &mut String) -> std::fmt::Result {
        let pairs: Vec<_> = self.series.iter().filter_map(|gateway| self.beside(gateway)).collect();
        if pairs.is_empty() {
            return Ok(());
        }
        writeln!(text, "\n## Where it loses\n")?;
        writeln!(
            text,
            "Everything with DynaKV, times the same with the SDK alone; what is worse with DynaKV is bold.\n"
        )?;
        writeln!(
            text,
            "| | beside | calls/s | p99 | CPU, client + server | memory, client + server |\n|---|---|---|---|---|---|"
        )?;
        for pair in pairs.iter().filter(|pair| pair.has_loss()) {
            let Series { workload, .. } = pair.gateway;
            let calls = marked(pair.calls(), pair.calls() < 1.0);
            let [p99, cpu, memory] = [pair.p99(), pair.cpu(), pair.memory()].map(|times| marked(times, times > 1.0));
            writeln!(text, "| {workload} | {} | {calls} | {p99} | {cpu} | {memory} |", pair.sdk.candidate)?;
        }
        Ok(())
    }

    fn beside<'a>(&'a self, gateway: &'a Series) -> Option<Beside<'a>> {
        let Candidate::From(language, Callee::Gateway) = gateway.candidate else { return None };
        let sdk = self.find(gateway.workload, Candidate::From(language, Callee::Sdk))?;
        Some(Beside { gateway, sdk }).filter(|_| !gateway.runs.is_empty())
    }
}

fn marked(times: f64, is_worse: bool) -> String {
    let times = number(times);
    if is_worse { format!("**{times}**") } else { times }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Run;
    use crate::plan::{Language, Operation, Section, Workload};

    fn series(operation: Operation, callee: Callee, calls_per_second: f64) -> Series {
        let run = Run {
            calls_per_second,
            p50_us: 1.0,
            p99_us: 1.0,
            p999_us: 1.0,
            server_cpu_us: 0.0,
            caller_cpu_us: 100.0,
            caller_mib: 10.0,
            stub_cores: 0.1,
            server_mib: 0.0,
            dropped_per_second: 0.0,
        };
        let (section, workload) = (Section::OthersBesideGo, Workload::centre(operation).callers(64));
        Series { section, workload, candidate: Candidate::From(Language::Go, callee), runs: vec![run] }
    }

    #[test]
    fn a_loss_is_shown_and_a_gain_is_not() {
        let mut report = Report::of_nothing();
        report.series = vec![
            series(Operation::Delete, Callee::Gateway, 500.0),
            series(Operation::Delete, Callee::Sdk, 1000.0),
            series(Operation::GetItem, Callee::Gateway, 1500.0),
            series(Operation::GetItem, Callee::Sdk, 1000.0),
        ];
        let mut text = String::new();
        report.write_losses(&mut text).unwrap();
        let row = "| Delete, 100 B, 64 callers | aws-sdk-go-v2 | **0.50** | 1.00 | 1.00 | 1.00 |";
        assert!(text.contains(row), "{text}");
        assert!(!text.contains("GetItem"), "{text}");
    }
}
