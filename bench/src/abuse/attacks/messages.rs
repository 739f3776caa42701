//! Messages that are small on the wire and large in memory.

use std::time::Duration;

use anyhow::Context;
use dynakv_abuse::attack::{Held, Target};
use dynakv_abuse::http2::frame::Frame;
use dynakv_abuse::http2::{Connection, Head, Manners};
use dynakv_abuse::message::{Crowded, crowded, framed};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Attack;
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::{RELEASE_TIME, Stage};
use crate::abuse::server::Setting;

/// The maximum message size, less the framing of the elements.
const BYTES: usize = (16 << 20) - 64;
const CONNECTIONS: usize = 4;
const CALLS_EACH: usize = 4;

/// All calls should be refused within this time; longer is a failure in any case.
const TIMEOUT: Duration = Duration::from_secs(10);

const GROWTH_MIB: f64 = 64.0;
const CPU_MS: f64 = 100.0;
const P99_MS: f64 = 50.0;

pub(super) fn all() -> Vec<Attack> {
    let name = |crowded: &Crowded| {
        let method = crowded.path.rsplit('/').next().unwrap_or_default();
        format!("16 × 16 MiB to {method}: {}", crowded.parts)
    };
    let attack = |crowded: Crowded| Attack::new(name(&crowded), move |stage, name| Box::pin(run(stage, name, crowded)));
    crowded().map(attack).collect()
}

async fn run(stage: &Stage, name: String, crowded: Crowded) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&Setting::stub()).await?;
    let body = framed(&crowded.message(BYTES));
    // The CPU of the well-behaved client does not count.
    let beside = scene.cpu_in(Duration::from_millis(500)).await?.as_secs_f64() / 0.5;
    let (before, begun) = (scene.cpu()?, std::time::Instant::now());
    let sending = timeout(TIMEOUT, send_all(scene.target(), crowded.path, &body));
    let held = sending.await.ok().transpose()?.unwrap_or_default();
    let calls = CONNECTIONS * CALLS_EACH;
    let spent =
        scene.cpu().map(|cpu| cpu.saturating_sub(before).as_secs_f64() - beside * begun.elapsed().as_secs_f64());
    let answered = held.streams() - held.open_streams();
    drop(held);
    scene.until(RELEASE_TIME, || false).await;
    let mut bounds = vec![Bound::none("call without an answer after 10 s", calls - answered, calls)];
    if let Ok(spent) = spent {
        #[expect(clippy::cast_precision_loss, reason = "sixteen")]
        let each = spent.max(0.0) * 1_000.0 / calls as f64;
        bounds.push(Bound::at_most("CPU of each call", each, CPU_MS, "ms"));
    }
    Ok(scene.finish(name, GROWTH_MIB, bounds).await?.with_p99(P99_MS))
}

/// Sends on all connections at once and waits for all responses.
async fn send_all(target: Target<'_>, path: &'static str, body: &[u8]) -> anyhow::Result<Held> {
    let head = Head::grpc(path).with_token(target.token).with_timeout("1M");
    let mut sending = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let connection = Connection::open(target.address, Manners::GOOD).await?;
        sending.spawn(send(connection, head.clone(), body.to_vec()));
    }
    let mut held = Held::default();
    while let Some(sent) = sending.join_next().await {
        held.connections.push(sent?.context("the server refused a connection")?);
    }
    Ok(held)
}

async fn send(mut connection: Connection, head: Head, body: Vec<u8>) -> anyhow::Result<(Connection, Vec<u32>)> {
    let mut streams = Vec::new();
    for _ in 0..CALLS_EACH {
        streams.push(connection.begin(&head).await?);
    }
    connection.bodies(&streams, &body).await?;
    for stream in &streams {
        if connection.open_among(&[*stream]) > 0 {
            connection.send(&Frame::data(*stream, Vec::new(), true)).await?;
        }
    }
    connection.all_ended(&streams).await;
    Ok((connection, streams))
}
