use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Maximum of the default budget.
const MAX_BUDGET: u64 = 1 << 30;

/// Minimum of the default budget: enough for some hundred small calls.
const MIN_BUDGET: u64 = 16 << 20;

/// The default budget is `memory / DIVISOR`. The rest is for the process itself, for responses that are being decoded
/// and for the embedded engine's page cache.
const DIVISOR: u64 = 4;

/// The default of `limits.memory`: a quarter of the memory of the control group (container) or of the machine, but at
/// most 1 GiB.
#[must_use]
pub fn default_budget() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let group = system.cgroup_limits().map(|limits| limits.total_memory).filter(|bytes| *bytes > 0);
    budget_of(group.unwrap_or(u64::MAX).min(system.total_memory()))
}

fn budget_of(memory: u64) -> u64 {
    (memory / DIVISOR).clamp(MIN_BUDGET, MAX_BUDGET)
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
        assert!((MIN_BUDGET..=MAX_BUDGET).contains(&default_budget()));
    }
}
