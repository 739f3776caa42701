//! The connection to DynamoDB: its AWS configuration, its client and its layers.

use std::net::IpAddr;
use std::sync::Arc;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig, imds};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::FutureExt;

use super::response_memory::metered;
use super::skew::dated;
use crate::config::{ClientKind, EndpointUrl, Timeouts, is_host_label};
use crate::driver::network::{self, Network};
use crate::driver::transport::http_client;
use crate::driver::{Connection, SystemClock};
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

/// How to reach DynamoDB.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// The configured region.
    pub region: Option<&'a str>,
    /// The configured endpoint.
    pub endpoint_url: Option<&'a EndpointUrl>,
    /// For each attempt.
    pub timeouts: &'a Timeouts,
    /// What sends the calls about items.
    pub client: ClientKind,
}

/// A connection to DynamoDB with the standard AWS configuration: credential chain, profile, region. The sources of credentials use
/// the same network.
pub async fn connect(reach: Reach<'_>, clock: Arc<SystemClock>, memory: &Pool) -> Result<Connection, NoRegion> {
    let network = dated(metered(Arc::new(Network::new(pool(reach.timeouts))), memory), clock);
    let config = configuration(reach, http_client(Arc::clone(&network))).await?;
    Ok(match reach.client {
        ClientKind::Lean => Connection::lean(&config, network),
        ClientKind::Sdk => Connection::sdk(&config),
    })
}

fn pool(timeouts: &Timeouts) -> network::Settings {
    network::Settings { connect_timeout: timeouts.connect, read_timeout: timeouts.read, ..network::Settings::default() }
}

/// The AWS configuration of this process.
async fn configuration(reach: Reach<'_>, http: SharedHttpClient) -> Result<SdkConfig, NoRegion> {
    let Reach { region, endpoint_url, timeouts, client: _ } = reach;
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
    let config = loader.load().boxed().await;
    let region = config.region().ok_or(NoRegion::Missing)?;
    if !is_host_label(region.as_ref()) {
        return Err(NoRegion::Invalid(excerpt(region.as_ref(), MAX_SHOWN_REGION).into_owned()));
    }
    Ok(config)
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

/// The configuration for a server that does not check credentials: the embedded engine, which ignores the endpoint, or
/// DynamoDB Local.
#[must_use]
pub fn nominal(endpoint_url: Option<&str>) -> SdkConfig {
    let credentials = Credentials::new("dynakv", "dynakv", None, None, "nominal");
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(NOMINAL_REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    config.set_endpoint_url(endpoint_url.map(str::to_owned));
    config.build()
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
