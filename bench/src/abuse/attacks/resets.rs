//! Cancelled calls: by an honest client, in bursts, and as an attack.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use dynakv_abuse::attack::{Target, burst, rapid_reset};
use dynakv_abuse::http2::{Connection, ENHANCE_YOUR_CALM, Ended, Head, Manners};
use dynakv_abuse::message::{GET, field, framed};
use serde::Deserialize;
use tokio::process::Command;

use super::Attack;
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::Stage;
use crate::abuse::server::{Setting, TOKEN};

const BURSTS: usize = 1_000;
const CALLS: usize = 100;
const RESETS: usize = 200_000;
const GROWTH_MIB: f64 = 64.0;

pub(super) fn all() -> Vec<Attack> {
    vec![
        Attack::new("1,000 bursts of 100 Gets given up at once, by hand", |stage, name| Box::pin(bursts(stage, name))),
        Attack::new("1,000 bursts of 100 Gets with deadlines of 1 ms, by grpc-go", |stage, name| {
            Box::pin(go_bursts(stage, name))
        }),
        Attack::new("rapid reset, 200,000 streams", |stage, name| Box::pin(rapid(stage, name))),
    ]
}

/// An existing key.
fn message() -> Vec<u8> {
    field(2, b"100-00001")
}

async fn bursts(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&Setting::stub()).await?;
    let target = scene.target();
    let head = Head::grpc(GET).with_token(target.token);
    let neighbours = framed(&message());
    let mut connection = Connection::open(target.address, Manners::GOOD).await?;
    let mut lost = 0;
    let mut connections_lost = 0;
    for _ in 0..BURSTS {
        let neighbour = connection.call(&head, &neighbours).await;
        let bursting = burst(&mut connection, &head.clone().with_timeout("1m"), &message(), CALLS).await;
        let answered = match neighbour {
            Ok(stream) => connection.ended(stream).await,
            Err(_) => dynakv_abuse::http2::Stream::default(),
        };
        if answered.ended != Some(Ended::Answered) || answered.grpc_status != Some(0) {
            lost += 1;
        }
        if bursting.is_err() || connection.seen().goaway.is_some() || connection.seen().is_closed {
            connections_lost += 1;
            connection = Connection::open(target.address, Manners::GOOD).await?;
        }
    }
    let bounds = vec![
        Bound::none("neighbour on the connection loses a call", lost, BURSTS),
        Bound::none("connection is ended", connections_lost, BURSTS),
    ];
    scene.finish(name, GROWTH_MIB, bounds).await
}

/// The output of the Go program.
#[derive(Debug, Deserialize)]
struct Report {
    neighbour_calls: usize,
    neighbour_errors: usize,
    first_error: String,
}

async fn go_bursts(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let program = stage.go_bursts.as_deref().context("--go-bursts is not given")?;
    let scene = stage.scene_of_gets(&Setting::stub()).await?;
    let Report { neighbour_calls, neighbour_errors, first_error } = run_go(program, scene.target()).await?;
    let measured = format!("{neighbour_errors} of {neighbour_calls} {first_error}");
    let bound = Bound::new("no neighbour on the connection loses a call", measured, neighbour_errors == 0);
    scene.finish(name, GROWTH_MIB, vec![bound]).await
}

async fn run_go(program: &Path, target: Target<'_>) -> anyhow::Result<Report> {
    let mut command = Command::new(program);
    command.args(["-address", target.address, "-token", TOKEN]);
    command.args(["-bursts", &BURSTS.to_string(), "-calls", &CALLS.to_string()]);
    let output = command.kill_on_drop(true).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

async fn rapid(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&Setting::stub()).await?;
    let head = Head::grpc(GET).with_token(scene.target().token);
    let mut connection = Connection::open(scene.target().address, Manners::GOOD).await?;
    let sent = rapid_reset(&mut connection, &head, RESETS).await;
    scene.until(Duration::from_secs(2), || connection.seen().is_closed).await;
    let (goaway, is_closed) = (connection.seen().goaway, connection.seen().is_closed);
    let ended = Bound::new(
        "GOAWAY ENHANCE_YOUR_CALM",
        format!("after {sent} of {RESETS}: GOAWAY {goaway:?}, closed: {is_closed}"),
        goaway == Some(ENHANCE_YOUR_CALM) && is_closed,
    );
    scene.finish(name, GROWTH_MIB, vec![ended]).await
}
