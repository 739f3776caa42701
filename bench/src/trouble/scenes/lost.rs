//! An upstream that carries out shared calls and loses their answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Scene, told};
use crate::trouble::ask::Ask;
use crate::trouble::load::in_flight;
use crate::trouble::report::{Bound, Row};
use crate::trouble::stage::Stage;
use crate::trouble::upstream::Mode;

const WORKERS: u32 = 300;

/// Shared calls whose answers are lost.
const LOST: u32 = 40;

const DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait for as many shared calls.
const MAX_TIME: Duration = Duration::from_secs(30);

/// How many keys there are to read.
const KEYS: u32 = 10_000;

pub(super) fn all() -> Vec<Scene> {
    vec![
        Scene::new("lost: 300 Sets in flight, 40 shared calls without an answer", |stage, name| {
            Box::pin(run(stage, name, Mode::lost(LOST, 0), |nth| Ask::Set(format!("lost-{nth}"))))
        }),
        Scene::new("lost: 300 Gets in flight, 40 shared calls without an answer", |stage, name| {
            Box::pin(run(stage, name, Mode::lost(0, LOST), |nth| Ask::Get(stored(nth))))
        }),
    ]
}

fn stored(nth: u32) -> String {
    format!("stored-{}", nth % KEYS)
}

async fn run(stage: &Stage, scene: String, mode: Mode, ask: fn(u32) -> Ask) -> anyhow::Result<Row> {
    let setting = stage.start(mode).await?;
    (0..KEYS).for_each(|nth| setting.upstream.store(stored(nth)));
    let (upstream, begun) = (Arc::clone(&setting.upstream), Instant::now());
    let is_over = move || upstream.counts().sum(|count| count.lost) >= LOST.into() || begun.elapsed() > MAX_TIME;
    let answers = in_flight(&setting.clients, WORKERS, DEADLINE, ask, is_over).await?;
    let lost = setting.upstream.counts().sum(|count| count.lost);
    let bounds = vec![
        Bound::all("answers lost", usize::try_from(lost)?, LOST as usize),
        Bound::none("OUTCOME_UNKNOWN", answers.named("OUTCOME_UNKNOWN"), answers.calls()),
        Bound::none("failed calls", answers.failed(), answers.calls()),
    ];
    Ok(Row { scene, bounds, told: told(&setting, &answers) })
}
