//! The parameters of a Query, Scan or ListKeys, and a page of its answer.

use crate::driver::read::Consistency;
use crate::driver::store::Item;
use crate::driver::upstream::Capacity;
use crate::model::{CallerExpression, KeyPattern, PageSize, Projection, Segments};

/// A read of the items of one partition.
#[derive(Debug, Clone)]
pub struct Query {
    /// The condition on the primary key of the table or index.
    pub key_condition: CallerExpression,
    /// The order of the items by sort key.
    pub order: Order,
    /// What to return.
    pub selection: Selection,
}

/// A read of all items, in parallel segments.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The number of segments.
    pub segments: Segments,
    /// What to return.
    pub selection: Selection,
}

/// The keys that match a pattern.
#[derive(Debug, Clone)]
pub struct ListKeys {
    /// The pattern.
    pub pattern: KeyPattern,
    /// Which writes the read is guaranteed to see.
    pub consistency: Consistency,
}

/// The items and attributes that a Query or Scan returns.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The secondary index to read; `None` for the table itself.
    pub index: Option<String>,
    /// The condition on the items, if any.
    pub filter: Option<CallerExpression>,
    /// Which parts of an item; `None` for all.
    pub projection: Option<Projection>,
    /// Whether to return only the number of items.
    pub count_only: bool,
    /// Which writes the read is guaranteed to see.
    pub consistency: Consistency,
}

/// The order of items by sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Ascending.
    Ascending,
    /// Descending.
    Descending,
}

/// The page to read.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The most items of the page.
    pub size: PageSize,
    /// Where the page starts; `None` for the first one.
    pub cursor: Option<Cursor>,
    /// Whether to report the capacity consumed.
    pub wants_capacity: bool,
}

/// Where the next page starts.
///
/// A Scan has one position for each segment; any other call has one. Positions hold keys, so encrypt a cursor before you hand
/// it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(pub Vec<Position>);

/// How far a part has been read.
#[derive(Clone, PartialEq)]
pub enum Position {
    /// Nothing was read.
    Start,
    /// Read up to the item with these key attributes of the table and the index.
    After(Item),
    /// Read to the end.
    Done,
}

/// Keys never reach a log.
impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Start => "Start",
            Self::After(_) => "After(..)",
            Self::Done => "Done",
        })
    }
}

/// A page of an answer.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items; empty if only their number was asked for.
    pub items: Vec<T>,
    /// The number of items.
    pub count: usize,
    /// Where the next page starts; `None` after the last one.
    pub next: Option<Cursor>,
    /// The capacity consumed, if it was asked for.
    pub consumed: Capacity,
}
