//! What the elements of a message take in memory once prost has decoded them.
//!
//! What is not in a vector, a map or a text of its own lies within the message around it, and is paid for with that.

use std::mem::size_of;

use bytes::Bytes;

use crate::pb;

/// What the elements of a repeated field take, as their vector or map grows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElementCost {
    /// Beyond `each`, for the first.
    pub(super) first: usize,
    /// Each one, without what it points to.
    pub(super) each: usize,
}

impl ElementCost {
    /// A vector begins with room for four, and doubles. While it does, the old half still lives: three places for each
    /// element, at the most.
    pub(super) const fn in_vec(size: usize) -> Self {
        Self { first: size, each: 3 * size }
    }

    /// A hash table is full at seven eighths, and doubles: while it does, three and a half places for each entry. A place
    /// has a control byte besides. The smallest table has four, and is aligned to 16 bytes at both ends of its places.
    pub(super) const fn in_map(size: usize) -> Self {
        let place = size + 1;
        Self { first: 2 * place + 64, each: (7 * place).div_ceil(2) }
    }
}

/// What a text takes on the heap. One that occurs again where one is enough grows the same allocation, by doubling it.
pub(super) const fn of_text(bytes: usize) -> usize {
    16 + bytes + bytes / 2
}

/// Bytes are a part of the request's own buffer, which is counted as it comes. What counts the parts is allocated.
pub(super) const OF_BYTES: usize = 32;

pub(super) const STRING: usize = size_of::<String>();
pub(super) const BYTES: usize = size_of::<Bytes>();

/// The largest number.
pub(super) const NUMBER: usize = size_of::<u64>();

macro_rules! sizes {
    ($($message:ident),* $(,)?) => {
        &[$((stringify!($message), size_of::<pb::$message>())),*]
    };
}

/// The messages that are elements of repeated fields, and what each takes.
pub(super) const MESSAGES: &[(&str, usize)] =
    sizes![BatchWriteOperation, TableIndex, TransactGetOperation, TransactWriteOperation, UpdateAction, Value,];

/// What a message takes as an element, by its name without the package.
pub(super) fn of_message(name: &str) -> Option<usize> {
    MESSAGES.iter().find(|(message, _)| *message == name).map(|(_, size)| *size)
}
