//! The definition of a new table: the caller's draft and the checked form.

use std::collections::{HashMap, HashSet};

use super::{
    AttributeNames, IndexKind, IndexProjection, KeyAttribute, MAX_KEY_NAME_BYTES, ScalarType, Throughput, check_name,
};
use crate::model::{Invalid, Violation};

/// Source: "Quotas in Amazon DynamoDB", secondary indexes.
const MAX_GLOBAL_INDEXES: usize = 20;
const MAX_LOCAL_INDEXES: usize = 5;

/// Source: `Projection` in the Amazon DynamoDB API Reference.
const MAX_PROJECTED: usize = 20;
const MAX_PROJECTED_IN_ALL: usize = 100;

/// The caller's description of a table. The default is one string key with the configured name, on-demand, no indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableDraft {
    /// If absent or without a name, the attribute that is configured as the key.
    pub partition_key: Option<KeyAttribute>,
    /// None for a table without a sort key.
    pub sort_key: Option<KeyAttribute>,
    /// Its secondary indexes.
    pub indexes: Vec<IndexDraft>,
    /// None for on-demand.
    pub throughput: Option<Throughput>,
    /// Whether to enable DynamoDB's TTL once the table is active.
    pub enable_ttl: bool,
}

/// The caller's description of a secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDraft {
    /// Its name.
    pub name: String,
    /// Global or local.
    pub kind: IndexKind,
    /// None in a local index, which always uses the table's partition key.
    pub partition_key: Option<KeyAttribute>,
    /// None for an index without a sort key.
    pub sort_key: Option<KeyAttribute>,
    /// The attributes that it contains beside the keys.
    pub projection: IndexProjection,
    /// None for that of the table.
    pub throughput: Option<Throughput>,
}

/// A valid table definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableDefinition {
    pub(crate) partition_key: KeyAttribute,
    pub(crate) sort_key: Option<KeyAttribute>,
    pub(crate) indexes: Vec<IndexDefinition>,
    pub(crate) throughput: Option<Throughput>,
}

/// A valid definition of a secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexDefinition {
    pub(crate) name: String,
    pub(crate) kind: IndexKind,
    pub(crate) partition_key: KeyAttribute,
    pub(crate) sort_key: Option<KeyAttribute>,
    pub(crate) projection: IndexProjection,
    /// None for on-demand and for local indexes.
    pub(crate) throughput: Option<Throughput>,
}

impl TableDefinition {
    /// Checks a draft for a table with these attribute names.
    pub(crate) fn new(draft: TableDraft, roles: &AttributeNames) -> Result<Self, Violation> {
        let TableDraft { partition_key, sort_key, indexes, throughput, enable_ttl: _ } = draft;
        let unnamed = || KeyAttribute { name: String::new(), attribute_type: ScalarType::S };
        let mut partition_key = partition_key.unwrap_or_else(unnamed);
        if partition_key.name.is_empty() {
            partition_key.name.clone_from(&roles.key);
        }
        check_table_key(&partition_key, roles).map_err(at("partition_key.name"))?;
        if let Some(sort_key) = &sort_key {
            check_table_key(sort_key, roles).map_err(at("sort_key.name"))?;
            check_other(sort_key, &partition_key).map_err(at("sort_key.name"))?;
        }
        check_counts(&indexes).map_err(at("indexes"))?;
        let mut definition = Self { partition_key, sort_key, indexes: Vec::with_capacity(indexes.len()), throughput };
        let mut names = HashSet::new();
        for (position, index) in indexes.into_iter().enumerate() {
            let within = |violation: Violation| violation.within(format!("indexes[{position}]"));
            if !names.insert(index.name.clone()) {
                let invalid = Invalid::new("is also the name of another index of the table");
                return Err(within(Violation { field: "name".to_owned(), invalid }));
            }
            let index = definition.index(index, roles).map_err(within)?;
            definition.indexes.push(index);
        }
        definition.check_projected().map_err(at("indexes"))?;
        definition.check_types()?;
        Ok(definition)
    }

    /// The key attributes of the table and its indexes, each once.
    pub(crate) fn key_attributes(&self) -> Vec<&KeyAttribute> {
        let mut names = HashSet::new();
        let keys = self.keys().map(|(_, key)| key);
        keys.filter(|key| names.insert(&key.name)).collect()
    }

