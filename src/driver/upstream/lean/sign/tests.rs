use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use http::header::HeaderName;
use proptest::prelude::*;

use super::*;

/// Seconds from 1970 to 9999.
const ALL_TIMES: std::ops::Range<u64> = 0..253_402_300_800;
const DAY: u64 = 24 * 60 * 60;

/// A request to sign, and the URL that it goes to.
#[derive(Debug, Clone)]
struct Signed {
    url: String,
    host: HeaderValue,
    path: String,
    region: String,
    service: &'static str,
    headers: HeaderMap,
    body: Vec<u8>,
    credentials: Credentials,
    now: SystemTime,
}

impl Signed {
    fn new(credentials: Credentials, region: &str, seconds: u64) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert("x-amz-target", HeaderValue::from_static("DynamoDB_20120810.GetItem"));
        Self {
            url: "https://dynamodb.eu-central-1.amazonaws.com/".to_owned(),
            host: HeaderValue::from_static("dynamodb.eu-central-1.amazonaws.com"),
            path: canonical_path("/"),
            region: region.to_owned(),
            service: "dynamodb",
            headers,
            body: b"{}".to_vec(),
            credentials,
            now: UNIX_EPOCH + Duration::from_secs(seconds),
        }
    }

    /// The headers after the signature.
    fn by(&self, signer: &Signer) -> HeaderMap {
        let mut headers = self.headers.clone();
        let to = SignedTo { host: &self.host, path: &self.path, region: &self.region, service: self.service };
        signer.sign(&mut headers, &to, &self.body, &self.credentials, self.now).unwrap();
        headers
    }

    /// The headers as AWS's own signer adds them.
    fn by_aws(&self) -> HeaderMap {
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(self.now)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let request = SignableRequest::new("POST", &*self.url, headers, SignableBody::Bytes(&self.body)).unwrap();
        let (instructions, _) = aws_sigv4::http_request::sign(request, &params).unwrap().into_parts();
        let mut headers = self.headers.clone();
        for (name, value) in instructions.headers() {
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }
}

fn credentials() -> impl Strategy<Value = Credentials> {
    let token = proptest::option::of("[A-Za-z0-9+/=]{1,1200}");
    ("[A-Z0-9]{4,32}", "[ -~]{1,120}", token)
        .prop_map(|(id, secret, token)| Credentials::new(id, secret, token, None, ""))
}

prop_compose! {
    fn signed()(
        credentials in credentials(),
        region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
        seconds in ALL_TIMES,
        scheme in prop_oneof![Just("http"), Just("https")],
        host in "[a-z0-9]{1,20}(\\.[a-z]{2,5}){0,3}(:[1-9][0-9]{4})?",
        path in "(/[a-zA-Z0-9._~%$&=:@!+-]{0,5}){0,5}/?",
        body in proptest::collection::vec(any::<u8>(), 0..2000),
        has_content_type: bool,
        target in proptest::option::of("DynamoDB_20120810\\.[A-Za-z]{3,20}"),
    ) -> Signed {
        let mut signed = Signed::new(credentials, &region, seconds);
        let port_fits = host.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok());
        let host = if port_fits { host } else { "localhost:8000".to_owned() };
        signed.url = format!("{scheme}://{host}{path}");
        signed.host = HeaderValue::from_str(&host).unwrap();
        signed.path = canonical_path(&path);
        signed.body = body;
        if !has_content_type {
            signed.headers.remove("content-type");
        }
        signed.headers.remove("x-amz-target");
        if let Some(target) = target {
            signed.headers.insert("x-amz-target", HeaderValue::from_str(&target).unwrap());
        }
        signed
    }
}

proptest! {
    /// One signer signs all, so that each request meets the key of another one.
    #[test]
    fn a_signature_is_that_of_the_sdk(all in proptest::collection::vec(signed(), 1..4)) {
        let signer = Signer::new();
        for signed in &all {
            prop_assert_eq!(signed.by(&signer), signed.by_aws());
            prop_assert_eq!(signed.by(&signer), signed.by_aws(), "with the cached key");
        }
    }

    #[test]
    fn a_time_is_written_as_aws_writes_it(seconds in ALL_TIMES) {
        let expected = DateTime::from_secs(i64::try_from(seconds).unwrap()).fmt(Format::DateTime).unwrap();
        let expected = expected.replace(['-', ':'], "");
        let at = Timestamp::from(UNIX_EPOCH + Duration::from_secs(seconds));
        let date = at.date();
        prop_assert_eq!(&date, &expected[..8]);
        let date_time = at.date_time(&date);
        prop_assert_eq!(str::from_utf8(&date_time).unwrap(), expected);
    }
}

