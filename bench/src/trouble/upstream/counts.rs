use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::call::Action;

/// What became of the calls of an action.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::trouble) struct Count {
    /// All calls.
    pub(in crate::trouble) calls: u64,
    /// Calls of which at least one item was read or written, or whose condition did not hold.
    pub(in crate::trouble) served: u64,
    /// Calls that were throttled: none of their items was read or written.
    pub(in crate::trouble) throttled: u64,
    /// Calls that failed with a 500.
    pub(in crate::trouble) failed: u64,
    /// Calls that were carried out and not answered.
    pub(in crate::trouble) lost: u64,
    /// Calls that never end.
    pub(in crate::trouble) hanging: u64,
    /// Items in these that do not hang by themselves.
    pub(in crate::trouble) beside: u64,
    /// Calls whose client had gone before they were answered.
    pub(in crate::trouble) abandoned: u64,
    /// Items that were read or written.
    pub(in crate::trouble) items: u64,
}

/// The counts of each action.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<BTreeMap<Action, Count>>);

impl Counts {
    pub(super) fn change(&self, action: Action, change: impl FnOnce(&mut Count)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(action).or_default());
    }

    pub(super) fn so_far(&self) -> Counted {
        Counted(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The counts at some time.
#[derive(Debug, Clone)]
pub(in crate::trouble) struct Counted(BTreeMap<Action, Count>);

impl Counted {
    /// The calls that read items.
    pub(in crate::trouble) fn reads(&self) -> u64 {
        [Action::GetItem, Action::BatchGetItem]
            .iter()
            .filter_map(|action| self.0.get(action))
            .map(|count| count.calls)
            .sum()
    }

    /// The sum over all actions on items.
    pub(in crate::trouble) fn sum(&self, field: impl Fn(&Count) -> u64) -> u64 {
        let is_on_items = |action: &Action| !matches!(action, Action::DescribeTable | Action::DescribeTimeToLive);
        self.0.iter().filter(|(action, _)| is_on_items(action)).map(|(_, count)| field(count)).sum()
    }

    /// Each action with its calls, such as `400 PutItem (40 served, 360 throttled)`.
    pub(in crate::trouble) fn text(&self) -> String {
        let counts = self.0.iter().filter(|(_, count)| count.calls > 0).map(|(action, count)| {
            let Count { calls, served, throttled, failed, lost, hanging, beside, abandoned, items } = *count;
            let named = [
                (served, "served"),
                (throttled, "throttled"),
                (failed, "failed"),
                (lost, "lost"),
                (hanging, "hanging"),
                (beside, "healthy items in hanging calls"),
                (abandoned, "abandoned"),
                (items, "items"),
            ];
            let named = named.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
            format!("{calls} {action:?} ({})", named.collect::<Vec<_>>().join(", "))
        });
        counts.collect::<Vec<_>>().join("; ")
    }
}
