//! Bad input is refused with the field and the limit, and changes nothing.

use bytes::Bytes;
use dynakv_client::pb;
use prost_types::Duration as ProtoDuration;
use tonic::{Code, Request, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::on_every_backend;
use crate::support::{RawCodec, World, rpcs};

on_every_backend!(keys, ttls, the_other_fields, messages, nothing_panics);

/// The details of an error.
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) reason: String,
    pub(super) field: String,
    pub(super) limit: Option<String>,
    pub(super) outcome: Option<String>,
}

pub(super) fn refusal<T>(result: Result<T, Status>) -> Refusal {
    let Err(status) = result else { panic!("it was accepted") };
    let details: ErrorDetails = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!(info.domain, "dynakv");
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    Refusal {
        code: status.code(),
        reason: info.reason.clone(),
        field: violations.first().map(|violation| violation.field.clone()).unwrap_or_default(),
        limit: info.metadata.get("limit").cloned(),
        outcome: info.metadata.get("outcome").cloned(),
    }
}

/// Asserts that the call was refused because of this field and nothing else.
pub(super) fn invalid<T>(result: Result<T, Status>, field: &str, limit: Option<&str>) {
    let refusal = refusal(result);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
    assert_eq!(refusal.field, field);
    assert_eq!(refusal.limit.as_deref(), limit, "{field}");
}

async fn keys(world: World) {
    let mut stub = world.client.stub();
    for key in [String::new(), "k".repeat(2049), format!("{}é", "k".repeat(2047))] {
        let limit = Some("1..2048 bytes");
        invalid(stub.get(pb::GetRequest { key: key.clone(), ..Default::default() }).await, "key", limit);
        invalid(stub.get_ttl(pb::GetTtlRequest { key: key.clone(), ..Default::default() }).await, "key", limit);
        invalid(stub.set(pb::SetRequest { key: key.clone(), ..Default::default() }).await, "key", limit);
        invalid(stub.delete(pb::DeleteRequest { key: key.clone(), ..Default::default() }).await, "key", limit);
        invalid(stub.persist(pb::PersistRequest { key: key.clone(), ..Default::default() }).await, "key", limit);
        invalid(stub.increment(pb::IncrementRequest { key: key.clone(), ..Default::default() }).await, "key", limit);
        let keys = vec!["fine".to_owned(), key];
        invalid(stub.exists(pb::ExistsRequest { keys, ..Default::default() }).await, "keys[1]", limit);
    }
    for count in [0, 101] {
        let keys = vec!["key".to_owned(); count];
        let limit = Some("1..100 keys");
        invalid(stub.exists(pb::ExistsRequest { keys, ..Default::default() }).await, "keys", limit);
    }
}

async fn ttls(world: World) {
    use pb::set_request::Expiry;
    let mut stub = world.client.stub();
    world.client.set("key", "value").await.unwrap();
    let before = world.item("key").await;
    let limit = Some("1 ms..100 years");
    let (sign, range) = (None, limit);
    for (seconds, nanos, limit) in [
        (0, 0, range),
        (-1, 0, range),
        (0, -1, range),
        (i64::MIN, 0, range),
        (3_155_760_000, 1, range),
        (315_576_000_000, 0, range),
        (i64::MAX, 999_999_999, range),
        (1, -1, sign),
        (-1, 1, sign),
        (1, 1_000_000_000, sign),
        (1, i32::MIN, sign),
    ] {
        let ttl = ProtoDuration { seconds, nanos };
        let set = pb::SetRequest { key: "key".into(), expiry: Some(Expiry::Ttl(ttl)), ..Default::default() };
        invalid(stub.set(set).await, "ttl", limit);
        let expire = pb::ExpireRequest { key: "key".into(), ttl: Some(ttl), ..Default::default() };
        invalid(stub.expire(expire).await, "ttl", limit);
        let increment = pb::IncrementRequest { key: "key".into(), ttl: Some(ttl), ..Default::default() };
        invalid(stub.increment(increment).await, "ttl", limit);
    }
    invalid(stub.expire(pb::ExpireRequest { key: "key".into(), ..Default::default() }).await, "ttl", None);
    assert_eq!(world.item("key").await, before);
}

