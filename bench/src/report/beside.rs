use std::fmt::Write;

use super::{Report, cpu_of_both, ratio, speed};
use crate::measure::Series;
use crate::plan::{Callee, Candidate, Section};
use crate::stats::number;

const HEAD: &str = "\
| | | calls/s | × SDK | p50 µs | p99 µs | CPU µs, client + server | × SDK | client | server | MiB, client + server | stub's cores |
|---|---|---|---|---|---|---|---|---|---|---|---|";

impl Report {
    /// A row for each candidate, beside the SDK of the same language.
    pub(super) fn write_table_beside(&self, section: Section, text: &mut String) -> std::fmt::Result {
        writeln!(text, "{HEAD}")?;
        let mut last = None;
        for series in self.series.iter().filter(|series| series.section == section) {
            let workload = Some(series.workload).filter(|workload| last != Some(*workload));
            last = Some(series.workload);
            let name = workload.map_or(String::new(), |workload| workload.to_string());
            self.write_row_beside(&name, series, text)?;
        }
        Ok(())
    }

    fn write_row_beside(&self, name: &str, series: &Series, text: &mut String) -> std::fmt::Result {
        let sdk = self.sdk_of_the_language(series);
        let cpu = cpu_of_both(series);
        writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            series.candidate,
            series.spread(|run| run.calls_per_second),
            ratio(sdk.map(|sdk| speed(series) / speed(sdk))),
            series.spread(|run| run.p50_us),
            series.spread(|run| run.p99_us),
            number(cpu),
            ratio(sdk.map(|sdk| cpu / cpu_of_both(sdk))),
            number(series.median(|run| run.caller_cpu_us)),
            number(series.median(|run| run.server_cpu_us)),
            number(series.median(|run| run.caller_mib + run.server_mib)),
            number(series.median(|run| run.stub_cores)),
        )
    }

    fn sdk_of_the_language(&self, series: &Series) -> Option<&Series> {
        let Candidate::From(language, _) = series.candidate else { return None };
        self.find(series.workload, Candidate::From(language, Callee::Sdk))
    }
}
