use super::answers::{AnswerMessage, Told};
use super::count::check_count;
use crate::driver::Consistency;
use crate::model::{Entry, Key};
use crate::pb;
use crate::wire::kv::consistency;
use crate::wire::{InField, OnTable, Violation};

/// A read of many entries.
#[derive(Debug)]
pub(crate) struct BatchGet {
    pub(crate) keys: Vec<Key>,
    pub(crate) consistency: Consistency,
    pub(crate) wants_capacity: bool,
}

impl TryFrom<pb::BatchGetRequest> for OnTable<BatchGet> {
    type Error = Violation;

    fn try_from(request: pb::BatchGetRequest) -> Result<Self, Violation> {
        let pb::BatchGetRequest { table, keys, consistent_read, return_consumed_capacity: wants_capacity } = request;
        check_count(keys.len(), "keys")?;
        let parse = |(index, key)| Key::try_from(key).in_field(format!("keys[{index}]"));
        let keys = keys.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { table, command: BatchGet { keys, consistency: consistency(consistent_read), wants_capacity } })
    }
}

impl AnswerMessage for pb::BatchGetResponse {
    type Item = Entry;
    type Result = pb::BatchGetResult;

    fn result(index: u32, found: Told<Entry>) -> pb::BatchGetResult {
        use pb::batch_get_result::{Missing, Result};
        let result = match found {
            Told::Found(entry) => Result::Found(entry.into()),
            Told::Missing => Result::Missing(Missing {}),
            Told::Failed(status) => Result::Failed(status),
        };
        pb::BatchGetResult { index, result: Some(result) }
    }

    fn new(results: Vec<pb::BatchGetResult>, consumed_capacity: Option<pb::ConsumedCapacity>) -> Self {
        Self { results, consumed_capacity }
    }
}
