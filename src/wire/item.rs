//! ItemService: converts requests to commands and outcomes to responses.

use std::collections::HashMap;

use prost_types::Duration;

use super::expression::{Expressions, update_actions};
use super::kv::{consistency, parse_request_id, parse_ttl, timestamp};
use super::{InField, OnTable, Violation, value};
use crate::driver::{Capacity, GetItem, Item, ItemOutcome, Returned, Written};
use crate::model::{
    CallerExpression, DeleteItem, Invalid, ItemCall, ItemUpdate, PutItem, RemoveItem, ReturnOld, ReturnValues,
    UpdateItem, Version,
};
use crate::pb;

type Names = HashMap<String, String>;
type Values = HashMap<String, pb::Value>;

impl TryFrom<pb::GetItemRequest> for OnTable<GetItem> {
    type Error = Violation;

    fn try_from(request: pb::GetItemRequest) -> Result<Self, Violation> {
        let pb::GetItemRequest { table, key, consistent_read, return_consumed_capacity, names, projection } = request;
        let key = value::item_key(key, "key")?;
        let mut expressions = Expressions::new("", names, Values::new())?;
        let projection = expressions.projection(&projection)?;
        expressions.finish()?;
        let wants_capacity = return_consumed_capacity;
        let consistency = consistency(consistent_read);
        Ok(Self { table, command: GetItem { key, projection, consistency, wants_capacity } })
    }
}

impl TryFrom<pb::PutItemRequest> for OnTable<ItemCall<PutItem, ReturnOld>> {
    type Error = Violation;

    fn try_from(request: pb::PutItemRequest) -> Result<Self, Violation> {
        let return_values = return_old(parse_return_values(request.return_values)?)?;
        let pb::PutItemRequest {
            table,
            item,
            ttl,
            return_current,
            request_id,
            return_consumed_capacity: wants_capacity,
            condition,
            names,
            values,
            return_values: _,
        } = request;
        let command = put_item(item, ttl, &condition, names, values)?;
        let request_id = parse_request_id(&request_id)?;
        Ok(Self { table, command: ItemCall { command, return_values, return_current, wants_capacity, request_id } })
    }
}

impl TryFrom<pb::UpdateItemRequest> for OnTable<ItemCall<UpdateItem, ReturnValues>> {
    type Error = Violation;

    fn try_from(request: pb::UpdateItemRequest) -> Result<Self, Violation> {
        use pb::ReturnValues as Asked;
        let return_values = match parse_return_values(request.return_values)? {
            Asked::Unspecified | Asked::None => ReturnValues::Nothing,
            Asked::AllOld => ReturnValues::AllOld,
            Asked::UpdatedOld => ReturnValues::UpdatedOld,
            Asked::AllNew => ReturnValues::AllNew,
            Asked::UpdatedNew => ReturnValues::UpdatedNew,
        };
        let pb::UpdateItemRequest {
            table,
            key,
            update,
            return_current,
            request_id,
            return_consumed_capacity: wants_capacity,
            condition,
            names,
            values,
            return_values: _,
        } = request;
        let command = update_item(key, update.map(Into::into), &condition, names, values)?;
        let request_id = parse_request_id(&request_id)?;
        Ok(Self { table, command: ItemCall { command, return_values, return_current, wants_capacity, request_id } })
    }
}

/// A delete of one item.
pub(crate) enum ItemDelete {
    /// It reports what it found.
    Reporting(ItemCall<DeleteItem, ReturnOld>),
    /// It does not report whether the item existed.
    Plain(RemoveItem),
}

impl TryFrom<pb::DeleteItemRequest> for OnTable<ItemDelete> {
    type Error = Violation;

