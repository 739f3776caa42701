use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The most that is taken without being told so.
const MOST_BYTES: u64 = 1 << 30;

/// The least that a server can work with: some hundred small calls.
const LEAST_BYTES: u64 = 16 << 20;

/// Which part of the memory is taken for what callers hold. The rest is for everything else: the process itself, answers that
/// are being decoded, the page cache of the embedded engine.
const DIVISOR: u64 = 4;

/// How many bytes callers may make the server hold unless the configuration says so: a quarter of what the control group (a
/// container) or the machine has, but at most 1 GiB.
#[must_use]
pub fn default_budget() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let group = system.cgroup_limits().map(|limits| limits.total_memory).filter(|bytes| *bytes > 0);
    budget_of(group.unwrap_or(u64::MAX).min(system.total_memory()))
}

fn budget_of(memory: u64) -> u64 {
    (memory / DIVISOR).clamp(LEAST_BYTES, MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_memory_but_at_most_a_gibibyte() {
        assert_eq!(budget_of(256 << 20), 64 << 20);
        assert_eq!(budget_of(64 << 30), 1 << 30);
        assert_eq!(budget_of(0), 16 << 20);
    }

    #[test]
    fn this_machine_has_one() {
        assert!((LEAST_BYTES..=MOST_BYTES).contains(&default_budget()));
    }
}
