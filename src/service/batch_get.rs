use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use tonic::Status;
use tracing::Span;

use super::{Failure, log};
use crate::driver::{Answer, BatchGet, Error, Found};
use crate::wire::batch::{self, AnswerMessage, StatusBudget};
use crate::wire::status;

/// The results of a batch as a stream of messages, each sent as soon as it has content.
///
/// Waits for the first result that is not a failure. If every key fails with the same code, the whole call fails:
/// dashboards and meshes look at the status of the call.
pub(super) async fn stream<M>(
    mut batch: BatchGet<M::Item>,
    wants_capacity: bool,
    span: Span,
) -> Result<BoxStream<'static, Result<M, Status>>, Failure>
where
    M: AnswerMessage<Item: Clone + Send + 'static> + Send + 'static,
{
    let mut first = Vec::new();
    while !first.iter().any(|(_, found)| !matches!(found, Found::Failed(_))) {
        let Some(answers) = batch.next().await else {
            if let Some(error) = common_failure(&first) {
                return Err(error.into());
            }
            break;
        };
        span.in_scope(|| log_failures(&answers));
        first.extend(answers);
    }
    let mut budget = StatusBudget::default();
    let waiting = batch::messages(first, &mut budget);
    let messages = Messages { waiting, batch, budget, wants_capacity, span };
    Ok(stream::unfold(messages, |mut messages| async {
        let message = messages.next().await?;
        Some((Ok(message), messages))
    })
    .boxed())
}

struct Messages<M: AnswerMessage> {
    waiting: VecDeque<M>,
    batch: BatchGet<M::Item>,
    /// The remaining budget for detailed statuses.
    budget: StatusBudget,
    /// Whether a last message with the consumed capacity has to follow.
    wants_capacity: bool,
    span: Span,
}

impl<M: AnswerMessage<Item: Clone + Send + 'static>> Messages<M> {
    /// Reads more results only after the current ones are sent, so that a slow client slows the reads from DynamoDB.
    async fn next(&mut self) -> Option<M> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Some(message);
            }
            match self.batch.next().await {
                Some(answers) => {
                    self.span.in_scope(|| log_failures(&answers));
                    self.waiting = batch::messages(answers, &mut self.budget);
                }
                None if self.wants_capacity => {
                    self.wants_capacity = false;
                    return Some(batch::last_message(self.batch.consumed()));
                }
                None => return None,
            }
        }
    }
}

/// Logs each failure once, even if many keys share it.
fn log_failures<T>(answers: &[Answer<T>]) {
    let mut logged = None;
    for (_, found) in answers {
        if let Found::Failed(error) = found
            && logged != Some(Arc::as_ptr(error))
        {
            log(error);
            logged = Some(Arc::as_ptr(error));
        }
    }
}

/// The common failure, if all keys failed with the same code.
fn common_failure<T>(answers: &[Answer<T>]) -> Option<Arc<Error>> {
    let mut errors = answers.iter().map(|(_, found)| match found {
        Found::Failed(error) => Some(error),
        Found::Item(_) | Found::Nothing => None,
    });
    let first = errors.next()??;
    let is_like_first = |error: Option<&Arc<Error>>| error.is_some_and(|error| status::same_code(error, first));
    errors.all(is_like_first).then(|| Arc::clone(first))
}
