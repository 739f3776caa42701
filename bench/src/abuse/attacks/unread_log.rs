//! A server whose standard error nobody reads.

use std::time::Duration;

use dynakv_abuse::http2::{Connection, Head, Manners};
use dynakv_abuse::message::{GET, field, framed};
use tokio::time::timeout;

use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::Stage;
use crate::abuse::server::Setting;

const CALLS: usize = 100_000;
const CHUNK: usize = 500;
const TIMEOUT: Duration = Duration::from_mins(1);
const GROWTH_MIB: f64 = 32.0;

pub(super) async fn run(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let setting = Setting { unread_log: true, ..Setting::stub() };
    let scene = stage.scene_of_gets(&setting).await?;
    let head = Head::grpc(GET).with_token(scene.target().token);
    let mut connection = Connection::open(scene.target().address, Manners::GOOD).await?;
    let mut refused = 0;
    // A Get without a key.
    let refusals = async {
        while refused < CALLS && !connection.seen().is_closed {
            let mut streams = Vec::new();
            for _ in 0..CHUNK {
                streams.push(connection.call(&head, &framed(&[])).await?);
            }
            let answered = connection.all_ended(&streams).await;
            refused += answered.iter().filter(|stream| stream.grpc_status == Some(3)).count();
        }
        Ok::<_, anyhow::Error>(())
    };
    let _stopped_or_done = timeout(TIMEOUT, refusals).await;
    let afterwards = async {
        let mut connection = Connection::open(scene.target().address, Manners::GOOD).await?;
        let stream = connection.call(&head, &framed(&field(2, b"100-00001"))).await?;
        Ok::<_, anyhow::Error>(connection.ended(stream).await.grpc_status == Some(0))
    };
    let serves = matches!(timeout(Duration::from_secs(5), afterwards).await, Ok(Ok(true)));
    let bounds = vec![
        Bound::new("100,000 calls are refused", refused.to_string(), refused == CALLS),
        Bound::new("a new connection is served", if serves { "it is" } else { "it is not" }, serves),
    ];
    scene.finish_and_end(name, GROWTH_MIB, bounds).await
}
