//! Calls with access to the raw response headers.

use bytes::{BufMut, BytesMut};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::{ErrorInfo, StatusExt};
use tower::{Service, ServiceExt};

/// The default header limit of gRPC's C core and grpc-java. Some clients close the connection if it is exceeded.
const CLIENTS_TAKE: usize = 8 * 1024;

/// Maximum size of a status's details.
const MAX_DETAILS: usize = 4 * 1024;

/// How a call ended.
pub(super) struct Ending {
    pub(super) status: Status,
    /// The size of the larger one of a response's two header lists.
    pub(super) header_bytes: usize,
}

impl Ending {
    /// The reason of one of DynaKV's errors, after a check of its size.
    pub(super) fn refusal(&self, what: &str) -> ErrorInfo {
        self.check_size(what);
        let info = self.status.get_details_error_info().unwrap_or_else(|| panic!("{what}: {:?}", self.status));
        assert_eq!(info.domain, "dynakv", "{what}");
        assert!(!info.reason.is_empty(), "{what}");
        info
    }

    pub(super) fn check_size(&self, what: &str) {
        assert!(self.header_bytes < CLIENTS_TAKE, "{what}: {} bytes of headers", self.header_bytes);
        assert!(self.status.details().len() < MAX_DETAILS, "{what}: {} bytes of details", self.status.details().len());
    }

    pub(super) fn is_ok(&self) -> bool {
        self.status.code() == Code::Ok
    }
}

/// Calls a method, `package.Service/Method`, with one message.
pub(super) async fn call(channel: &Channel, method: &str, message: &[u8], headers: &[(&'static str, &str)]) -> Ending {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.put_u8(0);
    framed.put_u32(message.len().try_into().unwrap());
    framed.put_slice(message);
    let mut request =
        Request::post(format!("/{method}")).header("content-type", "application/grpc").header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::new(Full::new(framed.freeze()).map_err(|never| match never {}))).unwrap();
    let mut channel = channel.clone();
    let answer = channel.ready().await.unwrap().call(request).await.unwrap();
    let (head, body) = answer.into_parts();
    let trailers = body.collect().await.unwrap().trailers().cloned().unwrap_or_default();
    let status = Status::from_header_map(&trailers).or_else(|| Status::from_header_map(&head.headers));
    Ending {
        status: status.unwrap_or_else(|| panic!("{method} ended without a status")),
        header_bytes: bytes(&head.headers).max(bytes(&trailers)),
    }
}

/// The size of the headers as HTTP/2 counts it (RFC 9113, section 6.5.2), with the pseudo-header of a response.
fn bytes(headers: &HeaderMap) -> usize {
    let status = ":status".len() + "200".len() + 32;
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum::<usize>() + status
}
