//! Code that TransactGet and TransactWrite share.

use std::collections::HashMap;

use crate::driver::error::Error;
use crate::driver::table::Table;
use crate::driver::upstream::{Failure, FailureKind};
use crate::model::{Invalid, ItemKey, Violation};

/// Refuses two operations on one item, also if they name its table differently.
pub(crate) fn check_distinct<'a>(items: impl Iterator<Item = (&'a Table, &'a ItemKey)>) -> Result<(), Violation> {
    let mut seen: HashMap<_, Vec<(usize, &Table)>> = HashMap::new();
    for (index, (table, key)) in items.enumerate() {
        let earlier = seen.entry((table.spec().table_name(), key)).or_default();
        if let Some((first, _)) = earlier.iter().find(|(_, other)| table.is_same(other)) {
            let problem = format!("names the same item as operations[{first}]; a transaction takes each item once");
            return Err(Violation { field: format!("operations[{index}]"), invalid: Invalid::new(problem) });
        }
        earlier.push((index, table));
    }
    Ok(())
}

/// Prefixes the field in an error with the operation that it belongs to.
pub(crate) fn within(error: Error, index: usize) -> Error {
    let operation = format!("operations[{index}]");
    match error {
        Error::Invalid(violation) => Error::Invalid(violation.within(operation)),
        Error::InvalidExpression { field, upstream } => {
            Error::InvalidExpression { field: format!("{operation}.{field}"), upstream }
        }
        Error::TableNotConfigured { name, field } => {
            Error::TableNotConfigured { name, field: format!("{operation}.{field}") }
        }
        other => other,
    }
}

/// The error of a call on several tables. DynamoDB does not say which table failed, so it names all of them.
pub(crate) fn name_table<'a>(failure: Failure, tables: impl Iterator<Item = &'a Table>) -> Error {
    let tables: Vec<&Table> = tables.collect();
    if matches!(failure.kind, FailureKind::TableNotFound | FailureKind::OtherKeySchema | FailureKind::Refused) {
        // The request was built from cached key schemas. One of the tables may have been replaced by another one since then.
        for table in &tables {
            table.forget();
        }
    }
    let mut names: Vec<&str> = tables.into_iter().map(Table::name).collect();
    names.sort_unstable();
    names.dedup();
    failure.into_error(&names.join(", "))
}
