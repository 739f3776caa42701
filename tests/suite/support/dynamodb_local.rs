//! Amazon's DynamoDB Local: one process for the whole test binary, started by the first test that needs it.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use dynakv::driver::Connection;
use dynakv::driver::network::{self, Network};
use dynakv::driver::transport::Transport;
use dynakv::server::backend;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::tls_front::TlsFront;

/// Start-up timeout. It takes about three seconds on an idle machine. After the timeout its log is reported.
const PATIENCE: Duration = Duration::from_mins(2);

/// A shell command that becomes Java and leaves a watchdog, which kills Java when standard input ends.
///
/// Only this test process holds the other end of that pipe, so it closes however this process ends: statics are never
/// dropped, and a killed process runs no drop.
const TIED_TO_STDIN: &str = r#"
exec 3<&0 </dev/null
{ cat <&3; kill -9 $$; } >/dev/null 2>&1 &
exec 3<&-
exec "$@"
"#;

/// The running process.
pub(crate) struct DynamoDbLocal {
    endpoint_url: String,
    /// As the real one, it is reached over TLS.
    front: TlsFront,
    process: Child,
}

impl DynamoDbLocal {
    /// The process of this test binary, ready for calls. Tests share it and use separate tables, see [`unique_name`].
    pub(crate) async fn shared() -> &'static Self {
        static SHARED: OnceCell<DynamoDbLocal> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// Without TLS.
    pub(crate) fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    /// A plain SDK client without retries, for tests that access tables directly.
    pub(crate) fn client(&self) -> Client {
        self.connection(self.network()).client().clone()
    }

    /// A connection for a driver, through a transport of the caller's choice.
    pub(crate) fn connection(&self, transport: Arc<dyn Transport>) -> Connection {
        Connection::lean(&backend::nominal(Some(&self.front.endpoint_url)), transport)
    }

    /// The transport that goes over the network.
    pub(crate) fn network(&self) -> Arc<dyn Transport> {
        let (settings, proxies) = (network::Settings::default(), Matcher::builder().build());
        Arc::new(Network::with_roots(settings, proxies, self.front.roots.as_bytes()).unwrap())
    }

    async fn start() -> Self {
        let folder = fetch();
        // DynamoDB Local cannot choose a free port itself, and another process may take the port in the meantime.
        for _ in 0..3 {
            let mut candidate = Self::spawn(&folder, free_port());
            if candidate.answers().await {
                return candidate;
            }
        }
        panic!("DynamoDB Local does not start; see {}", log_file().display());
    }

    fn spawn(folder: &Path, port: u16) -> Self {
        let log = File::create(log_file()).unwrap();
        let process = Command::new("sh")
            .args(["-c", TIED_TO_STDIN, "dynamodb-local", "java"])
            .arg("-Djava.awt.headless=true")
            .arg(format!("-Djava.library.path={}", folder.display()))
            .args(["-XX:+UseSerialGC", "-Xmx512m"])
            .arg("-classpath")
            .arg(folder.join("*"))
            .arg("software.amazon.dynamodb.services.local.main.ServerRunner")
            .args(["-inMemory", "-sharedDb", "-disableTelemetry", "-port", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { endpoint_url: format!("http://{address}"), front: TlsFront::before(address), process }
    }

    /// True once it has answered a call, false if the process has exited.
    async fn answers(&mut self) -> bool {
        let client = self.client();
        let started = Instant::now();
        let mut attempts = tokio::time::interval(Duration::from_millis(50));
        while client.list_tables().send().await.is_err() {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(started.elapsed() < PATIENCE, "DynamoDB Local does not answer; see {}", log_file().display());
            attempts.tick().await;
        }
        true
    }
}

/// A table name that no other test uses.
pub(crate) fn unique_name(prefix: &str) -> String {
    format!("{prefix}-{}", Uuid::new_v4().simple())
}

/// Downloads DynamoDB Local if necessary and returns its folder.
fn fetch() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new(root.join("tools/fetch-dynamodb-local")).stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "tools/fetch-dynamodb-local failed");
    root.join(".cache/dynamodb-local")
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn log_file() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("dynamodb-local.log")
}

#[tokio::test]
async fn is_one_process_for_every_test() {
    let first = DynamoDbLocal::shared().await;
    let second = DynamoDbLocal::shared().await;
    assert_eq!(first.endpoint_url(), second.endpoint_url());

    let tables = first.client().list_tables().send().await.unwrap();
    assert!(!tables.table_names().contains(&unique_name("absent")));
}
