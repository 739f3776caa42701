use tonic::Status;

use crate::call::Operation;
use crate::point::{consistent, rpc};
use crate::{Call, Item, pb, value};

consistent!(GetItemRequest);

impl Call<pb::GetItemRequest> {
    /// Reads only these parts of the item, by a DynamoDB projection expression.
    pub fn projection(self, expression: impl Into<String>) -> Self {
        self.with(|request| request.projection = expression.into())
    }
}

impl Operation for pb::GetItemRequest {
    type Output = Option<Item>;
    rpc!(GET_ITEM, item_stub, get_item, GetItemResponse);

    fn read(&self, response: pb::GetItemResponse) -> Result<Option<Item>, Status> {
        response.item.map(value::item).transpose()
    }
}
