//! What a Query, Scan or ListKeys asks for, and a page of its answer.

use crate::driver::read::Consistency;
use crate::driver::store::Item;
use crate::driver::upstream::Capacity;
use crate::model::{CallerExpression, KeyPattern, PageSize, Projection, Segments};

/// Which items of a partition, and in which order.
#[derive(Debug, Clone)]
pub struct Query {
    /// On the primary key of the table or index.
    pub key_condition: CallerExpression,
    /// In the order of the sort key.
    pub order: Order,
    /// What of them.
    pub selection: Selection,
}

/// All items, read in parts side by side.
#[derive(Debug, Clone)]
pub struct Scan {
    /// How many parts.
    pub segments: Segments,
    /// What of them.
    pub selection: Selection,
}

/// The keys that match a pattern.
#[derive(Debug, Clone)]
pub struct ListKeys {
    /// Which.
    pub pattern: KeyPattern,
    /// Which writes are sure to be seen.
    pub consistency: Consistency,
}

/// What of the items a Query or Scan shows.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The secondary index that is read; none for the table itself.
    pub index: Option<String>,
    /// Must match.
    pub filter: Option<CallerExpression>,
    /// Which parts; none for all.
    pub projection: Option<Projection>,
    /// Only how many.
    pub count_only: bool,
    /// Which writes are sure to be seen.
    pub consistency: Consistency,
}

/// An order of the sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Ascending.
    Ascending,
    /// Descending.
    Descending,
}

/// Which page.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// How many items it has at most.
    pub size: PageSize,
    /// Where it begins; none for the first.
    pub cursor: Option<Cursor>,
    /// Whether to count what it costs.
    pub wants_capacity: bool,
}

/// Where the next page begins.
///
/// One position for each segment of a Scan, one for anything else. It holds keys: whoever hands it out hides it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(pub Vec<Position>);

/// How far a part has been read.
#[derive(Clone, PartialEq)]
pub enum Position {
    /// Not at all.
    Start,
    /// Up to the item with these key attributes, of the table and of the index.
    After(Item),
    /// To its end.
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

/// A page.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What it shows; nothing if only the number was asked for.
    pub items: Vec<T>,
    /// How many it shows, or counted.
    pub count: usize,
    /// Where the next one begins; none if there is none.
    pub next: Option<Cursor>,
    /// What it cost, if asked for.
    pub consumed: Capacity,
}
