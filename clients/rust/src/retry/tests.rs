use std::collections::{HashMap, VecDeque};
use std::future::{pending, ready};
use std::pin::Pin;
use std::sync::Mutex;

use tonic_types::{ErrorDetails, StatusExt as _};

use super::*;
use crate::method;

/// A clock that a sleep moves and nothing else. Jitter is always in the middle.
#[derive(Debug)]
struct FakeRuntime {
    start: Instant,
    slept: Mutex<Duration>,
}

impl Default for FakeRuntime {
    fn default() -> Self {
        Self { start: Instant::now(), slept: Mutex::default() }
    }
}

impl FakeRuntime {
    fn slept(&self) -> Duration {
        *self.slept.lock().unwrap()
    }
}

impl Runtime for FakeRuntime {
    fn now(&self) -> Instant {
        self.start + self.slept()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        *self.slept.lock().unwrap() += duration;
        Box::pin(ready(()))
    }

    fn fraction(&self) -> f64 {
        0.5
    }
}

/// Never wakes: for attempts that answer at once, so that only pauses count as sleep.
#[derive(Debug, Default)]
struct Patient(FakeRuntime);

impl Runtime for Patient {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // The timer of an attempt is as long as what is left of the call; a pause is always shorter.
        if self.0.slept() + duration >= TIMEOUT { Box::pin(pending()) } else { self.0.sleep(duration) }
    }

    fn fraction(&self) -> f64 {
        self.0.fraction()
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);

struct Sent {
    result: Result<&'static str, GivenUp>,
    attempts: usize,
    paused: Duration,
}

async fn send(method: Method, answers: impl IntoIterator<Item = Result<&'static str, Status>>) -> Sent {
    let runtime = Arc::new(Patient::default());
    let sender = Sender::new(RetryPolicy::default(), runtime.clone());
    let mut answers: VecDeque<_> = answers.into_iter().collect();
    let planned = answers.len();
    let result = sender.send(method, TIMEOUT, |_| ready(answers.pop_front().expect("an attempt too many"))).await;
    let result = result.map(|answered| answered.answer);
    Sent { result, attempts: planned - answers.len(), paused: runtime.0.slept() }
}

fn unavailable() -> Status {
    Status::unavailable("connection reset")
}

fn not_applied(code: Code) -> Status {
    let metadata = HashMap::from([("outcome".to_owned(), "NOT_APPLIED".to_owned())]);
    Status::with_error_details(code, "overloaded", ErrorDetails::with_error_info("OVERLOADED", "dynakv", metadata))
}

fn with_pushback(ms: &'static str) -> Status {
    let mut status = unavailable();
    status.metadata_mut().insert("grpc-retry-pushback-ms", ms.parse().unwrap());
    status
}

#[tokio::test]
async fn a_read_and_an_idempotent_write_are_sent_again_with_growing_pauses() {
    for method in [method::GET, method::SET, method::COMPARE_AND_SET] {
        let sent = send(method, [Err(unavailable()), Err(Status::resource_exhausted("throttled")), Ok("done")]).await;
        assert_eq!((sent.result.unwrap(), sent.attempts), ("done", 3));
        assert_eq!(sent.paused, Duration::from_millis(100 + 200));
    }
}

#[tokio::test]
async fn a_call_that_could_happen_twice_is_sent_once() {
    for method in [method::INCREMENT, method::COMPARE_AND_DELETE] {
        let sent = send(method, [Err(not_applied(Code::Unavailable)), Ok("never")]).await;
        assert_eq!((sent.result.unwrap_err().failure.code(), sent.attempts), (Code::Unavailable, 1));
    }
}

#[tokio::test]
async fn other_codes_are_not_sent_again() {
    for code in [Code::Unknown, Code::Internal, Code::Aborted, Code::DeadlineExceeded, Code::InvalidArgument] {
        let sent = send(method::GET, [Err(Status::new(code, "no")), Ok("never")]).await;
        assert_eq!((sent.result.unwrap_err().failure.code(), sent.attempts), (code, 1));
    }
}

