//! The request messages and their content.

use std::collections::HashMap;

use bytes::Bytes;
use dynakv::pb;
use prost::Message;

use crate::operation::{BATCH, Operation, PAGE, TRANSACTION};

/// The id of every write, so that all calls write and return the same version.
const REQUEST_ID: &str = "6f1d2c3b-0a49-4e58-8d67-9c5b7a813f20";

/// The version that a CompareAndSet expects.
pub(crate) const VERSION: &str = "1";

/// The partition that a Query reads.
pub(crate) const PARTITION: &str = "partition";

/// The counter's value after an Increment.
pub(crate) const COUNTER: i64 = 42;

/// The keys of calls. Calls on a single key use the first one.
pub(crate) fn key(index: usize) -> String {
    format!("key-{index:06}")
}

/// The value of every key.
pub(crate) fn value() -> Bytes {
    Bytes::from_static(&[b'v'; 100])
}

/// The framed request of a call: a compression flag, a length of four bytes, the message.
pub(crate) fn framed(operation: Operation) -> anyhow::Result<Bytes> {
    let message = message(operation)?;
    let mut framed = vec![0];
    framed.extend_from_slice(&u32::try_from(message.len())?.to_be_bytes());
    framed.extend_from_slice(&message);
    Ok(framed.into())
}

fn message(operation: Operation) -> anyhow::Result<Vec<u8>> {
    let (key, value, request_id) = (key(0), value(), REQUEST_ID.to_owned());
    Ok(match operation {
        Operation::Get => pb::GetRequest { key, ..Default::default() }.encode_to_vec(),
        Operation::Set => pb::SetRequest { key, value, request_id, ..Default::default() }.encode_to_vec(),
        Operation::CompareAndSet => {
            let expected = Some(pb::Expected { kind: Some(pb::expected::Kind::Version(VERSION.to_owned())) });
            pb::CompareAndSetRequest { key, value, expected, request_id, ..Default::default() }.encode_to_vec()
        }
        Operation::Delete => pb::DeleteRequest { key, request_id, ..Default::default() }.encode_to_vec(),
        Operation::Increment => pb::IncrementRequest { key, request_id, ..Default::default() }.encode_to_vec(),
        Operation::Expire => {
            let ttl = Some(prost_types::Duration { seconds: 3600, nanos: 0 });
            pb::ExpireRequest { key, ttl, request_id, ..Default::default() }.encode_to_vec()
        }
        Operation::BatchGet => batch_get().encode_to_vec(),
        Operation::BatchWrite => batch_write(request_id).encode_to_vec(),
        Operation::TransactWrite => transact_write(request_id).encode_to_vec(),
        Operation::Query => query()?.encode_to_vec(),
    })
}

fn batch_get() -> pb::BatchGetRequest {
    pb::BatchGetRequest { keys: (0..BATCH).map(key).collect(), ..Default::default() }
}

fn batch_write(request_id: String) -> pb::BatchWriteRequest {
    let set = |index| {
        let set = pb::BatchSet { key: key(index), value: value(), ..Default::default() };
        pb::BatchWriteOperation { kind: Some(pb::batch_write_operation::Kind::Set(set)) }
    };
    pb::BatchWriteRequest { operations: (0..BATCH).map(set).collect(), request_id, ..Default::default() }
}

fn transact_write(request_id: String) -> pb::TransactWriteRequest {
    let set = |index| {
        let set = pb::TransactSet { key: key(index), value: value(), ..Default::default() };
        let kind = Some(pb::transact_write_operation::Kind::Set(set));
        pb::TransactWriteOperation { kind, ..Default::default() }
    };
    pb::TransactWriteRequest { operations: (0..TRANSACTION).map(set).collect(), request_id, ..Default::default() }
}

fn query() -> anyhow::Result<pb::QueryRequest> {
    let partition = pb::Value { kind: Some(pb::value::Kind::S(PARTITION.to_owned())) };
    Ok(pb::QueryRequest {
        key_condition: "pk = :pk".to_owned(),
        values: HashMap::from([(":pk".to_owned(), partition)]),
        page_size: i32::try_from(PAGE)?,
        ..Default::default()
    })
}
