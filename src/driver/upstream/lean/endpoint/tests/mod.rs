mod calls;

use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_types::endpoint_config::AccountIdEndpointMode;
use aws_types::origin::Origin;
use aws_types::service_config::LoadServiceConfig;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use calls::{ALL_CALLS, Call};

const NOW: Duration = Duration::from_hours(500_000);
const ACCOUNT: &str = "111122223333";
const PLAIN: &str = "entries";
const OWN_ARN: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/entries";
const ARN_OF_OTHER_ACCOUNT: &str = "arn:aws:dynamodb:us-east-1:444455556666:table/entries";
const ARN_IN_OTHER_REGION: &str = "arn:aws:dynamodb:eu-west-1:444455556666:table/entries";
/// Takes the place of the network in the SDK's client: keeps the request and fails.
#[derive(Debug, Clone, Default)]
struct Capture(Arc<Mutex<Option<HttpRequest>>>);

impl HttpConnector for Capture {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        *self.0.lock().unwrap() = Some(request);
        HttpConnectorFuture::ready(Err(ConnectorError::user("captured".into())))
    }
}

/// A configuration, and the account of its credentials.
#[derive(Debug, Clone, Default)]
struct Setup {
    region: Option<&'static str>,
    use_fips: bool,
    use_dual_stack: bool,
    endpoint_url: Option<&'static str>,
    mode: Option<AccountIdEndpointMode>,
    account_id: Option<&'static str>,
}

impl Setup {
    fn in_region(region: &'static str) -> Self {
        Self { region: Some(region), ..Self::default() }
    }

    fn at(endpoint_url: &'static str) -> Self {
        Self { endpoint_url: Some(endpoint_url), ..Self::in_region("us-east-1") }
    }

    fn with_account(mode: Option<AccountIdEndpointMode>) -> Self {
        Self { account_id: Some(ACCOUNT), mode, ..Self::in_region("us-east-1") }
    }

    fn config(&self) -> SdkConfig {
        let mut credentials = Credentials::builder().access_key_id("AKID").secret_access_key("secret");
        credentials.set_account_id(self.account_id.map(Into::into));
        let credentials = credentials.provider_name("test").build();
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.map(Region::new))
            .use_fips(self.use_fips)
            .use_dual_stack(self.use_dual_stack)
            .retry_config(RetryConfig::disabled())
            .time_source(StaticTimeSource::new(UNIX_EPOCH + NOW))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        builder.set_endpoint_url(self.endpoint_url.map(str::to_owned));
        builder.set_account_id_endpoint_mode(self.mode.clone());
        builder.build()
    }

    fn resolve(&self, table: &str) -> Result<Arc<Resolved>, EndpointError> {
        Endpoints::new(&self.config()).resolve([table], self.account_id)
    }
}