    /// All key attributes and their fields.
    fn keys(&self) -> impl Iterator<Item = (String, &KeyAttribute)> {
        let of_table = fields("", &self.partition_key, self.sort_key.as_ref());
        let of_indexes = self.indexes.iter().enumerate().flat_map(|(position, index)| {
            fields(&format!("indexes[{position}]."), &index.partition_key, index.sort_key.as_ref())
        });
        of_table.chain(of_indexes)
    }

    /// Checks that an attribute has the same type in all keys.
    fn check_types(&self) -> Result<(), Violation> {
        let mut types = HashMap::new();
        for (field, key) in self.keys() {
            let first = *types.entry(&key.name).or_insert(key.attribute_type);
            if first != key.attribute_type {
                let problem = format!(
                    "is {}, but {:?} is {} in another key",
                    key.attribute_type.as_str(),
                    key.name,
                    first.as_str()
                );
                return Err(Violation { field: format!("{field}.type"), invalid: Invalid::new(problem) });
            }
        }
        Ok(())
    }

    fn check_projected(&self) -> Result<(), Invalid> {
        let projected: usize = self.indexes.iter().map(|index| index.projection.included().len()).sum();
        if projected > MAX_PROJECTED_IN_ALL {
            let problem = format!(
                "include {projected} attributes together, with those of the expiry time; at most {MAX_PROJECTED_IN_ALL} \
                 are allowed"
            );
            return Err(Invalid::limit(problem, format!("{MAX_PROJECTED_IN_ALL} attributes")));
        }
        Ok(())
    }

    /// Checks an index of this table. Errors have paths relative to the index.
    fn index(&self, draft: IndexDraft, roles: &AttributeNames) -> Result<IndexDefinition, Violation> {
        let IndexDraft { name, kind, partition_key, sort_key, projection, throughput } = draft;
        check_name(&name).map_err(at("name"))?;
        let partition_key = match kind {
            IndexKind::Global => {
                partition_key.ok_or_else(|| Invalid::new("is required")).map_err(at("partition_key"))?
            }
            IndexKind::Local => self.local_partition(partition_key)?,
        };
        check_index_key(&partition_key, roles).map_err(at("partition_key.name"))?;
        if let Some(sort_key) = &sort_key {
            check_index_key(sort_key, roles).map_err(at("sort_key.name"))?;
            check_other(sort_key, &partition_key).map_err(at("sort_key.name"))?;
        }
        let keys = [Some(&self.partition_key), self.sort_key.as_ref(), Some(&partition_key), sort_key.as_ref()];
        let projection = with_expiry(projection, &keys, roles).map_err(at("projected"))?;
        let throughput = self.index_throughput(kind, throughput).map_err(at("throughput"))?;
        if kind == IndexKind::Local {
            self.check_local_sort(sort_key.as_ref())?;
        }
        Ok(IndexDefinition { name, kind, partition_key, sort_key, projection, throughput })
    }

    fn local_partition(&self, given: Option<KeyAttribute>) -> Result<KeyAttribute, Violation> {
        match given {
            Some(key) if key.name != self.partition_key.name => {
                let problem = format!(
                    "is not the table's partition key {:?}, as that of a local index has to be",
                    self.partition_key.name
                );
                Err(Violation { field: "partition_key.name".to_owned(), invalid: Invalid::new(problem) })
            }
            Some(key) => Ok(key),
            None => Ok(self.partition_key.clone()),
        }
    }

    fn check_local_sort(&self, sort_key: Option<&KeyAttribute>) -> Result<(), Violation> {
        let refuse =
            |field: &str, problem: &str| Err(Violation { field: field.to_owned(), invalid: Invalid::new(problem) });
        match (&self.sort_key, sort_key) {
            (None, _) => refuse("kind", "is local, but the table has no sort key; it needs one for local indexes"),
            (Some(_), None) => refuse("sort_key", "is required for a local index"),
            (Some(of_table), Some(key)) if of_table.name == key.name => {
                refuse("sort_key.name", "is the table's sort key; a local index needs another one")
            }
            (Some(_), Some(_)) => Ok(()),
        }
    }

    fn index_throughput(&self, kind: IndexKind, given: Option<Throughput>) -> Result<Option<Throughput>, Invalid> {
        match (kind, given, self.throughput) {
            (IndexKind::Local, None, _) | (IndexKind::Global, None, None) => Ok(None),
            (IndexKind::Local, Some(_), _) => Err(Invalid::new("is not for a local index: it uses the table's")),
            (IndexKind::Global, Some(_), None) => Err(Invalid::new("is only for a table with throughput of its own")),
            (IndexKind::Global, given, of_table) => Ok(given.or(of_table)),
        }
    }
}

