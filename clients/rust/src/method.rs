/// Whether a call may be sent again, in the words of `google.protobuf.MethodOptions.IdempotencyLevel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// A read.
    NoSideEffects,
    /// A write that may be sent again with the same request id.
    Idempotent,
    /// A write that a repetition could do twice, or whose answer a repetition could change.
    Unknown,
}

/// What a caller must know of an RPC to handle its failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// Its name in the proto, without the service.
    pub name: &'static str,
    /// As the proto declares it.
    pub idempotency: Idempotency,
}

impl Method {
    const fn new(name: &'static str, idempotency: Idempotency) -> Self {
        Self { name, idempotency }
    }

    pub(crate) fn writes(self) -> bool {
        self.idempotency != Idempotency::NoSideEffects
    }

    pub(crate) fn may_be_sent_again(self) -> bool {
        self.idempotency != Idempotency::Unknown
    }
}

// The generated code does not carry `idempotency_level`. A test holds this table to the proto.
pub(crate) const GET: Method = Method::new("Get", Idempotency::NoSideEffects);
pub(crate) const SET: Method = Method::new("Set", Idempotency::Idempotent);
pub(crate) const COMPARE_AND_SET: Method = Method::new("CompareAndSet", Idempotency::Idempotent);
pub(crate) const DELETE: Method = Method::new("Delete", Idempotency::Idempotent);
pub(crate) const COMPARE_AND_DELETE: Method = Method::new("CompareAndDelete", Idempotency::Unknown);
pub(crate) const EXISTS: Method = Method::new("Exists", Idempotency::NoSideEffects);
pub(crate) const GET_TTL: Method = Method::new("GetTtl", Idempotency::NoSideEffects);
pub(crate) const EXPIRE: Method = Method::new("Expire", Idempotency::Idempotent);
pub(crate) const PERSIST: Method = Method::new("Persist", Idempotency::Idempotent);
pub(crate) const INCREMENT: Method = Method::new("Increment", Idempotency::Unknown);
pub(crate) const BATCH_GET: Method = Method::new("BatchGet", Idempotency::NoSideEffects);
pub(crate) const BATCH_WRITE: Method = Method::new("BatchWrite", Idempotency::Idempotent);
pub(crate) const TRANSACT_GET: Method = Method::new("TransactGet", Idempotency::NoSideEffects);
pub(crate) const TRANSACT_WRITE: Method = Method::new("TransactWrite", Idempotency::Idempotent);
pub(crate) const LIST_KEYS: Method = Method::new("ListKeys", Idempotency::NoSideEffects);
pub(crate) const GET_ITEM: Method = Method::new("GetItem", Idempotency::NoSideEffects);
pub(crate) const PUT_ITEM: Method = Method::new("PutItem", Idempotency::Idempotent);
pub(crate) const UPDATE_ITEM: Method = Method::new("UpdateItem", Idempotency::Unknown);
pub(crate) const DELETE_ITEM: Method = Method::new("DeleteItem", Idempotency::Unknown);
pub(crate) const BATCH_GET_ITEMS: Method = Method::new("BatchGetItems", Idempotency::NoSideEffects);
pub(crate) const BATCH_WRITE_ITEMS: Method = Method::new("BatchWriteItems", Idempotency::Idempotent);
pub(crate) const QUERY: Method = Method::new("Query", Idempotency::NoSideEffects);
pub(crate) const SCAN: Method = Method::new("Scan", Idempotency::NoSideEffects);
pub(crate) const CREATE_TABLE: Method = Method::new("CreateTable", Idempotency::Unknown);
pub(crate) const DESCRIBE_TABLE: Method = Method::new("DescribeTable", Idempotency::NoSideEffects);
pub(crate) const LIST_TABLES: Method = Method::new("ListTables", Idempotency::NoSideEffects);
pub(crate) const ENABLE_TTL: Method = Method::new("EnableTtl", Idempotency::Idempotent);
pub(crate) const DELETE_TABLE: Method = Method::new("DeleteTable", Idempotency::Unknown);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost::Message as _;
    use prost_types::method_options::IdempotencyLevel;
    use prost_types::{FileDescriptorSet, MethodDescriptorProto};

    use super::*;

    const ALL: &[Method] = &[
        GET,
        SET,
        COMPARE_AND_SET,
        DELETE,
        COMPARE_AND_DELETE,
        EXISTS,
        GET_TTL,
        EXPIRE,
        PERSIST,
        INCREMENT,
        BATCH_GET,
        BATCH_WRITE,
        TRANSACT_GET,
        TRANSACT_WRITE,
        LIST_KEYS,
        GET_ITEM,
        PUT_ITEM,
        UPDATE_ITEM,
        DELETE_ITEM,
        BATCH_GET_ITEMS,
        BATCH_WRITE_ITEMS,
        QUERY,
        SCAN,
        CREATE_TABLE,
        DESCRIBE_TABLE,
        LIST_TABLES,
        ENABLE_TTL,
        DELETE_TABLE,
    ];

    fn declared(method: &MethodDescriptorProto) -> Idempotency {
        match method.options.clone().unwrap_or_default().idempotency_level() {
            IdempotencyLevel::NoSideEffects => Idempotency::NoSideEffects,
            IdempotencyLevel::Idempotent => Idempotency::Idempotent,
            IdempotencyLevel::IdempotencyUnknown => Idempotency::Unknown,
        }
    }

    #[test]
    fn the_table_says_what_the_proto_declares() {
        let descriptors = include_bytes!(concat!(env!("OUT_DIR"), "/dynakv.v1.bin"));
        let files = FileDescriptorSet::decode(descriptors.as_slice()).unwrap().file;
        let in_proto: BTreeMap<String, String> = files
            .iter()
            .filter(|file| file.package() == "dynakv.v1")
            .flat_map(|file| &file.service)
            .flat_map(|service| &service.method)
            .map(|method| (method.name().to_owned(), format!("{:?}", declared(method))))
            .collect();
        let in_table = ALL.iter().map(|m| (m.name.to_owned(), format!("{:?}", m.idempotency))).collect();
        assert_eq!(in_proto, in_table);
    }
}
