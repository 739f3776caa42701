//! The AWS SDK client and what is under it: the network or the embedded engine.

use std::sync::Arc;

use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, StalledStreamProtectionConfig};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::skew::SkewWatch;
use crate::config::Timeouts;
use crate::driver::Clock;

/// The region of servers that have none, such as DynamoDB Local: only part of the signature.
const NOMINAL_REGION: &str = "us-east-1";

/// No region was found anywhere.
#[derive(Debug, thiserror::Error)]
#[error("no AWS region is configured: say --region REGION or set AWS_REGION")]
pub struct NoRegion;

/// A client for DynamoDB over the network, with the ordinary AWS configuration: credential chain, profile, region.
pub async fn network_client(
    region: Option<&str>,
    endpoint_url: Option<&str>,
    timeouts: &Timeouts,
    clock: Arc<dyn Clock>,
) -> Result<Client, NoRegion> {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let regions = RegionProviderChain::first_try(region.map(|region| Region::new(region.to_owned())))
        .or_default_provider()
        .or_else(endpoint_url.map(|_| Region::new(NOMINAL_REGION)));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .operation_timeout(timeouts.operation)
        .build();
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).http_client(http).region(regions).timeout_config(timeouts);
    if let Some(url) = endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let shared = loader.load().await;
    if shared.region().is_none() {
        return Err(NoRegion);
    }
    Ok(client(config::Builder::from(&shared).interceptor(SkewWatch::new(clock))))
}

/// A client for an engine that stands behind a connector in this process, and asks for no credentials.
#[must_use]
pub fn in_process_client(http: SharedHttpClient) -> Client {
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(NOMINAL_REGION))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::new(
            "embedded", "embedded", None, None, "embedded",
        )))
        .build();
    client(config::Builder::from(&shared))
}

fn client(builder: config::Builder) -> Client {
    let config = builder
        // The driver retries, reads and writes alike: only it sees whether an attempt was ambiguous.
        .retry_config(RetryConfig::disabled())
        // Meant for streams of unknown length. DynamoDB's answers are small and bounded by the timeouts.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}
