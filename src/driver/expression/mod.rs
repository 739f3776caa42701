//! DynamoDB's expressions: conditions, updates and projections, as trees and as text.
//!
//! No module here makes calls or retries.

mod condition;
mod expected;
mod item_update;
#[cfg(test)]
#[cfg(feature = "embedded")]
mod item_update_tests;
mod projection;
mod render;
mod renderer;
mod update;

pub(crate) use condition::Condition;
pub(crate) use expected::{condition as expected_condition, digest as expected_digest};
pub(crate) use item_update::update_field;
pub(crate) use projection::SharedProjection;
pub(crate) use render::{render, render_condition, render_item_update};
pub(crate) use renderer::{Rendered, Renderer};
pub(crate) use update::{Change, Operand, Update};