/// The key attributes of a table or index and their fields.
fn fields<'a>(
    prefix: &str,
    partition_key: &'a KeyAttribute,
    sort_key: Option<&'a KeyAttribute>,
) -> impl Iterator<Item = (String, &'a KeyAttribute)> + use<'a> {
    let partition = (format!("{prefix}partition_key"), partition_key);
    std::iter::once(partition).chain(sort_key.map(|key| (format!("{prefix}sort_key"), key)))
}

fn at(field: &str) -> impl Fn(Invalid) -> Violation {
    move |invalid| Violation { field: field.to_owned(), invalid }
}

fn check_counts(indexes: &[IndexDraft]) -> Result<(), Invalid> {
    for (kind, words, max) in
        [(IndexKind::Global, "global", MAX_GLOBAL_INDEXES), (IndexKind::Local, "local", MAX_LOCAL_INDEXES)]
    {
        let count = indexes.iter().filter(|index| index.kind == kind).count();
        if count > max {
            let problem = format!("has {count} {words} indexes, at most {max} are allowed");
            return Err(Invalid::limit(problem, format!("{max} {words} indexes")));
        }
    }
    Ok(())
}

fn check_key_name(name: &str) -> Result<(), Invalid> {
    if (1..=MAX_KEY_NAME_BYTES).contains(&name.len()) {
        return Ok(());
    }
    let problem = format!("has {} bytes, 1 to {MAX_KEY_NAME_BYTES} are allowed", name.len());
    Err(Invalid::limit(problem, format!("1..{MAX_KEY_NAME_BYTES} bytes")))
}

fn check_other(key: &KeyAttribute, other: &KeyAttribute) -> Result<(), Invalid> {
    if key.name == other.name { Err(Invalid::new("is the partition key already")) } else { Ok(()) }
}

/// The attributes that the server writes. They change, so they cannot be part of a primary key.
fn written_part<'a>(name: &str, roles: &'a AttributeNames) -> Option<&'a str> {
    [&roles.ttl, &roles.ttl_ms, &roles.version].into_iter().map(String::as_str).find(|role| *role == name)
}

fn check_table_key(key: &KeyAttribute, roles: &AttributeNames) -> Result<(), Invalid> {
    check_key_name(&key.name)?;
    match written_part(&key.name, roles) {
        Some(name) => Err(Invalid::new(format!("is {name:?}, an attribute that the server writes by itself"))),
        None => Ok(()),
    }
}

fn check_index_key(key: &KeyAttribute, roles: &AttributeNames) -> Result<(), Invalid> {
    check_key_name(&key.name)?;
    match written_part(&key.name, roles) {
        Some(name) if key.attribute_type != ScalarType::N => {
            Err(Invalid::new(format!("is {name:?}, to which the server writes numbers, but its type here is not N")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Adds to a projection the attributes of the expiry time, so that the index alone shows whether an item has expired.
/// Removes keys, which every index contains.
fn with_expiry(
    projection: IndexProjection,
    keys: &[Option<&KeyAttribute>],
    roles: &AttributeNames,
) -> Result<IndexProjection, Invalid> {
    let mut included = match projection {
        IndexProjection::Include(names) if names.is_empty() => {
            return Err(Invalid::new("must not be empty; without any attribute the projection is KEYS_ONLY"));
        }
        IndexProjection::Include(names) => names,
        IndexProjection::All | IndexProjection::KeysOnly => return Ok(projection),
    };
    included.iter().try_for_each(|name| check_key_name(name))?;
    let mut seen = HashSet::new();
    if let Some(twice) = included.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(Invalid::new(format!("has {twice:?} twice")));
    }
    for name in [&roles.ttl, &roles.ttl_ms] {
        if !included.contains(name) {
            included.push(name.clone());
        }
    }
    included.retain(|name| !keys.iter().flatten().any(|key| key.name == *name));
    if included.len() > MAX_PROJECTED {
        let problem = format!(
            "has {} attributes with those of the expiry time, at most {MAX_PROJECTED} are allowed",
            included.len()
        );
        return Err(Invalid::limit(problem, format!("{MAX_PROJECTED} attributes")));
    }
    Ok(if included.is_empty() { IndexProjection::KeysOnly } else { IndexProjection::Include(included) })
}

#[cfg(test)]
mod tests;
