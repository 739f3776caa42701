use std::fs;
use std::process::Command;

/// Describes the machine and the software.
pub(crate) fn describe() -> String {
    let cpus = read("/proc/cpuinfo");
    let model = field(&cpus, "model name").unwrap_or("unknown CPU");
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let memory = read("/proc/meminfo");
    let mib: u64 =
        field(&memory, "MemTotal").and_then(|kib| kib.trim_end_matches(" kB").parse().ok()).unwrap_or(0) / 1024;
    format!(
        "{count} × {model}, {mib} MiB of memory, Linux {}; {}; commit {}.\n\nThe server, the load generator and the stub share \
         these {count} cores.\n",
        read("/proc/sys/kernel/osrelease").trim(),
        said("rustc", &["--version"]),
        said("git", &["describe", "--always", "--dirty"]),
    )
}

/// The date.
pub(crate) fn date() -> String {
    said("date", &["-u", "+%Y-%m-%d"])
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or("unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
