use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Builder, StalledStreamProtectionConfig};
use aws_types::SdkConfig;

use super::lean::Lean;
use super::transport::{self, Transport};

/// How a driver reaches DynamoDB.
///
/// The lean client sends what concerns items; the AWS SDK sends what concerns tables, and everything if there is no lean
/// client.
#[derive(Debug, Clone)]
pub struct Connection {
    client: Client,
    lean: Option<Arc<Lean>>,
}

impl Connection {
    /// The lean client over this transport. Region, credentials, endpoint and timeouts are those of the configuration. The SDK's
    /// client uses the HTTP client of the configuration, or this transport if it has none.
    #[must_use]
    pub fn lean(config: &SdkConfig, transport: Arc<dyn Transport>) -> Self {
        let client = match config.http_client() {
            Some(_) => sdk_client(Builder::from(config)),
            None => sdk_client(Builder::from(config).http_client(transport::http_client(Arc::clone(&transport)))),
        };
        Self { client, lean: Some(Arc::new(Lean::new(config, transport))) }
    }

    /// The AWS SDK alone, with the HTTP client of the configuration.
    #[must_use]
    pub fn sdk(config: &SdkConfig) -> Self {
        sdk_client(Builder::from(config)).into()
    }

    /// The client of the AWS SDK, for anything that the driver does not offer.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn lean_client(&self) -> Option<&Lean> {
        self.lean.as_deref()
    }
}

/// The AWS SDK alone. Turn the client's own retries off: they would hide that an attempt was ambiguous. The driver retries.
impl From<Client> for Connection {
    fn from(client: Client) -> Self {
        Self { client, lean: None }
    }
}

fn sdk_client(builder: Builder) -> Client {
    let config = builder
        // The driver retries, because only it can tell whether an attempt was ambiguous.
        .retry_config(RetryConfig::disabled())
        // It is meant for streams. DynamoDB's responses are small and the timeouts bound them.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}
