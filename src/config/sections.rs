use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::section::Section;
use super::setting::LogFormat;

const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_hours(1);

/// `[tls]`: how connections are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// `tls.cert`: PEM file with the server's certificate chain.
    pub cert: PathBuf,
    /// `tls.key`: PEM file with the private key of the certificate.
    pub key: PathBuf,
    /// `tls.client_ca`: PEM file with the authorities that client certificates must come from. With it, clients
    /// without a certificate are refused (mutual TLS).
    pub client_ca: Option<PathBuf>,
    /// `tls.handshake_timeout` (10 s): a handshake that takes longer is given up.
    pub handshake_timeout: Duration,
}

impl Tls {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let cert = section.optional("cert");
        let key = section.optional("key");
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

/// `[limits]`: what one client, or all together, may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `limits.max_concurrent_streams` (1024): calls at the same time on one connection; the client queues further ones.
    pub max_concurrent_streams: u32,
    /// `limits.max_in_flight_calls` (4096): calls at the same time on the server; further ones are OVERLOADED.
    pub max_in_flight_calls: u32,
    /// `limits.max_header_list_bytes` (16 KiB): size of a request's headers, decompressed.
    pub max_header_list_bytes: u32,
    /// `limits.max_local_error_reset_streams` (1024): faulty streams on one connection before it is closed, against
    /// floods of them.
    pub max_local_error_reset_streams: u32,
    /// `limits.default_deadline` (30 s): the time of a call that sets no deadline.
    pub default_deadline: Duration,
    /// `limits.batch_concurrency` (32): calls to DynamoDB that one batch has in flight at most.
    pub batch_concurrency: u32,
}

impl Limits {
    pub(super) fn read(section: &mut Section) -> Self {
        let default_deadline = Duration::from_secs(30);
        Self {
            max_concurrent_streams: section.within("max_concurrent_streams", 1024, 1..=1_000_000),
            max_in_flight_calls: section.within("max_in_flight_calls", 4096, 1..=1_000_000),
            max_header_list_bytes: section.within("max_header_list_bytes", 16 << 10, 1024..=1 << 20),
            max_local_error_reset_streams: section.within("max_local_error_reset_streams", 1024, 1..=1_000_000),
            default_deadline: section.within("default_deadline", default_deadline, MILLISECOND..=HOUR),
            batch_concurrency: section.within("batch_concurrency", 32, 1..=256),
        }
    }
}

/// `[coalescing]`: whether calls of different clients share calls to DynamoDB once many are in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coalescing {
    /// `coalescing.reads` (true): Gets, in BatchGetItem. Without permission for that, each goes by itself.
    pub reads: bool,
    /// `coalescing.writes` (true): Sets without `keep_ttl` and `return_previous`, in BatchWriteItem. Without permission for
    /// that, each goes by itself.
    pub writes: bool,
}

impl Coalescing {
    pub(super) fn read(section: &mut Section) -> Self {
        Self { reads: section.get("reads", true), writes: section.get("writes", true) }
    }
}

/// `[connections]`: how long a client's connection lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connections {
    /// `connections.max_age` (30 min): then the client is asked to connect anew, so that it finds new instances.
    /// Ten percent more or less, drawn for each connection. Calls in flight finish. 0s: never.
    pub max_age: Duration,
    /// `connections.keepalive_interval` (30 s): how often an HTTP/2 ping checks that the client is there. 0s: never.
    pub keepalive_interval: Duration,
    /// `connections.keepalive_timeout` (20 s): without an answer to the ping for so long, the connection is closed.
    pub keepalive_timeout: Duration,
}

impl Connections {
    pub(super) fn read(section: &mut Section) -> Self {
        let seconds = Duration::from_secs;
        Self {
            max_age: section.within("max_age", seconds(1800), Duration::ZERO..=24 * HOUR),
            keepalive_interval: section.within("keepalive_interval", seconds(30), Duration::ZERO..=HOUR),
            keepalive_timeout: section.within("keepalive_timeout", seconds(20), MILLISECOND..=HOUR),
        }
    }
}

/// `[timeouts]`: how long DynamoDB may take. The deadline of the call ends every wait earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// `timeouts.connect` (3 s): to open a connection, TLS included.
    pub connect: Duration,
    /// `timeouts.read` (5 s): from the request to the first byte of its answer.
    pub read: Duration,
    /// `timeouts.operation` (10 s): one attempt as a whole, its credentials and the body of its answer included.
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

/// `[health]`: how readiness is found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// `health.probe_period` (5 s): the pause between two probes of the backend. Each reads one item, which costs half
    /// a read unit.
    pub probe_period: Duration,
}

impl Health {
    pub(super) fn read(section: &mut Section) -> Self {
        Self { probe_period: section.within("probe_period", Duration::from_secs(5), MILLISECOND..=HOUR) }
    }
}

/// `[shutdown]`: how the server ends on SIGTERM or SIGINT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shutdown {
    /// `shutdown.pause` (0 s): between saying NOT_SERVING and closing, for load balancers to notice. In Kubernetes
    /// a few seconds.
    pub pause: Duration,
    /// `shutdown.grace` (30 s): for calls in flight, after the pause. What is left then is cut.
    pub grace: Duration,
}

impl Shutdown {
    pub(super) fn read(section: &mut Section) -> Self {
        Self {
            pause: section.within("pause", Duration::ZERO, Duration::ZERO..=HOUR),
            grace: section.within("grace", Duration::from_secs(30), Duration::ZERO..=HOUR),
        }
    }
}

/// `[log]`: what is logged, to standard error. Never keys, values or secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `log.level` (info): off, error, warn, info, debug or trace for DynaKV's own lines, of which libraries add only
    /// errors; or a filter of the crate tracing-subscriber, such as `info,dynakv=debug`.
    pub level: String,
    /// `log.format` (text): text or json.
    pub format: LogFormat,
}

impl Log {
    pub(super) fn read(section: &mut Section) -> Self {
        let origin = section.origin("level");
        let level: String = section.get("level", "info".into());
        if let Err(error) = EnvFilter::try_new(&level) {
            section.fault("level", origin, format!("must be a level or a filter: {error}"));
        }
        Self { level, format: section.get("format", LogFormat::Text) }
    }
}
