//! The scenes and their targets.

mod failing_reads;
mod half;
mod hanging;
mod lost;
mod queued;
mod throttled;

use std::pin::Pin;
use std::time::Duration;

use super::load::Answers;
use super::report::Row;
use super::stage::{Setting, Stage};

type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Row>> + 'a>>;

type Run = Box<dyn for<'a> Fn(&'a Stage, String) -> Running<'a>>;

/// A scene and its name.
pub(super) struct Scene {
    pub(super) name: String,
    run: Run,
}

impl Scene {
    fn new<F>(name: impl Into<String>, run: F) -> Self
    where
        F: for<'a> Fn(&'a Stage, String) -> Running<'a> + 'static,
    {
        Self { name: name.into(), run: Box::new(run) }
    }

    pub(super) async fn run(&self, stage: &Stage) -> Row {
        (self.run)(stage, self.name.clone()).await.unwrap_or_else(|error| Row::failed(self.name.clone(), &error))
    }
}

/// All scenes.
pub(super) fn all() -> Vec<Scene> {
    let mut all = lost::all();
    all.extend(failing_reads::all());
    all.extend(throttled::all());
    all.extend(queued::all());
    all.extend(hanging::all());
    all.extend(half::all());
    all
}

/// How long a load lasts, and after which time its figures count: the server has to find the rate first.
struct Span {
    time: Duration,
    counts_from: Duration,
}

impl Span {
    fn of(stage: &Stage) -> Self {
        let (time, from) = stage.pick((30, 5), (8, 3));
        Self { time: Duration::from_secs(time), counts_from: Duration::from_secs(from) }
    }
}

/// What became of the calls, here and upstream.
fn told(setting: &Setting, answers: &Answers) -> Vec<String> {
    let sent =
        if answers.sent() > answers.calls() as u64 { format!(", sent {}", answers.sent()) } else { String::new() };
    vec![
        format!("{} calls{sent}: {}", answers.calls(), answers.text()),
        format!("upstream: {}", setting.upstream.counts().text()),
    ]
}
