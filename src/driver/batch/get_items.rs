use super::found::Found;
use super::read::BatchGet;
use super::source::{DistinctKeys, Source};
use super::tables::{BatchTable, tables_of};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::expression::SharedProjection;
use crate::driver::handle::Driver;
use crate::driver::item::Items;
use crate::driver::read::{Consistency, Read};
use crate::driver::store::{AnswerItem, Item, ItemForm, Role, response_bytes};
use crate::driver::table::Scope;
use crate::driver::upstream::{CallerFields, Parameter};
use crate::model::{ItemKey, Projection};

/// Read many items, of one table or of several.
#[derive(Debug, Clone)]
pub struct BatchGetItems {
    /// Which ones.
    pub reads: Vec<BatchItemRead>,
    /// Which parts of each; `None` for all.
    pub projection: Option<Projection>,
    /// Which writes the reads are guaranteed to see.
    pub consistency: Consistency,
    /// Whether to report the capacity consumed.
    pub wants_capacity: bool,
}

/// One read of a batch.
#[derive(Debug, Clone)]
pub struct BatchItemRead {
    /// The table; empty for the default one.
    pub table: String,
    /// The primary key of the item.
    pub key: ItemKey,
}

impl Driver {
    /// Starts to read many items.
    ///
    /// # Contract
    /// Each position of the reads is answered exactly once. Keys that DynamoDB leaves unprocessed are retried until the deadline.
    /// What fails on one table does not end the reads of another.
    ///
    /// # Cost
    /// One read of the whole item for each distinct key; one call to DynamoDB for each hundred keys of a table.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that does not fit its table, and those of [`Driver::items`]; both with the index of the read.
    /// Any other failure is an answer.
    pub async fn batch_get_items(&self, get: BatchGetItems, deadline: Deadline) -> Result<BatchGet<Item>, Error> {
        self.batch_get_items_as(get, deadline).await
    }

    /// The same, with another form of items.
    pub(crate) async fn batch_get_items_as<T: ItemForm + Clone>(
        &self,
        get: BatchGetItems,
        deadline: Deadline,
    ) -> Result<BatchGet<T>, Error> {
        let BatchGetItems { reads, projection, consistency, wants_capacity } = get;
        let names: Vec<&str> = reads.iter().map(|read| read.table.as_str()).collect();
        let (tables, of_reads) = tables_of(self, &names, deadline).await?;
        let mut keys: Vec<_> =
            tables.into_iter().map(|BatchTable { items, .. }| (items, DistinctKeys::default())).collect();
        for ((position, read), table) in reads.into_iter().enumerate().zip(of_reads) {
            let (items, distinct) = keys.get_mut(table).ok_or_else(Error::internal)?;
            let checked = items.schema.check(&read.key);
            checked.map_err(|violation| violation.within(format_args!("operations[{position}].key")))?;
            distinct.add(read.key, position);
        }
        let sources = keys.into_iter().map(|(items, distinct)| {
            let source = source(items, projection.as_ref(), (consistency, wants_capacity));
            (source, distinct)
        });
        Ok(BatchGet::new(sources, self.core.batch_concurrency))
    }
}

fn source<T: ItemForm>(
    items: Items,
    projection: Option<&Projection>,
    (consistency, wants_capacity): (Consistency, bool),
) -> Source<T> {
    let Items { scope, schema } = items;
    let needed = schema.names().chain([scope.layout.name(Role::Ttl), scope.layout.name(Role::TtlMs)]);
    let read = Read { projection: SharedProjection::new(projection, needed), consistency, wants_capacity };
    let field = projection.is_some().then_some("projection");
    Source { scope, schema, read, caller_fields: CallerFields::new([(Parameter::Projection, field)]), view: item }
}

/// What the caller asked for of an item, unless the item has expired.
fn item<T: ItemForm>(scope: &Scope, read: &Read, item: AnswerItem<'_>) -> Found<T> {
    if !scope.is_alive(&item) {
        return Found::Nothing;
    }
    if !read.projection.strips() {
        return found(item);
    }
    found(read.projection.strip(item.into_owned()).into())
}

fn found<T: ItemForm>(item: AnswerItem<'_>) -> Found<T> {
    let bytes = response_bytes(&item);
    Found::Item(Box::new(T::of(item, bytes)))
}
