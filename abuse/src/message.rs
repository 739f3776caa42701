//! Hand-encoded messages, some of them small on the wire and large in memory.

/// Checks the health of the server, or of a service.
pub const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";
/// Reads an entry.
pub const GET: &str = "/dynakv.v1.KeyValueService/Get";
/// Writes an entry.
pub const SET: &str = "/dynakv.v1.KeyValueService/Set";
/// Reads entries as a stream.
pub const BATCH_GET: &str = "/dynakv.v1.KeyValueService/BatchGet";
/// Lists keys.
pub const LIST_KEYS: &str = "/dynakv.v1.KeyValueService/ListKeys";
/// Reads an item with all its attributes.
pub const GET_ITEM: &str = "/dynakv.v1.ItemService/GetItem";

/// Every method that a server offers.
pub const METHODS: [&str; 31] = [
    GET,
    SET,
    "/dynakv.v1.KeyValueService/CompareAndSet",
    "/dynakv.v1.KeyValueService/Delete",
    "/dynakv.v1.KeyValueService/CompareAndDelete",
    "/dynakv.v1.KeyValueService/Exists",
    "/dynakv.v1.KeyValueService/GetTtl",
    "/dynakv.v1.KeyValueService/Expire",
    "/dynakv.v1.KeyValueService/Persist",
    "/dynakv.v1.KeyValueService/Increment",
    BATCH_GET,
    "/dynakv.v1.KeyValueService/BatchWrite",
    "/dynakv.v1.KeyValueService/TransactGet",
    "/dynakv.v1.KeyValueService/TransactWrite",
    LIST_KEYS,
    GET_ITEM,
    "/dynakv.v1.ItemService/PutItem",
    "/dynakv.v1.ItemService/UpdateItem",
    "/dynakv.v1.ItemService/DeleteItem",
    "/dynakv.v1.ItemService/BatchGetItems",
    "/dynakv.v1.ItemService/BatchWriteItems",
    "/dynakv.v1.ItemService/Query",
    "/dynakv.v1.ItemService/Scan",
    "/dynakv.v1.TableService/CreateTable",
    "/dynakv.v1.TableService/DescribeTable",
    "/dynakv.v1.TableService/ListTables",
    "/dynakv.v1.TableService/EnableTtl",
    "/dynakv.v1.TableService/DeleteTable",
    HEALTH_CHECK,
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
];

/// A message in gRPC framing, uncompressed.
#[must_use]
pub fn framed(message: &[u8]) -> Vec<u8> {
    [&announced(message.len())[..], message].concat()
}

/// The prefix of a message of this length.
#[must_use]
pub fn announced(bytes: usize) -> [u8; 5] {
    let [a, b, c, d] = u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    [0, a, b, c, d]
}

/// A field with text, bytes or another message.
#[must_use]
pub fn field(number: u32, content: &[u8]) -> Vec<u8> {
    let mut field = varint(u64::from(number) << 3 | 2);
    field.extend(varint(content.len() as u64));
    field.extend_from_slice(content);
    field
}

/// A field with an integer.
#[must_use]
pub fn number_field(number: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(number) << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Repeats an empty field: two bytes on the wire, a whole message in memory.
#[must_use]
pub fn empty_fields(number: u32, bytes: usize) -> Vec<u8> {
    let one = field(number, &[]);
    one.iter().copied().cycle().take(bytes / one.len() * one.len()).collect()
}

/// A message for a method with as many elements as fit into its size.
#[derive(Debug, Clone, Copy)]
pub struct Crowded {
    /// The method.
    pub path: &'static str,
    /// A description of the elements.
    pub parts: &'static str,
    message: fn(usize) -> Vec<u8>,
}

impl Crowded {
    /// The message, of about this size.
    #[must_use]
    pub fn message(&self, bytes: usize) -> Vec<u8> {
        (self.message)(bytes)
    }
}

/// For every method a message of empty fields with the number 2, which in most is the key, the keys or the operations;
/// and for methods with more fields, whatever grows the most.
pub fn crowded() -> impl Iterator<Item = Crowded> {
    let plain = |path| Crowded { path, parts: "field 2, empty", message: |bytes| empty_fields(2, bytes) };
    METHODS.into_iter().map(plain).chain(NESTED)
}

const NESTED: [Crowded; 8] = [
    Crowded {
        path: "/dynakv.v1.ItemService/PutItem",
        parts: "a list of empty values in an attribute",
        message: |bytes| field(2, &[field(1, b"a"), field(2, &list(bytes))].concat()),
    },
    Crowded {
        path: "/dynakv.v1.ItemService/GetItem",
        parts: "a list of empty values as the key",
        message: |bytes| field(2, &field(1, &list(bytes))),
    },
    Crowded {
        path: "/dynakv.v1.ItemService/UpdateItem",
        parts: "empty actions",
        message: |bytes| field(24, &empty_fields(1, bytes)),
    },
    Crowded {
        path: "/dynakv.v1.ItemService/Query",
        parts: "a list of empty values in the values",
        message: |bytes| field(22, &[field(1, b":a"), field(2, &list(bytes))].concat()),
    },
    Crowded { path: "/dynakv.v1.ItemService/Scan", parts: "empty names", message: |bytes| empty_fields(21, bytes) },
    Crowded {
        path: "/dynakv.v1.TableService/CreateTable",
        parts: "empty indexes",
        message: |bytes| empty_fields(4, bytes),
    },
    Crowded {
        path: "/dynakv.v1.TableService/CreateTable",
        parts: "an index with empty projected names",
        message: |bytes| field(4, &empty_fields(6, bytes)),
    },
    Crowded {
        path: "/dynakv.v1.KeyValueService/BatchWrite",
        parts: "operations with an empty set each",
        message: |bytes| field(2, &field(1, &[])).iter().copied().cycle().take(bytes / 4 * 4).collect(),
    },
];

/// A `Value` with a list of empty `Value`s.
fn list(bytes: usize) -> Vec<u8> {
    field(7, &empty_fields(1, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_protobuf_has_them() {
        assert_eq!(field(2, b"key"), b"\x12\x03key");
        assert_eq!(number_field(30, 300), b"\xf0\x01\xac\x02");
        assert_eq!(empty_fields(2, 5), b"\x12\0\x12\0");
        assert_eq!(framed(b"ab"), b"\0\0\0\0\x02ab");
    }

    #[test]
    fn a_crowded_message_has_about_the_size_that_is_asked_for() {
        for crowded in crowded() {
            let bytes = crowded.message(1_000).len();
            assert!((990..1_020).contains(&bytes), "{}: {bytes}", crowded.path);
        }
    }
}
