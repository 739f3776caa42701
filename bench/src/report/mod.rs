//! The report: tables and plots of the measurements.

mod acceptance;
mod beside;
mod losses;
pub(crate) mod machine;
mod plot;
mod runs;
mod table;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::measure::{Run, Series};
use crate::plan::{Candidate, DELAY_MEDIAN_MS, DELAY_SIGMA, Operation, Section, Timing, WORKERS, Workload};
use crate::startup::{CROWD, Footprint};
use crate::stats::number;
use crate::transfer::Transfers;

/// The page. Only the part between the markers is generated.
const PAGE: &str = "benchmarks.md";
const BEGIN: &str = "<!-- make bench writes from here -->\n";
const END: &str = "<!-- to here -->\n";

/// The folder of the plots and the single runs, beside the page.
const FOLDER: &str = "benchmarks";

pub(crate) struct Report {
    pub(crate) series: Vec<Series>,
    /// None if only some figures were requested.
    pub(crate) footprint: Option<Footprint>,
    /// None if only some figures were requested.
    pub(crate) transfers: Option<Transfers>,
    pub(crate) timing: Timing,
    /// The total time.
    pub(crate) took: Duration,
}

impl Report {
    /// The page in Markdown.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let written = self.write_text(&mut text);
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
        text
    }

    fn write_text(&self, text: &mut String) -> std::fmt::Result {
        let Timing { runs, warm_up, run } = self.timing;
        writeln!(text, "{}", machine::describe())?;
        writeln!(
            text,
            "{runs} run(s) of {run:?} for each figure, after {warm_up:?} of warm-up; {} minutes in all.\n",
            self.took.as_secs() / 60
        )?;
        writeln!(text, "## What is asked for\n")?;
        self.write_acceptance(text)?;
        self.write_losses(text)?;
        for section in Section::ALL {
            if self.series.iter().any(|series| series.section == section) {
                writeln!(text, "\n## {}\n\n{}", section.title(), section.words())?;
                for (file, title) in section.plots() {
                    writeln!(text, "\n![{title}]({FOLDER}/{file}.svg)")?;
                }
                writeln!(text)?;
                match section {
                    Section::BesideGo | Section::OthersBesideGo | Section::Workers => {
                        self.write_table_beside(section, text)?;
                    }
                    Section::Gets
                    | Section::Sets
                    | Section::Sizes
                    | Section::Others
                    | Section::Skewed
                    | Section::Delayed
                    | Section::Open => self.write_table(section, text)?,
                }
            }
        }
        self.transfers.as_ref().map_or(Ok(()), |transfers| transfers.write(text))?;
        self.footprint.as_ref().map_or(Ok(()), |footprint| footprint.write(text))
    }

    /// Writes the page, the plots and the single runs.
    pub(crate) fn write(&self, docs: &Path) -> anyhow::Result<()> {
        let page = docs.join(PAGE);
        let old = fs::read_to_string(&page).with_context(|| format!("{} cannot be read", page.display()))?;
        let (before, rest) = old.split_once(BEGIN).context("the page has no start marker")?;
        let (_, after) = rest.split_once(END).context("the page has no end marker")?;
        let folder = docs.join(FOLDER);
        fs::create_dir_all(&folder)?;
        for section in Section::ALL {
            for (file, title) in section.plots() {
                self.plot(section, file, title, &folder)?;
            }
        }
        fs::write(folder.join("runs.csv"), runs::csv(&self.series)?)?;
        Ok(fs::write(page, format!("{before}{BEGIN}\n{}\n{END}{after}", self.text()))?)
    }

    /// The report of a plan without figures.
    #[cfg(test)]
    fn of_nothing() -> Self {
        let timing = Timing { runs: 0, run: Duration::ZERO, warm_up: Duration::ZERO };
        Self { series: Vec::new(), footprint: None, transfers: None, timing, took: Duration::ZERO }
    }

    fn find(&self, workload: Workload, candidate: Candidate) -> Option<&Series> {
        let mut series = self.series.iter();
        series.find(|series| series.workload == workload && series.candidate == candidate && !series.runs.is_empty())
    }

    /// The SDK for Rust with the best pool for this workload.
    fn sdk(&self, workload: Workload) -> Option<&Series> {
        self.sdks(workload).max_by(|one, other| speed(one).total_cmp(&speed(other)))
    }

    fn sdks(&self, workload: Workload) -> impl Iterator<Item = &Series> {
        let is_sdk = |candidate| matches!(candidate, Candidate::Sdk { .. });
        self.series.iter().filter(move |series| series.workload == workload && is_sdk(series.candidate))
    }

    /// The SDK for Rust with the same workload, or else its counterpart in the centre of the plan.
    fn sdk_beside(&self, workload: Workload) -> Option<&Series> {
        let like = workload.operation.counterpart();
        self.sdk(workload).or_else(|| self.sdk(Workload::centre(like)))
    }

    /// The no-op server with the same workload, or else in the centre of the plan.
    fn noop_beside(&self, workload: Workload) -> Option<&Series> {
        let same = Workload { operation: Operation::Get, ..workload };
        let found = self.find(same, Candidate::Noop);
        found.or_else(|| self.find(Workload::centre(Operation::Get), Candidate::Noop))
    }
}

