use std::time::Duration;

use tonic::Status;

use super::{DeletedItem, ItemOutcome, ReturnValues, WrittenItem};
use crate::call::{Operation, Write};
use crate::entry::{time, unreadable};
use crate::point::{duration, request_id, rpc};
use crate::{Call, Expression, Item, pb, value};

macro_rules! conditional {
    ($request:ident) => {
        impl Write for pb::$request {}

        impl Call<pb::$request> {
            /// Writes only if this holds of the item that is there: a [`Condition`](crate::Condition), or a DynamoDB
            /// condition expression such as `attribute_not_exists(pk)`. If it does not, the result is
            /// [`ItemOutcome::ConditionFailed`].
            pub fn condition(self, condition: impl Into<Expression>) -> Self {
                self.with(|request| request.condition = condition.into().into_text(request))
            }

            /// Answers a condition that did not hold with the item as it is.
            pub fn return_current(self) -> Self {
                self.with(|request| request.return_current = true)
            }
        }
    };
}

macro_rules! return_old {
    ($request:ident) => {
        impl Call<pb::$request> {
            /// Answers with the item as it was before.
            pub fn return_old(self) -> Self {
                self.with(|request| request.set_return_values(pb::ReturnValues::AllOld))
            }
        }
    };
}

conditional!(PutItemRequest);
conditional!(UpdateItemRequest);
conditional!(DeleteItemRequest);
return_old!(PutItemRequest);
return_old!(DeleteItemRequest);

impl Call<pb::PutItemRequest> {
    /// The item expires this long from now: 1 millisecond to 100 years. Without it, the item has no TTL, unless its own
    /// attributes say so.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.with(|request| request.ttl = Some(duration(ttl)))
    }
}

impl Call<pb::UpdateItemRequest> {
    /// Answers with these attributes.
    pub fn return_values(self, values: ReturnValues) -> Self {
        self.with(|request| request.set_return_values(values.into()))
    }
}

impl Operation for pb::PutItemRequest {
    type Output = ItemOutcome<WrittenItem>;
    rpc!(PUT_ITEM, item_stub, put_item, PutItemResponse);
    request_id!();

    fn read(&self, response: pb::PutItemResponse) -> Result<Self::Output, Status> {
        let outcome = response.outcome();
        let pb::PutItemResponse { version, expire_time, current, attributes, attributes_lost, .. } = response;
        read(outcome, current, || {
            let version = version.ok_or_else(|| unreadable("no version"))?.into();
            Ok(WrittenItem { version, expire_time: time(expire_time)?, attributes: item(attributes)?, attributes_lost })
        })
    }
}

impl Operation for pb::UpdateItemRequest {
    type Output = ItemOutcome<WrittenItem>;
    rpc!(UPDATE_ITEM, item_stub, update_item, UpdateItemResponse);
    request_id!();

    fn read(&self, response: pb::UpdateItemResponse) -> Result<Self::Output, Status> {
        let outcome = response.outcome();
        let pb::UpdateItemResponse { version, current, attributes, attributes_lost, .. } = response;
        read(outcome, current, || {
            let version = version.ok_or_else(|| unreadable("no version"))?.into();
            Ok(WrittenItem { version, expire_time: None, attributes: item(attributes)?, attributes_lost })
        })
    }
}

impl Call<pb::DeleteItemRequest> {
    /// Does not ask whether there was such an item: `existed` is false and says nothing. The delete may then share a call to
    /// DynamoDB with other writes, and a lost answer of DynamoDB does not make its outcome unknown. Not with a condition or
    /// `return_old`.
    pub fn omit_existed(self) -> Self {
        self.with(|request| request.omit_existed = true)
    }
}

impl Operation for pb::DeleteItemRequest {
    type Output = ItemOutcome<DeletedItem>;
    rpc!(DELETE_ITEM, item_stub, delete_item, DeleteItemResponse);
    request_id!();

    fn read(&self, response: pb::DeleteItemResponse) -> Result<Self::Output, Status> {
        let outcome = response.outcome();
        let pb::DeleteItemResponse { existed, current, attributes, .. } = response;
        read(outcome, current, || Ok(DeletedItem { existed, attributes: item(attributes)? }))
    }
}

fn read<T>(
    outcome: pb::ItemOutcome,
    current: Option<pb::AttributeMap>,
    applied: impl FnOnce() -> Result<T, Status>,
) -> Result<ItemOutcome<T>, Status> {
    match outcome {
        pb::ItemOutcome::Applied => applied().map(ItemOutcome::Applied),
        pb::ItemOutcome::ConditionFailed => Ok(ItemOutcome::ConditionFailed { current: item(current)? }),
        pb::ItemOutcome::Unspecified => Err(unreadable("no known outcome")),
    }
}

fn item(map: Option<pb::AttributeMap>) -> Result<Option<Item>, Status> {
    map.map(value::item).transpose()
}
