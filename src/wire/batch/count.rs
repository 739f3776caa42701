use crate::model::Invalid;
use crate::wire::{InField, Violation};

/// Maximum number of keys or operations in a batch.
pub(in crate::wire) const MAX_BATCH: usize = 10_000;

pub(super) fn check_count(count: usize, field: &str) -> Result<(), Violation> {
    if (1..=MAX_BATCH).contains(&count) {
        return Ok(());
    }
    let problem = format!("has {count} {field}, 1 to {MAX_BATCH} are allowed");
    Err(Invalid::limit(problem, format!("1..{MAX_BATCH} {field}"))).in_field(field)
}

/// Parses each operation and adds its index to the path of errors.
pub(super) fn each<O, T>(operations: Vec<O>, parse: impl Fn(O) -> Result<T, Violation>) -> Result<Vec<T>, Violation> {
    check_count(operations.len(), "operations")?;
    let locate =
        |(index, operation)| parse(operation).map_err(|violation| violation.within(format!("operations[{index}]")));
    operations.into_iter().enumerate().map(locate).collect()
}
