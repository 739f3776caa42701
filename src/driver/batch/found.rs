use std::sync::Arc;

use crate::driver::error::Error;
use crate::model::Entry;

/// The position of a key in the request, and the outcome for it.
pub type Answer<T = Entry> = (usize, Found<T>);

/// The outcome of reading one key.
#[derive(Debug, Clone)]
pub enum Found<T = Entry> {
    /// The entry or item.
    Item(Box<T>),
    /// DynamoDB answered that there is no such entry or item.
    Nothing,
    /// The key could not be read.
    Failed(Arc<Error>),
}
