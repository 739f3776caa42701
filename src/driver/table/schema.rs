//! The keys of a table and of its indexes, as DescribeTable reported them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{
    AttributeValue, IndexStatus, KeySchemaElement, KeyType, Projection, ProjectionType, TableDescription,
};

use super::index_key::{Confirmed, IndexKey};
use super::item_size::ItemSize;
use crate::driver::store::{AnswerItem, Item};
use crate::model::{Invalid, ItemKey, Violation, excerpt, type_name};

/// A table's primary key: attributes with their types (S, N or B).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeySchema {
    pub(crate) partition: (String, String),
    pub(crate) sort: Option<(String, String)>,
}

impl KeySchema {
    /// The primary key that key-value calls need: one string.
    pub(crate) fn of_entries(key: &str) -> Self {
        Self { partition: (key.to_owned(), "S".to_owned()), sort: None }
    }

    /// The attributes of a key. Refuses a key that does not fit the table.
    pub(crate) fn attributes(&self, key: &ItemKey) -> Result<Item, Violation> {
        self.check(key)?;
        Ok(self.attributes_of(key))
    }

    /// Refuses a key that does not fit the table.
    pub(crate) fn check(&self, key: &ItemKey) -> Result<(), Violation> {
        let check = |field: &str, (name, of_type): &(String, String), value: &AttributeValue| {
            if type_name(value) == of_type {
                return Ok(());
            }
            let problem =
                format!("is of type {}, the table's key attribute {name:?} of type {of_type}", type_name(value));
            Err(Violation { field: field.to_owned(), invalid: Invalid::new(problem) })
        };
        check("partition", &self.partition, key.partition())?;
        match (&self.sort, key.sort()) {
            (Some(sort), Some(value)) => check("sort", sort, value),
            (None, None) => Ok(()),
            (Some((name, _)), None) => {
                let problem = format!("is required: the table has the sort key {name:?}");
                Err(Violation { field: "sort".to_owned(), invalid: Invalid::new(problem) })
            }
            (None, Some(_)) => {
                let problem = "is not allowed: the table has no sort key";
                Err(Violation { field: "sort".to_owned(), invalid: Invalid::new(problem) })
            }
        }
    }

    /// The attributes of a key that fits the table.
    pub(crate) fn attributes_of(&self, key: &ItemKey) -> Item {
        let partition = (self.partition.0.clone(), key.partition().clone());
        let sort = self.sort.as_ref().zip(key.sort()).map(|((name, _), value)| (name.clone(), value.clone()));
        [Some(partition), sort].into_iter().flatten().collect()
    }

    /// The primary key of an item of an answer.
    pub(crate) fn key_in(&self, item: &AnswerItem<'_>) -> Option<ItemKey> {
        let value = |name: &str| item.get(name).map(|value| value.clone().into_owned());
        let key = ItemKey::new(value(&self.partition.0)?).ok()?;
        match &self.sort {
            None => Some(key),
            Some((sort, _)) => key.with_sort(value(sort)?).ok(),
        }
    }

    /// The names of the key attributes.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [Some(&self.partition), self.sort.as_ref()].into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// The primary key of an item that has been read.
    pub(crate) fn key_of(&self, item: &Item) -> Option<ItemKey> {
        let key = ItemKey::new(item.get(&self.partition.0)?.clone()).ok()?;
        match &self.sort {
            None => Some(key),
            Some((sort, _)) => key.with_sort(item.get(sort)?.clone()).ok(),
        }
    }
}

/// A secondary index.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    schema: IndexSchema,
    /// Estimated size of its items.
    pub(crate) item_size: ItemSize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct IndexSchema {
    is_global: bool,
    /// Whether DynamoDB refuses items that do not fit its keys. While it is being built, they are left out of the index. Source:
    /// "Detecting and correcting index key violations in DynamoDB", Amazon DynamoDB Developer Guide.
    is_enforced: bool,
    keys: Vec<IndexKey>,
    projected: ProjectedAttributes,
    /// Whether we know this kind of projection.
    is_known: bool,
}

/// The attributes that an index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ProjectedAttributes {
    All,
    /// These, its key attributes and those of the table.
    Only(Vec<String>),
}

