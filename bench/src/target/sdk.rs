use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use tokio::sync::Semaphore;

use crate::keyspace::{Entry, Values};
use crate::plan::Operation;

/// The stub's table.
pub(crate) const TABLE: &str = "bench";

/// The AWS SDK with the server's settings, as used by a program without a gateway.
#[derive(Debug, Clone)]
pub(crate) struct Sdk {
    client: Client,
    /// One permit for each connection: the SDK's HTTP client would open one for each call in flight.
    connections: Arc<Semaphore>,
    values: Values,
}

impl Sdk {
    pub(crate) fn new(endpoint: &str, connections: usize, values: Values) -> Self {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("bench", "bench", None, None, "bench"))
            .endpoint_url(format!("http://{endpoint}"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let connections = Arc::new(Semaphore::new(connections));
        Self { client: Client::from_conf(config.build()), connections, values }
    }

    pub(crate) async fn call(&self, operation: Operation, entry: Entry) -> anyhow::Result<()> {
        let _connection = self.connections.acquire().await?;
        let key = AttributeValue::S(entry.key());
        match operation {
            Operation::Get => {
                let answer = self.client.get_item().table_name(TABLE).key("pk", key).send().await?;
                let mut item = answer.item.context("an item was not found")?;
                let Some(AttributeValue::B(value)) = item.remove("val") else { bail!("an item has no value") };
                ensure!(value.into_inner() == self.values.of(entry), "not the value of {}", entry.key());
            }
            Operation::Set => {
                let value = AttributeValue::B(Blob::new(self.values.of(entry).to_vec()));
                let version = AttributeValue::N("1".to_owned());
                let put = self.client.put_item().table_name(TABLE).item("pk", key).item("val", value);
                put.item("dkv_ver", version).send().await?;
            }
            other => bail!("{other} is not measured with the SDK"),
        }
        Ok(())
    }
}
