//! Silent connections.

use std::time::{Duration, Instant};

use dynakv_abuse::attack::{Silence, Silent};
use dynakv_abuse::tls::Tls;
use dynakv_client::pb::GetRequest;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use tokio::time::timeout;
use tonic::Request;

use super::Attack;
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::{Scene, Stage, connect};
use crate::abuse::server::{Setting, TOKEN};

/// All connections should be closed within this time.
const CLOSING: Duration = Duration::from_secs(15);

const COUNT: usize = 1_000;
const GROWTH_MIB: f64 = 64.0;

/// A low limit of open files, and the number of silent connections against it.
const FEW_FILES: u32 = 256;
const MORE_THAN_FILES: usize = 400;

pub(super) fn all() -> Vec<Attack> {
    vec![
        Attack::new("1,000 silent TCP connections", |stage, name| {
            Box::pin(silent(stage, name, Setting::stub(), Silence::AtOnce))
        }),
        Attack::new("1,000 connections with half a preface", |stage, name| {
            Box::pin(silent(stage, name, Setting::stub(), Silence::InThePreface))
        }),
        Attack::new("1,000 silent TCP connections to an encrypted server", |stage, name| {
            Box::pin(silent(stage, name, stage.encrypted(Setting::stub()), Silence::AtOnce))
        }),
        Attack::new("1,000 TLS connections, silent after the handshake", |stage, name| {
            Box::pin(async move {
                let silence = Silence::AfterTheHandshake(Tls::trusting(&stage.certificate)?);
                silent(stage, name, stage.encrypted(Setting::stub()), silence).await
            })
        }),
        Attack::new("400 silent connections and 256 open files", |stage, name| Box::pin(few_files(stage, name))),
    ]
}

async fn silent(stage: &Stage, name: String, setting: Setting, silence: Silence) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&setting).await?;
    let mut silent = Silent::open(&scene.server.address, COUNT, &silence).await?;
    let took = scene.until(CLOSING, || silent.still_open() == 0).await;
    let open = silent.still_open();
    let closed = Bound::new(
        "all closed within 15 s",
        if open == 0 { format!("{:.1} s", took.as_secs_f64()) } else { format!("{open} of {COUNT} are open") },
        open == 0,
    );
    // Keep the silent connections open until here.
    drop(silent);
    let beside = Silent::open(&scene.server.address, COUNT / 10, &silence).await?;
    let row = scene.finish_and_end(name, GROWTH_MIB, vec![closed]).await;
    drop(beside);
    row
}

async fn few_files(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let setting = Setting { open_files: Some(FEW_FILES), ..Setting::stub() };
    let scene = stage.scene_of_gets(&setting).await?;
    let mut silent = Silent::default();
    silent.begin_to_open(&scene.server.address, MORE_THAN_FILES);
    // Long enough for all connections that the server accepts.
    scene.until(Duration::from_secs(1), || false).await;
    let begun = Instant::now();
    let served = timeout(Duration::from_secs(1), new_client(&scene)).await.is_ok_and(|served| served.is_ok());
    let measured = if served { format!("{} ms", begun.elapsed().as_millis()) } else { "it is not".to_owned() };
    let bound = Bound::new("a new client is served within 1 s", measured, served);
    let row = scene.finish_and_end(name, GROWTH_MIB, vec![bound]).await;
    drop(silent);
    row
}

async fn new_client(scene: &Scene) -> anyhow::Result<()> {
    let channel = connect(&scene.server.address, scene.certificate.as_deref()).await?;
    let mut request = Request::new(GetRequest { key: "100-00001".to_owned(), ..GetRequest::default() });
    request.metadata_mut().insert("authorization", format!("Bearer {TOKEN}").parse()?);
    KeyValueServiceClient::new(channel).get(request).await?;
    Ok(())
}
