//! Requests that never end.

use std::time::Duration;

use dynakv_abuse::attack::{HeadersOnly, Held, Target, UnfinishedBodies};
use dynakv_abuse::message::{GET, HEALTH_CHECK, SET};
use tokio::time::timeout;

use super::{Attack, BUDGET_MIB, SMALL_BUDGET_MIB};
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::{RELEASE_TIME, Scene, Stage};
use crate::abuse::server::Setting;

/// `limits.body_timeout` by default.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The server may stop extending windows; then the attack goes on with what was sent.
const FILLING: Duration = Duration::from_secs(10);

/// One byte less than the default limit of gRPC libraries.
const HEALTH_BODIES: UnfinishedBodies<'_> =
    UnfinishedBodies { path: HEALTH_CHECK, connections: 1, streams: 200, bytes: (4 << 20) - 1, timeout: "24H" };

/// One byte less than the largest message.
const SETS: UnfinishedBodies<'_> =
    UnfinishedBodies { path: SET, connections: 1, streams: 60, bytes: (16 << 20) - 1, timeout: "24H" };

const SPREAD_SETS: UnfinishedBodies<'_> = UnfinishedBodies { connections: 12, streams: 5, ..SETS };

const HEADERS_ONLY: HeadersOnly<'_> = HeadersOnly { path: GET, connections: 5, streams: 1_000, timeout: "24H" };

pub(super) fn all() -> Vec<Attack> {
    let with_budgets = |name: &str, bodies: UnfinishedBodies<'static>| {
        let small = Setting::stub().with_small_budget();
        [(name.to_owned(), Setting::stub(), BUDGET_MIB), (format!("{name}, budget 128 MiB"), small, SMALL_BUDGET_MIB)]
            .map(|(name, setting, growth)| {
                Attack::new(name, move |stage, name| Box::pin(unfinished(stage, name, setting.clone(), bodies, growth)))
            })
    };
    let mut all = Vec::new();
    all.extend(with_budgets("200 unfinished health bodies of 4 MiB without a token", HEALTH_BODIES));
    all.extend(with_budgets("60 unfinished Sets of 16 MiB", SETS));
    all.extend(with_budgets("60 unfinished Sets of 16 MiB on 12 connections", SPREAD_SETS));
    all.push(Attack::new("5 × 1,000 header-only calls of 24 hours", |stage, name| {
        Box::pin(headers_only(stage, name))
    }));
    all
}

async fn unfinished(
    stage: &Stage,
    name: String,
    setting: Setting,
    bodies: UnfinishedBodies<'static>,
    growth_mib: f64,
) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&setting).await?;
    // Health checks need no token.
    let target = if bodies.path == HEALTH_CHECK { Target { token: None, ..scene.target() } } else { scene.target() };
    let mut held = bodies.open(target).await?;
    if let Ok(filled) = timeout(FILLING, bodies.fill(&mut held)).await {
        filled?;
    }
    let left = nothing_left(&scene, &held).await;
    scene.finish(name, growth_mib, vec![left]).await
}

async fn headers_only(stage: &Stage, name: String) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&Setting::stub()).await?;
    let held = HEADERS_ONLY.open(scene.target()).await?;
    let left = nothing_left(&scene, &held).await;
    scene.finish(name, BUDGET_MIB, vec![left]).await
}

/// Whether all streams have ended two seconds after the body timeout.
async fn nothing_left(scene: &Scene, held: &Held) -> Bound {
    let limit = BODY_TIMEOUT + RELEASE_TIME;
    let took = scene.until(limit, || held.open_streams() == 0).await;
    scene.until(limit.saturating_sub(took), || false).await;
    Bound::none("stream left", held.open_streams(), held.streams())
}
