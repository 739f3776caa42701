//! What the items of an answer become on a page.

use std::marker::PhantomData;

use super::request::Page;
use super::source::{ExpiryFilter, Source};
use crate::driver::error::Error;
use crate::driver::store::{AnswerItem, Item, ItemForm, response_bytes};

/// The rows of a page. An item becomes a row as it is read.
pub(crate) trait Rows: Sync {
    type Row: Send + 'static;

    /// How many rows are viewed for each reading of the clock.
    const ROWS_PER_CLOCK_READ: usize;

    fn read(&self, item: AnswerItem<'_>) -> Self::Row;

    /// What the page shows of a row. It may take long.
    fn view(&self, row: &Self::Row) -> Result<View, Error>;

    /// The start key of a call that continues after this row.
    fn start_key(&self, row: &Self::Row) -> Option<Item>;
}

/// What the page shows of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Hidden,
    Counted,
    Item { bytes: usize },
}

/// Shows items as the source says, each as a `T`.
pub(crate) struct ItemRows<'a, T> {
    source: &'a Source<'a>,
    item: PhantomData<fn() -> T>,
}

/// An item of a page.
pub(crate) struct Row<T> {
    pub(crate) item: T,
    bytes: usize,
    is_alive: bool,
    /// Only where the item lacks attributes that were read for the driver.
    start_key: Option<Item>,
}

impl<T: ItemForm> Row<T> {
    fn new(item: AnswerItem<'_>, is_alive: bool, start_key: Option<Item>) -> Self {
        let bytes = response_bytes(&item);
        Self { item: T::of(item, bytes), bytes, is_alive, start_key }
    }
}

impl<T> Page<Row<T>> {
    /// The items alone.
    pub(crate) fn into_items(self) -> Page<T> {
        let Self { items, count, next, consumed } = self;
        Page { items: items.into_iter().map(|row| row.item).collect(), count, next, consumed }
    }
}

impl<'a, T> ItemRows<'a, T> {
    pub(crate) fn new(source: &'a Source<'a>) -> Self {
        Self { source, item: PhantomData }
    }
}

impl<T: ItemForm> Rows for ItemRows<'_, T> {
    type Row = Row<T>;

    /// To read the clock takes longer than a view.
    const ROWS_PER_CLOCK_READ: usize = 16;

    fn read(&self, item: AnswerItem<'_>) -> Row<T> {
        let source = self.source;
        let is_alive = source.expiry_filter != ExpiryFilter::Driver || source.scope.is_alive(&item);
        if source.count_only || !source.projection.strips() {
            return Row::new(item, is_alive, None);
        }
        let item = item.into_owned();
        let start_key = source.start_key(|name| item.get(name).cloned());
        let item = AnswerItem::from(source.projection.strip(item));
        Row::new(item, is_alive, start_key)
    }

    fn view(&self, row: &Row<T>) -> Result<View, Error> {
        Ok(match row {
            Row { is_alive: false, .. } => View::Hidden,
            Row { .. } if self.source.count_only => View::Counted,
            Row { bytes, .. } => View::Item { bytes: *bytes },
        })
    }

    fn start_key(&self, row: &Row<T>) -> Option<Item> {
        row.start_key.clone().or_else(|| self.source.start_key(|name| row.item.attribute(name)))
    }
}
