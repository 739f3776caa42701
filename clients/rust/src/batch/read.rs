//! Reads any number of keys: in requests that the server takes, each with a stream of answers.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use super::answer::{Answer, FoundStream};
use super::{common_failure, part};
use crate::entry::unreadable;
use crate::error::Failure;
use crate::method::Method;
use crate::{Call, Client, Error};

/// A request for many keys, which is answered by a stream of results.
pub(super) trait BatchRead: Clone + Send + Sync + 'static {
    /// The generated message of the stream.
    type Response: Send + 'static;

    /// What becomes of a key.
    type Answer: Answer;

    /// Its entry in the retry table.
    const METHOD: Method;

    /// The size of each key in the request.
    fn sizes(&self) -> Vec<usize>;

    /// The size of a request without any keys.
    fn bytes_beside(&self) -> usize;

    /// The request for some of the keys.
    fn part(&self, range: Range<usize>) -> Self;

    /// Sends it once.
    fn send(
        client: &Client,
        request: Request<Self>,
    ) -> impl Future<Output = Result<Response<Streaming<Self::Response>>, Status>> + Send;

    /// The results of a message, with the indexes of their keys.
    fn results(response: Self::Response) -> impl Iterator<Item = (u32, Self::Answer)> + Send;
}

/// Gives the answers one by one as they come in.
pub(super) fn stream<R: BatchRead>(call: Call<R>) -> FoundStream<R::Answer> {
    let parts = part::split(call.request.sizes(), call.request.bytes_beside());
    let call = Arc::new(call);
    let answers = stream::iter(parts).flat_map(move |part| stream::unfold(Part::new(&call, part), Part::next));
    FoundStream(answers.boxed())
}

/// Gives all answers at the end, in the order of the keys. Fails if all keys failed with the same code.
pub(super) async fn collect<R: BatchRead>(call: Call<R>) -> Result<Vec<R::Answer>, Error> {
    // Each position is answered; this stands where none has come yet.
    let mut all = vec![R::Answer::missing(); call.request.sizes().len()];
    let mut answers = stream(call);
    while let Some((position, found)) = answers.next().await {
        all.get_mut(position).into_iter().for_each(|slot| *slot = found.clone());
    }
    match common_failure(&all, R::Answer::failure).and_then(R::Answer::failure) {
        Some(failure) => Err(Error::Failed(Box::new(failure.as_ref().clone()))),
        None => Ok(all),
    }
}

/// One request, and its answers as they come in.
struct Part<R: BatchRead> {
    call: Arc<Call<R>>,
    range: Range<usize>,
    /// `None` before it is sent.
    answers: Option<(Streaming<R::Response>, Instant)>,
    /// Came in with others, not yet given away.
    ready: VecDeque<(usize, R::Answer)>,
    unanswered: HashSet<usize>,
}

impl<R: BatchRead> Part<R> {
    fn new(call: &Arc<Call<R>>, range: Range<usize>) -> Self {
        let unanswered = range.clone().collect();
        Self { call: Arc::clone(call), range, answers: None, ready: VecDeque::new(), unanswered }
    }

    async fn next(mut self) -> Option<((usize, R::Answer), Self)> {
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
            let failure = R::Answer::of(failure);
            self.ready.extend(self.unanswered.drain().map(|position| (position, failure.clone())));
        }
    }

    /// The next message, the first one after sending the request as the retry policy has it.
    async fn receive(&mut self) -> Result<Option<R::Response>, Failure> {
        let call = Arc::clone(&self.call);
        let sender = call.client.sender();
        let (stream, deadline) = match &mut self.answers {
            Some((stream, deadline)) => (stream, *deadline),
            unsent @ None => {
                let deadline = sender.deadline(call.time_allowed());
                let sent =
                    sender.send(R::METHOD, call.time_allowed(), |left| self::send(&call, self.range.clone(), left));
                let stream = sent.await.map_err(|given_up| given_up.failure)?.answer;
                (&mut unsent.insert((stream, deadline)).0, deadline)
            }
        };
        sender.within(sender.left(deadline), stream.message()).await.map_err(Failure::from)
    }

    fn take(&mut self, message: R::Response) -> Result<(), Status> {
        for (index, answer) in R::results(message) {
            let index = usize::try_from(index).map_err(|_| unreadable("an index out of range"))?;
            let position = self.range.start.saturating_add(index);
            if !self.unanswered.remove(&position) {
                return Err(unreadable("a result that belongs to no key"));
            }
            self.ready.push_back((position, answer));
        }
        Ok(())
    }
}

async fn send<R: BatchRead>(
    call: &Call<R>,
    range: Range<usize>,
    left: Duration,
) -> Result<Streaming<R::Response>, Status> {
    let request = call.wrap(call.request.part(range.clone()), left);
    let sent = R::send(&call.client, request).await;
    let in_callers_words = |status| part::in_callers_words(status, |index| Some(range.start + index));
    Ok(sent.map_err(in_callers_words)?.into_inner())
}

macro_rules! batch_read {
    ($request:ident, $answer:ident) => {
        impl Call<pb::$request> {
            /// Sends it, and gives the answers one by one as they come in; `.await` instead gives all of them at the end.
            ///
            /// A request that fails for good, or breaks off, leaves what it asked for [`Failed`]($answer::Failed).
            #[must_use]
            pub fn stream(self) -> FoundStream<$answer> {
                read::stream(self)
            }
        }

        impl IntoFuture for Call<pb::$request> {
            /// For each position, in their order, what became of it. The failure, if all of them failed with the same code.
            type Output = Result<Vec<$answer>, Error>;
            type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(read::collect(self))
            }
        }
    };
}

pub(super) use batch_read;
