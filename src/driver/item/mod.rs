//! Calls on items with all their attributes, in tables with any primary key.

mod call;
mod delete;
mod get;
mod outcome;
mod plan;
mod put;
mod update;

pub use call::Items;
pub use get::GetItem;
pub(crate) use outcome::ItemAnswers;
pub use outcome::{ItemOutcome, Returned};
pub(crate) use plan::{ItemPlan, ItemPlanner};
pub(crate) use put::PlannedPut;
