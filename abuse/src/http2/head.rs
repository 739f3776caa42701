use bytes::{BufMut, Bytes, BytesMut};

/// The headers of a request, encoded without table and Huffman code (RFC 7541, section 6.2.2).
#[derive(Debug, Clone)]
pub struct Head {
    fields: Vec<(Bytes, Bytes)>,
}

impl Head {
    /// The gRPC headers for a method, such as `/dynakv.v1.KeyValueService/Get`.
    #[must_use]
    pub fn grpc(path: &str) -> Self {
        Self { fields: Vec::new() }
            .with(":method", "POST")
            .with(":scheme", "http")
            .with(":path", path)
            .with(":authority", "localhost")
            .with("content-type", "application/grpc")
            .with("te", "trailers")
    }

    /// Adds a field. Names are lower case in HTTP/2.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((Bytes::copy_from_slice(name.as_bytes()), Bytes::copy_from_slice(value.as_bytes())));
        self
    }

    /// Replaces the value of an existing field.
    #[must_use]
    pub fn replacing(mut self, name: &str, value: &str) -> Self {
        for field in self.fields.iter_mut().filter(|(present, _)| present == name) {
            field.1 = Bytes::copy_from_slice(value.as_bytes());
        }
        self
    }

    /// Adds a deadline in the notation of `grpc-timeout`, such as `5S`.
    #[must_use]
    pub fn with_timeout(self, timeout: &str) -> Self {
        self.with("grpc-timeout", timeout)
    }

    /// Adds this token, if there is one.
    #[must_use]
    pub fn with_token(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => self.with("authorization", &format!("Bearer {token}")),
            None => self,
        }
    }

    /// The header block for HEADERS and CONTINUATION.
    #[must_use]
    pub fn block(&self) -> Bytes {
        let mut block = BytesMut::new();
        for (name, value) in &self.fields {
            block.put_u8(0);
            append_text(name, &mut block);
            append_text(value, &mut block);
        }
        block.freeze()
    }
}

/// Appends text without Huffman code: its length with a prefix of seven bits (RFC 7541, section 5.1), then the bytes.
fn append_text(text: &[u8], block: &mut BytesMut) {
    const PREFIX: usize = 127;
    match text.len().checked_sub(PREFIX) {
        None => block.put_u8(u8::try_from(text.len()).unwrap_or(0)),
        Some(mut rest) => {
            block.put_u8(127);
            while rest >= 128 {
                block.put_u8(u8::try_from(rest % 128).unwrap_or(0) | 0x80);
                rest /= 128;
            }
            block.put_u8(u8::try_from(rest).unwrap_or(0));
        }
    }
    block.put_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_reads_what_is_written() {
        let long = "x".repeat(5_000);
        let block = Head::grpc("/a/B").with_timeout("5S").with("long", &long).block();
        let read = loona_hpack::Decoder::new().decode(&block).unwrap();
        let value =
            |name: &str| read.iter().find(|(field, _)| field == name.as_bytes()).map(|(_, value)| value.clone());
        assert_eq!(value(":path"), Some(b"/a/B".to_vec()));
        assert_eq!(value("grpc-timeout"), Some(b"5S".to_vec()));
        assert_eq!(value("long"), Some(long.into_bytes()));
    }

    #[test]
    fn a_field_can_be_replaced() {
        let block = Head::grpc("/a/B").replacing(":method", "PUT").block();
        let read = loona_hpack::Decoder::new().decode(&block).unwrap();
        assert_eq!(read.first(), Some(&(b":method".to_vec(), b"PUT".to_vec())));
    }
}
