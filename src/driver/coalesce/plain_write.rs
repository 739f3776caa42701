use std::fmt;

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};

use crate::driver::store::{Item, item_bytes};
use crate::driver::upstream::Failure;

/// A write without a condition that returns nothing. BatchWriteItem can carry it out beside others.
pub(crate) enum PlainWrite {
    /// Writes this item.
    Put(Item),
    /// Deletes the item with this primary key.
    Delete(Item),
}

impl PlainWrite {
    pub(crate) fn into_request(self) -> Result<WriteRequest, Failure> {
        let request = WriteRequest::builder();
        let request = match self {
            Self::Put(item) => {
                request.put_request(PutRequest::builder().set_item(Some(item)).build().map_err(Failure::unbuildable)?)
            }
            Self::Delete(key) => request
                .delete_request(DeleteRequest::builder().set_key(Some(key)).build().map_err(Failure::unbuildable)?),
        };
        Ok(request.build())
    }

    pub(super) fn bytes(&self) -> usize {
        let (Self::Put(attributes) | Self::Delete(attributes)) = self;
        item_bytes(attributes)
    }
}

/// Hides the attributes: values must not be logged.
impl fmt::Debug for PlainWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Put(_) => "Put",
            Self::Delete(_) => "Delete",
        })
    }
}
