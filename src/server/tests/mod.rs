//! Tests of the server with real sockets and a real client.

mod assembled;
mod calls;
mod encrypted;
#[cfg(feature = "faults")]
mod faults;
mod readiness;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::*;
use crate::config::Flags;
use crate::embedded::Location;

type Client = dynakv_client::pb::key_value_service_client::KeyValueServiceClient<Channel>;

/// The configuration of an in-memory server on a free port, with these variables.
fn config(variables: &[(&str, &str)]) -> Config {
    let flags = Flags { memory: true, listen: Some("127.0.0.1:0".into()), ..Flags::default() };
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::load(&flags, &variables).unwrap()
}

/// A sleep that never ends, so that nothing after it happens in the test.
#[derive(Debug, Clone, Copy)]
struct Never;

impl AsyncSleep for Never {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::pending())
    }
}

/// A runtime whose sleeps of more than a second never end.
fn runtime() -> Runtime {
    Runtime { sleep: SharedAsyncSleep::new(Never), ..Runtime::system() }
}

async fn connect(listen: &config::Listen) -> Channel {
    Endpoint::from_shared(format!("http://{listen}")).unwrap().connect().await.unwrap()
}

/// Code, reason and outcome of one of DynaKV's errors.
fn reason(status: &Status) -> (Code, String, Option<String>) {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "dynakv");
    (status.code(), info.reason.clone(), info.metadata.get("outcome").cloned())
}

fn is(code: Code, reason: &str, outcome: &str) -> (Code, String, Option<String>) {
    (code, reason.to_owned(), Some(outcome.to_owned()))
}

/// The same for a read, which has no outcome.
fn is_read(code: Code, reason: &str) -> (Code, String, Option<String>) {
    (code, reason.to_owned(), None)
}

/// A whole server on an in-memory engine.
struct Running {
    listen: config::Listen,
    stop: tokio::sync::oneshot::Sender<()>,
    done: tokio::task::JoinHandle<Result<(), Error>>,
}

impl Running {
    async fn start(config: &Config, runtime: Runtime) -> Self {
        let engine = Engine::open(&Location::Memory).unwrap();
        let driver = Driver::new(engine.connection(), config.tables.clone(), Runtime::system());
        startup::create_tables(&driver).await.unwrap();
        let page_tokens = startup::page_tokens(&config.page_tokens, Some(&engine)).unwrap();
        let server = Server::new(config, driver, Some(engine), page_tokens, runtime);
        let listener = Listener::bind(&config.listen).await.unwrap();
        let listen = listener.address().unwrap();
        let (stop, stopping) = tokio::sync::oneshot::channel();
        let done = tokio::spawn(run(server, listener, async { drop(stopping.await) }));
        Self { listen, stop, done }
    }

    async fn stop(self) {
        drop(self.stop);
        self.done.await.unwrap().unwrap();
    }
}
