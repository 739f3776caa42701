//! A process that answers gRPC calls shaped like Get from memory: the cost of a call without a service.

use dynakv_client::pb as kv;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::keyspace::{Entry, Values};
use crate::process::{announce, until_parent_exits};

/// The generated stub and service.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
pub(crate) mod pb {
    tonic::include_proto!("dynakv.bench.v1");
}

use pb::noop_service_server::{NoopService, NoopServiceServer};

/// Serves until the parent process exits.
pub(crate) async fn run() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    announce(listener.local_addr()?)?;
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let noop = Noop { values: Values::new() };
    Server::builder()
        .add_service(NoopServiceServer::new(noop))
        .serve_with_incoming_shutdown(incoming, until_parent_exits())
        .await?;
    Ok(())
}

struct Noop {
    values: Values,
}

#[tonic::async_trait]
impl NoopService for Noop {
    async fn get(&self, request: Request<kv::GetRequest>) -> Result<Response<kv::GetResponse>, Status> {
        let kv::GetRequest { key, .. } = request.into_inner();
        let entry = Entry::parse(&key).ok_or_else(|| Status::invalid_argument("a key of another making"))?;
        let value = Some(self.values.of(entry));
        let entry = kv::Entry { key, value, version: Some("1".to_owned()), expire_time: None };
        Ok(Response::new(kv::GetResponse { entry: Some(entry) }))
    }
}
