use std::fmt::Write;

use crate::measure::{Run, Series};

const HEAD: &str = "workload,candidate,run,calls_per_second,p50_us,p99_us,p999_us,server_cpu_us,caller_cpu_us,stub_cores,\
                    server_mib,dropped_per_second,caller_mib";

/// All runs as CSV.
pub(super) fn csv(series: &[Series]) -> Result<String, std::fmt::Error> {
    let mut text = format!("{HEAD}\n");
    for Series { workload, candidate, runs, .. } in series {
        for (nth, run) in runs.iter().enumerate() {
            let Run { calls_per_second, p50_us, p99_us, p999_us, server_cpu_us, .. } = run;
            let Run { caller_cpu_us, stub_cores, server_mib, dropped_per_second, caller_mib, .. } = run;
            write!(text, "\"{workload}\",\"{candidate}\",{},{calls_per_second:.1},", nth + 1)?;
            write!(text, "{p50_us:.0},{p99_us:.0},{p999_us:.0},{server_cpu_us:.2},{caller_cpu_us:.2},")?;
            writeln!(text, "{stub_cores:.2},{server_mib:.1},{dropped_per_second:.1},{caller_mib:.1}")?;
        }
    }
    Ok(text)
}
