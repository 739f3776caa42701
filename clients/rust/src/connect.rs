use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, io};

use bytes::Bytes;
use http::{Request, Response};
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::{BoxError, Layer, Service};

use crate::address::Written;
use crate::client::Settings;
use crate::error::root_cause;
use crate::transport::{Connection, Layers};
use crate::{Address, Client, Credentials, InvalidAddress, RetryPolicy, Runtime, Tls, TokioRuntime};

/// Where a client connects to when nothing else is said: the address that `dynakv serve` listens on by default.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:50051";

/// How long a call may take, retries included, unless it says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// While calls wait for an answer, a silent connection is probed this often, and given up after the second time.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address cannot be read.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// There are TLS settings, but the address begins with `http:` or `unix:`.
    #[error("{address} is an address without TLS, but there are TLS settings; write https:// or drop them")]
    TlsNotPossible {
        /// The address.
        address: Address,
    },
    /// One of the two settings for the client's certificate is missing.
    #[error("a client certificate needs both DYNAKV_CLIENT_CERT_FILE and DYNAKV_CLIENT_KEY_FILE")]
    IncompleteIdentity,
    /// The token has characters that no header can carry.
    #[error("the token has characters that a token cannot have")]
    InvalidToken,
    /// A PEM file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// The settings are refused: a PEM file holds no certificate or key, for example.
    #[error("cannot use the connection settings: {}", root_cause(.0))]
    Settings(#[source] tonic::transport::Error),
    /// The server cannot be reached.
    #[error("cannot connect to {address}: {}", root_cause(source))]
    Unreachable {
        /// The address.
        address: Address,
        /// What happened.
        source: tonic::transport::Error,
    },
}

/// Settings of a client. Without any, it speaks to [`DEFAULT_ADDRESS`] without TLS and without a token.
#[derive(Debug, Clone)]
pub struct Builder {
    address: Written,
    tls: Option<Tls>,
    token: Option<Token>,
    table: String,
    timeout: Duration,
    retry: RetryPolicy,
    runtime: Arc<dyn Runtime>,
    layers: Layers,
}

#[derive(Clone)]
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: Written(DEFAULT_ADDRESS.to_owned()),
            tls: None,
            token: None,
            table: String::new(),
            timeout: DEFAULT_TIMEOUT,
            retry: RetryPolicy::default(),
            runtime: Arc::new(TokioRuntime),
            layers: Layers::default(),
        }
    }
}

impl Builder {
    /// The settings that the environment gives:
    ///
    /// | variable | setting |
    /// |---|---|
    /// | `DYNAKV_ADDRESS` | [`address`](Self::address) |
    /// | `DYNAKV_TOKEN` | [`token`](Self::token) |
    /// | `DYNAKV_TABLE` | [`table`](Self::table) |
    /// | `DYNAKV_TLS` | `true` or `1`: [`tls`](Self::tls) |
    /// | `DYNAKV_CA_FILE` | [`Tls::ca_file`]; implies TLS |
    /// | `DYNAKV_CLIENT_CERT_FILE`, `DYNAKV_CLIENT_KEY_FILE` | [`Tls::identity_files`]; imply TLS |
    /// | `DYNAKV_TLS_SERVER_NAME` | [`Tls::server_name`]; implies TLS |
    pub fn from_env() -> Result<Self, ConnectError> {
        Self::from_lookup(|name| env::var(name).ok())
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConnectError> {
        let set = |name| lookup(name).filter(|value: &String| !value.is_empty());
        let mut builder = Self::default();
        if let Some(address) = set("DYNAKV_ADDRESS") {
            builder = builder.address(address);
        }
        if let Some(token) = set("DYNAKV_TOKEN") {
            builder = builder.token(token);
        }
        if let Some(table) = set("DYNAKV_TABLE") {
            builder = builder.table(table);
        }
        let mut tls = set("DYNAKV_TLS").filter(|on| on == "true" || on == "1").map(|_| Tls::new());
        if let Some(path) = set("DYNAKV_CA_FILE") {
            tls = Some(tls.unwrap_or_default().ca_file(path));
        }
        match (set("DYNAKV_CLIENT_CERT_FILE"), set("DYNAKV_CLIENT_KEY_FILE")) {
            (Some(certificate), Some(key)) => tls = Some(tls.unwrap_or_default().identity_files(certificate, key)),
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => return Err(ConnectError::IncompleteIdentity),
        }
        if let Some(name) = set("DYNAKV_TLS_SERVER_NAME") {
            tls = Some(tls.unwrap_or_default().server_name(name));
        }
        builder.tls = tls;
        Ok(builder)
    }

    /// `host:port`, `http://host:port`, `https://host:port` or `unix:/path`.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Written(address.into());
        self
    }

