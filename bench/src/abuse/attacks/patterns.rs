//! Patterns that are slow to match.

use std::time::{Duration, Instant};

use dynakv_abuse::http2::{Connection, Head, Manners};
use dynakv_abuse::message::{LIST_KEYS, field, framed};
use dynakv_client::pb::batch_write_operation::Kind;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use dynakv_client::pb::{BatchSet, BatchWriteOperation, BatchWriteRequest};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tonic::Request;

use crate::abuse::neighbour::Calls;
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::{Stage, connect};
use crate::abuse::server::{Setting, TOKEN};

const KEYS: usize = 3_000;
const CALLERS: usize = 4;
/// How long each caller calls without a pause.
const ATTACK: Duration = Duration::from_secs(10);
/// The deadline of a call. A call counts as late after twice that time.
const DEADLINE: Duration = Duration::from_secs(2);
const GROWTH_MIB: f64 = 256.0;
const P99_MS: f64 = 50.0;

pub(super) async fn run(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let scene = stage.scene(&Setting::in_memory(), Calls::Health).await?;
    fill(&scene.server.address).await?;
    let head = Head::grpc(LIST_KEYS).with_token(scene.target().token).with_timeout("2S");
    let body = framed(&field(38, format!("*{}b*", "a".repeat(1_000)).as_bytes()));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let connection = Connection::open(scene.target().address, Manners::GOOD).await?;
        callers.spawn(list(connection, head.clone(), body.clone()));
    }
    let slow: usize = callers.join_all().await.into_iter().sum();
    let bounds = vec![Bound::new("no call outlives its deadline by two seconds", slow.to_string(), slow == 0)];
    Ok(scene.finish(name, GROWTH_MIB, bounds).await?.with_p99(P99_MS))
}

/// Keys of two kilobytes with different prefixes.
async fn fill(address: &str) -> anyhow::Result<()> {
    let mut client = KeyValueServiceClient::new(connect(address, None).await?);
    let set = |nth: usize| {
        let key = format!("{nth:06}{}", "a".repeat(2_000));
        let set = BatchSet { key, value: b"value".as_slice().into(), ..BatchSet::default() };
        BatchWriteOperation { kind: Some(Kind::Set(set)) }
    };
    let mut request =
        Request::new(BatchWriteRequest { operations: (0..KEYS).map(set).collect(), ..BatchWriteRequest::default() });
    request.metadata_mut().insert("authorization", format!("Bearer {TOKEN}").parse()?);
    client.batch_write(request).await?;
    Ok(())
}

/// The number of calls without a response long after their deadline.
async fn list(mut connection: Connection, head: Head, body: Vec<u8>) -> usize {
    let (begun, mut slow) = (Instant::now(), 0);
    while begun.elapsed() < ATTACK && !connection.seen().is_closed {
        let Ok(stream) = connection.call(&head, &body).await else { break };
        if timeout(2 * DEADLINE, connection.ended(stream)).await.is_err() {
            slow += 1;
        }
    }
    slow
}