/// What the SDK's client sends. `None` if it finds no endpoint.
fn sent_by_sdk(config: &SdkConfig, call: Call, table: &str) -> Option<HttpRequest> {
    let capture = Capture::default();
    let connector = SharedHttpConnector::new(capture.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let config = config.to_builder().http_client(http).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(call.make(&Client::new(&config), table));
    capture.0.lock().unwrap().take()
}

/// The `authorization` that a request of the SDK has if it goes to this endpoint.
fn authorization(sent: &HttpRequest, resolved: &Resolved) -> String {
    let identity = Credentials::new("AKID", "secret", None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&resolved.region)
        .name(&resolved.service)
        .time(UNIX_EPOCH + NOW)
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let signed = sent.headers().get("authorization").unwrap();
    let names = signed.split_once("SignedHeaders=").unwrap().1.split_once(',').unwrap().0;
    let of_sdk = names.split(';').filter(|name| !["host", "x-amz-date"].contains(name));
    let of_sdk = of_sdk.map(|name| (name, sent.headers().get(name).unwrap()));
    let headers = of_sdk.chain([("host", resolved.host.to_str().unwrap())]);
    let body = SignableBody::Bytes(sent.body().bytes().unwrap());
    let request = SignableRequest::new("POST", resolved.uri.to_string(), headers, body).unwrap();
    let (instructions, _) = aws_sigv4::http_request::sign(request, &params).unwrap().into_parts();
    let (_, value) = instructions.headers().find(|(name, _)| *name == "authorization").unwrap();
    value.to_owned()
}

/// The URI, and by the signature the host, the region and the service, are those of the SDK's client.
fn assert_as_sdk(config: &SdkConfig, account_id: Option<&str>, call: Call, table: &str) {
    let resolved = Endpoints::new(config).resolve([table], account_id);
    match (sent_by_sdk(config, call, table), resolved) {
        (Some(sent), Ok(resolved)) => {
            assert_eq!(resolved.uri, sent.uri());
            assert_eq!(authorization(&sent, &resolved), sent.headers().get("authorization").unwrap());
        }
        (None, Err(_)) => {}
        (sent, resolved) => panic!("{sent:?} {resolved:?}"),
    }
}

/// Each expected URL, and whether the SDK's client sends there too, for each action.
fn assert_endpoint(setup: &Setup, table: &str, url: &str, host: &str, region: &str) {
    let resolved = setup.resolve(table).unwrap();
    assert_eq!(resolved.uri, url);
    assert_eq!(resolved.host, host);
    assert_eq!((&*resolved.region, &*resolved.service), (region, "dynamodb"));
    for call in ALL_CALLS {
        assert_as_sdk(&setup.config(), setup.account_id, call, table);
    }
}

#[test]
fn a_region_has_an_endpoint() {
    for (setup, host) in [
        (Setup::in_region("eu-central-1"), "dynamodb.eu-central-1.amazonaws.com"),
        (Setup::in_region("cn-north-1"), "dynamodb.cn-north-1.amazonaws.com.cn"),
        (Setup { use_fips: true, ..Setup::in_region("us-west-2") }, "dynamodb-fips.us-west-2.amazonaws.com"),
        (Setup { use_dual_stack: true, ..Setup::in_region("us-west-2") }, "dynamodb.us-west-2.api.aws"),
        (
            Setup { use_fips: true, use_dual_stack: true, ..Setup::in_region("us-west-2") },
            "dynamodb-fips.us-west-2.api.aws",
        ),
    ] {
        assert_endpoint(&setup, PLAIN, &format!("https://{host}/"), host, setup.region.unwrap());
    }
}

/// DynamoDB Local, by the name of its region.
#[test]
fn the_region_of_the_signature_may_be_another_one() {
    assert_endpoint(&Setup::in_region("local"), PLAIN, "http://localhost:8000/", "localhost:8000", "us-east-1");
}

#[test]
fn a_configured_url_is_used() {
    for (url, uri, host) in [
        ("http://localhost:8000", "http://localhost:8000/", "localhost:8000"),
        ("http://localhost:80", "http://localhost:80/", "localhost"),
        ("https://localhost:443/", "https://localhost:443/", "localhost"),
        ("https://localhost:80/", "https://localhost:80/", "localhost:80"),
        ("http://[::1]:8000", "http://[::1]:8000/", "[::1]:8000"),
        ("https://proxy.example.com/to/dynamodb", "https://proxy.example.com/to/dynamodb/", "proxy.example.com"),
        ("https://proxy.example.com/a%20b/../c/", "https://proxy.example.com/a%20b/../c/", "proxy.example.com"),
    ] {
        assert_endpoint(&Setup::at(url), PLAIN, uri, host, "us-east-1");
    }
    let resolved = Setup::at("https://proxy.example.com/a%20b/../c//d").resolve(PLAIN).unwrap();
    assert_eq!(resolved.path, "/c/d/");
}

#[test]
fn an_account_has_an_endpoint_of_its_own() {
    let of_account = |account: &str| format!("{account}.ddb.us-east-1.amazonaws.com");
    let of_region = "dynamodb.us-east-1.amazonaws.com".to_owned();
    let preferred = Some(AccountIdEndpointMode::Preferred);
    for (mode, table, host) in [
        (None, PLAIN, of_account(ACCOUNT)),
        (preferred.clone(), PLAIN, of_account(ACCOUNT)),
        (Some(AccountIdEndpointMode::Required), PLAIN, of_account(ACCOUNT)),
        (Some(AccountIdEndpointMode::Disabled), PLAIN, of_region.clone()),
        (preferred.clone(), OWN_ARN, of_account(ACCOUNT)),
        (preferred.clone(), ARN_OF_OTHER_ACCOUNT, of_account("444455556666")),
        (Some(AccountIdEndpointMode::Disabled), ARN_OF_OTHER_ACCOUNT, of_region.clone()),
    ] {
        assert_endpoint(&Setup::with_account(mode), table, &format!("https://{host}/"), &host, "us-east-1");
    }
    assert_endpoint(
        &Setup::in_region("us-east-1"),
        ARN_OF_OTHER_ACCOUNT,
        "https://444455556666.ddb.us-east-1.amazonaws.com/",
        "444455556666.ddb.us-east-1.amazonaws.com",
        "us-east-1",
    );
}

#[test]
fn a_configuration_without_endpoint_is_refused() {
    let required = Some(AccountIdEndpointMode::Required);
    let fips_at_url = Setup { use_fips: true, ..Setup::at("http://localhost:8000") };
    let no_account = Setup { mode: required, ..Setup::in_region("us-east-1") };
    for setup in [fips_at_url, no_account, Setup::in_region("not a region"), Setup::default()] {
        assert!(setup.resolve(PLAIN).is_err(), "{setup:?}");
        assert_as_sdk(&setup.config(), setup.account_id, Call::GetItem, PLAIN);
    }
    // The SDK finds an endpoint here, but no region to sign for.
    let no_region = Setup { region: None, ..Setup::at("http://localhost:8000") };
    assert!(matches!(no_region.resolve(PLAIN), Err(EndpointError::NoRegion)));
    assert_as_sdk(&no_region.config(), None, Call::GetItem, PLAIN);
    // Without a scheme.
    let no_scheme = Setup::at("localhost");
    assert!(no_scheme.resolve(PLAIN).is_err());
    assert_as_sdk(&no_scheme.config(), None, Call::GetItem, PLAIN);
}

/// `AWS_ENDPOINT_URL_DYNAMODB` and its like in a profile.
#[derive(Debug)]
struct OfService(Option<&'static str>);

impl LoadServiceConfig for OfService {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let key = (key.service_id(), key.env(), key.profile());
        assert_eq!(key, ("DynamoDB", "AWS_ENDPOINT_URL", "endpoint_url"));
        self.0.map(str::to_owned)
    }
}

#[test]
fn the_url_for_dynamodb_comes_before_that_of_all_services() {
    let (all, of_service) = ("http://all.example.com", "http://dynamodb.example.com");
    for (origin, service, expected) in [
        (Origin::shared_environment_variable(), Some(of_service), "http://dynamodb.example.com/"),
        (Origin::shared_environment_variable(), None, "http://all.example.com/"),
        (Origin::shared_config(), Some(of_service), "http://all.example.com/"),
    ] {
        let mut builder = Setup::at(all).config().into_builder().service_config(OfService(service));
        builder.insert_origin("endpoint_url", origin);
        let config = builder.build();
        let endpoints = Endpoints::new(&config);
        assert_eq!(endpoints.resolve([PLAIN], None).unwrap().uri, expected);
        assert_as_sdk(&config, None, Call::GetItem, PLAIN);
    }
}

proptest! {
    #[test]
    fn a_request_goes_where_the_sdk_sends_it(
        region in select(vec!["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "local", "moon-1"]),
        use_fips: bool,
        use_dual_stack: bool,
        endpoint_url in proptest::option::weighted(0.3, select(vec!["http://h:1/p", "https://dynamodb.us-east-1.api.aws"])),
        mode in proptest::option::of(select(vec!["preferred", "required", "disabled"])),
        account_id in proptest::option::of(Just(ACCOUNT)),
        call in select(ALL_CALLS.to_vec()),
        table in select(vec![
            PLAIN, OWN_ARN, ARN_OF_OTHER_ACCOUNT, ARN_IN_OTHER_REGION, "arn:aws:dynamodb", "arn:aws:sqs:us-east-1:1:t",
            "arn:aws:dynamodb:us-east-1::table/entries", "arn:aws-cn:dynamodb:cn-north-1:444455556666:table/entries",
        ]),
    ) {
        let mode = mode.map(|mode| mode.parse().unwrap());
        let setup = Setup { region: Some(region), use_fips, use_dual_stack, endpoint_url, mode, account_id };
        assert_as_sdk(&setup.config(), account_id, call, table);
    }
}

#[test]
fn an_endpoint_is_found_once_for_an_account_and_an_arn() {
    let endpoints = Endpoints::new(&Setup::in_region("us-east-1").config());
    let find = |tables: &[&str], account_id| endpoints.resolve(tables.iter().copied(), account_id).unwrap();
    let plain = find(&[PLAIN], Some(ACCOUNT));
    // The first table decides, and plain names are alike.
    for tables in [&[PLAIN][..], &["others"], &[], &["others", OWN_ARN]] {
        assert!(Arc::ptr_eq(&find(tables, Some(ACCOUNT)), &plain));
    }
    let other_account = find(&[PLAIN], Some("444455556666"));
    assert_eq!(other_account.uri, "https://444455556666.ddb.us-east-1.amazonaws.com/");
    assert_eq!(find(&[PLAIN], None).uri, "https://dynamodb.us-east-1.amazonaws.com/");
    let of_arn = find(&[ARN_OF_OTHER_ACCOUNT, PLAIN], Some(ACCOUNT));
    assert_eq!(of_arn.uri, other_account.uri);
    assert!(Arc::ptr_eq(&find(&[ARN_OF_OTHER_ACCOUNT], Some(ACCOUNT)), &of_arn));
    assert!(Arc::ptr_eq(&find(&[PLAIN], Some(ACCOUNT)), &plain));
}

#[test]
fn few_endpoints_are_kept() {
    let endpoints = Endpoints::new(&Setup::in_region("us-east-1").config());
    for account in 0..3 * MAX_CACHED {
        let account = format!("{account:012}");
        let arn = format!("arn:aws:dynamodb:us-east-1:{account}:table/entries");
        let resolved = endpoints.resolve([&*arn], None).unwrap();
        assert_eq!(resolved.host, format!("{account}.ddb.us-east-1.amazonaws.com"));
        assert!(Arc::ptr_eq(&endpoints.resolve([&*arn], None).unwrap(), &resolved));
        assert!(endpoints.cached.load().len() <= MAX_CACHED);
    }
    assert_eq!(endpoints.cached.load().len(), MAX_CACHED);
}

#[test]
fn user_and_password_of_a_url_are_not_shown() {
    let setup = Setup::at("https://user:hidden@proxy.example.com:8000/path");
    let endpoints = Endpoints::new(&setup.config());
    let resolved = endpoints.resolve([PLAIN], None).unwrap();
    assert_eq!(resolved.uri, "https://proxy.example.com:8000/path/");
    assert_eq!(resolved.host, "proxy.example.com:8000");
    let invalid = Setup::at("hidden://user:hidden@ho st").resolve(PLAIN).unwrap_err();
    let shown = format!("{endpoints:?} {resolved:?} {invalid:?} {invalid}");
    assert!(!shown.contains("hidden"), "{shown}");
}
