use super::{Number, Value};
use crate::{Bytes, pb};

/// The primary key of an item: its partition key, and its sort key where the table has one.
///
/// Made of a value, or of two as a pair:
///
/// ```
/// # use dynakv_client::ItemKey;
/// assert_eq!(ItemKey::from(("user-1", 7)), ItemKey::new("user-1").sort(7));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ItemKey {
    partition: Value,
    sort: Option<Value>,
}

impl ItemKey {
    /// The key of an item in a table without a sort key: a string, number or bytes, as the table has it.
    pub fn new(partition: impl Into<Value>) -> Self {
        Self { partition: partition.into(), sort: None }
    }

    /// With this sort key.
    pub fn sort(mut self, sort: impl Into<Value>) -> Self {
        self.sort = Some(sort.into());
        self
    }
}

impl<P: Into<Value>, S: Into<Value>> From<(P, S)> for ItemKey {
    fn from((partition, sort): (P, S)) -> Self {
        Self::new(partition).sort(sort)
    }
}

macro_rules! from {
    ($($type:ty),+ $(,)?) => {
        $(impl From<$type> for ItemKey {
            fn from(partition: $type) -> Self {
                Self::new(partition)
            }
        })+
    };
}

from!(Value, String, &str, Number, i32, i64, u32, u64, Bytes, Vec<u8>);

impl From<ItemKey> for pb::ItemKey {
    fn from(ItemKey { partition, sort }: ItemKey) -> Self {
        Self { partition: Some(partition.into()), sort: sort.map(Into::into) }
    }
}
