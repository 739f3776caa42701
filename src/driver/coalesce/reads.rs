use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::lane::{Admission, Entrance, Lane, Line, Took};
use crate::driver::KeyValues;
use crate::driver::aws_error::{Failure, FailureKind};
use crate::driver::batch_get::{MAX_CHUNK, Reader, text};
use crate::driver::layout::Role;
use crate::driver::read::{Consistency, Part, Seen};
use crate::model::{Entry, Key};

/// How much a shared read may be expected to bring, in bytes: large values keep small ones waiting.
const MAX_BYTES: usize = 1 << 20;

/// Gets that wait, by key: a key that several ask for is read once.
///
/// A Get joins only a call that has not begun, so it sees no less than by itself: if it is strongly consistent, every write
/// that was acknowledged before it came.
#[derive(Debug, Default)]
pub(in crate::driver) struct ReadLine(HashMap<String, Vec<oneshot::Sender<Seen>>>);

impl Line for ReadLine {
    type Waiting = (Key, oneshot::Sender<Seen>);

    fn push(&mut self, (key, answer): Self::Waiting) {
        self.0.entry(key.into_string()).or_default().push(answer);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_full(&self, usual_bytes: usize) -> bool {
        self.0.len() >= MAX_CHUNK || self.0.len() * usual_bytes >= MAX_BYTES
    }
}

impl KeyValues {
    /// Reads an entry once: by itself, or in a call with others.
    pub(in crate::driver) async fn see(&self, key: &Key, consistency: Consistency) -> Result<Seen, Failure> {
        if !self.driver.coalescing.reads {
            return self.see_alone(key, consistency).await;
        }
        let lane = self.table.lanes.reads(consistency);
        let answer = match lane.enter() {
            Entrance::Free => return Place::new(self, consistency).see(key).await,
            Entrance::Gathers => {
                let place = Place::new(self, consistency);
                let mut line = lane.gather().await;
                if line.is_empty() {
                    return place.see(key).await;
                }
                let (sender, answer) = oneshot::channel();
                line.push((key.clone(), sender));
                place.spawn(line);
                answer
            }
            Entrance::Closed => {
                let (sender, answer) = oneshot::channel();
                match lane.line_up((key.clone(), sender)) {
                    Admission::Alone(_) => return Place::new(self, consistency).see(key).await,
                    Admission::Waits => {}
                    Admission::Departs(line) => Place::new(self, consistency).spawn(line),
                }
                answer
            }
        };
        match self.wait(lane, consistency, answer).await {
            Some(seen) => Ok(seen),
            // The shared call went wrong, left this key out, or takes too long.
            None => self.see_alone(key, consistency).await,
        }
    }

    /// Waits for the answer of a shared call, as long as there is hope.
    async fn wait(
        &self,
        lane: &Lane<ReadLine>,
        consistency: Consistency,
        answer: oneshot::Receiver<Seen>,
    ) -> Option<Seen> {
        tokio::select! {
            biased;
            seen = answer => seen.ok(),
            () = self.driver.runtime.pause(lane.patience()) => {
                if let Some(line) = lane.hurry() {
                    Place::new(self, consistency).spawn(line);
                }
                None
            }
        }
    }

    async fn see_alone(&self, key: &Key, consistency: Consistency) -> Result<Seen, Failure> {
        let item = self.get_item(key, consistency, Part::Whole).await?;
        Ok(self.visible(item))
    }
}

/// A call in flight. When it ends, or is dropped, those who wait take its place.
struct Place {
    call: KeyValues,
    consistency: Consistency,
    begun: Instant,
    took: Option<Took>,
}

impl Place {
    fn new(call: &KeyValues, consistency: Consistency) -> Self {
        Self { call: call.clone(), consistency, begun: Instant::now(), took: None }
    }

    fn lane(&self) -> &Lane<ReadLine> {
        self.call.table.lanes.reads(self.consistency)
    }

    /// Reads for one caller.
    async fn see(mut self, key: &Key) -> Result<Seen, Failure> {
        self.begun = Instant::now();
        let seen = self.call.see_alone(key, self.consistency).await?;
        self.took = Some(Took { time: self.begun.elapsed(), bytes: Some(size(&seen)) });
        Ok(seen)
    }

    /// Reads for those who wait, in a task of its own: no caller's going may end it for the others.
    fn spawn(self, line: ReadLine) {
        // Without a runtime there is nobody to read for them: each reads by itself.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.read(line));
        }
    }

    async fn read(mut self, ReadLine(mut waiting): ReadLine) {
        waiting.retain(|_, answers| {
            answers.retain(|answer| !answer.is_closed());
            !answers.is_empty()
        });
        if waiting.is_empty() {
            return;
        }
        self.begun = Instant::now();
        let keys: Vec<String> = waiting.keys().cloned().collect();
        let result = {
            let mut fetched = Box::pin(self.fetch(keys));
            poll_fn(|cx| match fetched.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Some(result)),
                Poll::Pending if all_have_left(&mut waiting, cx) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            })
            .await
        };
        match result {
            Some(Ok(seen)) => {
                let bytes = seen.iter().map(|(_, seen)| size(seen)).sum::<usize>() / seen.len().max(1);
                self.took = Some(Took { time: self.begun.elapsed(), bytes: Some(bytes) });
                for (key, seen) in seen {
                    answer(waiting.remove(&key).unwrap_or_default(), seen);
                }
            }
            Some(Err(Failure { kind: FailureKind::AccessDenied, .. })) => self.lane().shun(),
            // It took at least so long; that all have lost patience is no reason not to learn from it.
            None => self.took = Some(Took { time: self.begun.elapsed(), bytes: None }),
            Some(Err(_)) => {}
        }
        // Whoever has no answer now reads by itself: `waiting` is dropped.
    }

    /// What there is under each key that DynamoDB has looked for.
    async fn fetch(&self, keys: Vec<String>) -> Result<Vec<(String, Seen)>, Failure> {
        let reader = Reader::new(self.call.clone(), self.consistency, Part::Whole, false);
        let page = reader.batch_get_item(&keys).await?;
        let key_name = self.call.table.layout().name(Role::Key);
        let unprocessed: HashSet<String> = page.unprocessed.into_iter().collect();
        let mut items = HashMap::with_capacity(page.items.len());
        for item in page.items {
            if let Some(key) = item.get(key_name).and_then(text) {
                items.insert(key.to_owned(), item);
            }
        }
        let looked_for = keys.into_iter().filter(|key| !unprocessed.contains(key));
        Ok(looked_for.map(|key| (items.remove(&key), key)).map(|(item, key)| (key, self.call.visible(item))).collect())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let workers = self.call.driver.runtime.load.workers();
        if let Some(line) = self.lane().leave(self.took, workers) {
            Self::new(&self.call, self.consistency).spawn(line);
        }
    }
}

/// Whether nobody waits any more. Asks one at a time: to be woken when that one leaves is enough.
fn all_have_left(waiting: &mut HashMap<String, Vec<oneshot::Sender<Seen>>>, cx: &mut Context<'_>) -> bool {
    waiting.values_mut().flatten().all(|answer| answer.poll_closed(cx).is_ready())
}

fn answer(mut waiting: Vec<oneshot::Sender<Seen>>, seen: Seen) {
    let last = waiting.pop();
    for answer in waiting {
        // A caller that has left does not mind.
        let _left = answer.send(seen.clone());
    }
    if let Some(answer) = last {
        let _left = answer.send(seen);
    }
}

fn size(seen: &Seen) -> usize {
    seen.as_ref().map_or(0, |entry| entry.as_ref().map_or(0, Entry::size))
}
