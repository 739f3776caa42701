use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dynakv_client::pb::GetRequest;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use hdrhistogram::Histogram;
use tokio::task::JoinHandle;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// Pause between two calls: the client should not load the server.
const PAUSE: Duration = Duration::from_millis(5);

/// Timeout of the well-behaved client's calls.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The calls of the well-behaved client.
#[derive(Debug, Clone)]
pub(super) enum Calls {
    /// Get, with this token.
    Get(MetadataValue<Ascii>),
    /// Health checks.
    Health,
}

/// A well-behaved client on its own connection, which makes one call after another.
#[derive(Debug)]
pub(super) struct Neighbour {
    is_over: Arc<AtomicBool>,
    task: JoinHandle<Served>,
}

/// The results of the well-behaved client.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) calls: u64,
    pub(super) errors: u64,
    /// The first of the errors.
    pub(super) first_error: Option<String>,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

impl Neighbour {
    pub(super) fn start(channel: Channel, calls: Calls) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(serve(channel, calls, Arc::clone(&is_over)));
        Self { is_over, task }
    }

    /// Stops after the current call.
    pub(super) async fn stop(self) -> anyhow::Result<Served> {
        self.is_over.store(true, Ordering::Relaxed);
        Ok(self.task.await?)
    }
}

async fn serve(channel: Channel, calls: Calls, is_over: Arc<AtomicBool>) -> Served {
    let mut took = empty();
    let mut served = Served { calls: 0, errors: 0, first_error: None, p50_ms: 0.0, p99_ms: 0.0 };
    while !is_over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer = match tokio::time::timeout(TIMEOUT, call(channel.clone(), &calls)).await {
            Ok(answer) => answer,
            Err(_) => Err(Status::deadline_exceeded("no answer came")),
        };
        served.calls += 1;
        if let Err(status) = answer {
            served.errors += 1;
            served.first_error.get_or_insert_with(|| format!("{:?}: {}", status.code(), status.message()));
        }
        took.saturating_record(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        tokio::time::sleep(PAUSE).await;
    }
    served.p50_ms = milliseconds(took.value_at_quantile(0.5));
    served.p99_ms = milliseconds(took.value_at_quantile(0.99));
    served
}

async fn call(channel: Channel, calls: &Calls) -> Result<(), Status> {
    match calls {
        Calls::Get(token) => {
            let mut request = Request::new(GetRequest { key: "100-00001".to_owned(), ..GetRequest::default() });
            request.metadata_mut().insert("authorization", token.clone());
            KeyValueServiceClient::new(channel).get(request).await.map(drop)
        }
        Calls::Health => HealthClient::new(channel).check(HealthCheckRequest::default()).await.map(drop),
    }
}

/// A histogram of microseconds. It cannot grow: what it cannot hold is recorded as the most that it can.
fn empty() -> Histogram<u64> {
    const MOST: u64 = 10_000_000;
    Histogram::new_with_max(MOST, 3).unwrap_or_else(|_| unreachable!("three digits are possible"))
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_calls_are_recorded_as_they_are() {
        let mut took = empty();
        took.saturating_record(1_000_000);
        assert!((990.0..1_010.0).contains(&milliseconds(took.value_at_quantile(0.99))));
    }
}
