//! The standard health service (gRPC proposal A17 and the repository's health-checking.md).
//!
//! The service `""` stands for the process: alive and not draining. A named service is SERVING if its backend answers.
//! A throttled backend counts as answering.

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

/// The services that depend on the backend.
const SERVICES: [&str; 3] = [
    <KeyValueServiceServer<KeyValue> as NamedService>::NAME,
    <ItemServiceServer<Items> as NamedService>::NAME,
    <TableServiceServer<Tables> as NamedService>::NAME,
];

/// The health service's name for the whole process.
const PROCESS: &str = "";

/// Timeout of a probe. A backend that needs longer for one read is not ready.
const PROBE_TIME: Duration = Duration::from_secs(2);

/// How often the embedded engine is asked whether it has failed. This needs no call.
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
    /// Starts with the process SERVING and the services NOT_SERVING.
    pub(super) async fn new(driver: Driver, engine: Option<Engine>, period: Duration, runtime: Runtime) -> Self {
        let reporter = HealthReporter::new();
        for service in SERVICES {
            reporter.set_service_status(service, ServingStatus::NotServing).await;
        }
        Self { reporter, driver, engine, period, runtime, last: None }
    }

    /// The gRPC service that reports this.
    pub(super) fn service(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    /// Probes the backend as long as it is polled.
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

    /// Waits for the next probe, or until the engine has failed or could not write to its disk.
    async fn wait(&self) {
        let Some(engine) = &self.engine else { return self.runtime.sleep.sleep(self.period).await };
        let mut left = self.period;
        while !left.is_zero() && engine.check().is_ok() && engine.takes_writes() {
            let step = left.min(ENGINE_PERIOD);
            self.runtime.sleep.sleep(step).await;
            left -= step;
        }
        if left == self.period {
            // The failure is known already, so keep the normal period.
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

    /// Reports NOT_SERVING so that clients go elsewhere.
    pub(super) async fn set_not_serving(&mut self) {
        self.reporter.set_service_status(PROCESS, ServingStatus::NotServing).await;
        for service in SERVICES {
            self.reporter.set_service_status(service, ServingStatus::NotServing).await;
        }
    }

    /// Ends all Watch streams, which would otherwise delay the drain.
    pub(super) async fn end_watches(mut self) {
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
