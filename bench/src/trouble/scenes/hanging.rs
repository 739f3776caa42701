//! An upstream that never answers calls with some keys.

use std::time::Duration;

use super::{Scene, told};
use crate::trouble::ask::Ask;
use crate::trouble::load::Pace;
use crate::trouble::report::{Bound, Row};
use crate::trouble::stage::{Setting, Stage};
use crate::trouble::upstream::Mode;

/// Keys that hang, and calls on them a second.
const HANGING: &str = "hanging-";
const HANGING_KEYS: u32 = 10;
const HANGING_PER_SECOND: u32 = 20;

/// Calls a second on healthy keys.
const PER_SECOND: u32 = 100;

/// Together with the rate: 700 calls.
const TIME: Duration = Duration::from_secs(7);

const DEADLINE: Duration = Duration::from_secs(2);

pub(super) fn all() -> Vec<Scene> {
    vec![
        Scene::new("hanging: 700 Gets of healthy keys, 100/s, beside 20/s of 10 keys that hang", |stage, name| {
            Box::pin(run(stage, name, Ask::Get, |_, failed, calls| {
                Bound::none("failed Gets of healthy keys", failed, calls)
            }))
        }),
        Scene::new("hanging: 700 Sets of healthy keys, 100/s, beside 20/s of 10 keys that hang", |stage, name| {
            Box::pin(run(stage, name, Ask::Set, |setting, failed, _| {
                let beside = setting.upstream.counts().sum(|count| count.beside);
                Bound::within("failed Sets of healthy keys, of those in calls that hung", failed, beside)
            }))
        }),
    ]
}

async fn run(
    stage: &Stage,
    scene: String,
    ask: fn(String) -> Ask,
    bound: fn(&Setting, usize, usize) -> Bound,
) -> anyhow::Result<Row> {
    let setting = stage.start(Mode::Hang { prefix: HANGING }).await?;
    let healthy = |nth| format!("healthy-{nth}");
    (0..PER_SECOND * 7).for_each(|nth| setting.upstream.store(healthy(nth)));
    let pace = Pace { per_second: PER_SECOND, time: TIME, deadline: DEADLINE, patience: Duration::ZERO };
    let beside = Pace { per_second: HANGING_PER_SECOND, ..pace };
    let (answers, hanging) = tokio::join!(
        pace.run(&setting.clients, |nth| ask(healthy(nth))),
        beside.run(&setting.clients, |nth| ask(format!("{HANGING}{}", nth % HANGING_KEYS)))
    );
    let (answers, hanging) = (answers?, hanging?);
    let bounds = vec![
        bound(&setting, answers.failed(), answers.calls()),
        Bound::all("failed calls on hanging keys", hanging.failed(), hanging.calls()),
    ];
    let mut told = told(&setting, &answers);
    told.push(format!("hanging keys: {}", hanging.text()));
    Ok(Row { scene, bounds, told })
}
