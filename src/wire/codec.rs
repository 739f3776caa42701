//! Protobuf on the wire, with statuses that say what is wrong with a message.
//!
//! tonic's own codec answers INTERNAL without details to a message that it cannot decode; that would read as a fault of
//! the server's.

use std::marker::PhantomData;

use prost::{DecodeError, Message};
use tonic::Status;
use tonic::codec::{
    BufferSettings, Codec as TonicCodec, DecodeBuf, Decoder as TonicDecoder, EncodeBuf, Encoder as TonicEncoder,
};

use super::status;

/// How many bytes each call gets for its request, and again for its response, before it is known how many they need. Most
/// are small: tonic's own 8 KiB each would be memory that nobody fills.
const BUFFER_BYTES: usize = 512;

/// From how many bytes on the messages of a stream are sent: tonic's own figure.
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
        // At once: a large message would else be copied each time that the buffer doubles.
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
/// prost keeps the path to itself and only prints it, innermost field first, as in `failed to decode Protobuf message:
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
