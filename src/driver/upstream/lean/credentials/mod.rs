//! The AWS credentials of the process, loaded when they are needed and kept until shortly before they expire.
//!
//! The times are those of the SDK's lazy identity cache (`aws_smithy_runtime::client::identity::cache::lazy`). Other than
//! there, a load runs in a task of its own, and while the old credentials are valid no call waits for new ones.

mod loads;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::future::timeout::Timeout;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};

use crate::driver::runtime::Random;
use loads::{Load, Loads, SharedError};

/// How long credentials without an expiry are kept.
const DEFAULT_LIFETIME: Duration = Duration::from_mins(15);

/// How long before their expiry credentials are loaded anew, less a random part of up to a half of it.
const BUFFER: Duration = Duration::from_secs(10);

/// The longest time of a load. The SDK computes about as much from its default retries and timeouts, so that a provider
/// has time for all its attempts.
const LOAD_TIMEOUT: Duration = Duration::from_secs(22);

/// Caches the credentials of a provider.
#[derive(Clone)]
pub(super) struct CredentialsCache(Arc<Cache>);

struct Cache {
    provider: SharedCredentialsProvider,
    sleep: SharedAsyncSleep,
    random: Arc<dyn Random>,
    loaded: ArcSwapOption<Loaded>,
    loads: Mutex<Loads>,
}

struct Loaded {
    credentials: Arc<Credentials>,
    refresh_at: SystemTime,
    expires_at: Option<SystemTime>,
    /// DynamoDB has refused them.
    is_refused: AtomicBool,
}

/// What a call does that found no fresh credentials.
enum Next {
    Use(Arc<Credentials>),
    /// Waits. If the load fails, it uses the old credentials, if there are any.
    Wait(Load, Option<Arc<Credentials>>),
    Fail(Arc<CredentialsError>),
}

impl fmt::Debug for CredentialsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsCache").finish_non_exhaustive()
    }
}

impl Loaded {
    fn new(credentials: Credentials, now: SystemTime, random: &dyn Random) -> Self {
        let expires_at = credentials.expiry();
        let buffer = BUFFER.mul_f64(1.0 - random.fraction() / 2.0);
        let end = expires_at.unwrap_or(now + DEFAULT_LIFETIME);
        Self {
            credentials: Arc::new(credentials),
            refresh_at: end.checked_sub(buffer).unwrap_or(end),
            expires_at,
            is_refused: AtomicBool::new(false),
        }
    }

    fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
        now < self.refresh_at && !self.is_refused()
    }

    fn is_valid(&self, now: SystemTime) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

impl CredentialsCache {
    /// `sleep` bounds the time of a load. `random` spreads the loads of several processes.
    pub(super) fn new(provider: SharedCredentialsProvider, sleep: SharedAsyncSleep, random: Arc<dyn Random>) -> Self {
        let (loaded, loads) = (ArcSwapOption::empty(), Mutex::default());
        Self(Arc::new(Cache { provider, sleep, random, loaded, loads }))
    }

    /// The current credentials. At most one load runs at a time, and it does not end with the call that began it.
    ///
    /// # Errors
    /// There are no valid credentials and the last load failed. A failed load is repeated after a pause.
    pub(super) async fn get(&self, now: SystemTime) -> Result<Arc<Credentials>, CredentialsError> {
        if let Some(loaded) = self.0.loaded.load().as_deref()
            && loaded.is_fresh(now)
        {
            return Ok(Arc::clone(&loaded.credentials));
        }
        let (load, old) = match self.next(now)? {
            Next::Use(credentials) => return Ok(credentials),
            Next::Wait(load, old) => (load, old),
            Next::Fail(error) => return Err(SharedError::wrap(error)),
        };
        load.await.or_else(|error| old.ok_or_else(|| SharedError::wrap(error)))
    }

    /// Loads credentials anew at the next call, since DynamoDB has refused these. Without effect if the cache has others by
    /// now.
    pub(super) fn forget(&self, refused: &Credentials) {
        if let Some(loaded) = self.0.loaded.load().as_deref()
            && *loaded.credentials == *refused
        {
            loaded.is_refused.store(true, Ordering::Relaxed);
        }
    }

    fn next(&self, now: SystemTime) -> Result<Next, CredentialsError> {
        // The loads are always consistent, so a poisoned lock does not matter.
        let mut loads = self.0.loads.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = self.0.loaded.load();
        let valid = loaded.as_deref().filter(|loaded| loaded.is_valid(now));
        let old = valid.map(|loaded| Arc::clone(&loaded.credentials));
        if let Some(loaded) = valid
            && loaded.is_fresh(now)
        {
            // Another call has loaded them since.
            return Ok(Next::Use(Arc::clone(&loaded.credentials)));
        }
        let load = loads.running(now, old.is_some(), Arc::clone(&self.0).load(now))?;
        Ok(match (load, old) {
            (Some(load), old) if valid.is_none_or(Loaded::is_refused) => Next::Wait(load, old),
            (_, Some(old)) => Next::Use(old),
            (_, None) => Next::Fail(loads.error()),
        })
    }
}

impl Cache {
    /// Loads credentials and keeps them.
    async fn load(self: Arc<Self>, now: SystemTime) -> Result<Arc<Credentials>, Arc<CredentialsError>> {
        let loading = Timeout::new(self.provider.provide_credentials(), self.sleep.sleep(LOAD_TIMEOUT));
        let outcome = match loading.await {
            Ok(outcome) => outcome,
            Err(_timed_out) => {
                let fallback = self.provider.as_ref().fallback_on_interrupt();
                fallback.ok_or_else(|| CredentialsError::provider_timed_out(LOAD_TIMEOUT))
            }
        };
        let mut loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = outcome.map_err(|error| loads.failed(error))?;
        let loaded = Arc::new(Loaded::new(loaded, now, self.random.as_ref()));
        self.loaded.store(Some(Arc::clone(&loaded)));
        Ok(Arc::clone(&loaded.credentials))
    }
}
