use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use aws_sdk_dynamodb::types::{PutRequest, ReturnValue, WriteRequest};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::claims::SharedClaim;
use super::lane::{Admission, Entrance, Line, Took};
use crate::driver::KeyValues;
use crate::driver::aws_error::{Failure, FailureKind};
use crate::driver::batch_write::MAX_CHUNK;
use crate::driver::condition::Rendered;
use crate::driver::error::Upstream;
use crate::driver::layout::Item;
use crate::driver::size;
use crate::model::Key;

/// The most bytes that wait for one shared write: large values keep small ones waiting.
const MAX_BYTES: usize = 1 << 20;

/// Sets that wait.
#[derive(Debug, Default)]
pub(in crate::driver) struct WriteLine {
    waiting: Vec<Waiting>,
    bytes: usize,
}

#[derive(Debug)]
pub(in crate::driver) struct Waiting {
    key: Key,
    item: Item,
    /// Set by whoever decides over it first: the shared call that takes it along, or its caller, who has lost patience.
    is_taken: Arc<AtomicBool>,
    answer: oneshot::Sender<Shared>,
}

/// What a shared call did for one of its members.
#[derive(Debug)]
enum Shared {
    Written,
    /// It certainly did not write this one.
    NotWritten,
    /// It may have: no answer of DynamoDB's says.
    InDoubt(Arc<Upstream>),
}

impl Line for WriteLine {
    type Waiting = Waiting;

    fn push(&mut self, waiting: Waiting) {
        self.bytes += size::of_item(&waiting.item);
        self.waiting.push(waiting);
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn is_full(&self, _: usize) -> bool {
        self.waiting.len() >= MAX_CHUNK || self.bytes >= MAX_BYTES
    }
}

impl KeyValues {
    /// Writes an item once, whatever was there: by itself, or in a call with others.
    pub(in crate::driver) async fn put_plain(&self, key: &Key, item: impl Fn() -> Item) -> Result<(), Failure> {
        if !self.driver.coalescing.writes {
            return self.put_alone(key, item()).await;
        }
        let lane = &self.table.lanes.writes;
        let is_taken = Arc::new(AtomicBool::new(false));
        let (answer, mut answered) = oneshot::channel();
        let waiting = |item| Waiting { key: key.clone(), item, is_taken: Arc::clone(&is_taken), answer };
        match lane.enter() {
            Entrance::Free => return Place::new(self).put(key, item()).await,
            Entrance::Gathers => {
                let place = Place::new(self);
                let mut line = lane.gather().await;
                if line.is_empty() {
                    return place.put(key, item()).await;
                }
                line.push(waiting(item()));
                place.spawn(line);
            }
            Entrance::Closed => match lane.line_up(waiting(item())) {
                Admission::Alone(Waiting { item, .. }) => return Place::new(self).put(key, item).await,
                Admission::Waits => {}
                Admission::Departs(line) => Place::new(self).spawn(line),
            },
        }
        let shared = tokio::select! {
            biased;
            shared = &mut answered => shared,
            () = self.driver.runtime.pause(lane.patience()) => {
                if is_taken.swap(true, Ordering::AcqRel) {
                    // Under way already, so it must not be sent a second time.
                    answered.await
                } else {
                    if let Some(line) = lane.hurry() {
                        Place::new(self).spawn(line);
                    }
                    Ok(Shared::NotWritten)
                }
            }
        };
        match shared {
            Ok(Shared::Written) => Ok(()),
            Ok(Shared::NotWritten) => self.put_alone(key, item()).await,
            Ok(Shared::InDoubt(upstream)) => Err(Failure::in_doubt(upstream)),
            // The shared call came to no end.
            Err(_) => Err(Failure::unreadable()),
        }
    }

    async fn put_alone(&self, key: &Key, item: Item) -> Result<(), Failure> {
        let _claim = self.table.lanes.claims.single(key).await;
        self.put(item, Rendered::default(), ReturnValue::None).await.map(drop)
    }
}

/// A call in flight. When it ends, or is dropped, those who wait take its place.
struct Place {
    call: KeyValues,
    begun: Instant,
    took: Option<Took>,
}

impl Place {
    fn new(call: &KeyValues) -> Self {
        Self { call: call.clone(), begun: Instant::now(), took: None }
    }

    fn answered(&mut self) {
        self.took = Some(Took { time: self.begun.elapsed(), bytes: None });
    }

