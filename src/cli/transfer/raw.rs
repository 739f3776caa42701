//! Calls whose messages are bytes. Threads of their own encode and decode them, so that the network never waits for them.

use std::error::Error as StdError;
use std::time::Duration;

use dynakv_client::{Client, Code, Failure, RetryPolicy, Runtime as _, TokioRuntime, Transport};
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{ConnectError, Request, Status};

/// The largest message of the server.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// A method of the server that may be sent again.
#[derive(Clone)]
pub(super) struct RawMethod {
    grpc: Grpc<Transport>,
    path: http::uri::PathAndQuery,
    timeout: Duration,
    policy: RetryPolicy,
    runtime: TokioRuntime,
}

/// An answer.
pub(super) struct Answer {
    pub(super) message: Bytes,
    /// Whether an earlier attempt may have been carried out.
    pub(super) in_doubt: bool,
}

/// A call that was given up.
pub(super) struct GivenUp {
    /// The last failure.
    pub(super) failure: Failure,
    /// Whether an attempt may have been carried out.
    pub(super) in_doubt: bool,
}

impl RawMethod {
    /// Each call may take this long, with its retries.
    pub(super) fn new(client: &Client, path: &'static str, timeout: Duration) -> Self {
        Self {
            grpc: Grpc::new(client.transport()).max_decoding_message_size(MAX_MESSAGE_BYTES),
            path: http::uri::PathAndQuery::from_static(path),
            timeout,
            policy: RetryPolicy::default(),
            runtime: TokioRuntime,
        }
    }

    /// Makes attempts as the client library does: until one succeeds, or none is left, or the time is over.
    pub(super) async fn call(&self, message: &Bytes) -> Result<Answer, GivenUp> {
        let deadline = self.runtime.now() + self.timeout;
        let mut in_doubt = false;
        let mut attempts = 0;
        loop {
            let left = deadline.saturating_duration_since(self.runtime.now());
            let failure = match self.attempt(message.clone(), left).await {
                Ok(message) => return Ok(Answer { message, in_doubt }),
                Err(status) => Failure::from(status),
            };
            attempts += 1;
            in_doubt |= !changed_nothing(&failure);
            let pause = self.pause(attempts, &failure);
            let is_worth_it = matches!(failure.code(), Code::Unavailable | Code::ResourceExhausted);
            let left = deadline.saturating_duration_since(self.runtime.now());
            match pause.filter(|pause| is_worth_it && attempts < self.policy.max_attempts && *pause < left) {
                Some(pause) => self.runtime.sleep(pause).await,
                None => return Err(GivenUp { failure, in_doubt }),
            }
        }
    }

    /// Waits as before the attempt after so many.
    pub(super) async fn back_off(&self, attempts: u32, retry_delay: Option<Duration>) {
        self.runtime.sleep(self.backoff(attempts).max(retry_delay.unwrap_or_default())).await;
    }

    /// The server answers before the deadline; the timer is for one that does not answer at all.
    async fn attempt(&self, message: Bytes, left: Duration) -> Result<Bytes, Status> {
        let mut request = Request::new(message);
        request.set_timeout(left);
        let mut grpc = self.grpc.clone();
        let answer = async {
            grpc.ready().await.map_err(|error| Status::unknown(format!("service was not ready: {error}")))?;
            grpc.unary(request, self.path.clone(), Raw).await
        };
        tokio::select! {
            biased;
            answer = answer => Ok(answer?.into_inner()),
            () = self.runtime.sleep(left) => {
                Err(Status::deadline_exceeded("there was no answer before the deadline of the call"))
            }
        }
    }

    /// None if the server forbids another attempt, by gRPC's `grpc-retry-pushback-ms`.
    fn pause(&self, attempts: u32, failure: &Failure) -> Option<Duration> {
        match failure.status().metadata().get("grpc-retry-pushback-ms") {
            Some(pushback) => Some(Duration::from_millis(pushback.to_str().ok()?.parse::<u32>().ok()?.into())),
            None => Some(self.backoff(attempts).max(failure.retry_delay().unwrap_or_default())),
        }
    }

    fn backoff(&self, attempts: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = self.policy.initial_backoff.saturating_mul(factor).min(self.policy.max_backoff);
        pause.mul_f64(0.8 + 0.4 * self.runtime.fraction())
    }
}

/// Whether the server gave its word that nothing was written, or was not even reached.
pub(super) fn changed_nothing(failure: &Failure) -> bool {
    let causes = std::iter::successors(failure.status().source(), |&error| error.source());
    failure.metadata("outcome") == Some("NOT_APPLIED") || causes.into_iter().any(<dyn StdError>::is::<ConnectError>)
}

/// Messages as they are.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(message.len());
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
