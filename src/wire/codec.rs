//! The protobuf codec, with statuses that say what is wrong with a message.
//!
//! tonic's own codec returns INTERNAL without details for a malformed message, which looks like a fault of the server.

use std::marker::PhantomData;

use prost::{DecodeError, Message};
use tonic::Status;
use tonic::codec::{
    BufferSettings, Codec as TonicCodec, DecodeBuf, Decoder as TonicDecoder, EncodeBuf, Encoder as TonicEncoder,
};

use super::status;

/// Initial buffer size for a request and for a response. Most are small: tonic's default of 8 KiB would be wasted
/// memory.
const BUFFER_BYTES: usize = 512;

/// Buffered bytes at which a stream is flushed: tonic's default.
const YIELD_BYTES: usize = 32 * 1024;

/// The codec of every DynaKV service.
#[derive(Debug)]
pub(crate) struct Codec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Codec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> TonicCodec for Codec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = Encoder<T>;
    type Decoder = Decoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        Encoder(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        Decoder(PhantomData)
    }
}

fn buffers() -> BufferSettings {
    BufferSettings::new(BUFFER_BYTES, YIELD_BYTES)
}

/// Encodes one message.
#[derive(Debug)]
pub(crate) struct Encoder<T>(PhantomData<T>);

impl<T: Message> TonicEncoder for Encoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // Reserve once, or a large message is copied each time that the buffer doubles.
        buffer.reserve(message.encoded_len());
        message.encode(buffer).map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

/// Decodes one message.
#[derive(Debug)]
pub(crate) struct Decoder<U>(PhantomData<U>);

impl<U: Message + Default> TonicDecoder for Decoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        U::decode(buffer).map(Some).map_err(|error| {
            let (field, problem) = locate(&error);
            status::malformed_message(&field, &problem)
        })
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

/// The path of the field that could not be decoded, and the problem.
///
/// prost exposes the path only in its message, innermost field first, as in `failed to decode Protobuf message:
/// SetRequest.key: invalid ...`.
fn locate(error: &DecodeError) -> (String, String) {
    let text = error.to_string();
    let mut rest = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest);
    let mut path = Vec::new();
    while let Some((place, inner)) = rest.split_once(": ") {
        match place.split_once('.') {
            Some((_, field)) if !place.contains(' ') => path.push(field),
            _ => break,
        }
        rest = inner;
    }
    path.reverse();
    (path.join("."), rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb;

    fn decode<M: Message + Default + std::fmt::Debug>(bytes: &[u8]) -> (String, String) {
        locate(&M::decode(bytes).unwrap_err())
    }

    #[test]
    fn a_fault_is_located() {
        let not_utf8 = decode::<pb::GetRequest>(&[0x12, 1, 0xff]);
        assert_eq!(not_utf8, ("key".into(), "invalid string value: data is not UTF-8 encoded".into()));

        let nested = decode::<pb::CompareAndSetRequest>(&[0x32, 3, 0x1a, 1, 0xff]);
        assert_eq!(nested.0, "expected.kind");

        let cut_off = decode::<pb::GetRequest>(&[0x12, 9, b'a']);
        assert_eq!(cut_off.1, "buffer underflow");
    }
}
