//! What carries the calls out: the embedded engine or DynamoDB Local.

use bytes::Bytes;
use dynakv::driver::transport::Transport;
use dynakv::driver::{DEFAULT_TIMEOUT, Deadline, Driver, Runtime};
use dynakv::embedded::{Engine, Location};
use dynakv::model::TableSpec;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tempfile::TempDir;

use crate::support::dynamodb_local::{DynamoDbLocal, unique_name};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    InMemory,
    OnDisk,
    DynamoDbLocal,
}

/// A backend with one table of entries.
pub(super) struct Backend {
    target: Target,
    pub(super) table: String,
    _folder: Option<TempDir>,
}

enum Target {
    Engine(Engine),
    Network { client: Box<Client<HttpConnector, Full<Bytes>>>, url: String },
}

/// An answer of DynamoDB.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Backend {
    pub(super) async fn open(kind: Kind) -> Self {
        let folder = (kind == Kind::OnDisk).then(|| TempDir::new().unwrap());
        let (target, connection) = if kind == Kind::DynamoDbLocal {
            let local = DynamoDbLocal::shared().await;
            // A new connection for each call: DynamoDB Local may close one just when it is used again, and nobody could tell
            // whether it has carried the call out.
            let client = Box::new(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http());
            (Target::Network { client, url: local.endpoint_url().to_owned() }, local.connection(local.network()))
        } else {
            let location = folder.as_ref().map_or(Location::Memory, |f| Location::Folder(f.path().join("data")));
            let engine = Engine::open(&location).unwrap();
            (Target::Engine(engine.clone()), engine.connection())
        };
        let table = unique_name("histories");
        let driver = Driver::new(connection, vec![TableSpec::named(&table)], Runtime::system());
        driver.ensure_table(&table, Deadline::after(DEFAULT_TIMEOUT)).await.unwrap();
        Self { target, table, _folder: folder }
    }

    /// Carries out a call. Its signature is not checked, so the body may be another one than was signed.
    pub(super) async fn send(&self, headers: &HeaderMap, body: &Bytes) -> Answer {
        match &self.target {
            Target::Engine(engine) => {
                let request = post("http://dynamodb.test/", headers, body.clone());
                let response = engine.send(request).await.unwrap();
                let status = response.status().as_u16();
                Answer { status, body: response.into_body().collect(usize::MAX).await.unwrap() }
            }
            Target::Network { client, url } => {
                let response = client.request(post(url, headers, Full::new(body.clone()))).await.unwrap();
                let status = response.status().as_u16();
                Answer { status, body: response.into_body().collect().await.unwrap().to_bytes() }
            }
        }
    }
}

fn post<B>(url: &str, headers: &HeaderMap, body: B) -> Request<B> {
    let mut request = Request::post(url).body(body).unwrap();
    for name in ["x-amz-target", "x-amz-date", header::CONTENT_TYPE.as_str(), header::AUTHORIZATION.as_str()] {
        if let Some(value) = headers.get(name) {
            request.headers_mut().insert(http::HeaderName::from_static(name), value.clone());
        }
    }
    request
}