#[test]
fn a_time_before_1970_is_written() {
    let at = Timestamp::from(UNIX_EPOCH - Duration::from_secs(1));
    assert_eq!(&at.date_time(&at.date()), b"19700101T000000Z");
}

/// `post-vanilla` of AWS's Signature Version 4 test suite.
#[test]
fn a_signature_is_that_of_aws_published_example() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("AKIDEXAMPLE", secret, None, None, "");
    let mut signed = Signed::new(credentials, "us-east-1", 1_440_938_160);
    signed.host = HeaderValue::from_static("example.amazonaws.com");
    signed.service = "service";
    signed.headers.clear();
    signed.body.clear();
    let headers = signed.by(&Signer::new());
    assert_eq!(headers["x-amz-date"], "20150830T123600Z");
    assert_eq!(
        headers["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    );
}

fn with_keys(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials::new(id, secret, token.map(str::to_owned), None, "")
}

/// A change of each of the things that the signing key depends on.
#[test]
fn the_cached_key_signs_only_what_it_is_for() {
    let signer = Signer::new();
    let last_of_day = 20_000 * DAY - 1;
    let first = Signed::new(with_keys("AKID", "secret", None), "us-east-1", last_of_day);
    let mut service = first.clone();
    service.service = "dynamodbstreams";
    let others = [
        Signed::new(with_keys("AKID", "secret", None), "us-east-1", last_of_day + 1),
        Signed::new(with_keys("AKID", "secret", None), "us-east-2", last_of_day),
        Signed::new(with_keys("DIKA", "secret", None), "us-east-1", last_of_day),
        Signed::new(with_keys("AKID", "SECRET", None), "us-east-1", last_of_day),
        Signed::new(with_keys("AKID", "secret", Some("token")), "us-east-1", last_of_day),
        service,
    ];
    for other in others {
        assert_ne!(first.by(&signer), other.by(&signer));
        for signed in [&first, &other, &other, &first] {
            assert_eq!(signed.by(&signer), signed.by_aws());
        }
    }
}

#[test]
fn threads_with_different_credentials_share_a_signer() {
    let signer = Signer::new();
    let start = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        for id in ["first", "second"] {
            let signed = Signed::new(with_keys(id, id, Some(id)), "us-east-1", 7 * DAY);
            let (signer, start, expected) = (&signer, &start, signed.by_aws());
            scope.spawn(move || {
                start.wait();
                for _ in 0..2000 {
                    assert_eq!(signed.by(signer), expected);
                }
            });
        }
    });
}

/// A retry signs the headers of the last attempt again.
#[test]
fn a_second_signature_replaces_the_first() {
    let signer = Signer::new();
    let mut with_token = Signed::new(with_keys("AKID", "secret", Some("token")), "us-east-1", DAY);
    let without_token = Signed::new(with_keys("AKID", "secret", None), "us-east-1", 2 * DAY);
    with_token.headers = without_token.by(&signer);
    let signed = with_token.by(&signer);
    assert_eq!(signed["x-amz-security-token"], "token");
    let again = Signed { headers: signed, ..without_token.clone() };
    assert_eq!(again.by(&signer), without_token.by(&signer));
}

#[test]
fn secrets_are_not_shown() {
    let signer = Signer::new();
    let headers = Signed::new(with_keys("AKID", "hidden", Some("hidden")), "us-east-1", DAY).by(&signer);
    assert!(headers["authorization"].is_sensitive());
    assert!(headers["x-amz-security-token"].is_sensitive());
    let shown = format!("{signer:?} {headers:?}");
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(!shown.contains("Credential="), "{shown}");
}

#[test]
fn credentials_that_fit_into_no_header_are_refused() {
    for credentials in [with_keys("AK\nID", "secret", None), with_keys("AKID", "secret", Some("to\nken"))] {
        let signed = Signed::new(credentials, "us-east-1", DAY);
        let mut headers = HeaderMap::new();
        let to = SignedTo { host: &signed.host, path: "/", region: "us-east-1", service: "dynamodb" };
        let refused = Signer::new().sign(&mut headers, &to, b"", &signed.credentials, signed.now);
        assert!(refused.is_err());
        assert!(!headers.contains_key(AUTHORIZATION));
    }
}
