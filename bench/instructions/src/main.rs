//! `make instructions`: counts the instructions of ten kinds of calls and compares them with budgets.
//!
//! Unlike times, instruction counts hardly depend on the machine and its load, so they can be asserted.
//!
//! ```text
//! this process -> valgrind -> this program, `calls get 200` and `calls get 600`
//!
//!                             client -> server -> AWS SDK -> stub, on one thread
//! ```
//!
//! The cost of starting is in both counts and cancels out in their difference.

mod budget;
mod callgrind;
mod client;
mod measure;
mod operation;
mod outcome;
mod report;
mod request;
mod server;
mod stub;
#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

use self::budget::Budgets;
use self::operation::Operation;

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Counts the instructions of calls.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Count, and fail if a call exceeds its budget
    Check(Count),
    /// Count, and set the budgets to the counts
    Accept(Count),
    /// Make this many calls; the process that is counted
    Calls { operation: Operation, calls: u32 },
}

#[derive(Debug, clap::Args)]
struct Count {
    /// The budget file
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/budgets.toml"))]
    budgets: PathBuf,
    /// Only these operations, such as `get,set`
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    only: Vec<Operation>,
    /// Runs of each operation; the result is the median
    #[arg(long, value_name = "NUMBER", default_value_t = NonZeroUsize::MIN)]
    runs: NonZeroUsize,
    /// Folder for callgrind's profiles, which `callgrind_annotate` reads
    #[arg(long, value_name = "FOLDER", default_value = "target/instructions")]
    profiles: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().part {
        Part::Check(count) => count.check(),
        Part::Accept(count) => count.accept(),
        Part::Calls { operation, calls } => client::make_calls(operation, calls).map(|()| ExitCode::SUCCESS),
    }
}

impl Count {
    fn operations(&self) -> Vec<Operation> {
        if self.only.is_empty() { Operation::ALL.to_vec() } else { self.only.clone() }
    }

    fn check(&self) -> anyhow::Result<ExitCode> {
        let budgets = Budgets::read(&self.budgets)?;
        let counted = measure::measure(&self.operations(), self.runs, &self.profiles)?;
        let report = report::compare(&counted, &budgets);
        println!("{report}");
        if report.is_within_budget() {
            return Ok(ExitCode::SUCCESS);
        }
        println!("Where they go: callgrind_annotate {}/OPERATION-CALLS.0", self.profiles.display());
        budgets.warn_of_other_tools(&callgrind::tools());
        Ok(ExitCode::FAILURE)
    }

    fn accept(&self) -> anyhow::Result<ExitCode> {
        let mut budgets = Budgets::read(&self.budgets).unwrap_or_default();
        let counted = measure::measure(&self.operations(), self.runs, &self.profiles)?;
        println!("{}", report::compare(&counted, &budgets));
        budgets.accept(&counted, callgrind::tools());
        budgets.write(&self.budgets)?;
        Ok(ExitCode::SUCCESS)
    }
}
