//! The attacks at full size, and the bounds that have to hold.

mod bodies;
mod floods;
mod messages;
mod patterns;
mod resets;
mod silence;
mod unread;
mod unread_log;

use std::pin::Pin;

use super::report::Row;
use super::scene::Stage;

/// The default memory budget on a machine with 4 GiB or more, in MiB.
const BUDGET_MIB: f64 = 1_024.0;

/// A budget of 128 MiB, and what a server may use beside it, in MiB.
const SMALL_BUDGET_MIB: f64 = 128.0 + 32.0;

type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Row>> + 'a>>;

type Run = Box<dyn for<'a> Fn(&'a Stage, String) -> Running<'a>>;

/// An attack and its name.
pub(super) struct Attack {
    pub(super) name: String,
    run: Run,
}

impl Attack {
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

/// All attacks.
pub(super) fn all() -> Vec<Attack> {
    let mut all = messages::all();
    all.extend(bodies::all());
    all.extend(unread::all());
    all.extend(silence::all());
    all.extend(resets::all());
    all.push(Attack::new("100,000 refused calls whose log nobody reads", |stage, name| {
        Box::pin(unread_log::run(stage, name))
    }));
    all.push(Attack::new("globs: *, 1,000 × a, b*, over 3,000 keys of 2 KB, 4 callers", |stage, name| {
        Box::pin(patterns::run(stage, name))
    }));
    all.extend(floods::all());
    all
}
