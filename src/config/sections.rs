use std::path::PathBuf;
use std::time::Duration;

use super::section::Section;
use super::setting::Bytes;
use super::{exposure, open_files};
use crate::memory;

const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_hours(1);

/// `[tls]`: encryption of connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// `tls.cert`: PEM file with the server's certificate chain.
    pub cert: PathBuf,
    /// `tls.key`: PEM file with the private key of the certificate.
    pub key: PathBuf,
    /// `tls.client_ca`: PEM file with the authorities of client certificates. If set, clients need a certificate
    /// (mutual TLS).
    pub client_ca: Option<PathBuf>,
    /// `tls.handshake_timeout` (10 s): timeout of the handshake.
    pub handshake_timeout: Duration,
}

impl Tls {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let cert = section.optional("cert");
        let key_origin = section.origin("key");
        let key = section.optional::<PathBuf>("key");
        if let Some(path) = &key {
            exposure::warn(section, "key", key_origin, path);
        }
        let client_ca: Option<PathBuf> = section.optional("client_ca");
        let seconds = Duration::from_secs;
        let handshake_timeout = section.within("handshake_timeout", seconds(10), MILLISECOND..=HOUR);
        match (cert, key) {
            (Some(cert), Some(key)) => Some(Self { cert, key, client_ca, handshake_timeout }),
            (Some(_), None) => {
                section.fault("key", None, "is missing: tls.cert needs it");
                None
            }
            (None, Some(_)) => {
                section.fault("cert", None, "is missing: tls.key needs it");
                None
            }
            (None, None) => {
                if client_ca.is_some() {
                    section.fault("cert", None, "is missing: tls.client_ca needs it, and tls.key");
                }
                None
            }
        }
    }
}

/// `[limits]`: limits for each client and for all together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `limits.max_concurrent_streams` (1024): concurrent calls on one connection. The client queues further ones.
    pub max_concurrent_streams: u32,
    /// `limits.max_in_flight_calls` (4096): concurrent calls on the server. Further ones fail with OVERLOADED. When
    /// three quarters are in use, connections with many calls get no more.
    pub max_in_flight_calls: u32,
    /// `limits.memory` (a quarter of the memory of the control group or the machine, at most 1 GiB): memory for
    /// requests and responses.
    pub memory: Bytes,
    /// `limits.connection_memory` (an eighth of `limits.memory`): maximum for one connection.
    pub connection_memory: Bytes,
    /// `limits.max_header_list_bytes` (16 KiB): maximum size of a request's headers, uncompressed.
    pub max_header_list_bytes: u32,
    /// `limits.max_local_error_reset_streams` (1024): streams with errors before a connection is closed. Protects
    /// against floods of them.
    pub max_local_error_reset_streams: u32,
    /// `limits.default_deadline` (30 s): deadline of calls that set none.
    pub default_deadline: Duration,
    /// `limits.max_deadline` (5 min): upper limit for the deadlines of calls.
    pub max_deadline: Duration,
    /// `limits.body_timeout` (10 s): time for a request to arrive in full after its headers.
    pub body_timeout: Duration,
    /// `limits.stall_timeout` (20 s): a response is abandoned when the client has read nothing of it for this long.
    pub stall_timeout: Duration,
    /// `limits.batch_concurrency` (32): maximum number of concurrent calls to DynamoDB for one batch.
    pub batch_concurrency: u32,
}

impl Limits {
    /// The header limit as a size in memory.
    #[must_use]
    pub fn header_list_bytes(&self) -> usize {
        usize::try_from(self.max_header_list_bytes).unwrap_or(usize::MAX)
    }

    pub(super) fn read(section: &mut Section) -> Self {
        let seconds = Duration::from_secs;
        let memory = section.within("memory", Bytes(memory::default_budget()), Bytes(16 << 20)..=Bytes(1 << 40));
        Self {
            max_concurrent_streams: section.within("max_concurrent_streams", 1024, 1..=1_000_000),
            max_in_flight_calls: section.within("max_in_flight_calls", 4096, 1..=1_000_000),
            memory,
            connection_memory: section.within("connection_memory", Bytes(memory.0 / 8), Bytes(1 << 20)..=memory),
            max_header_list_bytes: section.within("max_header_list_bytes", 16 << 10, 1024..=1 << 20),
            max_local_error_reset_streams: section.within("max_local_error_reset_streams", 1024, 1..=1_000_000),
            default_deadline: section.within("default_deadline", seconds(30), MILLISECOND..=HOUR),
            max_deadline: section.within("max_deadline", seconds(300), MILLISECOND..=24 * HOUR),
            body_timeout: section.within("body_timeout", seconds(10), MILLISECOND..=HOUR),
            stall_timeout: section.within("stall_timeout", seconds(20), MILLISECOND..=HOUR),
            batch_concurrency: section.within("batch_concurrency", 32, 1..=256),
        }
    }
}

