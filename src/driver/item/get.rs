use std::sync::Arc;

use super::call::Items;
use crate::driver::coalesce::Wanted;
use crate::driver::error::Error;
use crate::driver::expression::SharedProjection;
use crate::driver::read::{Consistency, KeyRead, Read};
use crate::driver::store::{Item, Role};
use crate::driver::upstream::{CallerFields, Capacity, Parameter};
use crate::model::{ItemKey, Projection};

/// Read an item.
#[derive(Debug, Clone)]
pub struct GetItem {
    /// Which one.
    pub key: ItemKey,
    /// Which parts of it; `None` for all.
    pub projection: Option<Projection>,
    /// Which writes the read is guaranteed to see.
    pub consistency: Consistency,
    /// Whether to report the capacity consumed.
    pub wants_capacity: bool,
}

impl Items {
    /// Reads one item, or parts of it.
    ///
    /// # Cost
    /// One read of the whole item.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that does not fit the table; [`Error::InvalidExpression`].
    pub async fn get(&self, get: &GetItem) -> Result<(Option<Item>, Capacity), Error> {
        let GetItem { key, projection, consistency, wants_capacity } = get;
        let (scope, layout) = (&self.scope, &self.scope.layout);
        if projection.is_none() && !wants_capacity {
            let item = self.get_whole(key, *consistency).await?;
            return Ok((item.filter(|item| layout.is_alive(item, scope.now())), Capacity::default()));
        }
        let key = self.schema.attributes(key).map_err(|violation| violation.within("key"))?;
        // With the key in the projection, the answer for an existing item is never empty.
        let needed = [self.schema.partition.0.as_str(), layout.name(Role::Ttl), layout.name(Role::TtlMs)];
        let read = Read {
            projection: SharedProjection::new(projection.as_ref(), needed),
            consistency: *consistency,
            wants_capacity: *wants_capacity,
        };
        let field = projection.is_some().then_some("projection");
        let (item, consumed) = scope
            .repeat(|| scope.get_item(key.clone(), &read))
            .await
            .map_err(|error| CallerFields::new([(Parameter::Projection, field)]).blame(error))?;
        let alive = item.filter(|item| layout.is_alive(item, scope.now()));
        Ok((alive.map(|item| read.projection.strip(item)), consumed))
    }

    /// Reads one item, expired or not, maybe in one call with the reads of others.
    async fn get_whole(&self, key: &ItemKey, consistency: Consistency) -> Result<Option<Item>, Error> {
        self.schema.check(key).map_err(|violation| violation.within("key"))?;
        let (key, schema) = (Arc::new(key.clone()), Some(Arc::clone(&self.schema)));
        let read = KeyRead { key, schema, wanted: Wanted::ITEM, consistency };
        Ok(self.scope.read_key(&read).await?.item)
    }
}
