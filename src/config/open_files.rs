//! How many connections fit the limit of open files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::section::Section;

/// The most connections without being told so. Each takes some 30 KB once it has been used.
const MOST_CONNECTIONS: u64 = 16_384;

/// The least files left to everything else: calls to DynamoDB, the embedded engine's files, the log.
const LEAST_OTHERS: u64 = 64;

/// Reads `connections.max`: more than the limit of open files allows is a fault.
pub(super) fn read(section: &mut Section) -> u32 {
    let fitting = fitting(limit());
    let default = u32::try_from(fitting.min(MOST_CONNECTIONS)).unwrap_or(u32::MAX);
    let origin = section.origin("max");
    let max = section.within("max", default, 1..=1_000_000);
    if u64::from(max) > fitting {
        let problem = format!("does not fit the limit of open files, which leaves room for {fitting} connections");
        section.fault("max", origin, problem);
    }
    max
}

/// How many of so many files may be connections: three quarters, so that each of those can have calls to DynamoDB.
fn fitting(files: u64) -> u64 {
    let others = (files / 4).max(LEAST_OTHERS);
    files.saturating_sub(others).max(1)
}

/// How many files this process may open once it has raised its limit.
fn limit() -> u64 {
    getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX)
}

/// Raises the limit of open files as far as this process may, as servers do: the low one is for programs that use `select`.
pub fn raise_limit() -> std::io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_files_is_for_others() {
        assert_eq!(fitting(256), 192);
        assert_eq!(fitting(100), 36);
        assert_eq!(fitting(65_536), 49_152);
        assert_eq!(fitting(10), 1);
    }
}