async fn the_other_fields(world: World) {
    let mut stub = world.client.stub();
    let key = || "key".to_owned();

    let get = |table: &str| pb::GetRequest { table: table.into(), key: key(), ..Default::default() };
    let refused = refusal(stub.get(get("nowhere")).await);
    assert_eq!((refused.reason.as_str(), refused.field.as_str()), ("TABLE_NOT_CONFIGURED", "table"));
    assert_eq!((refused.code, refused.outcome), (Code::InvalidArgument, None), "a read has no outcome");
    let refused = refusal(stub.set(pb::SetRequest { table: "nowhere".into(), key: key(), ..Default::default() }).await);
    assert_eq!(refused.outcome.as_deref(), Some("NOT_APPLIED"));

    let unset = pb::CompareAndSetRequest { key: key(), ..Default::default() };
    invalid(stub.compare_and_set(unset.clone()).await, "expected", None);
    let no_kind = pb::CompareAndSetRequest { expected: Some(pb::Expected { kind: None }), ..unset.clone() };
    invalid(stub.compare_and_set(no_kind).await, "expected", None);
    for version in ["", "x", "1 OR 1=1", "1e", "--1", "1E200", "9".repeat(39).as_str(), "1".repeat(65).as_str()] {
        let expected = Some(pb::Expected { kind: Some(pb::expected::Kind::Version(version.into())) });
        let request = pb::CompareAndSetRequest { expected, ..unset.clone() };
        invalid(stub.compare_and_set(request).await, "expected.version", None);
    }
    let unset = pb::CompareAndDeleteRequest { key: key(), ..Default::default() };
    invalid(stub.compare_and_delete(unset.clone()).await, "expected", None);
    let absent = pb::expected::Kind::Absent(pb::expected::Absent {});
    let request = pb::CompareAndDeleteRequest { expected: Some(pb::Expected { kind: Some(absent) }), ..unset };
    invalid(stub.compare_and_delete(request).await, "expected.absent", None);

    for request_id in ["7", "not a uuid", "123e4567-e89b-12d3-a456-42661417400g", "\u{0}"] {
        let request_id = request_id.to_owned();
        let set = pb::SetRequest { key: key(), request_id: request_id.clone(), ..Default::default() };
        invalid(stub.set(set).await, "request_id", None);
        let delete = pb::DeleteRequest { key: key(), request_id, ..Default::default() };
        invalid(stub.delete(delete).await, "request_id", None);
    }
    assert_eq!(world.item("key").await, None);
}

/// Sends these bytes as the request message of an RPC.
async fn send(world: &World, method: &str, message: Vec<u8>) -> Result<(), Status> {
    let mut grpc = tonic::client::Grpc::new(world.channel.clone()).max_encoding_message_size(usize::MAX);
    grpc.ready().await.unwrap();
    let path = method.parse().unwrap();
    let request = Request::new(Bytes::from(message));
    grpc.unary::<Bytes, Bytes, RawCodec>(request, path, RawCodec).await.map(drop)
}

const SET: &str = "/dynakv.v1.KeyValueService/Set";
const BATCH_WRITE: &str = "/dynakv.v1.KeyValueService/BatchWrite";

async fn messages(world: World) {
    let refused = refusal(send(&world, "/dynakv.v1.KeyValueService/Get", vec![0x12, 1, 0xff]).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "MALFORMED_MESSAGE"));
    assert_eq!(refused.field, "key", "a key that is no UTF-8");

    for garbage in [vec![0xff; 3], vec![0x12, 200, b'a'], vec![0x07], vec![0x12; 999]] {
        let refused = refusal(send(&world, SET, garbage).await);
        assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "MALFORMED_MESSAGE"));
        assert_eq!(refused.outcome.as_deref(), Some("NOT_APPLIED"));
    }

    // Each method has its own size limit.
    for (method, limit) in [(SET, 1 << 20), (BATCH_WRITE, 16 << 20)] {
        let refused = refusal(send(&world, method, vec![0; limit + 1]).await);
        assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "MESSAGE_TOO_LARGE"));
        assert_eq!(refused.limit, Some(format!("{limit} bytes")));
    }

    let refused = refusal(send(&world, "/dynakv.v1.KeyValueService/Nothing", vec![]).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::Unimplemented, "UNIMPLEMENTED"));
    let refused = refusal(send(&world, "/no.such.Service/Nothing", vec![]).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::Unimplemented, "UNIMPLEMENTED"));
}

/// Sends arbitrary bytes to every RPC: each call gets a response, and the server keeps running.
async fn nothing_panics(world: World) {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let messages = proptest::collection::vec(proptest::num::u8::ANY, 0..60);
    let methods: Vec<_> = rpcs::methods().iter().map(rpcs::path).collect();
    for index in 0..800 {
        let mut message = messages.new_tree(&mut runner).unwrap().current();
        if index % 2 == 0 {
            // A message with a valid key gets further.
            message.splice(0..0, [0x12, 1, b'k']);
        }
        let method = methods[index % methods.len()].as_str();
        if let Err(status) = send(&world, method, message.clone()).await {
            assert_ne!(status.code(), Code::Internal, "{method} {message:?}: {status:?}");
            assert!(status.get_error_details().error_info().is_some(), "{method} {message:?}: {status:?}");
        }
    }
    world.client.set("key", "alive").await.unwrap();
}
