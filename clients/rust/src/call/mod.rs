use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::method::Method;
use crate::{Client, Error};

/// A request of an RPC with one answer: how it is sent and what its answer means.
pub trait Operation: Clone + Send + Sync + 'static {
    /// The generated response.
    type Response: Send;
    /// What a caller is given.
    type Output: Send;
    /// Its entry in the retry table.
    const METHOD: Method;

    /// What the proto declares of the RPC, or less where this very request does not allow it.
    fn method(&self) -> Method {
        Self::METHOD
    }

    /// The field for the request id, if this is a write.
    fn request_id(&mut self) -> Option<&mut String> {
        None
    }

    /// Sends it once.
    fn send(
        client: &Client,
        request: Request<Self>,
    ) -> impl Future<Output = Result<Response<Self::Response>, Status>> + Send + use<Self>;

    /// Reads the answer to this request.
    fn read(&self, response: Self::Response) -> Result<Self::Output, Status>;
}

/// A request about one table.
pub trait OnTable {
    /// The field for it.
    fn table(&mut self) -> &mut String;
}

/// A request that changes something.
pub trait Write {}

/// A call that has not been sent yet. `.await` sends it.
#[derive(Clone)]
#[must_use = "a call is sent only when it is awaited"]
pub struct Call<R> {
    pub(crate) client: Client,
    pub(crate) request: R,
    timeout: Option<Duration>,
    request_id: Option<Uuid>,
    metadata: Vec<(AsciiMetadataKey, AsciiMetadataValue)>,
}

impl<R> Call<R> {
    pub(crate) fn new(client: Client, request: R) -> Self {
        Self { client, request, timeout: None, request_id: None, metadata: Vec::new() }
    }

    /// How long this call may take, retries included. The server sees it as the deadline.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds metadata, for example `traceparent`.
    pub fn metadata(mut self, key: AsciiMetadataKey, value: AsciiMetadataValue) -> Self {
        self.metadata.push((key, value));
        self
    }

    /// Changes the request.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut R)) -> Self {
        change(&mut self.request);
        self
    }

    /// A message as this call sends it.
    pub(crate) fn wrap<M>(&self, message: M, left: Duration) -> Request<M> {
        let mut request = Request::new(message);
        request.set_timeout(left);
        for (key, value) in &self.metadata {
            request.metadata_mut().insert(key.clone(), value.clone());
        }
        request
    }

    pub(crate) fn time_allowed(&self) -> Duration {
        self.timeout.unwrap_or_else(|| self.client.timeout())
    }

    pub(crate) fn id(&self) -> Uuid {
        self.request_id.unwrap_or_else(Uuid::new_v4)
    }
}

impl<R: OnTable> Call<R> {
    /// The table: one of the server's configuration.
    pub fn table(self, table: impl Into<String>) -> Self {
        self.with(|request| *request.table() = table.into())
    }
}

impl<R: Operation> Call<R> {
    fn attempt(&self, left: Duration) -> impl Future<Output = Result<R::Output, Status>> + Send + use<R> {
        let request = self.wrap(self.request.clone(), left);
        let asked = self.request.clone();
        let sent = R::send(&self.client, request);
        async move { asked.read(sent.await?.into_inner()) }
    }

    async fn run(mut self) -> Result<R::Output, Error> {
        let request_id = self.id();
        if let Some(field) = self.request.request_id() {
            *field = request_id.to_string();
        }
        let method = self.request.method();
        let sent = self.client.sender().send(method, self.time_allowed(), |left| self.attempt(left)).await;
        sent.map(|answered| answered.answer).map_err(|given_up| given_up.into_error(method, request_id))
    }
}

impl<R: Write> Call<R> {
    /// The id of this write. By default, or with `None`, every call that is awaited has an id of its own; give the id of
    /// an earlier one to find out, after [`Error::OutcomeUnknown`], whether that one has happened.
    pub fn request_id(mut self, id: impl Into<Option<Uuid>>) -> Self {
        self.request_id = id.into();
        self
    }
}

impl<R: Operation> IntoFuture for Call<R> {
    type Output = Result<R::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

#[cfg(test)]
pub(crate) mod tests;
