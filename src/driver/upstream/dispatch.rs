//! Sends calls until their outcome is known, or until it cannot become known.
//!
//! # Doubt
//! An attempt is ambiguous if its answer was lost: it may have happened, and it may still happen, even after the caller has an
//! answer. From then on the call is in doubt until it ends. What a later attempt fails with shows only what became of that
//! attempt. So a call in doubt ends as [`Error::OutcomeUnknown`], with one exception: a later attempt shows what became of all
//! of them ([`Verdict::Done`]). Whether there is a later attempt is the decision of each call; for writes see `write/doubt.rs`.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tokio::time::Instant;

use super::attempts::Attempts;
use super::budget::Budget;
use super::connection::Connection;
use super::failure::{Failure, FailureKind};
use super::in_flight::Slot;
use super::pacing::Paced;
use super::send::Request;
use crate::driver::error::Error;
use crate::driver::runtime::Runtime;
use crate::model::Millis;

/// Sends every request of a driver to DynamoDB.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    connection: Connection,
    runtime: Runtime,
    budget: Budget,
}

/// A call to DynamoDB that may take several attempts.
pub(crate) trait Call: Send {
    type Answer: Send;
    type Outcome: Send;

    /// Makes one attempt.
    fn attempt(&mut self) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;

    /// Whether the last attempt sent its request. It may have waited for a lock instead.
    fn was_sent(&self) -> bool {
        true
    }

    /// What the call asks of DynamoDB, to be paced if DynamoDB throttles it. `None` for calls that are not about items.
    fn paced(&self) -> Option<Paced<'_>> {
        None
    }

    /// How many items DynamoDB left unprocessed in the last attempt that it answered.
    fn left(&self) -> usize {
        0
    }

    /// Decides what follows from an attempt.
    fn judge(&mut self, result: Result<Self::Answer, Failure>) -> impl Future<Output = Verdict<Self::Outcome>> + Send;

    /// Whether the call may have happened although an attempt failed like this.
    fn is_ambiguous(&self, failure: &FailureKind) -> bool {
        failure.may_have_happened()
    }

    /// Ends a call that is not sent again, and of which certainly no attempt has happened.
    fn give_up(&mut self, failure: Failure) -> Result<Self::Outcome, Error>;
}

/// The effect of a call without conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It reads, or makes no change that a caller could see.
    Invisible,
    /// It changes a table, and may be sent again. After a lost answer, only a success shows the outcome.
    Change,
    /// It deletes a table. After a lost answer it is not sent again: it could delete the table that another caller has created
    /// since then, with all of its items.
    Loss,
}

/// What follows from an attempt.
pub(crate) enum Verdict<T> {
    /// The call has ended. The outcome is true whatever became of earlier attempts: this attempt succeeded, or the stored item
    /// has the nonce of the call.
    Done(T),
    /// The call has ended. The outcome is true only if no earlier attempt is in doubt.
    Refused(Result<T, Error>),
    /// This attempt may have happened, and the call must not be sent again.
    InDoubt(Failure),
    /// Wait, then send again.
    Again(Failure),
    /// DynamoDB left a part unprocessed: wait, then send that part.
    Partly { progressed: bool },
    /// An expired item was in the way and is deleted: send again without a pause.
    AtOnce,
}

impl Dispatcher {
    pub(crate) fn new(connection: Connection, runtime: Runtime) -> Self {
        Self { connection, runtime, budget: Budget::default() }
    }

