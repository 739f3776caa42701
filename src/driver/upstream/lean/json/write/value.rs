use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::STANDARD;

use super::json::Json;

impl Json for AttributeValue {
    fn write(&self, body: &mut Vec<u8>) {
        match self {
            Self::B(value) => write_tagged(body, "{\"B\":", value),
            Self::Bool(value) => write_tagged(body, "{\"BOOL\":", value),
            Self::Bs(values) => write_tagged(body, "{\"BS\":", values),
            Self::L(values) => write_tagged(body, "{\"L\":", values),
            Self::M(values) => write_tagged(body, "{\"M\":", values),
            Self::N(value) => write_tagged(body, "{\"N\":", value),
            Self::Ns(values) => write_tagged(body, "{\"NS\":", values),
            Self::Null(value) => write_tagged(body, "{\"NULL\":", value),
            Self::S(value) => write_tagged(body, "{\"S\":", value),
            Self::Ss(values) => write_tagged(body, "{\"SS\":", values),
            // DynamoDB refuses a value without a type.
            _ => body.extend_from_slice(b"{}"),
        }
    }
}

fn write_tagged<T: Json>(body: &mut Vec<u8>, tag: &'static str, value: &T) {
    body.extend_from_slice(tag.as_bytes());
    value.write(body);
    body.push(b'}');
}

impl Json for Blob {
    fn write(&self, body: &mut Vec<u8>) {
        body.push(b'"');
        STANDARD.encode_append(self, body);
        body.push(b'"');
    }
}

impl Json for bool {
    fn write(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl Json for i32 {
    fn write(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(self.to_string().as_bytes());
    }
}