impl Footprint {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Self { start_ms, embedded_idle_mib, idle_mib, crowd_mib } = self;
        writeln!(text, "\n## A server by itself\n")?;
        writeln!(text, "| | median (lowest–highest) |\n|---|---|")?;
        writeln!(text, "| Start of the process to SERVING, embedded engine in a new folder | {start_ms} ms |")?;
        writeln!(text, "| RSS then | {embedded_idle_mib} MiB |")?;
        writeln!(text, "| RSS of a server on DynamoDB before its first call | {idle_mib} MiB |")?;
        writeln!(text, "| Highest RSS while {CROWD} callers Get, then Set | {crowd_mib} MiB |")
    }
}

/// The median of the calls per second.
fn speed(series: &Series) -> f64 {
    series.median(|run| run.calls_per_second)
}

/// CPU for a call, of the client and the server together, in microseconds.
fn cpu_of_both(series: &Series) -> f64 {
    series.median(|run| run.caller_cpu_us + run.server_cpu_us)
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.filter(|ratio| ratio.is_finite()).map_or("–".to_owned(), number)
}

impl Section {
    fn title(self) -> &'static str {
        match self {
            Self::BesideGo => "Get and Set beside the AWS SDK for Go",
            Self::OthersBesideGo => "Other operations beside the AWS SDK for Go",
            Self::Gets => "Get by callers",
            Self::Sets => "Set by callers",
            Self::Sizes => "Larger values",
            Self::Others => "Other operations",
            Self::Skewed => "Skewed keys",
            Self::Delayed => "An upstream that takes its time",
            Self::Open => "Calls at a fixed rate",
            Self::Workers => "Forked workers in Python",
        }
    }

    fn words(self) -> String {
        match self {
            Self::BesideGo => "Values of 100 bytes, beside GetItem and PutItem.".to_owned(),
            Self::OthersBesideGo => {
                "64 callers, values of 100 bytes. The SDK's program has a conditional PutItem beside CompareAndSet, an UpdateItem \
                 that adds and returns the sum beside Increment, a DeleteItem that returns what it deleted beside Delete and one \
                 that does not beside DeleteItem. Its batch of 100 writes is four requests at the same time."
                    .to_owned()
            }
            Self::Gets | Self::Sets => "Values of 100 bytes.".to_owned(),
            Self::Sizes => {
                "256 callers. A shared call is about at most 1 MiB, so the larger the values the less is shared."
                    .to_owned()
            }
            Self::Others => {
                "Without coalescing. \"× SDK\" compares the keys with those of the bare SDK's GetItem or PutItem at \
                             256 callers."
                    .to_owned()
            }
            Self::Skewed => format!(
                "Keys drawn from a Zipf distribution with exponent {}; a key that many ask for is read once for all.",
                crate::keyspace::ZIPF_EXPONENT
            ),
            Self::Delayed => format!(
                "Each key takes a time drawn from a log-normal distribution with a median of {DELAY_MEDIAN_MS} ms and sigma \
                 {DELAY_SIGMA}; a call takes as long as its slowest key."
            ),
            Self::Open => {
                "Latency counts from the moment at which a call was due, so none is left out while others are stuck. \
                           Whoever cannot keep up drops calls, or builds a queue."
                    .to_owned()
            }
            Self::Workers => format!(
                "{WORKERS} processes that one has forked, each with a client of its own that makes one call after another. Memory is \
                 that of all of them and the server; what processes share counts once."
            ),
        }
    }

    /// File and title of each plot.
    fn plots(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Gets => &[
                ("get-throughput", "Get: calls a second"),
                ("get-p99", "Get: p99 in microseconds"),
                ("get-cpu", "Get: server CPU in microseconds for each call"),
            ],
            Self::Sets => &[
                ("set-throughput", "Set: calls a second"),
                ("set-p99", "Set: p99 in microseconds"),
                ("set-cpu", "Set: server CPU in microseconds for each call"),
            ],
            Self::BesideGo
            | Self::OthersBesideGo
            | Self::Sizes
            | Self::Others
            | Self::Skewed
            | Self::Delayed
            | Self::Open
            | Self::Workers => &[],
        }
    }
}

/// The value of a run that a plot shows.
fn plotted(file: &str) -> fn(&Run) -> f64 {
    match file.rsplit('-').next() {
        Some("throughput") => |run| run.calls_per_second,
        Some("p99") => |run| run.p99_us,
        _ => |run| run.server_cpu_us,
    }
}