    fn try_from(request: pb::DeleteItemRequest) -> Result<Self, Violation> {
        let return_values = return_old(parse_return_values(request.return_values)?)?;
        let pb::DeleteItemRequest {
            table,
            key,
            return_current,
            request_id,
            return_consumed_capacity: wants_capacity,
            condition,
            names,
            values,
            return_values: _,
            omit_existed,
        } = request;
        let command = delete_item(key, &condition, names, values)?;
        let request_id = parse_request_id(&request_id)?;
        if !omit_existed {
            let call = ItemCall { command, return_values, return_current, wants_capacity, request_id };
            return Ok(Self { table, command: ItemDelete::Reporting(call) });
        }
        match (command, return_values) {
            (DeleteItem { key, condition: None }, ReturnOld::Nothing) => {
                Ok(Self { table, command: ItemDelete::Plain(RemoveItem { key, wants_capacity, request_id }) })
            }
            (_, ReturnOld::Nothing | ReturnOld::AllOld) => {
                Err(Invalid::new("is not allowed with a condition or return_values")).in_field("omit_existed")
            }
        }
    }
}

/// Parses `return_values`. An unknown value must not be taken for NONE.
fn parse_return_values(return_values: i32) -> Result<pb::ReturnValues, Violation> {
    let unknown = |_| Invalid::new(format!("unknown value {return_values} of ReturnValues"));
    pb::ReturnValues::try_from(return_values).map_err(unknown).in_field("return_values")
}

/// Parses `return_values` of a put or a delete.
fn return_old(return_values: pb::ReturnValues) -> Result<ReturnOld, Violation> {
    match return_values {
        pb::ReturnValues::Unspecified | pb::ReturnValues::None => Ok(ReturnOld::Nothing),
        pb::ReturnValues::AllOld => Ok(ReturnOld::AllOld),
        pb::ReturnValues::UpdatedOld | pb::ReturnValues::AllNew | pb::ReturnValues::UpdatedNew => {
            Err(Invalid::new("must be NONE or ALL_OLD; only UpdateItem has others")).in_field("return_values")
        }
    }
}

/// The update of an UpdateItem request or a transaction's operation.
pub(super) enum Update {
    Actions(pb::UpdateActions),
    Expression(String),
}

impl From<pb::update_item_request::Update> for Update {
    fn from(update: pb::update_item_request::Update) -> Self {
        use pb::update_item_request::Update;
        match update {
            Update::Actions(actions) => Self::Actions(actions),
            Update::UpdateExpression(text) => Self::Expression(text),
        }
    }
}

impl From<pb::transact_update_item::Update> for Update {
    fn from(update: pb::transact_update_item::Update) -> Self {
        use pb::transact_update_item::Update;
        match update {
            Update::Actions(actions) => Self::Actions(actions),
            Update::UpdateExpression(text) => Self::Expression(text),
        }
    }
}

pub(super) fn put_item(
    item: Values,
    ttl: Option<Duration>,
    condition: &str,
    names: Names,
    values: Values,
) -> Result<PutItem, Violation> {
    let item = value::attributes(item, "item")?;
    let ttl = ttl.map(parse_ttl).transpose()?;
    Ok(PutItem { item, ttl, condition: only_condition(condition, names, values)? })
}

pub(super) fn update_item(
    key: Option<pb::ItemKey>,
    update: Option<Update>,
    condition: &str,
    names: Names,
    values: Values,
) -> Result<UpdateItem, Violation> {
    let key = value::item_key(key, "key")?;
    let mut expressions = Expressions::new("", names, values)?;
    let update = match update {
        Some(Update::Actions(actions)) => ItemUpdate::Actions(update_actions(actions, "actions")?),
        Some(Update::Expression(text)) => match expressions.update("update_expression", &text)? {
            Some(update) => ItemUpdate::Expression(update),
            None => return Err(Invalid::new("must not be empty")).in_field("update_expression"),
        },
        None => return Err(Invalid::new("needs one of actions or update_expression")).in_field("update"),
    };
    let condition = expressions.condition("condition", condition)?;
    expressions.finish()?;
    Ok(UpdateItem { key, update, condition })
}

