//! What goes over the wire for a batch, and what becomes of answers that break off, seen by a server that plays a script.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::stream;
use pb::batch_get_result::{Missing, Result as Got};
use pb::batch_write_result::Outcome;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::{Grpc, NamedService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::{Service, service_fn};
use uuid::Uuid;

use crate::call::tests::Impatient;
use crate::{BatchOperation, BatchOutcome, Client, Error, Expected, Found, pb};

type Messages = Vec<Result<pb::BatchGetResponse, Status>>;

/// Answers each BatchGet with the next of its streams, and each BatchWrite with success once its failures are used up.
#[derive(Clone, Default)]
struct Script {
    streams: Arc<Mutex<Vec<Messages>>>,
    failures: Arc<Mutex<Vec<Status>>>,
    /// What becomes of the first operation of a BatchWrite that succeeds, if it does not.
    refusal: Arc<Mutex<Option<Status>>>,
    writes: Arc<Mutex<Vec<pb::BatchWriteRequest>>>,
}

impl Script {
    fn write(&self, request: Request<pb::BatchWriteRequest>) -> Result<Response<pb::BatchWriteResponse>, Status> {
        let request = request.into_inner();
        let count = request.operations.len();
        self.writes.lock().unwrap().push(request);
        if let Some(status) = self.failures.lock().unwrap().pop() {
            return Err(status);
        }
        let mut result = pb::BatchWriteResult { version: Some("1".to_owned()), ..pb::BatchWriteResult::default() };
        result.set_outcome(Outcome::Applied);
        let mut results = vec![result; count];
        if let Some(status) = self.refusal.lock().unwrap().take() {
            results[0].set_outcome(Outcome::Failed);
            results[0].failed = Some(prost::Message::decode(status.details()).unwrap());
        }
        Ok(Response::new(pb::BatchWriteResponse { results, consumed_capacity: None }))
    }
}

impl NamedService for Script {
    const NAME: &'static str = "dynakv.v1.KeyValueService";
}

impl Service<http::Request<Body>> for Script {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let script = self.clone();
        Box::pin(async move {
            if request.uri().path().ends_with("/BatchWrite") {
                let codec = ProstCodec::<pb::BatchWriteResponse, pb::BatchWriteRequest>::default();
                let write = service_fn(move |request| ready(script.write(request)));
                // The largest request is a little larger than what tonic reads by itself.
                return Ok(Grpc::new(codec).max_decoding_message_size(usize::MAX).unary(write, request).await);
            }
            let codec = ProstCodec::<pb::BatchGetResponse, pb::BatchGetRequest>::default();
            let messages = script.streams.lock().unwrap().remove(0);
            let read = service_fn(move |_: Request<pb::BatchGetRequest>| {
                ready(Ok::<_, Status>(Response::new(stream::iter(messages.clone()))))
            });
            Ok(Grpc::new(codec).server_streaming(read, request).await)
        })
    }
}

async fn play(streams: Vec<Messages>, failures: Vec<Status>) -> (Script, Client) {
    let (streams, failures) = (Arc::new(Mutex::new(streams)), Arc::new(Mutex::new(failures)));
    let script = Script { streams, failures, ..Script::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().add_service(script.clone());
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let client = Client::builder().address(address.to_string()).runtime(Arc::new(Impatient)).connect().await.unwrap();
    (script, client)
}

#[allow(clippy::unnecessary_wraps, reason = "it stands in a list with failures")]
fn missing(indexes: &[u32]) -> Result<pb::BatchGetResponse, Status> {
    let result = |&index: &u32| pb::BatchGetResult { index, result: Some(Got::Missing(Missing {})) };
    Ok(pb::BatchGetResponse { results: indexes.iter().map(result).collect(), consumed_capacity: None })
}

/// The code of each failure, by position.
async fn codes(messages: Messages) -> BTreeMap<usize, Option<Code>> {
    let (_, client) = play(vec![messages], Vec::new()).await;
    let mut answers = client.batch_get(["a", "b", "c"]).stream();
    let mut codes = BTreeMap::new();
    while let Some((position, found)) = answers.next().await {
        let code = match found {
            Found::Missing => None,
            Found::Failed(failure) => Some(failure.code()),
            Found::Entry(entry) => panic!("{entry:?}"),
        };
        assert!(codes.insert(position, code).is_none(), "{position} is answered twice");
    }
    codes
}

#[tokio::test]
async fn answers_that_break_off_leave_no_key_out() {
    let of = |codes: [Option<Code>; 3]| codes.into_iter().enumerate().collect::<BTreeMap<_, _>>();
    assert_eq!(codes(vec![missing(&[2]), missing(&[0, 1])]).await, of([None; 3]));

    let reset = codes(vec![missing(&[1]), Err(Status::unavailable("reset"))]).await;
    assert_eq!(reset, of([Some(Code::Unavailable), None, Some(Code::Unavailable)]));

    let too_few = codes(vec![missing(&[1])]).await;
    assert_eq!(too_few, of([Some(Code::Internal), None, Some(Code::Internal)]));

    let twice = codes(vec![missing(&[1]), missing(&[1])]).await;
    assert_eq!(twice, of([Some(Code::Internal), None, Some(Code::Internal)]));
}

#[tokio::test]
async fn every_part_has_an_id_of_its_own_and_every_attempt_the_same() {
    let (script, client) = play(Vec::new(), vec![Status::unavailable("reset")]).await;
    let id = Uuid::from_u128(7);
    let sets = (0..10_001).map(|index| BatchOperation::set(index.to_string(), "v"));
    let outcomes = client.batch_write(sets).request_id(id).await.unwrap();
    assert!(outcomes.len() == 10_001 && outcomes.iter().all(BatchOutcome::is_applied));

    let writes = script.writes.lock().unwrap();
    let counts: Vec<usize> = writes.iter().map(|request| request.operations.len()).collect();
    assert_eq!(counts, [10_000, 10_000, 1]);
    assert_eq!((&writes[0].request_id, &writes[1].request_id), (&id.to_string(), &id.to_string()));
    assert_ne!(writes[2].request_id, id.to_string());
}

/// DynaKV's word that an operation was not carried out is on the attempt that it answered.
#[tokio::test]
async fn what_fails_after_a_lost_answer_may_have_been_written() {
    for failures in [Vec::new(), vec![Status::unavailable("reset")]] {
        let is_known = failures.is_empty();
        let (script, client) = play(Vec::new(), failures).await;
        let metadata = HashMap::from([("outcome".to_owned(), "NOT_APPLIED".to_owned())]);
        let details = ErrorDetails::with_error_info("THROTTLED", "dynakv", metadata);
        let refused = Status::with_error_details(Code::ResourceExhausted, "throttled", details);
        *script.refusal.lock().unwrap() = Some(refused);
        let sets = ["a", "b"].map(|key| BatchOperation::set(key, "v"));
        let outcomes = client.batch_write(sets).await.unwrap();
        match &outcomes[..] {
            [BatchOutcome::Failed(_), BatchOutcome::Written { .. }] => assert!(is_known),
            [BatchOutcome::OutcomeUnknown(_), BatchOutcome::Written { .. }] => assert!(!is_known),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_batch_with_a_conditional_delete_is_sent_once() {
    let (script, client) = play(Vec::new(), vec![Status::unavailable("reset")]).await;
    let delete = BatchOperation::delete("k").expected(Expected::Present);
    let error = client.batch_write([delete]).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error:?}");
    assert_eq!(script.writes.lock().unwrap().len(), 1);
}
