//! The lean client: DynamoDB's JSON protocol for the actions on items, without the SDK's orchestration.
//!
//! ```text
//! json         a request as JSON, an answer from JSON
//! credentials  loaded by the SDK's providers, cached
//! endpoint     resolved by the SDK's rules, cached
//! sign         SigV4
//! ```
//!
//! It sends each request once. Retries are the driver's.

mod answer;
mod credentials;
mod endpoint;
mod json;
mod sign;
mod tables;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::attributes::AccountId;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_types::SdkConfig;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tokio::time::{Instant, timeout_at};

use self::answer::Unusable;
use self::credentials::CredentialsCache;
use self::endpoint::Endpoints;
#[cfg(any(test, feature = "fuzz-internals"))]
pub(crate) use self::json::lean_answers;
use self::json::{Action, Unreadable};
pub(super) use self::json::{read_batch, read_page};
use self::sign::{SignedTo, Signer};
use self::tables::Addressed;
use super::failure::{Failure, FailureKind};
use super::transport::{Request, Transport};
use crate::driver::runtime::SystemRandom;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("dynakv/", env!("CARGO_PKG_VERSION")));

/// Sends requests about items.
pub(super) struct Lean {
    transport: Arc<dyn Transport>,
    credentials: CredentialsCache,
    endpoints: Endpoints,
    signer: Signer,
    time: SharedTimeSource,
    /// For a whole attempt: credentials, request and answer.
    timeout: Option<Duration>,
    /// How far DynamoDB's clock is ahead of this machine's, in milliseconds, once it has refused the time of a signature.
    ahead_ms: AtomicI64,
}

impl Lean {
    pub(super) fn new(config: &SdkConfig, transport: Arc<dyn Transport>) -> Self {
        let sleep = config.sleep_impl().unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new()));
        let timeouts = config.timeout_config();
        Self {
            transport,
            credentials: CredentialsCache::new(
                config.credentials_provider().unwrap_or_else(none),
                sleep,
                Arc::new(SystemRandom),
            ),
            endpoints: Endpoints::new(config),
            signer: Signer::new(),
            time: config.time_source().unwrap_or_default(),
            timeout: timeouts.and_then(|set| set.operation_attempt_timeout().or(set.operation_timeout())),
            ahead_ms: AtomicI64::new(0),
        }
    }

    /// Sends a request once.
    pub(super) async fn send<A: Action + Addressed + Send>(&self, action: A) -> Result<A::Answer, Failure> {
        self.send_and_read(action, A::read).await
    }

    /// Sends a request once, and reads its answer by this function.
    pub(super) async fn send_and_read<A: Action + Addressed + Send, T>(
        &self,
        action: A,
        read: impl Fn(&[u8]) -> Result<T, Unreadable> + Send,
    ) -> Result<T, Failure> {
        let until = self.timeout.map(|timeout| (Instant::now() + timeout, timeout));
        let now = self.now();
        let credentials = within(until, self.credentials.get(now)).await.map_err(Failure::not_sent)?;
        let credentials = credentials.map_err(Failure::without_credentials)?;
        let request = self.request(&action, &credentials, now)?;
        // It may hold large values, which the body of the request has as well.
        drop(action);
        let exchange = async {
            let (head, body) = self.transport.send(request).await?.into_parts();
            let body = body.collect(answer::MAX_BYTES).await?;
            answer::read(&head, &body, read).inspect_err(|failure| self.learn(failure, &head.headers, &credentials))
        };
        // Too late, it may have been carried out.
        within(until, exchange).await.unwrap_or_else(|late| Err(late.into()))
    }

    /// The signed request.
    fn request<A: Action + Addressed + Send>(
        &self,
        action: &A,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<Request, Failure> {
        let account = credentials.account_id().map(AccountId::as_str);
        let to = self.endpoints.resolve(action.table(), account).map_err(Failure::unsendable)?;
        let mut body = Vec::new();
        action.write(&mut body);
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::HOST, to.host.clone());
        headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        headers.insert(header::USER_AGENT, USER_AGENT);
        headers.insert(TARGET, A::TARGET);
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        let signed_to = SignedTo { host: &to.host, path: &to.path, region: &to.region, service: &to.service };
        self.signer.sign(&mut headers, &signed_to, &body, credentials, now).map_err(Failure::without_credentials)?;
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = to.uri.clone();
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// The time by DynamoDB's clock, as far as it is known.
    fn now(&self) -> SystemTime {
        let ahead = self.ahead_ms.load(Ordering::Relaxed);
        let difference = Duration::from_millis(ahead.unsigned_abs());
        let now = self.time.now();
        let corrected = if ahead < 0 { now.checked_sub(difference) } else { now.checked_add(difference) };
        corrected.unwrap_or(now)
    }

    /// Takes from an answer what the next attempt needs to be accepted.
    fn learn(&self, failure: &Failure, headers: &HeaderMap, credentials: &Credentials) {
        if matches!(failure.kind, FailureKind::WrongClock)
            && let Some(ahead) = answer::date(headers).and_then(|date| ahead(date, self.time.now()))
        {
            self.ahead_ms.store(ahead, Ordering::Relaxed);
        }
        if matches!(failure.kind, FailureKind::Credentials) {
            self.credentials.forget(credentials);
        }
    }
}

/// Waits for a part of an attempt until the time of the attempt is over.
async fn within<T>(until: Option<(Instant, Duration)>, part: impl Future<Output = T> + Send) -> Result<T, Unusable> {
    match until {
        Some((until, timeout)) => timeout_at(until, part).await.map_err(|_| Unusable::TooLate(timeout)),
        None => Ok(part.await),
    }
}

/// For a configuration without a source of credentials.
fn none() -> SharedCredentialsProvider {
    #[derive(Debug)]
    struct None;

    impl ProvideCredentials for None {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::not_loaded(
                "no source of credentials is configured",
            )))
        }
    }

    SharedCredentialsProvider::new(None)
}

/// The milliseconds from `now` to a date.
fn ahead(date: SystemTime, now: SystemTime) -> Option<i64> {
    match date.duration_since(now) {
        Ok(ahead) => i64::try_from(ahead.as_millis()).ok(),
        Err(behind) => i64::try_from(behind.duration().as_millis()).ok().map(|behind| -behind),
    }
}

impl fmt::Debug for Lean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lean").field("transport", &self.transport).finish_non_exhaustive()
    }
}