    /// Writes for one caller.
    async fn put(mut self, key: &Key, item: Item) -> Result<(), Failure> {
        let table = Arc::clone(&self.call.table);
        let _claim = table.lanes.claims.single(key).await;
        self.begun = Instant::now();
        self.call.put(item, Rendered::default(), ReturnValue::None).await?;
        self.answered();
        Ok(())
    }

    /// Writes for those who wait, in a task of its own: no caller's going may end it for the others.
    fn spawn(self, line: WriteLine) {
        // Without a runtime there is nobody to write for them: they end in doubt.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.write(line));
        }
    }

    async fn write(mut self, line: WriteLine) {
        let table = Arc::clone(&self.call.table);
        let mut claim = table.lanes.claims.shared();
        let (mut members, requests) = board(line, &mut claim);
        if requests.is_empty() {
            return;
        }
        self.begun = Instant::now();
        let result = {
            let mut write = Box::pin(self.call.send_writes(requests, false));
            poll_fn(|cx| match write.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Some(result)),
                Poll::Pending if all_have_left(&mut members, cx) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            })
            .await
        };
        // Before the answers: who has one may write the key again.
        drop(claim);
        let Some(result) = result else { return };
        match result {
            Ok((unprocessed, _)) => {
                self.answered();
                answer(members, |key| if unprocessed.contains(key) { Shared::NotWritten } else { Shared::Written });
            }
            Err(Failure { kind, upstream }) if kind.may_have_happened_to_some() => {
                let upstream = Arc::new(upstream);
                answer(members, |_| Shared::InDoubt(Arc::clone(&upstream)));
            }
            Err(Failure { kind, .. }) => {
                if matches!(kind, FailureKind::AccessDenied) {
                    table.lanes.writes.shun();
                }
                answer(members, |_| Shared::NotWritten);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let workers = self.call.driver.runtime.load.workers();
        if let Some(line) = self.call.table.lanes.writes.leave(self.took, workers) {
            Self::new(&self.call).spawn(line);
        }
    }
}

type Members = Vec<(Key, oneshot::Sender<Shared>)>;

/// Those of a line who come along, and what they write. Who has left stays behind; whose key is being written otherwise
/// goes by itself, when its turn has come.
fn board(line: WriteLine, claim: &mut SharedClaim<'_>) -> (Members, Vec<WriteRequest>) {
    let mut members = Vec::with_capacity(line.waiting.len());
    let mut requests = Vec::with_capacity(line.waiting.len());
    for Waiting { key, item, is_taken, answer } in line.waiting {
        if answer.is_closed() || is_taken.swap(true, Ordering::AcqRel) {
            continue;
        }
        let request = PutRequest::builder().set_item(Some(item)).build();
        match request {
            Ok(put) if claim.try_add(&key) => {
                requests.push(WriteRequest::builder().put_request(put).build());
                members.push((key, answer));
            }
            Ok(_) | Err(_) => drop(answer.send(Shared::NotWritten)),
        }
    }
    (members, requests)
}

/// Whether nobody waits any more. Asks one at a time: to be woken when that one leaves is enough.
fn all_have_left(members: &mut Members, cx: &mut Context<'_>) -> bool {
    members.iter_mut().all(|(_, answer)| answer.poll_closed(cx).is_ready())
}

/// A caller that has left does not mind.
fn answer(members: Members, shared: impl Fn(&str) -> Shared) {
    for (key, answer) in members {
        let _left = answer.send(shared(key.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::Claims;
    use super::*;

    #[test]
    fn who_has_left_or_lost_patience_is_not_written_for() {
        let claims = Claims::default();
        let mut line = WriteLine::default();
        let mut answers = Vec::new();
        for (name, is_taken) in [("stays", false), ("impatient", true), ("leaves", false), ("stays", false)] {
            let key = Key::try_from(name.to_owned()).unwrap();
            let (answer, answered) = oneshot::channel();
            let item = Item::from([("pk".to_owned(), AttributeValue::S(name.to_owned()))]);
            line.push(Waiting { key, item, is_taken: Arc::new(AtomicBool::new(is_taken)), answer });
            answers.extend((name != "leaves").then_some(answered));
        }
        let mut claim = claims.shared();
        let (members, requests) = board(line, &mut claim);
        assert_eq!(members.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["stays"]);
        assert_eq!(requests.len(), 1);
        // The second write of a key is not made beside the first.
        let mut answers = answers.into_iter();
        assert!(answers.next().unwrap().try_recv().is_err());
        assert!(answers.next().unwrap().try_recv().is_err());
        assert!(matches!(answers.next().unwrap().try_recv(), Ok(Shared::NotWritten)));
    }
}