pub(super) fn delete_item(
    key: Option<pb::ItemKey>,
    condition: &str,
    names: Names,
    values: Values,
) -> Result<DeleteItem, Violation> {
    let key = value::item_key(key, "key")?;
    Ok(DeleteItem { key, condition: only_condition(condition, names, values)? })
}

/// Parses the condition of a message without other expressions.
pub(super) fn only_condition(text: &str, names: Names, values: Values) -> Result<Option<CallerExpression>, Violation> {
    let mut expressions = Expressions::new("", names, values)?;
    let condition = expressions.condition("condition", text)?;
    expressions.finish()?;
    Ok(condition)
}

/// The response to a GetItem.
pub(crate) fn get_response(item: Option<Item>, consumed: Capacity, wants_capacity: bool) -> pb::GetItemResponse {
    pb::GetItemResponse { item: item.map(Into::into), consumed_capacity: wants_capacity.then(|| consumed.into()) }
}

/// The response to a PutItem.
pub(crate) fn put_response(
    outcome: ItemOutcome<Written>,
    consumed: Capacity,
    wants_capacity: bool,
) -> pb::PutItemResponse {
    let ItemResponse { outcome, written, current, attributes, attributes_lost } = outcome.into();
    let (version, expire_time) = written.map(|written| (written.version, written.expire_time)).unzip();
    pb::PutItemResponse {
        version: version.map(Version::into_string),
        expire_time: expire_time.flatten().map(timestamp),
        outcome: outcome.into(),
        current,
        attributes,
        attributes_lost,
        consumed_capacity: wants_capacity.then(|| consumed.into()),
    }
}

/// The response to an UpdateItem.
pub(crate) fn update_response(
    outcome: ItemOutcome<Version>,
    consumed: Capacity,
    wants_capacity: bool,
) -> pb::UpdateItemResponse {
    let ItemResponse { outcome, written: version, current, attributes, attributes_lost } = outcome.into();
    pb::UpdateItemResponse {
        version: version.map(Version::into_string),
        outcome: outcome.into(),
        current,
        attributes,
        attributes_lost,
        consumed_capacity: wants_capacity.then(|| consumed.into()),
    }
}

/// The response to a DeleteItem.
pub(crate) fn delete_response(
    outcome: ItemOutcome<bool>,
    consumed: Capacity,
    wants_capacity: bool,
) -> pb::DeleteItemResponse {
    // For a delete, the driver never sets this: it reports OUTCOME_UNKNOWN instead.
    let ItemResponse { outcome, written: existed, current, attributes, attributes_lost: _ } = outcome.into();
    pb::DeleteItemResponse {
        existed: existed.unwrap_or_default(),
        outcome: outcome.into(),
        current,
        attributes,
        consumed_capacity: wants_capacity.then(|| consumed.into()),
    }
}

/// The fields that all responses to writes share.
struct ItemResponse<T> {
    outcome: pb::ItemOutcome,
    /// Only if APPLIED.
    written: Option<T>,
    current: Option<pb::AttributeMap>,
    attributes: Option<pb::AttributeMap>,
    attributes_lost: bool,
}

impl<T> From<ItemOutcome<T>> for ItemResponse<T> {
    fn from(outcome: ItemOutcome<T>) -> Self {
        use pb::ItemOutcome::{Applied, ConditionFailed};
        match outcome {
            ItemOutcome::Applied(written, returned) => {
                let (attributes, attributes_lost) = match returned {
                    Returned::Nothing => (None, false),
                    Returned::Attributes(attributes) => (Some(attributes.into()), false),
                    Returned::Lost => (None, true),
                };
                Self { outcome: Applied, written: Some(written), current: None, attributes, attributes_lost }
            }
            ItemOutcome::ConditionFailed(current) => Self {
                outcome: ConditionFailed,
                written: None,
                current: current.map(Into::into),
                attributes: None,
                attributes_lost: false,
            },
        }
    }
}
