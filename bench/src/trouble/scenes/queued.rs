//! An upstream that works calls off at a fixed rate and lets all others wait, without bound.

use std::time::Duration;

use tokio::time::sleep;

use super::{Scene, Span, told};
use crate::trouble::ask::Ask;
use crate::trouble::load::Pace;
use crate::trouble::report::{Bound, Row};
use crate::trouble::stage::{Setting, Stage};
use crate::trouble::upstream::{Mode, Unit};

/// The share of the upstream's rate that is answered in time.
const MIN_GOODPUT: f64 = 0.8;

const DEADLINE: Duration = Duration::from_millis(500);

/// The stored keys for Gets.
const KEYS: u32 = 60_000;

#[derive(Clone, Copy)]
struct Queued {
    what: &'static str,
    ask: fn(u32) -> Ask,
    shares: bool,
    unit: Unit,
    per_second: u32,
    rate: u32,
}

pub(super) fn all() -> Vec<Scene> {
    let create = |nth| Ask::Create(format!("queued-{nth}"));
    let set = |nth| Ask::Set(format!("queued-{nth}"));
    let get = |nth| Ask::Get(stored(nth));
    let queued = |what, ask, per_second, rate| Queued { what, ask, shares: true, unit: Unit::Call, per_second, rate };
    let alone = |what, ask| Queued { shares: false, ..queued(what, ask, 400, 40) };
    let shared = |what, ask, unit| Queued { unit, ..queued(what, ask, 400, 40) };
    let scenes = [
        queued("CompareAndSet", create, 400, 40),
        queued("CompareAndSet", create, 2_000, 200),
        alone("Get", get),
        alone("Set", set),
        shared("shared Get", get, Unit::Call),
        shared("shared Get", get, Unit::Item),
        shared("shared Set", set, Unit::Call),
        shared("shared Set", set, Unit::Item),
    ];
    let mut all: Vec<Scene> = scenes.into_iter().map(Queued::scene).collect();
    let enough = queued("CompareAndSet", create, 400, 2_000);
    all.push(Scene::new("queued: CompareAndSet 400/s, an upstream of 2,000/s", move |stage, name| {
        Box::pin(enough.run_undisturbed(stage, name))
    }));
    let step = queued("CompareAndSet", create, 400, 40);
    all.push(Scene::new("queued: CompareAndSet 400/s, an upstream of 40/s and then of 400/s", move |stage, name| {
        Box::pin(step.run_faster(stage, name))
    }));
    all
}

fn stored(nth: u32) -> String {
    format!("stored-{}", nth % KEYS)
}

impl Queued {
    fn scene(self) -> Scene {
        let Self { what, per_second, rate, .. } = self;
        let unit = match self.unit {
            Unit::Call => "calls",
            Unit::Item => "items",
        };
        Scene::new(format!("queued: {what} {per_second}/s, an upstream of {rate} {unit}/s"), move |stage, name| {
            Box::pin(self.run(stage, name))
        })
    }

    async fn start(self, stage: &Stage) -> anyhow::Result<Setting> {
        let setting = stage.start_with(Mode::queue(self.rate, self.unit), self.shares).await?;
        if matches!((self.ask)(0), Ask::Get(_)) {
            (0..KEYS).for_each(|nth| setting.upstream.store(stored(nth)));
        }
        Ok(setting)
    }

    fn pace(self, time: Duration) -> Pace {
        Pace { per_second: self.per_second, time, deadline: DEADLINE, patience: Duration::ZERO }
    }

    /// The upstream is slower than its callers.
    async fn run(self, stage: &Stage, scene: String) -> anyhow::Result<Row> {
        let span = Span::of(stage);
        let setting = self.start(stage).await?;
        let answers = self.pace(span.time).run(&setting.clients, self.ask).await?;
        let goodput = answers.goodput(span.counts_from, span.time) / f64::from(self.rate);
        let (refused, with_retry_info) = answers.refused();
        let what = "calls that end well in time, of the rate";
        let goodput = match self.unit {
            Unit::Call => Bound::at_least(what, goodput, MIN_GOODPUT),
            // The limit counts calls, and a shared call of many items takes longer than its members have.
            Unit::Item => Bound::shown(what, goodput),
        };
        let bounds = vec![goodput, Bound::all("refusals with RetryInfo", with_retry_info, refused)];
        Ok(Row { scene, bounds, told: told(&setting, &answers) })
    }

    /// The upstream is faster than its callers.
    async fn run_undisturbed(self, stage: &Stage, scene: String) -> anyhow::Result<Row> {
        let span = Span::of(stage);
        let setting = self.start(stage).await?;
        let answers = self.pace(span.time).run(&setting.clients, self.ask).await?;
        let bounds = vec![Bound::all("calls that end well", answers.ok(), answers.calls())];
        Ok(Row { scene, bounds, told: told(&setting, &answers) })
    }

    /// The upstream becomes as fast as its callers after half of the time, and the server has five seconds to notice.
    async fn run_faster(self, stage: &Stage, scene: String) -> anyhow::Result<Row> {
        const NOTICED: Duration = Duration::from_secs(5);
        const FASTER: u32 = 400;
        let half = Duration::from_secs(stage.pick(15, 5));
        let time = half + NOTICED + half;
        let setting = self.start(stage).await?;
        let faster = async {
            sleep(half).await;
            if let Mode::Queue { queue, .. } = setting.upstream.mode() {
                queue.set_rate(FASTER);
            }
        };
        let (answers, ()) = tokio::join!(self.pace(time).run(&setting.clients, self.ask), faster);
        let answers = answers?;
        let goodput = answers.goodput(half + NOTICED, time) / f64::from(FASTER);
        let bounds = vec![Bound::at_least("calls that end well 5 s later, of the new rate", goodput, MIN_GOODPUT)];
        Ok(Row { scene, bounds, told: told(&setting, &answers) })
    }
}
