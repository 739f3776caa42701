//! Turns the lines of a part into a request.

use std::ops::Range;
use std::path::PathBuf;

use dynakv_client::{Item, Uuid, pb};
use prost::Message as _;
use prost::bytes::Bytes;

use super::keys::{KeyHash, key_hash};
use super::parts::Part;
use crate::cli::error::Error;
use crate::cli::notation;
use crate::cli::transfer::shape::Shape;

/// The largest request that the server reads.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// At least what a request has beside its operations: its id, and that it wants the capacity.
const BESIDE_BYTES: usize = 64;

/// How lines become requests.
#[derive(Debug)]
pub(super) struct Encoder {
    /// The file.
    pub(super) path: PathBuf,
    pub(super) table: String,
    pub(super) shape: Shape,
    /// The id of the import.
    pub(super) id: Uuid,
}

/// A part that can be sent.
#[derive(Debug)]
pub(super) struct EncodedPart {
    /// Its lines. If one is no item, it and those after it are left out.
    pub(super) part: Part,
    /// The same each time that the import makes this part.
    pub(super) id: Uuid,
    /// An operation for each line.
    pub(super) operations: Operations,
    /// None if the key of the table is unknown.
    pub(super) keys: Option<Vec<KeyHash>>,
}

impl Encoder {
    pub(super) fn encode(&self, mut part: Part) -> EncodedPart {
        let mut operations = Operations::default();
        let mut keys = self.shape.key.as_ref().map(|_| Vec::with_capacity(part.lines.len()));
        let problem = part.lines.iter().enumerate().find_map(|(index, line)| {
            let problem = match self.item(part.line(index)) {
                Ok(item) => {
                    if let Some((keys, attributes)) = keys.as_mut().zip(self.shape.key.as_ref()) {
                        keys.push(key_hash(&item, attributes));
                    }
                    operations.add(&self.table, item).err()?
                }
                Err(problem) => problem,
            };
            Some((index, Error::NotAnItem { path: self.path.clone(), line: line.number, problem }))
        });
        if let Some((index, problem)) = problem {
            part.lines.truncate(index);
            part.problem = Some(problem);
        }
        let id = Uuid::new_v5(&self.id, part.after(part.lines.len()).hash().as_bytes());
        EncodedPart { part, id, operations, keys }
    }

    fn item(&self, line: &[u8]) -> Result<Item, String> {
        let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8".to_owned())?;
        let mut item = notation::item(text)?;
        item.remove(&self.shape.version);
        Ok(item)
    }
}

/// The operations of a request, one after the other as protobuf.
#[derive(Debug, Default)]
pub(super) struct Operations {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Operations {
    /// Adds a put, unless no request could carry it.
    fn add(&mut self, table: &str, item: Item) -> Result<(), String> {
        use pb::batch_write_items_operation::Kind;
        let item = item.into_iter().map(|(name, value)| (name, value.into())).collect();
        let put = pb::BatchPutItem { item, ..pb::BatchPutItem::default() };
        let operation = pb::BatchWriteItemsOperation {
            table: table.to_owned(),
            kind: Some(Kind::PutItem(put)),
            return_current: false,
        };
        // A request with one operation is the field of this operation alone, and messages can be joined.
        let request =
            pb::BatchWriteItemsRequest { operations: vec![operation], ..pb::BatchWriteItemsRequest::default() };
        if request.encoded_len() + BESIDE_BYTES > MAX_REQUEST_BYTES {
            return Err(format!("is larger than a request may be: {MAX_REQUEST_BYTES} bytes"));
        }
        // Only a full buffer fails, and a vector grows.
        request.encode(&mut self.bytes).map_err(|error| error.to_string())?;
        self.ends.push(self.bytes.len());
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The request with these operations.
    pub(super) fn request(&self, indexes: &[usize], id: Uuid) -> Bytes {
        let tail = tail(id);
        let mut request = Vec::with_capacity(self.bytes.len() + tail.len());
        if indexes.len() == self.len() {
            request.extend_from_slice(&self.bytes);
        } else {
            for &index in indexes {
                request.extend_from_slice(self.bytes.get(self.range(index)).unwrap_or_default());
            }
        }
        request.extend_from_slice(&tail);
        request.into()
    }

    fn range(&self, index: usize) -> Range<usize> {
        let end = |index: usize| self.ends.get(index).copied().unwrap_or_default();
        index.checked_sub(1).map_or(0, end)..end(index)
    }
}

/// What a request has beside its operations.
fn tail(id: Uuid) -> Vec<u8> {
    pb::BatchWriteItemsRequest { operations: Vec::new(), request_id: id.to_string(), return_consumed_capacity: true }
        .encode_to_vec()
}