    /// The bearer token of every call. Without TLS it travels in the clear.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token(token.into()));
        self
    }

    /// Speaks TLS. An `https` address does so without this, trusting what the machine trusts.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The table of every call that names none. Empty: the server's default table.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// How long a call may take, retries included, unless it says otherwise. 10 seconds by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How failed calls are sent again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Passes every attempt of every call through this tower layer: for traces, metrics, and metadata for all calls. Of
    /// several, the first one given sees a call first.
    #[must_use]
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<Connection> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.layers.push(layer);
        self
    }

    /// Time, sleep and chance; for tests.
    #[must_use]
    pub fn runtime(mut self, runtime: Arc<dyn Runtime>) -> Self {
        self.runtime = runtime;
        self
    }

    /// Connects, and fails if the server cannot be reached. A connection that breaks later is made again by itself.
    pub async fn connect(self) -> Result<Client, ConnectError> {
        let (address, endpoint) = self.endpoint()?;
        let channel = endpoint.connect().await.map_err(|source| ConnectError::Unreachable { address, source })?;
        self.over(channel)
    }

    /// Connects at the first call. Must be called within a Tokio runtime.
    pub fn connect_lazy(self) -> Result<Client, ConnectError> {
        let (_, endpoint) = self.endpoint()?;
        self.over(endpoint.connect_lazy())
    }

    /// Uses a channel made elsewhere, for settings that only [`Endpoint`] has. Address and TLS settings have no effect.
    pub fn over(self, channel: Channel) -> Result<Client, ConnectError> {
        let credentials = match &self.token {
            Some(Token(token)) => Credentials::bearer(token).ok_or(ConnectError::InvalidToken)?,
            None => Credentials::default(),
        };
        let settings = Settings { table: self.table, timeout: self.timeout, retry: self.retry, runtime: self.runtime };
        Ok(Client::new(self.layers.around(channel), credentials, settings))
    }

    fn endpoint(&self) -> Result<(Address, Endpoint), ConnectError> {
        let address: Address = self.address.0.parse()?;
        let tls = match (address.tls(), &self.tls) {
            (Some(false), Some(_)) => return Err(ConnectError::TlsNotPossible { address }),
            (Some(true), None) => Some(Tls::new()),
            (_, tls) => tls.clone(),
        };
        let mut endpoint = Endpoint::from_shared(address.to_uri(tls.is_some()))
            .and_then(|endpoint| endpoint.user_agent(concat!("dynakv-rust/", env!("CARGO_PKG_VERSION"))))
            .map_err(ConnectError::Settings)?
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
        if let Some(tls) = tls {
            endpoint = endpoint.tls_config(tls.read()?).map_err(ConnectError::Settings)?;
        }
        Ok((address, endpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Builder, ConnectError> {
        Builder::from_lookup(|name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_fills_the_builder_and_the_token_stays_hidden() {
        let builder = from(&[
            ("DYNAKV_ADDRESS", "kv.example:443"),
            ("DYNAKV_TOKEN", "s3cret"),
            ("DYNAKV_CA_FILE", "/etc/ca.pem"),
        ])
        .unwrap();
        let shown = format!("{builder:?}");
        assert!(shown.contains("kv.example:443") && shown.contains("/etc/ca.pem"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn an_empty_variable_is_as_good_as_none() {
        let builder = from(&[("DYNAKV_ADDRESS", ""), ("DYNAKV_CA_FILE", ""), ("DYNAKV_TLS", "false")]).unwrap();
        assert_eq!(builder.address.0, DEFAULT_ADDRESS);
        assert!(builder.tls.is_none());
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let half = from(&[("DYNAKV_CLIENT_CERT_FILE", "/etc/client.pem")]);
        assert!(matches!(half, Err(ConnectError::IncompleteIdentity)));
        let plain = Builder::default().address("http://127.0.0.1:1").tls(Tls::new());
        assert!(matches!(plain.endpoint(), Err(ConnectError::TlsNotPossible { .. })));
        let no_file = Builder::default().address("127.0.0.1:1").tls(Tls::new().ca_file("/no/such/file"));
        assert!(matches!(no_file.endpoint(), Err(ConnectError::File { .. })));
    }
}