impl Index {
    /// Whether it is a global index, which is never strongly consistent.
    pub(crate) fn is_global(&self) -> bool {
        self.schema.is_global
    }

    /// The names of its key attributes.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.schema.keys.iter().map(|key| key.name.as_str())
    }

    pub(super) fn key_attributes(&self) -> &[IndexKey] {
        &self.schema.keys
    }

    pub(super) fn is_enforced(&self) -> bool {
        self.schema.is_enforced
    }

    /// Whether the index certainly does not hold this attribute. As [`holds`](Self::holds), not for the table's key attributes.
    pub(crate) fn lacks(&self, attribute: &str) -> bool {
        self.schema.is_known && !self.holds(attribute)
    }

    /// Whether the index projects this attribute. Do not ask about the key attributes of the table: every index holds them.
    pub(crate) fn holds(&self, attribute: &str) -> bool {
        match &self.schema.projected {
            ProjectedAttributes::All => true,
            ProjectedAttributes::Only(names) => {
                names.iter().map(String::as_str).chain(self.keys()).any(|name| name == attribute)
            }
        }
    }
}

impl IndexSchema {
    fn new(
        table: &TableDescription,
        (is_global, is_enforced): (bool, bool),
        keys: &[KeySchemaElement],
        projection: Option<&Projection>,
    ) -> Self {
        let keys = keys.iter().map(|element| index_key(table, element)).collect();
        let projected = match projection {
            Some(projection) if projection.projection_type() == Some(&ProjectionType::All) => ProjectedAttributes::All,
            // An unknown projection counts as keys only. Then the table is asked which items have expired.
            Some(projection) => ProjectedAttributes::Only(projection.non_key_attributes().to_vec()),
            None => ProjectedAttributes::Only(Vec::new()),
        };
        let known = [ProjectionType::All, ProjectionType::Include, ProjectionType::KeysOnly];
        let is_known = projection.and_then(Projection::projection_type).is_some_and(|kind| known.contains(kind));
        Self { is_global, is_enforced, keys, projected, is_known }
    }
}

fn index_key(table: &TableDescription, element: &KeySchemaElement) -> IndexKey {
    let name = element.attribute_name();
    let definition = table.attribute_definitions().iter().find(|definition| definition.attribute_name() == name);
    let is_sort = *element.key_type() == KeyType::Range;
    IndexKey {
        name: name.to_owned(),
        of_type: definition.map(|definition| definition.attribute_type().as_str().to_owned()),
        max_bytes: if is_sort { IndexKey::MAX_SORT_BYTES } else { IndexKey::MAX_PARTITION_BYTES },
    }
}

/// The known secondary indexes of a table. Indexes may be created and deleted.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    /// By name.
    pub(super) known: Mutex<BTreeMap<String, Arc<Index>>>,
    pub(super) confirmed: Confirmed,
}

impl Indexes {
    pub(super) fn get(&self, name: &str) -> Option<Arc<Index>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Removes an index that no longer exists.
    pub(crate) fn forget(&self, name: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Replaces the indexes with those of a description. An index with the same schema keeps its estimated item size.
    pub(crate) fn replace(&self, table: &TableDescription) {
        let global = table.global_secondary_indexes().iter().filter_map(|index| {
            let is_enforced = !matches!(index.index_status(), Some(IndexStatus::Creating | IndexStatus::Deleting));
            let schema = IndexSchema::new(table, (true, is_enforced), index.key_schema(), index.projection.as_ref());
            Some((index.index_name.clone()?, schema))
        });
        let local = table.local_secondary_indexes().iter().filter_map(|index| {
            let schema = IndexSchema::new(table, (false, true), index.key_schema(), index.projection.as_ref());
            Some((index.index_name.clone()?, schema))
        });
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before = std::mem::take(&mut *known);
        for (name, schema) in global.chain(local) {
            let index = match before.remove(&name).filter(|index| index.schema == schema) {
                Some(same) => same,
                None => Arc::new(Index { name: name.clone(), schema, item_size: ItemSize::default() }),
            };
            known.insert(name, index);
        }
    }
}

pub(crate) fn no_such_index(name: &str) -> Violation {
    let problem = format!("the table has no index {:?}", excerpt(name, 255));
    Violation { field: "index".to_owned(), invalid: Invalid::new(problem) }
}
