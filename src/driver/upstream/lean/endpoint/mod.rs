//! Where requests go: the endpoint that the SDK's client finds for the same configuration, and the region and service that
//! it signs for.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_sdk_dynamodb::config::endpoint::{
    DefaultResolver, Endpoint, InvalidParams, Params, ParamsBuilder, ResolveEndpoint,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::Document;
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use futures_util::FutureExt;
use http::header::{HeaderValue, InvalidHeaderValue};
use http::uri::{Authority, InvalidUri, InvalidUriParts, Uri};

use super::sign::canonical_path;

/// The service's name in signatures, if the endpoint has no other.
const SERVICE: &str = "dynamodb";

/// How many endpoints are kept. Without tables that are named by ARN there is one.
const MAX_CACHED: usize = 64;

/// There is no endpoint. Nothing has been sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum EndpointError {
    #[error("the AWS configuration has no region")]
    NoRegion,
    #[error("the AWS configuration is not valid for DynamoDB")]
    Config(#[from] InvalidParams),
    #[error("DynamoDB has no endpoint for the AWS configuration")]
    NoEndpoint(#[source] BoxError),
    #[error("the endpoint was not found at once")]
    Pending,
    #[error("{0} of the endpoint is not a string")]
    AuthScheme(&'static str),
    #[error("the URL of the endpoint is not valid")]
    Url(#[from] HttpError),
    #[error("the URL of the endpoint is not valid")]
    Uri(#[from] InvalidUri),
    #[error("the URL of the endpoint is not valid")]
    UriParts(#[from] InvalidUriParts),
    #[error("the host of the endpoint is not valid")]
    Host(#[from] InvalidHeaderValue),
}

/// An endpoint.
#[derive(Debug)]
pub(super) struct Resolved {
    /// Where to `POST` to, without user and password.
    pub(super) uri: Uri,
    /// The `Host` header.
    pub(super) host: HeaderValue,
    /// The path of the URI, in the form that signatures need.
    pub(super) path: String,
    /// The region to sign for.
    pub(super) region: String,
    /// The service to sign for.
    pub(super) service: String,
}

/// Finds endpoints by the SDK's rules, and keeps them.
pub(super) struct Endpoints {
    region: Option<String>,
    /// What all calls have in common.
    params: ParamsBuilder,
    resolver: DefaultResolver,
    cached: ArcSwap<Vec<Arc<Cached>>>,
}

struct Cached {
    arn: Option<String>,
    account_id: Option<String>,
    resolved: Arc<Resolved>,
}

impl fmt::Debug for Endpoints {
    /// Without the URL, which may have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Endpoints {
    pub(super) fn new(config: &SdkConfig) -> Self {
        let region = config.region().map(|region| region.as_ref().to_owned());
        let params = Params::builder()
            .set_region(region.clone())
            .set_use_fips(config.use_fips())
            .set_use_dual_stack(config.use_dual_stack())
            .set_endpoint(endpoint_url(config))
            .account_id_endpoint_mode(config.account_id_endpoint_mode().cloned().unwrap_or_default().to_string());
        Self { region, params, resolver: DefaultResolver::new(), cached: ArcSwap::default() }
    }

    /// The endpoint for a call on these tables, with the account of the credentials. As in the SDK's rules, the account in
    /// the ARN of the first table comes before that of the credentials.
    ///
    /// # Cost
    /// A look at a list that is kept.
    pub(super) fn resolve<'a>(
        &self,
        tables: impl IntoIterator<Item = &'a str>,
        account_id: Option<&str>,
    ) -> Result<Arc<Resolved>, EndpointError> {
        // The rules do not look at plain names.
        let arn = tables.into_iter().next().filter(|table| table.starts_with("arn:"));
        let is_wanted = |cached: &Cached| cached.arn.as_deref() == arn && cached.account_id.as_deref() == account_id;
        if let Some(found) = self.cached.load().iter().find(|cached| is_wanted(cached)) {
            return Ok(Arc::clone(&found.resolved));
        }
        let resolved = Arc::new(self.resolve_anew(arn, account_id)?);
        let (arn, account_id) = (arn.map(str::to_owned), account_id.map(str::to_owned));
        let new = Arc::new(Cached { arn, account_id, resolved: Arc::clone(&resolved) });
        self.cached.rcu(|cached| {
            // The oldest one makes room.
            let kept = cached.iter().skip((cached.len() + 1).saturating_sub(MAX_CACHED));
            kept.chain([&new]).map(Arc::clone).collect::<Vec<_>>()
        });
        Ok(resolved)
    }

    fn resolve_anew(&self, arn: Option<&str>, account_id: Option<&str>) -> Result<Resolved, EndpointError> {
        let params = self.params.clone();
        let params =
            params.set_resource_arn(arn.map(str::to_owned)).set_account_id(account_id.map(str::to_owned)).build()?;
        let endpoint = ResolveEndpoint::resolve_endpoint(&self.resolver, &params);
        let endpoint = endpoint.now_or_never().ok_or(EndpointError::Pending)?.map_err(EndpointError::NoEndpoint)?;
        let uri = uri_of(&endpoint)?;
        let region = auth_property(&endpoint, "signingRegion")?.or(self.region.as_deref());
        Ok(Resolved {
            host: host_of(&uri)?,
            path: canonical_path(uri.path()),
            region: region.ok_or(EndpointError::NoRegion)?.to_owned(),
            service: auth_property(&endpoint, "signingName")?.unwrap_or(SERVICE).to_owned(),
            uri,
        })
    }
}

/// The endpoint URL of the configuration, as `From<&SdkConfig>` of the SDK's `config::Builder` finds it: set by the program,
/// for DynamoDB, or for all services.
fn endpoint_url(config: &SdkConfig) -> Option<String> {
    let of_all = || config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return of_all();
    }
    let key =
        ServiceConfigKey::builder().service_id("DynamoDB").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_service = key.ok().zip(config.service_config()).and_then(|(key, service)| service.load_config(key));
    of_service.or_else(of_all)
}

fn uri_of(endpoint: &Endpoint) -> Result<Uri, EndpointError> {
    // The SDK's requests know how a path is joined to an endpoint.
    let mut request = HttpRequest::empty();
    request.set_uri("/")?;
    request.uri_mut().set_endpoint(endpoint.url())?;
    let mut parts = request.uri().parse::<Uri>()?.into_parts();
    if let Some((_user, host)) = parts.authority.as_ref().and_then(|authority| authority.as_str().rsplit_once('@')) {
        parts.authority = Some(Authority::try_from(host)?);
    }
    Ok(Uri::from_parts(parts)?)
}

/// The port is left out if it is the scheme's own (RFC 9110, section 4.2.3).
fn host_of(uri: &Uri) -> Result<HeaderValue, InvalidHeaderValue> {
    let host = uri.host().unwrap_or_default();
    match (uri.scheme_str(), uri.port_u16()) {
        (_, None) | (Some("http"), Some(80)) | (Some("https"), Some(443)) => HeaderValue::from_str(host),
        (_, Some(port)) => HeaderValue::try_from(format!("{host}:{port}")),
    }
}

/// A property of the way to sign that the endpoint asks for.
fn auth_property<'a>(endpoint: &'a Endpoint, name: &'static str) -> Result<Option<&'a str>, EndpointError> {
    let scheme = endpoint.auth_schemes().iter().find(|scheme| scheme.name() == "sigv4");
    match scheme.and_then(|scheme| scheme.get(name)) {
        None => Ok(None),
        Some(Document::String(value)) => Ok(Some(value)),
        Some(_) => Err(EndpointError::AuthScheme(name)),
    }
}
