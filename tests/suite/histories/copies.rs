//! Two servers over one backend, which are killed and started again.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dynakv_client::{Client, RetryPolicy};

use super::pause;
use super::settings::DEADLINE;
use crate::binary::{Serve, Serving};

pub(super) const COPIES: usize = 2;

/// A server that is older has learned to send so little that few operations would meet a fault: it paces what is throttled.
const OLD: Duration = Duration::from_secs(2);

/// Between two looks at the number of operations.
const POLL: Duration = Duration::from_millis(5);

pub(super) struct Copies {
    upstream: SocketAddr,
    table: String,
    addresses: Vec<String>,
    running: Vec<Serving>,
    pub(super) kills: usize,
}

impl Copies {
    pub(super) async fn start(upstream: SocketAddr, table: &str) -> Self {
        let addresses = (0..COPIES).map(|_| free_address()).collect();
        let mut copies = Self { upstream, table: table.to_owned(), addresses, running: Vec::new(), kills: 0 };
        for index in 0..COPIES {
            let copy = copies.copy(index).await;
            copies.running.push(copy);
        }
        copies
    }

    async fn copy(&self, index: usize) -> Serving {
        let url = format!("http://{}", self.upstream);
        // A soak is faster with a release build.
        let serve = std::env::var_os("HISTORIES_SERVER").map_or_else(Serve::bare, |program| Serve::other(&program));
        let serve = serve.args(["--listen", &self.addresses[index], "--backend", "dynamodb", "--region", "us-east-1"]);
        serve.args(["--endpoint-url", &url, "--table", &self.table]).env("DYNAKV__LOG__LEVEL", "error").start().await
    }

    /// A client of each copy, without retries.
    pub(super) fn clients(&self) -> Vec<Client> {
        let client = |address: &String| {
            Client::builder().address(address).retry(RetryPolicy::none()).timeout(DEADLINE).connect_lazy().unwrap()
        };
        self.addresses.iter().map(client).collect()
    }

    /// Kills a copy after each so many operations, or a tenth of them in [`OLD`], and starts it again, for ever.
    pub(super) async fn keep_killing(&mut self, every: Option<usize>, made: &AtomicUsize) {
        let Some(every) = every else { return std::future::pending().await };
        let (mut last, mut killed) = (0, Instant::now());
        loop {
            let of_late = || made.load(Ordering::Relaxed) - last;
            while of_late() < every && (killed.elapsed() < OLD || of_late() < every / 10) {
                pause(POLL).await;
            }
            (last, killed) = (made.load(Ordering::Relaxed), Instant::now());
            let index = self.kills % COPIES;
            self.running[index].start_kill();
            self.running[index].ended().await;
            self.kills += 1;
            self.running[index] = self.copy(index).await;
        }
    }
}

/// A free address: a restarted copy needs a fixed one.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}
