//! Counts instructions with valgrind's tool callgrind.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, ensure};

use crate::operation::Operation;

/// The instructions of a process that makes this many calls, without those of the kernel.
pub(crate) fn count(operation: Operation, calls: u32, profile: &Path) -> anyhow::Result<u64> {
    let mut command = Command::new("valgrind");
    // The environment changes where the stack begins, and may change what libraries do.
    command.env_clear().envs(env::var_os("PATH").map(|path| ("PATH", path)));
    let out_file = format!("--callgrind-out-file={}", profile.display());
    command.args(["--quiet", "--tool=callgrind", &out_file]).arg(env::current_exe()?);
    command.args(["calls", operation.name(), &calls.to_string()]);
    let Output { status, stderr, .. } = command.output().context("valgrind cannot be started")?;
    ensure!(status.success(), "{operation}: {status}\n{}", String::from_utf8_lossy(&stderr));
    let profile = fs::read_to_string(profile).with_context(|| format!("{} cannot be read", profile.display()))?;
    total(&profile)
}

/// The total of a callgrind profile: its last `totals:` line.
fn total(profile: &str) -> anyhow::Result<u64> {
    let total = profile.lines().rev().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.context("a profile without a total")?.trim().parse()?)
}

/// The tools that affect the counts: the compiler, valgrind and the C library.
pub(crate) fn tools() -> String {
    let version = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        text.filter(|text| !text.is_empty()).unwrap_or_else(|| format!("an unknown {program}"))
    };
    let (rustc, valgrind) = (version("rustc", &["--version"]), version("valgrind", &["--version"]));
    format!("{rustc}, {valgrind}, {}", version("getconf", &["GNU_LIBC_VERSION"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_at_the_end_of_a_profile() {
        assert_eq!(total("events: Ir\nsummary: 7\nfn=(1) main\n1 2\n\ntotals: 123456\n").unwrap(), 123_456);
        assert!(total("events: Ir\n").is_err());
    }
}
