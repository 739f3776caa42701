use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::IntoFuture;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use prost::Message as _;
use tonic::{Status, Streaming};

use super::{common_failure, part};
use crate::entry::unreadable;
use crate::error::Failure;
use crate::method::BATCH_GET;
use crate::{Call, Entry, Error, pb};

/// What became of one key of a [`batch_get`](crate::Client::batch_get).
#[derive(Debug, Clone)]
pub enum Found {
    /// The entry.
    Entry(Entry),
    /// There is no such entry.
    Missing,
    /// The key could not be read.
    Failed(Arc<Failure>),
}

impl Found {
    fn failure(&self) -> Option<&Arc<Failure>> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Entry(_) | Self::Missing => None,
        }
    }
}

/// The answers to a batch of keys as they come in: each position of the keys exactly once, in no particular order.
///
/// Whoever takes them slowly slows the reading. Dropped, it ends the reading.
pub struct FoundStream(BoxStream<'static, (usize, Found)>);

impl FoundStream {
    /// The next answer, or `None` after the last one.
    pub async fn next(&mut self) -> Option<(usize, Found)> {
        self.0.next().await
    }
}

impl Stream for FoundStream {
    type Item = (usize, Found);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for FoundStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FoundStream")
    }
}

impl Call<pb::BatchGetRequest> {
    /// Sends it, and gives the answers one by one as they come in; `.await` instead gives all of them at the end.
    ///
    /// A request that fails for good, or breaks off, leaves its keys [`Found::Failed`].
    #[must_use]
    pub fn stream(self) -> FoundStream {
        // No keys, and `consistent_read` whether it is set or not.
        let beside = pb::BatchGetRequest { consistent_read: true, ..self.part(0..0) }.encoded_len();
        let parts = part::split(self.request.keys.iter().map(String::len), beside);
        let call = Arc::new(self);
        let answers = stream::iter(parts).flat_map(move |part| stream::unfold(Part::new(&call, part), Part::next));
        FoundStream(answers.boxed())
    }

    fn part(&self, range: Range<usize>) -> pb::BatchGetRequest {
        let pb::BatchGetRequest { table, keys, consistent_read, return_consumed_capacity } = &self.request;
        pb::BatchGetRequest {
            table: table.clone(),
            keys: keys.get(range).unwrap_or_default().to_vec(),
            consistent_read: *consistent_read,
            return_consumed_capacity: *return_consumed_capacity,
        }
    }

    async fn collect(self) -> Result<Vec<Found>, Error> {
        // Each position is answered; this stands where none has come yet.
        let mut all = vec![Found::Missing; self.request.keys.len()];
        let mut answers = self.stream();
        while let Some((position, found)) = answers.next().await {
            all.get_mut(position).into_iter().for_each(|slot| *slot = found.clone());
        }
        match common_failure(&all, Found::failure).and_then(Found::failure) {
            Some(failure) => Err(Error::Failed(Box::new(failure.as_ref().clone()))),
            None => Ok(all),
        }
    }
}

impl IntoFuture for Call<pb::BatchGetRequest> {
    /// For each key, in their order, what became of it. The failure, if all keys failed with the same code.
    type Output = Result<Vec<Found>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.collect())
    }
}

/// One request, and its answers as they come in.
struct Part {
    call: Arc<Call<pb::BatchGetRequest>>,
    range: Range<usize>,
    /// `None` before it is sent.
    answers: Option<(Streaming<pb::BatchGetResponse>, Instant)>,
    /// Came in with others, not yet given away.
    ready: VecDeque<(usize, Found)>,
    unanswered: HashSet<usize>,
}

impl Part {
    fn new(call: &Arc<Call<pb::BatchGetRequest>>, range: Range<usize>) -> Self {
        let unanswered = range.clone().collect();
        Self { call: Arc::clone(call), range, answers: None, ready: VecDeque::new(), unanswered }
    }

    async fn next(mut self) -> Option<((usize, Found), Self)> {
        loop {
            if let Some(answer) = self.ready.pop_front() {
                return Some((answer, self));
            }
            let failure = match self.receive().await {
                Ok(Some(message)) => match self.take(message) {
                    Ok(()) => continue,
                    Err(status) => status.into(),
                },
                Ok(None) if self.unanswered.is_empty() => return None,
                Ok(None) => Failure::from(unreadable("no result for some of the keys")),
                Err(failure) => failure,
            };
            if self.unanswered.is_empty() {
                return None;
            }
            let failure = Found::Failed(Arc::new(failure));
            self.ready.extend(self.unanswered.drain().map(|position| (position, failure.clone())));
        }
    }

    /// The next message, the first one after sending the request as the retry policy has it.
    async fn receive(&mut self) -> Result<Option<pb::BatchGetResponse>, Failure> {
        let call = Arc::clone(&self.call);
        let sender = call.client.sender();
        let (stream, deadline) = match &mut self.answers {
            Some((stream, deadline)) => (stream, *deadline),
            unsent @ None => {
                let deadline = sender.deadline(call.time_allowed());
                let sent =
                    sender.send(BATCH_GET, call.time_allowed(), |left| self::send(&call, self.range.clone(), left));
                let stream = sent.await.map_err(|given_up| given_up.failure)?;
                (&mut unsent.insert((stream, deadline)).0, deadline)
            }
        };
        sender.within(sender.left(deadline), stream.message()).await.map_err(Failure::from)
    }

    fn take(&mut self, message: pb::BatchGetResponse) -> Result<(), Status> {
        for pb::BatchGetResult { index, result } in message.results {
            let index = usize::try_from(index).map_err(|_| unreadable("an index out of range"))?;
            let position = self.range.start.saturating_add(index);
            if !self.unanswered.remove(&position) {
                return Err(unreadable("a result that belongs to no key"));
            }
            self.ready.push_back((position, found(result)));
        }
        Ok(())
    }
}

async fn send(
    call: &Call<pb::BatchGetRequest>,
    range: Range<usize>,
    left: Duration,
) -> Result<Streaming<pb::BatchGetResponse>, Status> {
    let request = call.wrap(call.part(range.clone()), left);
    let sent = call.client.stub().batch_get(request).await;
    let in_callers_words = |status| part::in_callers_words(status, |index| Some(range.start + index));
    Ok(sent.map_err(in_callers_words)?.into_inner())
}

fn found(result: Option<pb::batch_get_result::Result>) -> Found {
    use pb::batch_get_result::{Missing, Result};
    let failure: Failure = match result {
        Some(Result::Found(entry)) => match Entry::try_from(entry) {
            Ok(entry) => return Found::Entry(entry),
            Err(status) => status.into(),
        },
        Some(Result::Missing(Missing {})) => return Found::Missing,
        Some(Result::Failed(status)) => status.into(),
        None => unreadable("a result that is none of the known ones").into(),
    };
    Found::Failed(Arc::new(failure))
}
