use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use super::super::error::Cause;
use super::super::target::Target;

/// Which hosts are behind which proxy.
#[derive(Clone)]
pub(in super::super) struct Proxies(Arc<Matcher>);

/// The way to a host.
#[derive(Clone)]
pub(in super::super) enum Route {
    /// Straight to the host.
    Direct,
    /// Requests without TLS go to the proxy, which sends them on.
    Forward(Proxy),
    /// The proxy connects to the host, and TLS goes through it.
    Tunnel(Proxy),
}

/// A proxy.
#[derive(Clone)]
pub(in super::super) struct Proxy {
    pub(super) uri: Uri,
    /// What `Proxy-Authorization` says.
    pub(in super::super) authorization: Option<HeaderValue>,
}

impl Proxies {
    pub(in super::super) fn new(matcher: Matcher) -> Self {
        Self(Arc::new(matcher))
    }

    /// The way to a host. This machine needs no proxy, as in Go's `ProxyFromEnvironment` and so in the AWS SDK for Go. Nor does the
    /// source of its own credentials: behind a proxy there would be those of the proxy's machine.
    pub(in super::super) fn route(&self, target: &Target) -> Result<Route, Cause> {
        if is_this_machine(target.host()) || is_metadata(target.host()) {
            return Ok(Route::Direct);
        }
        let Some(found) = self.0.intercept(target.uri()) else { return Ok(Route::Direct) };
        if !matches!(found.uri().scheme_str(), Some("http" | "https")) {
            return Err(Cause::ProxyScheme);
        }
        let proxy = Proxy { uri: found.uri().clone(), authorization: found.basic_auth().cloned() };
        Ok(if target.is_https() { Route::Tunnel(proxy) } else { Route::Forward(proxy) })
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

/// Whether this is an address at which EC2, ECS or EKS gives a machine its credentials: a link-local one of IPv4, or one of
/// `fd00:ec2::/32`. Source: "Instance metadata and user data", Amazon EC2 User Guide.
fn is_metadata(host: &str) -> bool {
    match address(host) {
        Some(IpAddr::V4(address)) => address.is_link_local(),
        Some(IpAddr::V6(address)) => matches!(address.segments(), [0xfd00, 0xec2, ..]),
        None => false,
    }
}

fn address(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL of a proxy may have a password.
        f.debug_struct("Proxies").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> Proxies {
        let matcher =
            Matcher::builder().http("http://user:pass@plain:1").https("https://secure:2").no("internal,10.0.0.0/8");
        Proxies::new(matcher.build())
    }

    fn route(proxies: &Proxies, uri: &'static str) -> Result<Route, Cause> {
        proxies.route(&Target::of(&Uri::from_static(uri)).unwrap())
    }

    #[test]
    fn http_is_forwarded_and_https_is_tunnelled() {
        let Ok(Route::Forward(proxy)) = route(&proxies(), "http://dynamodb/") else { panic!("not forwarded") };
        assert_eq!(proxy.uri, "http://plain:1/");
        assert_eq!(proxy.authorization.unwrap(), "Basic dXNlcjpwYXNz");
        let Ok(Route::Tunnel(proxy)) = route(&proxies(), "https://dynamodb/") else { panic!("not tunnelled") };
        assert_eq!(proxy.uri, "https://secure:2/");
        assert_eq!(proxy.authorization, None);
    }

    #[test]
    fn exceptions_and_this_machine_need_no_proxy() {
        for uri in [
            "https://internal/",
            "https://dynamodb.internal/",
            "http://10.1.2.3/",
            "http://localhost:8000/",
            "http://127.0.0.1:8000/",
            "http://[::1]:8000/",
            "http://169.254.169.254/latest/meta-data/",
            "http://169.254.170.2/v2/credentials",
            "http://[fd00:ec2::254]/latest/meta-data/",
        ] {
            assert!(matches!(route(&proxies(), uri), Ok(Route::Direct)), "{uri}");
        }
    }

    #[test]
    fn other_proxies_are_refused() {
        let proxies = Proxies::new(Matcher::builder().all("socks5://proxy:1080").build());
        assert!(matches!(route(&proxies, "https://dynamodb/"), Err(Cause::ProxyScheme)));
    }

    #[test]
    fn credentials_are_not_shown() {
        assert!(!format!("{:?}", proxies()).contains("pass"));
    }
}
