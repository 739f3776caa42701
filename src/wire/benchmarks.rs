//! Parts for the benchmarks. Behind the feature `bench-internals`, without any promise of stability.

use std::error::Error;

use bytes::Bytes;
use prost::Message;

use super::OnTable;
use super::batch::BatchGet;
use super::kv::Read;
use crate::model::{Key, Set};
use crate::pb;

/// The key of an encoded `GetRequest`.
pub fn get(message: Bytes) -> Result<Key, Box<dyn Error>> {
    let OnTable { command: Read { key, .. }, .. } = pb::GetRequest::decode(message)?.try_into()?;
    Ok(key)
}

/// What an encoded `SetRequest` asks for.
pub fn set(message: Bytes) -> Result<Set, Box<dyn Error>> {
    let OnTable { command, .. } = pb::SetRequest::decode(message)?.try_into()?;
    Ok(command)
}

/// The keys of an encoded `BatchGetRequest`.
pub fn batch_get(message: Bytes) -> Result<Vec<Key>, Box<dyn Error>> {
    let OnTable { command: BatchGet { keys, .. }, .. } = pb::BatchGetRequest::decode(message)?.try_into()?;
    Ok(keys)
}
