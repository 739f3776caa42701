//! Checks the responses: a failed call may be cheap and must not count.

use anyhow::{Context, bail, ensure};
use dynakv::pb::{self, batch_get_result, batch_write_result, compare_and_set_response, expire_response};
use dynakv::pb::{transact_write_response, value};
use prost::Message;

use crate::operation::{BATCH, Operation, PAGE, TRANSACTION};
use crate::request::{COUNTER, PARTITION, value};

/// What responses to the same request have in common: their length and the sum of their bytes, which does not depend on
/// the order of an item's attributes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    bytes: usize,
    sum: u64,
}

impl Fingerprint {
    pub(crate) fn of(answer: &[u8]) -> Self {
        Self { bytes: answer.len(), sum: answer.iter().map(|byte| u64::from(*byte)).sum() }
    }
}

/// Checks the framed messages of a response.
pub(crate) fn check(operation: Operation, answer: &[u8]) -> anyhow::Result<()> {
    match operation {
        Operation::Get => {
            let entry = only::<pb::GetResponse>(answer)?.entry.context("no entry was found")?;
            ensure!(entry.value == Some(value()), "another value was found");
        }
        Operation::Set => ensure!(!only::<pb::SetResponse>(answer)?.version.is_empty(), "a Set without a version"),
        Operation::CompareAndSet => {
            let outcome = only::<pb::CompareAndSetResponse>(answer)?.outcome();
            ensure!(outcome == compare_and_set_response::Outcome::Swapped, "{outcome:?}");
        }
        Operation::Delete => ensure!(only::<pb::DeleteResponse>(answer)?.existed, "there was nothing to delete"),
        Operation::Increment => {
            let value = only::<pb::IncrementResponse>(answer)?.value;
            ensure!(value == COUNTER, "the counter is {value}");
        }
        Operation::Expire => {
            let outcome = only::<pb::ExpireResponse>(answer)?.outcome();
            ensure!(outcome == expire_response::Outcome::TtlSet, "{outcome:?}");
        }
        Operation::BatchGet => check_batch_get(answer)?,
        Operation::BatchWrite => {
            let results = only::<pb::BatchWriteResponse>(answer)?.results;
            ensure!(results.len() == BATCH, "{} results", results.len());
            let is_applied = |result: &pb::BatchWriteResult| {
                result.outcome() == batch_write_result::Outcome::Applied && result.version.is_some()
            };
            ensure!(results.iter().all(is_applied), "not everything was written");
        }
        Operation::TransactWrite => {
            let response = only::<pb::TransactWriteResponse>(answer)?;
            ensure!(response.outcome() == transact_write_response::Outcome::Committed, "{:?}", response.outcome());
            ensure!(response.results.len() == TRANSACTION, "{} results", response.results.len());
        }
        Operation::Query => check_query(answer)?,
    }
    Ok(())
}

fn check_batch_get(answer: &[u8]) -> anyhow::Result<()> {
    let mut indexes = Vec::new();
    for response in messages::<pb::BatchGetResponse>(answer)? {
        for result in response.results {
            let Some(batch_get_result::Result::Found(entry)) = result.result else { bail!("a key was not found") };
            ensure!(entry.value == Some(value()), "another value was found");
            indexes.push(result.index);
        }
    }
    indexes.sort_unstable();
    indexes.dedup();
    ensure!(indexes.len() == BATCH, "{} of {BATCH} keys were answered", indexes.len());
    Ok(())
}

fn check_query(answer: &[u8]) -> anyhow::Result<()> {
    let items: Vec<pb::AttributeMap> =
        only::<pb::QueryResponse>(answer)?.items.into_iter().map(pb::AttributeMap::decode).collect::<Result<_, _>>()?;
    ensure!(items.len() == PAGE, "a page of {} items", items.len());
    let partition = pb::Value { kind: Some(value::Kind::S(PARTITION.to_owned())) };
    let bytes = pb::Value { kind: Some(value::Kind::B(value())) };
    let is_right = |item: &pb::AttributeMap| {
        item.fields.get("pk") == Some(&partition) && item.fields.get("val") == Some(&bytes) && item.fields.len() == 4
    };
    ensure!(items.iter().all(is_right), "another item was found");
    Ok(())
}

fn only<M: Message + Default>(answer: &[u8]) -> anyhow::Result<M> {
    let mut messages = messages(answer)?;
    let message = messages.pop().context("an answer without a message")?;
    ensure!(messages.is_empty(), "several messages");
    Ok(message)
}

fn messages<M: Message + Default>(mut answer: &[u8]) -> anyhow::Result<Vec<M>> {
    let mut messages = Vec::new();
    while let Some(([_, length @ ..], rest)) = answer.split_first_chunk::<5>() {
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        let (message, rest) = rest.split_at_checked(length).context("a message is cut")?;
        messages.push(M::decode(message)?);
        answer = rest;
    }
    ensure!(answer.is_empty(), "a message is cut");
    Ok(messages)
}
