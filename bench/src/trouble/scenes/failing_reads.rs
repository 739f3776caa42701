//! An upstream on which BatchGetItem has a fault and GetItem works.

use std::time::Duration;

use super::{Scene, told};
use crate::trouble::ask::Ask;
use crate::trouble::load::{Answers, Pace, at_once};
use crate::trouble::report::{Bound, Row};
use crate::trouble::stage::{Setting, Stage};
use crate::trouble::upstream::{Fault, Mode};

/// Gets at once, and Gets a second.
const GETS: u32 = 400;

/// Calls upstream for each Get; without sharing it is one.
const MAX_CALLS: f64 = 1.5;

const DEADLINE: Duration = Duration::from_secs(5);

pub(super) fn all() -> Vec<Scene> {
    let faults = [
        (Fault::Fails, "fails"),
        (Fault::Throttled, "is throttled"),
        (Fault::HalfUnprocessed, "leaves half of its keys"),
    ];
    let scenes = faults.into_iter().flat_map(|(fault, what)| {
        [
            Scene::new(format!("failing reads: 400 Gets at once, BatchGetItem {what}"), move |stage, name| {
                Box::pin(run_at_once(stage, name, fault))
            }),
            Scene::new(format!("failing reads: 400 Gets/s, BatchGetItem {what}"), move |stage, name| {
                Box::pin(run_paced(stage, name, fault))
            }),
        ]
    });
    scenes.collect()
}

fn stored(nth: u32) -> String {
    format!("stored-{nth}")
}

async fn run_at_once(stage: &Stage, scene: String, fault: Fault) -> anyhow::Result<Row> {
    let setting = stage.start(Mode::BatchGetItem(fault)).await?;
    (0..GETS).for_each(|nth| setting.upstream.store(stored(nth)));
    let answers = at_once(&setting.clients, GETS, DEADLINE, |nth| Ask::Get(stored(nth))).await?;
    Ok(Row { scene, bounds: bounds(&setting, &answers, fault), told: told(&setting, &answers) })
}

async fn run_paced(stage: &Stage, scene: String, fault: Fault) -> anyhow::Result<Row> {
    let seconds = stage.pick(10, 3);
    let setting = stage.start(Mode::BatchGetItem(fault)).await?;
    (0..GETS * seconds).for_each(|nth| setting.upstream.store(stored(nth)));
    let time = Duration::from_secs(seconds.into());
    let pace = Pace { per_second: GETS, time, deadline: DEADLINE, patience: Duration::ZERO };
    let answers = pace.run(&setting.clients, |nth| Ask::Get(stored(nth))).await?;
    Ok(Row { scene, bounds: bounds(&setting, &answers, fault), told: told(&setting, &answers) })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn bounds(setting: &Setting, answers: &Answers, fault: Fault) -> Vec<Bound> {
    let reads = setting.upstream.counts().reads() as f64 / answers.calls() as f64;
    let second = match fault {
        Fault::Fails => Bound::none("failed Gets", answers.failed(), answers.calls()),
        // The server cannot know that only shared calls are throttled.
        Fault::Throttled | Fault::HalfUnprocessed => {
            let (refused, with_retry_info) = answers.refused();
            Bound::all("refusals with RetryInfo", with_retry_info, refused)
        }
    };
    vec![Bound::at_most("calls upstream for each Get", reads, MAX_CALLS), second]
}
