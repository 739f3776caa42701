//! Calls whose messages are bytes, for programs that encode and decode them in threads of their own.

use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Request, Status};

use crate::client::MAX_MESSAGE_BYTES;
use crate::method::{BATCH_WRITE_ITEMS, Method, SCAN};
use crate::retry::{Answered, GivenUp};
use crate::{Client, Failure, Transport};

/// An RPC whose messages are encoded and decoded by the caller. It is sent again like any other call.
///
/// A write needs a request id of its own in its message.
#[derive(Clone)]
pub struct EncodedRpc {
    client: Client,
    grpc: Grpc<Transport>,
    path: PathAndQuery,
    method: Method,
}

/// An encoded answer.
#[derive(Debug, Clone)]
pub struct EncodedAnswer {
    /// The response.
    pub message: Bytes,
    /// Whether an earlier attempt may have been carried out, too: what failed in this one may have been written by it.
    pub in_doubt: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// The failure of the last attempt.
    pub failure: Failure,
    /// Whether an attempt may have been carried out.
    pub in_doubt: bool,
}

impl Client {
    /// `ItemService.BatchWriteItems` of encoded messages. Without deletes that have a condition or `report_existed`: these may
    /// not be sent again.
    #[must_use]
    pub fn encoded_batch_write_items(&self) -> EncodedRpc {
        self.encoded("/dynakv.v1.ItemService/BatchWriteItems", BATCH_WRITE_ITEMS)
    }

    /// `ItemService.Scan` of encoded messages.
    #[must_use]
    pub fn encoded_scan(&self) -> EncodedRpc {
        self.encoded("/dynakv.v1.ItemService/Scan", SCAN)
    }

    fn encoded(&self, path: &'static str, method: Method) -> EncodedRpc {
        let grpc = Grpc::new(self.transport()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        EncodedRpc { client: self.clone(), grpc, path: PathAndQuery::from_static(path), method }
    }
}

impl EncodedRpc {
    /// Sends a request. All of its attempts have the time of a call of this client.
    pub async fn send(&self, message: &Bytes) -> Result<EncodedAnswer, Unanswered> {
        let attempt = |left| self.attempt(message.clone(), left);
        match self.client.sender().send(self.method, self.client.timeout(), attempt).await {
            Ok(Answered { answer, in_doubt }) => Ok(EncodedAnswer { message: answer, in_doubt }),
            Err(GivenUp { failure, changed_nothing }) => Err(Unanswered { failure, in_doubt: !changed_nothing }),
        }
    }

    /// Waits before what has failed in an answer is sent again, as before an attempt after so many.
    pub async fn back_off(&self, attempts: u32, failure: &Failure) {
        self.client.sender().back_off(attempts, failure).await;
    }

    async fn attempt(&self, message: Bytes, left: Duration) -> Result<Bytes, Status> {
        let mut request = Request::new(message);
        request.set_timeout(left);
        let mut grpc = self.grpc.clone();
        grpc.ready().await.map_err(|error| Status::unknown(format!("service was not ready: {error}")))?;
        Ok(grpc.unary(request, self.path.clone(), AsTheyAre).await?.into_inner())
    }
}

/// Messages as they are.
struct AsTheyAre;

impl Codec for AsTheyAre {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for AsTheyAre {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(message.len());
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for AsTheyAre {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
