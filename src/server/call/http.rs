//! Tells gRPC calls from other HTTP requests.

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;

/// HTTP/2's overhead per header, beside its name and value (RFC 9113, section 6.5.2).
const HEADER_OVERHEAD_BYTES: usize = 32;

/// The HTTP response to a request that is not gRPC ("gRPC over HTTP2", the gRPC repository, PROTOCOL-HTTP2.md). Its
/// sender may not understand a gRPC status and would take HTTP status 200 for success.
pub(super) fn refuse<B>(request: &Request<B>) -> Option<Response<Body>> {
    if request.method() != Method::POST {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Some(refused);
    }
    if request.headers().get(CONTENT_TYPE).is_some_and(|value| is_grpc(value.as_bytes())) {
        return None;
    }
    let mut refused = Response::new(Body::empty());
    *refused.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Some(refused)
}

/// DynaKV's messages are protobuf. Parameters of the media type have no meaning.
fn is_grpc(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    media_type.eq_ignore_ascii_case(b"application/grpc") || media_type.eq_ignore_ascii_case(b"application/grpc+proto")
}

/// The size of the headers as HTTP/2 counts it.
pub(super) fn header_bytes<B>(request: &Request<B>) -> usize {
    // `:method`, `:scheme`, `:path` and `:authority`.
    let uri = request.uri();
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let pseudo = 4 * HEADER_OVERHEAD_BYTES + ":method:scheme:path:authorityPOSThttps".len() + authority + path;
    let headers = request.headers().iter();
    pseudo + headers.map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD_BYTES).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(method: &str, content_type: Option<&str>) -> Option<StatusCode> {
        let mut request = Request::builder().method(method);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        refuse(&request.body(()).unwrap()).map(|response| response.status())
    }

    #[test]
    fn only_a_post_of_grpc_is_a_call() {
        for content_type in ["application/grpc", "application/grpc+proto", "Application/gRPC; charset=utf-8"] {
            assert_eq!(refused("POST", Some(content_type)), None, "{content_type}");
        }
        for content_type in
            ["text/plain", "application/grpc-web", "application/grpc-web+proto", "application/grpc+json"]
        {
            assert_eq!(refused("POST", Some(content_type)), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), "{content_type}");
        }
        assert_eq!(refused("POST", None), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        for method in ["GET", "PUT", "CONNECT", "OPTIONS"] {
            assert_eq!(refused(method, Some("application/grpc")), Some(StatusCode::METHOD_NOT_ALLOWED), "{method}");
        }
    }
}
