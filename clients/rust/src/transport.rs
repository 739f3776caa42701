//! The way of a call from the stub to the wire: the connection, and the layers that a user puts around it.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::TryFutureExt as _;
use futures_util::future::{BoxFuture, Either, MapErr};
use http::{Request, Response};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Layer, Service, ServiceExt as _};

/// What a [`layer`](crate::Builder::layer) is put around: the connection, and the layers that were given after it.
pub type Connection = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// What stubs send their calls through.
#[derive(Debug, Clone)]
pub struct Wire(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Without layers nothing is boxed.
    Channel(Channel),
    Layered(Connection),
}

/// The layers of a client.
#[derive(Clone, Default)]
pub(crate) struct Layers(Vec<Arc<dyn Fn(Connection) -> Connection + Send + Sync>>);

impl Layers {
    /// One more, within those that are there.
    pub(crate) fn push<L, B>(&mut self, layer: L)
    where
        L: Layer<Connection> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.0.push(Arc::new(move |inner| {
            let layered = layer.layer(inner).map_response(|response| response.map(Body::new));
            BoxCloneSyncService::new(layered.map_err(Into::into))
        }));
    }

    pub(crate) fn around(&self, channel: Channel) -> Wire {
        if self.0.is_empty() {
            return Wire(Kind::Channel(channel));
        }
        let connection = BoxCloneSyncService::new(channel.map_err(BoxError::from));
        Wire(Kind::Layered(self.0.iter().rfold(connection, |inner, layer| layer(inner))))
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layers({})", self.0.len())
    }
}

type Plain = MapErr<<Channel as Service<Request<Body>>>::Future, fn(tonic::transport::Error) -> BoxError>;

impl Service<Request<Body>> for Wire {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Either<Plain, BoxFuture<'static, Result<Response<Body>, BoxError>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match &mut self.0 {
            Kind::Channel(channel) => channel.poll_ready(context).map_err(Into::into),
            Kind::Layered(connection) => connection.poll_ready(context),
        }
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match &mut self.0 {
            Kind::Channel(channel) => Either::Left(channel.call(request).map_err(BoxError::from)),
            Kind::Layered(connection) => Either::Right(connection.call(request)),
        }
    }
}
