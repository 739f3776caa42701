//! Code that TransactGet and TransactWrite share.

use std::collections::HashMap;

use crate::driver::error::Error;
use crate::driver::table::Table;
use crate::driver::upstream::{Failure, FailureKind, Validation};
use crate::model::{Invalid, ItemKey, Violation};

/// The most bytes of all items of a transaction together. Source: "Quotas in Amazon DynamoDB", transactions.
pub(crate) const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

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
    error.within(format_args!("operations[{index}]"))
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
    explain_size(failure.into_error(&names.join(", ")))
}

/// The error for a refused transaction, if DynamoDB refused all of it because of its size.
pub(crate) fn explain_size(error: Error) -> Error {
    match error {
        Error::Internal(upstream)
            if upstream.message().map(Validation::of) == Some(Validation::TransactionTooLarge) =>
        {
            let problem = "have more than 4 MB together with what is stored";
            let invalid = Invalid::limit(problem, format!("{MAX_TRANSACTION_BYTES} bytes"));
            Violation { field: "operations".to_owned(), invalid }.into()
        }
        other => other,
    }
}
