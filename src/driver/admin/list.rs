use aws_sdk_dynamodb::operation::list_tables::ListTablesInput;

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::table::{Core, Table};
use crate::driver::upstream::{Effect, Failure};

/// A table that the driver serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTable {
    /// Its name in requests.
    pub name: String,
    /// Its name in DynamoDB.
    pub physical_name: String,
    /// Whether it is the default table, which the empty name means.
    pub is_default: bool,
}

/// A page of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableList {
    /// The tables.
    pub tables: Vec<ListedTable>,
    /// The name after which the next page starts; `None` after the last one.
    pub next: Option<String>,
}

/// The most names that ListTables returns in one call.
const NAMES_IN_ONE_CALL: i32 = 100;

impl Driver {
    /// Lists tables: the configured ones, the default one first; then, on the embedded engine, the others by name.
    ///
    /// # Contract
    /// Starts after the table named `after`, and returns at most `size` tables.
    pub async fn list_tables(&self, after: Option<&str>, size: usize, deadline: Deadline) -> Result<TableList, Error> {
        let core = &*self.core;
        let last_configured = after.and_then(|name| core.catalog.configured().position(|table| table.name() == name));
        let skipped = match (after, last_configured) {
            (None, _) => 0,
            (Some(_), Some(position)) => position + 1,
            (Some(_), None) => usize::MAX,
        };
        // One more than is returned, to see whether there is a next page.
        let wanted = size.saturating_add(1);
        let configured = core.catalog.configured().skip(skipped).take(wanted);
        let mut tables: Vec<ListedTable> = configured.map(|table| core.listed(table)).collect();
        if core.catalog.allows_any_name() && tables.len() < wanted {
            let after = after.filter(|_| last_configured.is_none());
            core.list_others(after, &mut tables, wanted, deadline).await?;
        }
        let has_rest = tables.len() > size;
        tables.truncate(size);
        let next = tables.last().filter(|_| has_rest).map(|last| last.name.clone());
        Ok(TableList { tables, next })
    }
}

impl Core {
    fn listed(&self, table: &Table) -> ListedTable {
        ListedTable {
            name: table.name().to_owned(),
            physical_name: table.physical_name().to_owned(),
            is_default: self.catalog.is_default(table),
        }
    }

    /// Adds tables that are not configured, up to `wanted` tables in all.
    async fn list_others(
        &self,
        after: Option<&str>,
        tables: &mut Vec<ListedTable>,
        wanted: usize,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let Some(default) = self.catalog.configured().next() else { return Ok(()) };
        let mut after = after.map(str::to_owned);
        while tables.len() < wanted {
            let (names, last) =
                self.repeat((default, Effect::Invisible), deadline, || self.list_names(after.clone())).await?;
            let others = names.into_iter().filter(|name| !self.catalog.has_configured(name));
            let listed = |name: String| ListedTable { physical_name: name.clone(), name, is_default: false };
            tables.extend(others.map(listed).take(wanted - tables.len()));
            match last {
                Some(_) => after = last,
                None => break,
            }
        }
        Ok(())
    }

    async fn list_names(&self, after: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
        let request = ListTablesInput::builder().set_exclusive_start_table_name(after).limit(NAMES_IN_ONE_CALL);
        let answer = self.dispatcher.send(request).await?;
        Ok((answer.table_names.unwrap_or_default(), answer.last_evaluated_table_name))
    }
}
