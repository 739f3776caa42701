use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt;

use super::KeyValues;
use super::aws_error::Failure;
use super::batch_get::Found;
use super::error::Error;
use super::layout::{Item, Role, Unexpected};
use crate::model::{Entry, ExpireTime, Key, Millis};

/// Which writes a read is sure to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// Those of a moment ago, usually; at half the cost.
    Eventual,
    /// Every one that was acknowledged before.
    Strong,
}

/// How much of an item a read needs. DynamoDB bills the whole item in either case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Whole,
    Expiry,
}

/// What a read saw: an entry, none, or one that holds what DynaKV does not read.
pub(super) type Seen = Result<Option<Entry>, Unexpected>;

/// How long an entry still lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// Until this moment; how many milliseconds that was, at least 1, when it was read.
    Until(ExpireTime, Millis),
    /// For good: it has no TTL.
    Forever,
    /// There is no such entry.
    NotFound,
}

impl KeyValues {
    /// Reads one entry.
    ///
    /// # Cost
    /// One read.
    pub async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Entry>, Error> {
        Ok(self.driver.retry(&self.table, self.deadline, || self.see(key, consistency)).await??)
    }

    /// Reads when an entry expires.
    ///
    /// # Cost
    /// One read of the whole item.
    pub async fn get_ttl(&self, key: &Key, consistency: Consistency) -> Result<Remaining, Error> {
        let item = self.read_item(key, consistency, Part::Expiry).await?;
        let (layout, now) = (self.table.layout(), self.now());
        Ok(match item {
            Some(item) if layout.is_alive(&item, now) => match layout.expire_time(&item) {
                Some(time) => Remaining::Until(time, time.as_millis().saturating_sub(now)),
                None => Remaining::Forever,
            },
            Some(_) | None => Remaining::NotFound,
        })
    }

    /// Says of each key whether there is such an entry, in the order of the keys.
    ///
    /// # Cost
    /// One read for each distinct key.
    ///
    /// # Errors
    /// Fails as a whole if one key cannot be read.
    pub async fn exists(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<bool>, Arc<Error>> {
        let mut exists = vec![false; keys.len()];
        let mut batch = self.batch_read(keys, consistency, Part::Expiry, false);
        while let Some(answers) = batch.next().await {
            for (index, found) in answers {
                match found {
                    Found::Item(_) => exists.get_mut(index).into_iter().for_each(|exists| *exists = true),
                    Found::Nothing => {}
                    Found::Failed(error) => return Err(error),
                }
            }
        }
        Ok(exists)
    }

    /// Reads one item, expired or not.
    pub(super) async fn read_item(
        &self,
        key: &Key,
        consistency: Consistency,
        part: Part,
    ) -> Result<Option<Item>, Error> {
        self.driver.retry(&self.table, self.deadline, || self.get_item(key, consistency, part)).await
    }

    pub(super) async fn get_item(
        &self,
        key: &Key,
        consistency: Consistency,
        part: Part,
    ) -> Result<Option<Item>, Failure> {
        let (projection, names) = match part {
            Part::Whole => (None, None),
            Part::Expiry => {
                let (projection, names) = self.projection();
                (Some(projection), Some(names))
            }
        };
        let answer = self
            .driver
            .client
            .get_item()
            .table_name(self.table.physical_name())
            .set_key(Some(self.table.layout().key(key)))
            .consistent_read(consistency == Consistency::Strong)
            .set_projection_expression(projection)
            .set_expression_attribute_names(names)
            .send()
            .boxed()
            .await?;
        Ok(answer.item)
    }

    /// Key and expiry only.
    pub(super) fn projection(&self) -> (String, HashMap<String, String>) {
        let names = [("#dkv_key", Role::Key), ("#dkv_ttl", Role::Ttl), ("#dkv_ttl_ms", Role::TtlMs)];
        let name = |(alias, role): (&str, Role)| (alias.to_owned(), self.table.layout().name(role).to_owned());
        ("#dkv_key, #dkv_ttl, #dkv_ttl_ms".to_owned(), names.map(name).into())
    }
}