#[tokio::test]
async fn attempts_end_with_the_policy() {
    let sent = send(method::GET, (0..9).map(|_| Err(unavailable()))).await;
    assert!(sent.result.is_err());
    assert_eq!(sent.attempts, 5);
}

#[tokio::test]
async fn the_servers_pushback_goes_before_the_backoff() {
    let sent = send(method::GET, [Err(with_pushback("1500")), Ok("done")]).await;
    assert_eq!((sent.result.unwrap(), sent.paused), ("done", Duration::from_millis(1500)));
    for never in ["-1", "soon"] {
        assert_eq!(send(method::GET, [Err(with_pushback(never)), Ok("never")]).await.attempts, 1);
    }
}

#[tokio::test]
async fn retry_info_lengthens_the_pause() {
    let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(3)));
    let throttled = Status::with_error_details(Code::ResourceExhausted, "throttled", details);
    let sent = send(method::GET, [Err(throttled), Ok("done")]).await;
    assert_eq!(sent.paused, Duration::from_secs(3));
}

#[tokio::test]
async fn no_attempt_begins_after_the_deadline() {
    let sent = send(method::GET, [Err(with_pushback("10000")), Ok("never")]).await;
    assert_eq!((sent.attempts, sent.paused), (1, Duration::ZERO));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_deadline() {
    let sender = Sender::new(RetryPolicy::default(), Arc::new(FakeRuntime::default()));
    let mut left = Vec::new();
    let result: Result<Answered<()>, _> = sender
        .send(method::SET, TIMEOUT, |time| {
            left.push(time);
            pending()
        })
        .await;
    let given_up = result.unwrap_err();
    assert_eq!((given_up.failure.code(), given_up.changed_nothing), (Code::DeadlineExceeded, false));
    assert_eq!(left, [TIMEOUT]);
}

#[tokio::test]
async fn an_answer_says_whether_an_earlier_attempt_may_have_written() {
    for (first, in_doubt) in [(not_applied(Code::Unavailable), false), (unavailable(), true)] {
        let sender = Sender::new(RetryPolicy::default(), Arc::new(Patient::default()));
        let mut answers = VecDeque::from([Err(first), Ok(())]);
        let answered = sender.send(method::SET, TIMEOUT, |_| ready(answers.pop_front().unwrap())).await.unwrap();
        assert_eq!(answered.in_doubt, in_doubt);
    }
}

#[tokio::test]
async fn one_attempt_that_may_have_written_leaves_the_outcome_unknown() {
    let refused = || not_applied(Code::Unavailable);
    let sent = send(method::SET, [Err(refused()), Err(refused()), Err(not_applied(Code::InvalidArgument))]).await;
    assert!(sent.result.unwrap_err().changed_nothing);
    let sent = send(method::SET, [Err(refused()), Err(unavailable()), Err(not_applied(Code::InvalidArgument))]).await;
    assert!(!sent.result.unwrap_err().changed_nothing);
}

#[tokio::test]
async fn many_failures_stop_retries_until_calls_succeed_again() {
    let sender = Sender::new(RetryPolicy::default(), Arc::new(Patient::default()));
    let attempts_of = async |fails: bool| {
        let mut attempts = 0;
        let answer = |_| {
            attempts += 1;
            ready(if fails { Err(unavailable()) } else { Ok(()) })
        };
        let _ = sender.send(method::GET, TIMEOUT, answer).await;
        attempts
    };
    assert_eq!(attempts_of(true).await, 5);
    assert_eq!(attempts_of(true).await, 1, "the bucket is half empty");
    for _ in 0..30 {
        attempts_of(false).await;
    }
    assert_eq!(attempts_of(true).await, 2, "30 successes are worth 3 tokens");
}
