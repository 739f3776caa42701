//! What the standard health service says (gRPC proposal A17 and the repository's health-checking.md).
//!
//! `""` is about the process: alive and not draining. The name of a service is about what it can do now: its backend
//! answers. A throttled backend answers.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::driver::{Deadline, Driver, Runtime};
use crate::embedded::{self, Engine};
use crate::pb::item_service_server::ItemServiceServer;
use crate::pb::key_value_service_server::KeyValueServiceServer;
use crate::pb::table_service_server::TableServiceServer;
use crate::service::{Items, KeyValue, Tables};

/// The services that need the backend.
const SERVICES: [&str; 3] = [
    <KeyValueServiceServer<KeyValue> as NamedService>::NAME,
    <ItemServiceServer<Items> as NamedService>::NAME,
    <TableServiceServer<Tables> as NamedService>::NAME,
];

/// The whole process.
const PROCESS: &str = "";

/// A backend that takes longer to answer one read is not ready.
const PROBE_TIME: Duration = Duration::from_secs(2);

/// How soon a failure of the embedded engine shows, which it tells without being called.
const ENGINE_PERIOD: Duration = Duration::from_millis(100);

#[derive(Debug, thiserror::Error)]
enum NotReady {
    #[error(transparent)]
    Engine(#[from] embedded::Error),
    #[error(transparent)]
    Backend(#[from] crate::driver::Error),
}

/// Keeps the health service up to date.
pub(super) struct Readiness {
    reporter: HealthReporter,
    driver: Driver,
    engine: Option<Engine>,
    period: Duration,
    runtime: Runtime,
    last: Option<ServingStatus>,
}

impl Readiness {
    /// Begins with the process as SERVING and its services as NOT_SERVING.
    pub(super) async fn new(driver: Driver, engine: Option<Engine>, period: Duration, runtime: Runtime) -> Self {
        let reporter = HealthReporter::new();
        for service in SERVICES {
            reporter.set_service_status(service, ServingStatus::NotServing).await;
        }
        Self { reporter, driver, engine, period, runtime, last: None }
    }

    /// The service that answers health checks from this.
    pub(super) fn service(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    /// Probes the backend for as long as it is polled.
    pub(super) async fn keep(&mut self) -> Infallible {
        loop {
            let status = match self.probe().await {
                Ok(()) => ServingStatus::Serving,
                Err(error) => {
                    if self.last != Some(ServingStatus::NotServing) {
                        tracing::warn!(%error, cause = root_cause(&error), "not ready");
                    }
                    ServingStatus::NotServing
                }
            };
            self.report(status).await;
            self.wait().await;
        }
    }

    async fn probe(&self) -> Result<(), NotReady> {
        if let Some(engine) = &self.engine {
            engine.ready().await?;
        }
        Ok(self.driver.probe(Deadline::after(PROBE_TIME)).await?)
    }

    /// Until the next probe is due, or the engine has failed or met a disk that does not take what is written.
    async fn wait(&self) {
        let Some(engine) = &self.engine else { return self.runtime.sleep.sleep(self.period).await };
        let mut left = self.period;
        while !left.is_zero() && engine.check().is_ok() && engine.takes_writes() {
            let step = left.min(ENGINE_PERIOD);
            self.runtime.sleep.sleep(step).await;
            left -= step;
        }
        if left == self.period {
            // It had failed before: there is no hurry to see it again.
            self.runtime.sleep.sleep(self.period).await;
        }
    }

    async fn report(&mut self, status: ServingStatus) {
        if self.last == Some(status) {
            return;
        }
        tracing::info!(%status, "readiness changed");
        for service in SERVICES {
            self.reporter.set_service_status(service, status).await;
        }
        self.last = Some(status);
    }

    /// Says that this server is going: nobody should send it anything new.
    pub(super) async fn withdraw(&mut self) {
        self.reporter.set_service_status(PROCESS, ServingStatus::NotServing).await;
        for service in SERVICES {
            self.reporter.set_service_status(service, ServingStatus::NotServing).await;
        }
    }

    /// Ends the streams of those who watch, which would otherwise hold up the drain.
    pub(super) async fn dismiss_watchers(mut self) {
        for service in std::iter::once(PROCESS).chain(SERVICES) {
            self.reporter.clear_service_status(service).await;
        }
    }
}

/// The innermost cause, for the log.
fn root_cause(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
