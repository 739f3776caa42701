//! Derives the maximum number of connections from the limit of open files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::section::Section;

/// Maximum of the default. Each connection takes some 30 KB once it has been used.
const MAX_DEFAULT_CONNECTIONS: u64 = 16_384;

/// Minimum number of files for everything else: calls to DynamoDB, the embedded engine's files, the log.
const MIN_OTHER_FILES: u64 = 64;

/// Reads `connections.max`. More than the limit of open files allows is a fault.
pub(super) fn read(section: &mut Section) -> u32 {
    let fitting = fitting(limit());
    let default = u32::try_from(fitting.min(MAX_DEFAULT_CONNECTIONS)).unwrap_or(u32::MAX);
    let origin = section.origin("max");
    let max = section.within("max", default, 1..=1_000_000);
    if u64::from(max) > fitting {
        let problem = format!("does not fit the limit of open files, which leaves room for {fitting} connections");
        section.fault("max", origin, problem);
    }
    max
}

/// The number of connections for this limit: three quarters of it, so that each connection can have calls to DynamoDB.
fn fitting(files: u64) -> u64 {
    let others = (files / 4).max(MIN_OTHER_FILES);
    files.saturating_sub(others).max(1)
}

/// The limit of open files after this process has raised it.
fn limit() -> u64 {
    getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX)
}

/// Raises the limit of open files to the maximum, as servers do. The low default is for programs that use `select`.
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
