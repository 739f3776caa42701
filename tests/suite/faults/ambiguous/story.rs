//! What happens around an attempt whose answer is lost.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::write::{Write, of_another, tally};
use crate::support::faults::{ANY, Answer, Call, Upstream, What};
use crate::support::{Item, World, Writer, number};

/// When DynamoDB carries out the first attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    Never,
    AtOnce,
    /// After another writer, and before the next call of the driver.
    BeforeNext,
    /// While the answer to the next call is on its way.
    AfterNext,
    /// When the caller has its answer.
    AfterAll,
}

pub(super) const ARRIVALS: [Arrival; 5] =
    [Arrival::Never, Arrival::AtOnce, Arrival::BeforeNext, Arrival::AfterNext, Arrival::AfterAll];

/// What another writer does in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Another {
    Nothing,
    Overwrites,
    /// Deletes the entry, as a consumer of a queue does.
    Removes,
    /// Makes the entry as it was before, but with a new version.
    Restores,
}

pub(super) const OTHERS: [Another; 4] = [Another::Nothing, Another::Overwrites, Another::Removes, Another::Restores];

#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) loss: What,
    pub(super) arrival: Arrival,
    /// Between the first attempt and the next call of the driver: the second attempt, or a read.
    pub(super) before_next: Another,
    /// Between that call and its answer.
    pub(super) after_next: Another,
    /// The answer to that call is lost as well.
    pub(super) next_is_lost: bool,
}

/// Plays a story on one entry, and counts how often the write changes what is stored.
#[derive(Clone)]
pub(super) struct Play(Arc<Mutex<Stage>>);

struct Stage {
    write: Write,
    story: Story,
    key: String,
    before: Option<Item>,
    writer: Writer,
    /// Calls of the action before the one to lose.
    skips: usize,
    /// Calls since then, and that one.
    calls: usize,
    held: Option<(Call, Upstream)>,
    effects: usize,
}

impl Play {
    /// Begins with the next call of the write.
    pub(super) fn begin(world: &World, write: Write, story: &Story, key: &str, before: Option<Item>) -> Self {
        let play = Self(Arc::new(Mutex::new(Stage {
            write,
            story: story.clone(),
            key: key.to_owned(),
            before,
            writer: world.writer(),
            skips: write.calls_before(),
            calls: 0,
            held: None,
            effects: 0,
        })));
        let stage = Arc::clone(&play.0);
        world.faults.rule(ANY, usize::MAX, move |call, upstream| {
            let stage = Arc::clone(&stage);
            async move { Box::pin(stage.lock().await.answer(call, upstream)).await }
        });
        play
    }

    /// The number of effects so far.
    pub(super) async fn effects(&self) -> usize {
        self.0.lock().await.effects
    }

    /// Plays what is left when the caller has its answer. Returns the number of all effects.
    pub(super) async fn end(&self) -> usize {
        let mut stage = self.0.lock().await;
        if stage.calls < 2 {
            stage.gap(stage.story.after_next).await;
        }
        stage.arrive().await;
        stage.effects
    }
}

impl Stage {
    async fn answer(&mut self, call: Call, upstream: Upstream) -> Answer {
        let is_write = call.operation == self.write.action();
        if !is_write && call.operation != "GetItem" {
            return upstream.call(call).await;
        }
        if is_write && self.skips > 0 {
            self.skips -= 1;
            return upstream.call(call).await;
        }
        self.calls += 1;
        match self.calls {
            1 => Box::pin(self.first(call, upstream)).await,
            2 => {
                let answer = self.carry_out(call, &upstream).await;
                self.gap(self.story.after_next).await;
                if self.story.arrival == Arrival::AfterNext {
                    self.arrive().await;
                }
                if self.story.next_is_lost { self.story.loss.clone().instead_of(Some(answer)).await } else { answer }
            }
            _ => self.carry_out(call, &upstream).await,
        }
    }

    async fn first(&mut self, call: Call, upstream: Upstream) -> Answer {
        let real = match self.story.arrival {
            Arrival::Never => None,
            Arrival::AtOnce => Some(self.carry_out(call, &upstream).await),
            Arrival::BeforeNext | Arrival::AfterNext | Arrival::AfterAll => {
                self.held = Some((call, upstream));
                None
            }
        };
        self.gap(self.story.before_next).await;
        if self.story.arrival == Arrival::BeforeNext {
            self.arrive().await;
        }
        self.story.loss.clone().instead_of(real).await
    }

    /// Carries out the first attempt, if it has not arrived yet.
    async fn arrive(&mut self) {
        if let Some((call, upstream)) = self.held.take() {
            drop(self.carry_out(call, &upstream).await);
        }
    }

    async fn carry_out(&mut self, call: Call, upstream: &Upstream) -> Answer {
        let before = self.stored().await;
        let answer = upstream.call(call).await;
        self.effects += usize::from(self.stored().await != before);
        answer
    }

    async fn stored(&self) -> [Option<Item>; 2] {
        let tally = if self.write.has_tally() { self.writer.item(&tally(&self.key)).await } else { None };
        [self.writer.item(&self.key).await, tally]
    }

    async fn gap(&self, another: Another) {
        match (another, &self.before) {
            (Another::Nothing, _) => {}
            (Another::Overwrites, _) => self.writer.put(&self.key, of_another()).await,
            (Another::Removes, _) | (Another::Restores, None) => self.writer.delete(&self.key).await,
            (Another::Restores, Some(before)) => self.writer.put_item(with_new_version(before.clone())).await,
        }
    }
}

/// DynaKV never writes a version twice. Another program may.
fn with_new_version(mut item: Item) -> Item {
    if let Some(version) = item.get_mut("dkv_ver") {
        let old: i64 = version.as_n().unwrap().parse().unwrap();
        if old >= 1 << 61 {
            *version = number(old ^ 1);
        }
    }
    item
}