    pub(crate) fn client(&self) -> &Client {
        self.connection.client()
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(crate) fn now(&self) -> Millis {
        self.runtime.clock.now()
    }

    /// Sends one request once. Every attempt goes through here.
    pub(crate) async fn send<R: Request>(&self, request: R) -> Result<R::Answer, Failure> {
        let result = request.send(&self.connection).await;
        attempt_ended(R::ACTION, result.as_ref().err());
        result
    }

    /// Makes attempts until the call has ended. `attempts` may be those of an earlier part of the same call.
    pub(crate) async fn run<C: Call>(&self, attempts: &mut Attempts, call: &mut C) -> Result<C::Outcome, Error> {
        // The last ambiguous failure.
        let mut doubt: Option<Failure> = None;
        loop {
            let mut slot = match self.wait_for_turn(attempts, call).await {
                Ok(slot) => slot,
                Err(failure) if doubt.is_some() => return Err(failure.into_unknown()),
                Err(failure) => return call.give_up(failure),
            };
            if let Some(slot) = &mut slot {
                slot.sent();
            }
            let mut result = attempts.make(&self.budget, call.attempt()).await;
            let is_over = !matches!(&result, Err(Failure { kind: FailureKind::Deadline, .. }));
            if let Some(slot) = slot.filter(|_| is_over) {
                slot.answered();
            }
            if let Err(Failure { kind: kind @ FailureKind::Deadline, .. }) = &mut result
                && !call.was_sent()
            {
                *kind = FailureKind::TooLate;
            }
            let verdict = call.judge(result).await;
            count(call, &verdict);
            let failure = match verdict {
                Verdict::Done(outcome) => return Ok(outcome),
                Verdict::Refused(outcome) => return doubt.map_or(outcome, |earlier| Err(earlier.into_unknown())),
                Verdict::InDoubt(failure) => return Err(failure.into_unknown()),
                Verdict::AtOnce => continue,
                Verdict::Again(failure) => failure,
                Verdict::Partly { progressed } => attempts.left_unprocessed(progressed),
            };
            let is_ambiguous = call.is_ambiguous(&failure.kind);
            if !attempts.wait_for_next(&failure.kind, &self.runtime, &self.budget).await {
                let in_doubt = is_ambiguous || doubt.is_some();
                return if in_doubt { Err(failure.into_unknown()) } else { call.give_up(failure) };
            }
            if is_ambiguous {
                doubt = Some(failure);
            }
        }
    }

    /// Waits until the call is due and may be in flight.
    ///
    /// # Errors
    /// It would have to wait for long, and is not that patient. If DynamoDB throttles its table or key, the failure says when it is
    /// worth calling again.
    async fn wait_for_turn<C: Call>(&self, attempts: &mut Attempts, call: &mut C) -> Result<Option<Slot>, Failure> {
        self.wait_until_due(attempts, call).await?;
        let in_flight = call.paced().and_then(|paced| paced.slots());
        attempts.enter(in_flight).await
    }

    /// Waits until the call is due, if DynamoDB throttles its table or key.
    async fn wait_until_due<C: Call>(&self, attempts: &mut Attempts, call: &mut C) -> Result<(), Failure> {
        loop {
            let (asked, turn) = (Instant::now(), attempts.turn());
            let reserved = call.paced().map_or(Ok(Duration::ZERO), |paced| paced.reserve(asked, turn));
            let (wait, has_place) = match reserved {
                Ok(Duration::ZERO) => return Ok(()),
                Ok(wait) => (wait, true),
                Err(after) => match attempts.pause_for_turn(after, &self.runtime) {
                    Some(pause) => (pause, false),
                    None => return Err(attempts.refused_until(after)),
                },
            };
            self.runtime.pause(wait).await;
            if let Some(paced) = call.paced() {
                paced.skip((asked + wait).saturating_duration_since(Instant::now()));
            }
            if has_place {
                return Ok(());
            }
        }
    }

    /// Pauses as after an attempt that left a part unprocessed, then makes attempts until the call has ended.
    pub(crate) async fn resume<C: Call>(&self, attempts: &mut Attempts, call: &mut C) -> Result<C::Outcome, Error> {
        let failure = attempts.left_unprocessed(true);
        if attempts.wait_for_next(&failure.kind, &self.runtime, &self.budget).await {
            return self.run(attempts, call).await;
        }
        call.give_up(failure)
    }

    /// Sends a call without conditions, which may be repeated. `error` turns its last failure into an error.
    pub(crate) async fn repeat<T, F>(
        &self,
        mut attempts: Attempts,
        (effect, paced): (Effect, Option<Paced<'_>>),
        send: impl Fn() -> F + Send,
        error: impl Fn(Failure) -> Error + Send,
    ) -> Result<T, Error>
    where
        T: Send,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.run(&mut attempts, &mut Repeatable { send, error, effect, paced }).await
    }
}

/// Counts for pacing what DynamoDB did with the last attempt.
fn count<C: Call>(call: &C, verdict: &Verdict<C::Outcome>) {
    let Some(paced) = call.paced() else { return };
    let now = Instant::now();
    match verdict {
        Verdict::Done(_) | Verdict::Refused(_) | Verdict::AtOnce | Verdict::Partly { .. } => {
            paced.answered(call.left(), now);
        }
        Verdict::Again(Failure { kind: FailureKind::Throttled, upstream }) => {
            paced.throttled(paced.items, upstream, now);
        }
        // What is lost had its place as well. If it did not count, a table with many lost calls would be paced ever more slowly.
        Verdict::Again(failure) | Verdict::InDoubt(failure) if failure.kind.is_fault() => paced.answered(0, now),
        Verdict::Again(_) | Verdict::InDoubt(_) => {}
    }
}

/// The hook for metrics and traces of attempts.
fn attempt_ended(action: &'static str, failure: Option<&Failure>) {
    tracing::trace!(action, code = failure.and_then(|failure| failure.upstream.code()), failed = failure.is_some());
}

/// A call without conditions. After a transient failure it is sent again, as far as its effect allows.
struct Repeatable<'a, S, E> {
    send: S,
    error: E,
    effect: Effect,
    paced: Option<Paced<'a>>,
}

impl<S, E, T, F> Call for Repeatable<'_, S, E>
where
    S: Fn() -> F + Send,
    E: Fn(Failure) -> Error + Send,
    T: Send,
    F: Future<Output = Result<T, Failure>> + Send,
{
    type Answer = T;
    type Outcome = T;

    fn attempt(&mut self) -> impl Future<Output = Result<T, Failure>> + Send {
        (self.send)()
    }

    fn paced(&self) -> Option<Paced<'_>> {
        self.paced
    }

    async fn judge(&mut self, result: Result<T, Failure>) -> Verdict<T> {
        match result {
            Ok(answer) => Verdict::Done(answer),
            Err(failure) if self.effect == Effect::Loss && failure.kind.may_have_happened() => {
                Verdict::InDoubt(failure)
            }
            Err(failure) => Verdict::Again(failure),
        }
    }

    fn is_ambiguous(&self, failure: &FailureKind) -> bool {
        match self.effect {
            // Nobody can see how often it has happened.
            Effect::Invisible => false,
            Effect::Change | Effect::Loss => failure.may_have_happened(),
        }
    }

    fn give_up(&mut self, failure: Failure) -> Result<T, Error> {
        Err((self.error)(failure))
    }
}
