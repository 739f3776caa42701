//! The canonical form of a request, which is what a signature covers.

use std::fmt::Write as _;

use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};

pub(super) const DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(super) const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Room for the canonical request of a usual call without a session token.
const USUAL_BYTES: usize = 512;

/// Where a request goes.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct SignedTo<'a> {
    /// The `Host` header, with a port that is not the scheme's own.
    pub(in super::super) host: &'a HeaderValue,
    /// The path, as [`canonical_path`] returns it.
    pub(in super::super) path: &'a str,
    pub(in super::super) region: &'a str,
    /// The service's name in signatures.
    pub(in super::super) service: &'a str,
}

/// The canonical request, and the names of its headers, separated by `;`.
pub(super) fn request(headers: &HeaderMap, to: &SignedTo<'_>, body_hash: &[u8]) -> (Vec<u8>, String) {
    let token_bytes = headers.get(SECURITY_TOKEN).map_or(0, HeaderValue::len);
    let mut request = Vec::with_capacity(USUAL_BYTES + token_bytes);
    let mut names = String::with_capacity(80);
    request.extend_from_slice(b"POST\n");
    request.extend_from_slice(to.path.as_bytes());
    // The query is empty.
    request.extend_from_slice(b"\n\n");
    // Sorted by name.
    for name in [CONTENT_TYPE, HOST, DATE, SECURITY_TOKEN, TARGET] {
        let value = if name == HOST { Some(to.host) } else { headers.get(&name) };
        let Some(value) = value else { continue };
        request.extend_from_slice(name.as_str().as_bytes());
        request.push(b':');
        request.extend_from_slice(value.as_bytes());
        request.push(b'\n');
        if !names.is_empty() {
            names.push(';');
        }
        names.push_str(name.as_str());
    }
    request.push(b'\n');
    request.extend_from_slice(names.as_bytes());
    request.push(b'\n');
    request.extend_from_slice(body_hash);
    (request, names)
}

/// The path of a request as its signature needs it: without dot segments and empty segments, and encoded once more than it
/// is sent. The path of a call is `/`, unless the endpoint URL has one.
pub(in super::super) fn canonical_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut canonical = String::with_capacity(path.len() + 1);
    for segment in &segments {
        canonical.push('/');
        encode(segment, &mut canonical);
    }
    if segments.is_empty() || ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) {
        canonical.push('/');
    }
    canonical
}

/// Percent-encodes all bytes but the unreserved characters of RFC 3986.
fn encode(segment: &str, to: &mut String) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _written = write!(to, "%{byte:02X}");
        }
    }
}
