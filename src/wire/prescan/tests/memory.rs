//! The cost of a request is at least the memory that prost needs to decode it, and not much more.

use std::collections::HashMap;

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;

use super::verdicts::{PUT_ITEM, put, scan};
use crate::pb;
use crate::pb::value::Kind;
use crate::wire::fuzz::{Request, requested};

/// The peak of heap memory while decoding.
fn peak(decode: impl FnOnce()) -> usize {
    usize::try_from(allocation_counter::measure(decode).bytes_max).unwrap()
}

/// Compares the cost with the bytes and the memory for decoding. Returns it in percent of those.
fn check(method: &str, message: Vec<u8>, decode: fn(Bytes) -> bool) -> usize {
    let length = message.len();
    let cost = scan(method.trim_start_matches("/dynakv.v1."), &message).unwrap();
    let message = Bytes::from(message);
    let taken = length + peak(|| assert!(decode(message)));
    assert!(cost >= taken, "{method}: {cost} of {length} bytes, but {taken} are taken");
    cost * 100 / taken.max(1)
}

fn check_put(item: pb::Value) -> usize {
    let decode = |bytes| pb::PutItemRequest::decode(bytes).is_ok();
    check(PUT_ITEM, put(item).encode_to_vec(), decode)
}

fn value(kind: Kind) -> pb::Value {
    pb::Value { kind: Some(kind) }
}

/// Around each size at which a vector or a hash table grows.
#[test]
fn collections_of_every_size() {
    let mut highest = 0;
    for size in (0..40).chain([56, 57, 112, 113, 448, 449, 512, 513, 1000, 7168, 7169, 8192, 8193, 20_000]) {
        let empty = || value(Kind::S(String::new()));
        let texts = || (0..size).map(|index| format!("{index}")).collect::<Vec<_>>();
        let kinds = [
            Kind::L(pb::AttributeList { values: vec![empty(); size] }),
            Kind::M(pb::AttributeMap { fields: texts().into_iter().map(|text| (text, empty())).collect() }),
            Kind::Ss(pb::StringSet { values: texts() }),
            Kind::Bs(pb::BinarySet { values: texts().into_iter().map(Bytes::from).collect() }),
        ];
        for kind in kinds {
            highest = highest.max(check_put(value(kind)));
        }
        let names: HashMap<_, _> = texts().into_iter().take(4096).map(|text| (text, "a".to_owned())).collect();
        let request = pb::GetItemRequest { names, ..Default::default() }.encode_to_vec();
        let decode = |bytes| pb::GetItemRequest::decode(bytes).is_ok();
        highest = highest.max(check("ItemService/GetItem", request, decode));
    }
    assert!(highest < 350, "{highest} %");
}

/// Prost merges a message that occurs again, and grows a text that does.
#[test]
fn what_occurs_again() {
    let list = |size: usize| {
        let values = vec![value(Kind::Null(true)); size];
        value(Kind::L(pb::AttributeList { values })).encode_to_vec()
    };
    for pieces in [vec![1; 100], vec![16, 1], vec![4, 4, 4, 4, 1], vec![100; 9], (0..60).collect()] {
        let merged: Vec<u8> = pieces.iter().flat_map(|size| list(*size)).collect();
        check_put(pb::Value::decode(merged.as_slice()).unwrap());
        // A partition key with all of them, one after the other.
        let mut request = Vec::new();
        prost::encoding::bytes::encode(2, &key_of(&merged), &mut request);
        check("ItemService/DeleteItem", request, |bytes| pb::DeleteItemRequest::decode(bytes).is_ok());
    }
    for lengths in [[100, 101, 202, 203], [1, 9, 17, 33], [1000, 1, 1001, 2], [8, 8, 8, 8]] {
        let mut request = Vec::new();
        for length in &lengths {
            prost::encoding::string::encode(2, &"k".repeat(*length), &mut request);
        }
        check("KeyValueService/Get", request, |bytes| pb::GetRequest::decode(bytes).is_ok());
    }
}

fn key_of(value: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    prost::encoding::bytes::encode(1, &value.to_vec(), &mut key);
    key
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_requests(input in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let (Request { method, decode, .. }, message) = requested(&input).unwrap();
        let name = method.trim_start_matches("/dynakv.v1.");
        // Some nest too deeply.
        if scan(name, &message).is_ok() && decode(Bytes::from(message.clone())) {
            check(method, message, decode);
        }
    }
}
