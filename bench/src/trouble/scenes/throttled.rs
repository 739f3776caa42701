//! An upstream that throttles all items above a limit, or one key.

use std::time::Duration;

use super::{Scene, Span, told};
use crate::trouble::ask::Ask;
use crate::trouble::load::{Answers, Pace};
use crate::trouble::report::{Bound, Row};
use crate::trouble::stage::{Setting, Stage};
use crate::trouble::upstream::Mode;

/// Throttled calls for each call of a client.
const MAX_IN_VAIN: f64 = 0.3;

/// The share of the limit that comes to callers.
const MIN_GOODPUT: f64 = 0.95;

const DEADLINE: Duration = Duration::from_secs(1);

/// How long callers that come again do so.
const PATIENCE: Duration = Duration::from_secs(10);

const HOT: &str = "hot";

/// The healthy keys beside a hot one, and their Gets a second.
const HEALTHY_KEYS: u32 = 1_000;
const HEALTHY_PER_SECOND: u32 = 100;

#[derive(Clone, Copy)]
struct Throttled {
    what: &'static str,
    ask: fn(u32) -> Ask,
    per_second: u32,
    limit: u32,
    patience: Duration,
}

pub(super) fn all() -> Vec<Scene> {
    let create = |nth| Ask::Create(format!("throttled-{nth}"));
    let set = |nth| Ask::Set(format!("throttled-{nth}"));
    let writes = |what, ask, per_second, limit| Throttled { what, ask, per_second, limit, patience: Duration::ZERO };
    let obeying = Throttled { patience: PATIENCE, ..writes("CompareAndSet, again as RetryInfo says", create, 400, 40) };
    let scenes = [
        writes("CompareAndSet", create, 400, 40),
        writes("CompareAndSet", create, 400, 10),
        writes("CompareAndSet", create, 2_000, 200),
        writes("shared Set", set, 400, 40),
        obeying,
    ];
    let mut all: Vec<Scene> = scenes.into_iter().map(Throttled::scene).collect();
    all.push(Scene::new("throttled: Get of a hot key 400/s, limit 40/s, beside 100/s of other keys", |stage, name| {
        Box::pin(hot(stage, name))
    }));
    all
}

impl Throttled {
    fn scene(self) -> Scene {
        let Self { what, per_second, limit, .. } = self;
        Scene::new(format!("throttled: {what} {per_second}/s, limit {limit}/s"), move |stage, name| {
            Box::pin(self.run(stage, name))
        })
    }

    async fn run(self, stage: &Stage, scene: String) -> anyhow::Result<Row> {
        let span = Span::of(stage);
        let setting = stage.start(Mode::limit(self.limit)).await?;
        let pace = Pace { per_second: self.per_second, time: span.time, deadline: DEADLINE, patience: self.patience };
        let answers = pace.run(&setting.clients, self.ask).await?;
        Ok(Row { scene, bounds: bounds(&setting, &answers, self.limit, &span), told: told(&setting, &answers) })
    }
}

/// Gets of a hot key beside Gets of others.
async fn hot(stage: &Stage, scene: String) -> anyhow::Result<Row> {
    const LIMIT: u32 = 40;
    let span = Span::of(stage);
    let setting = stage.start(Mode::hot(LIMIT, HOT)).await?;
    setting.upstream.store(HOT.to_owned());
    (0..HEALTHY_KEYS).for_each(|nth| setting.upstream.store(healthy(nth)));
    let pace = Pace { per_second: 400, time: span.time, deadline: DEADLINE, patience: Duration::ZERO };
    let beside = Pace { per_second: HEALTHY_PER_SECOND, ..pace };
    let (hot, others) = tokio::join!(
        pace.run(&setting.clients, |_| Ask::Get(HOT.to_owned())),
        beside.run(&setting.clients, |nth| Ask::Get(healthy(nth)))
    );
    let (hot, others) = (hot?, others?);
    let mut bounds = bounds(&setting, &hot, LIMIT, &span);
    bounds.push(Bound::none("failed Gets of other keys", others.failed(), others.calls()));
    let mut told = told(&setting, &hot);
    told.push(format!("other keys: {}", others.text()));
    Ok(Row { scene, bounds, told })
}

fn healthy(nth: u32) -> String {
    format!("healthy-{}", nth % HEALTHY_KEYS)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn bounds(setting: &Setting, answers: &Answers, limit: u32, span: &Span) -> Vec<Bound> {
    let in_vain = setting.upstream.counts().sum(|count| count.throttled) as f64 / answers.sent() as f64;
    let goodput = answers.goodput(span.counts_from, span.time) / f64::from(limit);
    let (refused, with_retry_info) = answers.refused();
    vec![
        Bound::at_most("throttled calls upstream for each call", in_vain, MAX_IN_VAIN),
        Bound::at_least("calls that end well, of the limit", goodput, MIN_GOODPUT),
        Bound::all("refusals with RetryInfo", with_retry_info, refused),
    ]
}
