use std::collections::HashMap;
use std::sync::Arc;

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::item::Items;

/// A table that operations of a batch name.
pub(super) struct BatchTable {
    /// Its calls. They wait out all transient failures until the deadline.
    pub(super) items: Items,
    /// The index of the first table of the batch that is the same table in DynamoDB: one table may have several names.
    pub(super) same_as: usize,
}

/// Finds the tables that operations name, each once. Also returns the index of its table for each operation.
///
/// # Errors
/// Those of [`Driver::items`], with the first operation that names the table.
pub(super) async fn tables_of(
    driver: &Driver,
    names: &[&str],
    deadline: Deadline,
) -> Result<(Vec<BatchTable>, Vec<usize>), Error> {
    let mut tables = Vec::new();
    let mut of_operations = Vec::with_capacity(names.len());
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (position, name) in names.iter().copied().enumerate() {
        let index = if let Some(index) = known.get(name) {
            *index
        } else {
            let items = driver.items(name, deadline).await;
            let items = items.map_err(|error| error.within(format_args!("operations[{position}]")))?;
            let index = add(&mut tables, items.retrying_until_deadline());
            known.insert(name, index);
            index
        };
        of_operations.push(index);
    }
    Ok((tables, of_operations))
}

/// Adds a table, unless it is there under another name with the same settings. Returns its index.
fn add(tables: &mut Vec<BatchTable>, items: Items) -> usize {
    let table = &items.scope.table;
    if let Some(index) = tables.iter().position(|other| Arc::ptr_eq(&other.items.scope.table, table)) {
        return index;
    }
    let same = tables.iter().position(|other| other.items.scope.table.is_same(table));
    let index = tables.len();
    tables.push(BatchTable { items, same_as: same.unwrap_or(index) });
    index
}
