use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::handle::Table;
use crate::driver::error::Error;
use crate::model::{TableSpec, Violation, check_name, excerpt};

/// Where tables are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded engine: requests may name any table.
    Embedded,
    /// Amazon DynamoDB, or a server of its protocol: requests may name the configured tables.
    DynamoDb,
}

/// The tables of a driver.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// Never empty. The first one is the default.
    configured: Vec<Arc<Table>>,
    /// Tables that are not configured, on the backend that allows them.
    others: Option<Others>,
}

/// A cache of tables that requests have named, by name. A table that is no longer in it is described again when it is next
/// used.
type Others = Mutex<HashMap<String, Arc<Table>>>;

/// Size of that cache. Callers can name any number of tables.
const MAX_OTHERS: usize = 1000;

/// Bytes of an unknown table name that an error shows. DynamoDB has no longer names.
const LONGEST_NAME: usize = 255;

impl Catalog {
    pub(crate) fn new(configured: Vec<TableSpec>, backend: Backend) -> Self {
        let mut tables: Vec<Arc<Table>> = Vec::with_capacity(configured.len());
        for spec in configured {
            tables.push(Arc::new(Table::beside(spec, &tables)));
        }
        let others = match backend {
            Backend::Embedded => Some(Others::default()),
            Backend::DynamoDb => None,
        };
        Self { configured: tables, others }
    }

    pub(crate) fn configured(&self) -> impl Iterator<Item = &Table> {
        self.configured.iter().map(|table| &**table)
    }

    /// Whether this is the default table, which the empty name means.
    pub(crate) fn is_default(&self, table: &Table) -> bool {
        self.configured.first().is_some_and(|first| first.name() == table.name())
    }

    /// The table of this name; the empty name means the default one.
    pub(crate) fn get(&self, name: &str) -> Result<Arc<Table>, Error> {
        if let Some(table) = self.find_configured(name) {
            return Ok(Arc::clone(table));
        }
        let field = || "table".to_owned();
        match &self.others {
            Some(others) if !name.is_empty() => {
                check_name(name).map_err(|invalid| Violation { field: field(), invalid })?;
                Ok(other(others, name))
            }
            Some(_) | None => {
                Err(Error::TableNotConfigured { name: excerpt(name, LONGEST_NAME).into_owned(), field: field() })
            }
        }
    }

    /// Whether requests may name tables that are not configured.
    pub(crate) fn allows_any_name(&self) -> bool {
        self.others.is_some()
    }

    /// Whether a configured table has this name, in requests or in DynamoDB.
    pub(crate) fn has_configured(&self, name: &str) -> bool {
        self.find_configured(name).is_some()
    }

    /// Finds a configured table by its name in requests. Where requests may name any table, its name in DynamoDB finds it too.
    fn find_configured(&self, name: &str) -> Option<&Arc<Table>> {
        let by_physical_name = || self.configured.iter().find(|table| table.physical_name() == name);
        match name {
            "" => self.configured.first(),
            _ => self
                .configured
                .iter()
                .find(|table| table.name() == name)
                .or_else(|| self.others.as_ref().and_then(|_| by_physical_name())),
        }
    }

    /// Forgets what is known of a table, because it was created or deleted.
    pub(crate) fn forget(&self, changed: &Table) {
        self.configured().filter(|table| table.is_same(changed)).for_each(Table::forget);
        if let Some(others) = &self.others {
            // The map is always consistent, so a poisoned lock does not matter.
            others.lock().unwrap_or_else(PoisonError::into_inner).remove(changed.physical_name());
        }
    }
}

fn other(others: &Others, name: &str) -> Arc<Table> {
    let mut others = others.lock().unwrap_or_else(PoisonError::into_inner);
    if others.len() >= MAX_OTHERS && !others.contains_key(name) {
        others.clear();
    }
    let table = others.entry(name.to_owned()).or_insert_with(|| Arc::new(Table::beside(TableSpec::named(name), &[])));
    Arc::clone(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(backend: Backend) -> Catalog {
        let users = TableSpec { physical_name: "prod-users".to_owned(), ..TableSpec::named("users") };
        Catalog::new(vec![users, TableSpec::named("orders")], backend)
    }

    #[test]
    fn configured_tables_are_found_by_their_names() {
        for backend in [Backend::Embedded, Backend::DynamoDb] {
            let tables = catalog(backend);
            assert_eq!(tables.get("").unwrap().name(), "users");
            assert_eq!(tables.get("orders").unwrap().physical_name(), "orders");
            assert!(tables.is_default(&tables.get("users").unwrap()));
        }
    }

    #[test]
    fn other_names_are_tables_on_the_embedded_engine_only() {
        for name in ["others", "prod-users", "a", "a/b"] {
            assert!(matches!(catalog(Backend::DynamoDb).get(name), Err(Error::TableNotConfigured { .. })), "{name}");
        }
        let tables = catalog(Backend::Embedded);
        assert_eq!(tables.get("others").unwrap().physical_name(), "others");
        assert_eq!(tables.get("prod-users").unwrap().name(), "users");
        assert!(matches!(tables.get("a/b"), Err(Error::Invalid(violation)) if violation.field == "table"));
    }

    #[test]
    fn unknown_names_do_not_grow_the_cache_past_its_bound() {
        let tables = catalog(Backend::Embedded);
        for number in 0..3 * MAX_OTHERS {
            tables.get(&format!("table-{number}")).unwrap();
        }
        let kept = tables.others.as_ref().unwrap().lock().unwrap().len();
        assert!(kept <= MAX_OTHERS, "{kept}");
        let again = tables.get("table-2999").unwrap();
        assert!(Arc::ptr_eq(&again, &tables.get("table-2999").unwrap()));
        tables.forget(&again);
        assert!(!Arc::ptr_eq(&again, &tables.get("table-2999").unwrap()));
    }
}
