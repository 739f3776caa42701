//! Memory of a message's elements after prost has decoded them.
//!
//! Scalar fields lie inside the struct of their message and are counted with it.

use std::mem::size_of;

use bytes::Bytes;

use crate::pb;

/// The cost of a repeated field's elements while its vector or map grows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElementCost {
    /// Extra cost of the first element.
    pub(super) first: usize,
    /// Cost of each element, without what it points to.
    pub(super) each: usize,
}

impl ElementCost {
    /// A vector starts with capacity for four and doubles. While it grows, the old half still exists: at most three
    /// slots for each element.
    pub(super) const fn in_vec(size: usize) -> Self {
        Self { first: size, each: 3 * size }
    }

    /// A hash table doubles when it is seven eighths full. While it grows there are at most three and a half slots for
    /// each entry, each with a control byte. The smallest table has four slots and is aligned to 16 bytes at both ends.
    pub(super) const fn in_map(size: usize) -> Self {
        let place = size + 1;
        Self { first: 2 * place + 64, each: (7 * place).div_ceil(2) }
    }
}

/// Heap memory of a text. If a singular text occurs again, the same allocation grows by doubling.
pub(super) const fn of_text(bytes: usize) -> usize {
    16 + bytes + bytes / 2
}

/// Bytes point into the request's buffer, which is counted as it arrives. Their reference count is allocated.
pub(super) const OF_BYTES: usize = 32;

pub(super) const STRING: usize = size_of::<String>();
pub(super) const BYTES: usize = size_of::<Bytes>();

/// The largest scalar.
pub(super) const NUMBER: usize = size_of::<u64>();

macro_rules! sizes {
    ($($message:ident),* $(,)?) => {
        &[$((stringify!($message), size_of::<pb::$message>())),*]
    };
}

/// The messages that occur as elements of repeated fields, with the size of their structs.
pub(super) const MESSAGES: &[(&str, usize)] = sizes![
    BatchGetItemsOperation,
    BatchWriteItemsOperation,
    BatchWriteOperation,
    TableIndex,
    TransactGetOperation,
    TransactWriteOperation,
    UpdateAction,
    Value,
];

/// The size of a message as an element, by its name without the package.
pub(super) fn of_message(name: &str) -> Option<usize> {
    MESSAGES.iter().find(|(message, _)| *message == name).map(|(_, size)| *size)
}
