use std::time::Duration;

use futures_util::stream;
use http_body_util::StreamBody;
use prost::Message;
use tonic::Code;
use tonic_types::StatusExt;

use super::*;
use crate::memory::Pool;
use crate::pb;
use crate::server::call::method::Methods;

const SET: &str = "/dynakv.v1.KeyValueService/Set";
const BATCH_WRITE: &str = "/dynakv.v1.KeyValueService/BatchWrite";
const PUT_ITEM: &str = "/dynakv.v1.ItemService/PutItem";
const HOLD: usize = 8 << 10;

fn kind(path: &str) -> Kind {
    Methods::compiled().unwrap().kind(path)
}

/// A message in gRPC's framing.
fn framed(message: &[u8]) -> Vec<u8> {
    let mut framed = vec![0];
    framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend(message);
    framed
}

fn set(value_bytes: usize) -> Vec<u8> {
    let value = vec![b'v'; value_bytes].into();
    framed(&pb::SetRequest { key: "key".into(), value, ..Default::default() }.encode_to_vec())
}

fn in_pieces(bytes: &[u8], chunk: usize) -> impl HttpBody<Data = Bytes, Error = Infallible> + Unpin {
    let chunks: Vec<_> = bytes.chunks(chunk).map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk)))).collect();
    StreamBody::new(stream::iter(chunks))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

/// The bytes that reach tonic, and the reserved memory.
async fn taken_in(path: &str, bytes: &[u8], chunk: usize) -> Result<(Bytes, usize), Error> {
    let mut hold = Pool::new(64 << 20, 8 << 20).share().try_reserve(HOLD).unwrap();
    let body = receive(in_pieces(bytes, chunk), kind(path), &mut hold, soon()).await?;
    Ok((body.collect().await.unwrap().to_bytes(), hold.units()))
}

fn status(error: Error) -> Status {
    match error {
        Error::Late(status) | Error::Refused(status) | Error::Incomplete(status) => status,
        Error::Full(full) => panic!("{full}"),
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_sent_whatever_its_pieces() {
    let request = set(20_000);
    for chunk in [1, 4, 5, 6, 4095, 4096, 16_384, usize::MAX] {
        let (arrived, held) = taken_in(SET, &request, chunk.min(request.len())).await.unwrap();
        assert_eq!(arrived, request);
        assert!((HOLD + 20_000..HOLD + 22_000).contains(&held), "{held}");
    }
}

#[tokio::test]
async fn what_a_small_request_takes_is_held_by_every_call() {
    let (_, held) = taken_in(SET, &set(1000), 2000).await.unwrap();
    assert_eq!(held, HOLD);
}

#[tokio::test]
async fn only_one_whole_message_is_a_request() {
    let request = set(10);
    for wrong in [&[][..], &request[..3], &request[..request.len() - 1], &[&request[..], &request[..]].concat()] {
        let refused = status(taken_in(SET, wrong, 7).await.unwrap_err());
        assert_eq!(refused.get_details_error_info().unwrap().reason, "MALFORMED_MESSAGE", "{} bytes", wrong.len());
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_by_its_length() {
    let refused = status(taken_in(SET, &[0, 1, 0, 0, 0], 5).await.unwrap_err());
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "MESSAGE_TOO_LARGE");
    let health = status(taken_in("/grpc.health.v1.Health/Check", &[0, 0, 0, 16, 1], 5).await.unwrap_err());
    assert_eq!(health.get_details_error_info().unwrap().metadata["limit"], "4096 bytes");
}

#[tokio::test]
async fn empty_parts_are_refused_while_they_arrive() {
    let operations = framed(&[0x12, 0x00].repeat(8 << 20));
    let mut hold = Pool::new(64 << 20, 8 << 20).share().try_reserve(HOLD).unwrap();
    let endless = StreamBody::new(stream::iter(
        operations.chunks(16 << 10).map(|chunk| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(chunk)))),
    ));
    let refused = status(receive(endless, kind(BATCH_WRITE), &mut hold, soon()).await.unwrap_err());
    let details = refused.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "operations");
    assert!(hold.units() < 4 << 20, "{} bytes are held", hold.units());
}

/// A value takes more memory as a command and in the request to DynamoDB than in the message.
#[tokio::test]
async fn attribute_values_are_held_as_what_they_become() {
    let null = || pb::Value { kind: Some(pb::value::Kind::Null(true)) };
    let put = |values| {
        let list = pb::value::Kind::L(pb::AttributeList { values });
        let item = [("v".to_owned(), pb::Value { kind: Some(list) })].into();
        framed(&pb::PutItemRequest { item, ..Default::default() }.encode_to_vec())
    };
    let (_, few) = taken_in(PUT_ITEM, &put(vec![null(); 1_000]), 16 << 10).await.unwrap();
    let (_, more) = taken_in(PUT_ITEM, &put(vec![null(); 3_000]), 16 << 10).await.unwrap();
    assert!(more - few >= 2_000 * 500, "{} bytes for 2,000 values", more - few);
}

#[tokio::test]
async fn a_request_beyond_the_share_of_the_connection_is_refused() {
    let pool = Pool::new(64 << 20, 64 << 10);
    let mut hold = pool.share().try_reserve(HOLD).unwrap();
    let refused = receive(in_pieces(&set(100_000), 16 << 10), kind(SET), &mut hold, soon()).await.unwrap_err();
    assert!(matches!(refused, Error::Full(Full::Connection)), "{refused:?}");
    drop(hold);
    assert_eq!(pool.used(), 0);
}

#[tokio::test]
async fn a_request_that_does_not_arrive_has_not_been_applied() {
    let request = set(10);
    let begun = stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(&request[..8])))]);
    let unfinished = StreamBody::new(futures_util::StreamExt::chain(begun, stream::pending()));
    let mut hold = Pool::new(64 << 20, 8 << 20).share().try_reserve(HOLD).unwrap();
    let late = status(receive(Box::pin(unfinished), kind(SET), &mut hold, Instant::now()).await.unwrap_err());
    assert_eq!(late.code(), Code::DeadlineExceeded);
    assert_eq!(late.get_details_error_info().unwrap().metadata["outcome"], "NOT_APPLIED");
}

#[tokio::test]
async fn a_compressed_message_is_left_to_tonic_with_what_has_come_of_it() {
    let mut compressed = set(100_000);
    compressed[0] = 1;
    let (arrived, held) = taken_in(SET, &compressed, 16 << 10).await.unwrap();
    assert_eq!((arrived.len(), held), (16 << 10, HOLD));
}
