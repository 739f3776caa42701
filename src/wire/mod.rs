//! Converts between protobuf and the domain. It checks requests and makes domain types of them, and turns results and
//! errors into messages and statuses. Only this module knows both sides.

pub(crate) mod batch;
#[cfg(feature = "bench-internals")]
pub mod benchmarks;
mod capacity;
pub(crate) mod codec;
pub(crate) mod encoded_item;
pub(crate) mod expression;
#[cfg(any(test, feature = "fuzz-internals"))]
pub mod fuzz;
pub(crate) mod item;
pub(crate) mod kv;
pub(crate) mod page;
pub mod page_token;
#[allow(dead_code, unused_imports, reason = "the server does not call it yet")]
pub(crate) mod prescan;
pub mod status;
pub(crate) mod table;
pub(crate) mod transact;
pub(crate) mod value;

pub(crate) use crate::model::Violation;

use crate::model::Invalid;

/// A command and its table.
#[derive(Debug)]
pub(crate) struct OnTable<C> {
    pub(crate) table: String,
    pub(crate) command: C,
}

/// Adds a field's path to an error.
pub(crate) trait InField<T> {
    fn in_field(self, field: impl Into<String>) -> Result<T, Violation>;
}

impl<T> InField<T> for Result<T, Invalid> {
    fn in_field(self, field: impl Into<String>) -> Result<T, Violation> {
        self.map_err(|invalid| Violation { field: field.into(), invalid })
    }
}
