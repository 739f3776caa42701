//! Readiness follows the backend.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio_stream::StreamExt;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::*;
use crate::driver::Connection;
use crate::driver::transport::{Request, Response, Transport, TransportError};
use crate::server::backend::nominal;

/// An engine that the test can disconnect.
#[derive(Debug)]
struct Pluggable {
    plugged: Arc<AtomicBool>,
    engine: Arc<dyn Transport>,
}

impl Transport for Pluggable {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        if self.plugged.load(Ordering::Relaxed) {
            self.engine.send(request)
        } else {
            ready(Err(TransportError::Lost("unplugged".into()))).boxed()
        }
    }
}

/// A sleep that only yields to other tasks.
#[derive(Debug, Clone, Copy)]
struct Short;

impl AsyncSleep for Short {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(tokio::task::yield_now())
    }
}

#[tokio::test]
async fn a_backend_that_stops_shows_in_the_health_of_the_service_and_not_of_the_process() {
    let config = config(&[]);
    let engine = Engine::open(&Location::Memory).unwrap();
    let plugged = Arc::new(AtomicBool::new(true));
    let transport = Arc::new(Pluggable { plugged: Arc::clone(&plugged), engine: engine.transport() });
    let runtime = Runtime { sleep: SharedAsyncSleep::new(Short), ..Runtime::system() };
    let driver = Driver::new(Connection::lean(&nominal(None), transport), config.tables.clone(), runtime.clone());
    startup::create_tables(&driver).await.unwrap();
    let page_tokens = startup::page_tokens(&config.page_tokens, None).unwrap();
    let mut server = Server::new(&config, driver, None, page_tokens, runtime);
    server.connections.max_age = Duration::ZERO;
    server.connections.idle_timeout = Duration::ZERO;
    let listener = Listener::bind(&config.listen).await.unwrap();
    let channel = connect(&listener.address().unwrap()).await;
    let serving = tokio::spawn(run(server, listener, std::future::pending()));

    let mut health = HealthClient::new(channel);
    let service = HealthCheckRequest { service: "dynakv.v1.KeyValueService".to_owned() };
    let mut watch = health.watch(service).await.unwrap().into_inner();
    let mut until = async |wanted| while watch.next().await.unwrap().unwrap().status() != wanted {};
    until(ServingStatus::Serving).await;
    plugged.store(false, Ordering::Relaxed);
    until(ServingStatus::NotServing).await;
    let process = health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(process.status(), ServingStatus::Serving);
    plugged.store(true, Ordering::Relaxed);
    until(ServingStatus::Serving).await;
    serving.abort();
}
