//! The AWS SDK client and its connector: the network or the embedded engine.

use std::net::IpAddr;
use std::sync::Arc;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig, imds};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, StalledStreamProtectionConfig};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::FutureExt;

use super::response_memory::metered;
use super::skew::SkewWatch;
use crate::config::{EndpointUrl, Timeouts, is_host_label};
use crate::driver::SystemClock;
use crate::memory::Pool;
use crate::model::excerpt;

/// For endpoints without a region, such as DynamoDB Local: the signature needs one.
const NOMINAL_REGION: &str = "us-east-1";

/// Bytes of an invalid region that an error shows.
const MAX_SHOWN_REGION: usize = 64;

/// The AWS configuration has no region, or none that DynamoDB can have.
#[derive(Debug, thiserror::Error)]
pub enum NoRegion {
    /// There is none.
    #[error("no AWS region is configured: say --region REGION or set AWS_REGION")]
    Missing,
    /// The one in the AWS profile cannot be the name of a region.
    #[error(
        "the region {0:?} of the AWS profile is not the name of an AWS region, such as eu-central-1: correct `region` \
             there, say --region REGION or set AWS_REGION"
    )]
    Invalid(String),
}

/// An HTTP client with pooled connections and TLS by rustls.
#[must_use]
pub fn network_connector() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// A client for DynamoDB with the standard AWS configuration: credential chain, profile, region.
pub async fn network_client(
    region: Option<&str>,
    endpoint_url: Option<&EndpointUrl>,
    timeouts: &Timeouts,
    clock: Arc<SystemClock>,
    memory: &Pool,
) -> Result<Client, NoRegion> {
    let http = metered(network_connector(), memory);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .operation_timeout(timeouts.operation)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http.clone()).timeout_config(timeouts);
    let endpoint_url = endpoint_url.map(EndpointUrl::expose);
    if let Some(url) = endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if endpoint_url.is_some_and(is_loopback) {
        loader = local(loader, http).await;
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    let shared = loader.load().boxed().await;
    let region = shared.region().ok_or(NoRegion::Missing)?;
    if !is_host_label(region.as_ref()) {
        return Err(NoRegion::Invalid(excerpt(region.as_ref(), MAX_SHOWN_REGION).into_owned()));
    }
    Ok(dated(&client(config::Builder::from(&shared)), clock))
}

/// The same client, which tells the clock the date of each answer.
#[must_use]
pub fn dated(client: &Client, clock: Arc<SystemClock>) -> Client {
    Client::from_conf(client.config().to_builder().interceptor(SkewWatch::new(clock)).build())
}

/// Region and credentials from the usual sources, with a short timeout for EC2's instance metadata, the last of them. A
/// machine with its own endpoint rarely runs on EC2, and the long default timeout would delay the error that names what
/// is missing.
async fn local(loader: ConfigLoader, http: SharedHttpClient) -> ConfigLoader {
    let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .or_else(Region::new(NOMINAL_REGION));
    let provider = ProviderConfig::default().with_http_client(http).with_region(region.region().await);
    let ec2 = imds::Client::builder().configure(&provider).max_attempts(1).build();
    let credentials = DefaultCredentialsChain::builder().configure(provider).imds_client(ec2).build().await;
    loader.region(region).credentials_provider(credentials)
}

/// A client for a server that does not check credentials: the embedded engine, which ignores the endpoint, or DynamoDB
/// Local.
#[must_use]
pub fn nominal_client(http: SharedHttpClient, endpoint_url: Option<&str>) -> Client {
    let credentials = Credentials::new("dynakv", "dynakv", None, None, "nominal");
    let mut shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(NOMINAL_REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    shared.set_endpoint_url(endpoint_url.map(str::to_owned));
    client(config::Builder::from(&shared.build()))
}

fn client(builder: config::Builder) -> Client {
    let config = builder
        // The driver retries, because only it can tell whether an attempt was ambiguous.
        .retry_config(RetryConfig::disabled())
        // It is meant for streams. DynamoDB's responses are small and the timeouts bound them.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// Whether a URL refers to this machine, as that of DynamoDB Local does.
pub(super) fn is_loopback(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().ok();
    let host = uri.as_ref().and_then(http::Uri::host).map(|host| host.trim_matches(['[', ']']));
    host.is_some_and(|host| host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_recognised() {
        for url in ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000/"] {
            assert!(is_loopback(url), "{url}");
        }
        assert!(!is_loopback("https://dynamodb.eu-central-1.amazonaws.com"));
    }
}