/// `[coalescing]`: whether calls of different clients are combined into batches when many are in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coalescing {
    /// `coalescing.reads` (true): combines reads of one key into BatchGetItem. Without permission for that, each is sent alone.
    pub reads: bool,
    /// `coalescing.writes` (true): combines puts and deletes without a condition that return nothing into BatchWriteItem.
    /// Without permission for that, each is sent alone.
    pub writes: bool,
}

impl Coalescing {
    pub(super) fn read(section: &mut Section) -> Self {
        Self { reads: section.get("reads", true), writes: section.get("writes", true) }
    }
}

/// `[connections]`: number and lifetime of connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connections {
    /// `connections.max` (what fits the limit of open files, at most 16,384): concurrent connections. At the maximum, a
    /// new connection replaces the oldest one that has not sent the HTTP/2 preface; if there is none, the new one is
    /// closed.
    pub max: u32,
    /// `connections.preface_timeout` (10 s): time for the HTTP/2 preface to arrive, after the TLS handshake if there is
    /// one.
    pub preface_timeout: Duration,
    /// `connections.idle_timeout` (15 min): a connection without calls for this long is closed. 0s: never.
    pub idle_timeout: Duration,
    /// `connections.write_timeout` (10 s): a connection whose client reads nothing for this long is closed.
    pub write_timeout: Duration,
    /// `connections.max_age` (30 min): after this time the client is asked to reconnect, so that it finds new
    /// instances. Each connection gets up to ten percent more or less. Calls in flight finish. 0s: never.
    pub max_age: Duration,
    /// `connections.keepalive_interval` (30 s): interval of HTTP/2 pings that check whether the client is there. 0s:
    /// never.
    pub keepalive_interval: Duration,
    /// `connections.keepalive_timeout` (20 s): a connection that does not answer a ping for this long is closed.
    pub keepalive_timeout: Duration,
}

impl Connections {
    pub(super) fn read(section: &mut Section) -> Self {
        let seconds = Duration::from_secs;
        Self {
            max: open_files::read(section),
            preface_timeout: section.within("preface_timeout", seconds(10), MILLISECOND..=HOUR),
            idle_timeout: section.within("idle_timeout", seconds(900), Duration::ZERO..=24 * HOUR),
            write_timeout: section.within("write_timeout", seconds(10), MILLISECOND..=HOUR),
            max_age: section.within("max_age", seconds(1800), Duration::ZERO..=24 * HOUR),
            keepalive_interval: section.within("keepalive_interval", seconds(30), Duration::ZERO..=HOUR),
            keepalive_timeout: section.within("keepalive_timeout", seconds(20), MILLISECOND..=HOUR),
        }
    }
}

/// `[timeouts]`: timeouts of calls to DynamoDB. The deadline of the client's call applies as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// `timeouts.connect` (3 s): to open a connection, TLS included.
    pub connect: Duration,
    /// `timeouts.read` (5 s): from the request to the first byte of the response.
    pub read: Duration,
    /// `timeouts.operation` (10 s): for a whole attempt, including credentials and the response body.
    pub operation: Duration,
}

impl Timeouts {
    pub(super) fn read(section: &mut Section) -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: section.within("connect", seconds(3), MILLISECOND..=HOUR),
            read: section.within("read", seconds(5), MILLISECOND..=HOUR),
            operation: section.within("operation", seconds(10), MILLISECOND..=HOUR),
        }
    }
}

/// `[health]`: readiness probes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// `health.probe_period` (5 s): pause between two probes of the backend. Each reads one item, for half a read unit.
    pub probe_period: Duration,
}

impl Health {
    pub(super) fn read(section: &mut Section) -> Self {
        Self { probe_period: section.within("probe_period", Duration::from_secs(5), MILLISECOND..=HOUR) }
    }
}

/// `[shutdown]`: shutdown on SIGTERM or SIGINT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shutdown {
    /// `shutdown.pause` (0 s): time between NOT_SERVING and GOAWAY, for load balancers to notice. A few seconds in
    /// Kubernetes.
    pub pause: Duration,
    /// `shutdown.grace` (30 s): time for calls in flight after the pause. Their connections are then closed.
    pub grace: Duration,
    /// `shutdown.signal_window` (2 s): a second signal within this time counts as the same one. `timeout` and some
    /// supervisors send two.
    pub signal_window: Duration,
}

impl Shutdown {
    pub(super) fn read(section: &mut Section) -> Self {
        Self {
            pause: section.within("pause", Duration::ZERO, Duration::ZERO..=HOUR),
            grace: section.within("grace", Duration::from_secs(30), Duration::ZERO..=HOUR),
            signal_window: section.within("signal_window", Duration::from_secs(2), Duration::ZERO..=HOUR),
        }
    }
}
