use std::future::pending;
use std::io::{Error, ErrorKind};

use bytes::Bytes;
use dynakv::driver::transport::{Body, Response, TransportError};
use futures_util::stream;
use http::HeaderValue;
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::{Value, json};

use super::call::{Answer, body_of, respond};

/// What the driver receives instead of the real response.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// `InternalServerError`, status 500.
    Status500,
    /// `ServiceUnavailable`, status 503.
    Status503,
    /// The connection is reset while the driver waits.
    Reset,
    /// The connection is reset in the middle of a successful response.
    ResetInBody,
    /// The transport's own timeout passes.
    Timeout,
    /// The connection is refused.
    ConnectRefused,
    /// `ProvisionedThroughputExceededException`, `ThrottlingException` or `RequestLimitExceeded`, with throttle reasons
    /// such as `TableWriteKeyRangeThroughputExceeded`.
    Throttle { code: &'static str, reasons: &'static [&'static str] },
    /// Any other DynamoDB error, by name.
    Error { status: u16, code: &'static str, message: &'static str },
    /// `TransactionConflictException`: a transaction holds the item.
    Conflict,
    /// Status 200 with an HTML page, as from a proxy.
    Garbage,
    /// The page of a proxy with this status: no AWS error type.
    Proxy { status: u16, body: &'static str },
    /// Status 200 with the first half of the real response, or of an invented one if there is none.
    Truncated,
    /// Status 200 with an empty body.
    Empty,
    /// The real response, or an invented one, whose checksum says that a byte has changed on the way.
    WrongChecksum,
    /// No response at all.
    Hang,
}

impl What {
    /// What hides from the driver whether DynamoDB has carried a call out.
    pub(crate) const LOSSES: [Self; 9] = [
        Self::Status500,
        Self::Status503,
        Self::Reset,
        Self::ResetInBody,
        Self::Timeout,
        Self::Garbage,
        Self::Truncated,
        Self::Empty,
        Self::WrongChecksum,
    ];

    /// The replacement for the real response, which exists if the call was forwarded.
    pub(crate) async fn instead_of(self, real: Option<Answer>) -> Answer {
        match self {
            Self::Status500 => Ok(error(500, "InternalServerError", "Internal server error")),
            Self::Status503 => Ok(error(503, "ServiceUnavailable", "Service is temporarily unavailable")),
            Self::Reset => Err(TransportError::Lost(Error::from(ErrorKind::ConnectionReset).into())),
            Self::ResetInBody => Ok(respond(200, reset_after(Bytes::from_static(b"{\"Attributes\":")))),
            Self::Timeout => Err(TransportError::Lost(Error::from(ErrorKind::TimedOut).into())),
            Self::ConnectRefused => Err(TransportError::NotSent(Error::from(ErrorKind::ConnectionRefused).into())),
            Self::Throttle { code, reasons } => Ok(throttle(code, reasons)),
            Self::Error { status, code, message } => Ok(error(status, code, message)),
            Self::Conflict => {
                let message = "Transaction is ongoing for the item";
                Ok(error(400, "TransactionConflictException", message))
            }
            Self::Garbage => Ok(respond(200, "<html><body>It works!</body></html>")),
            Self::Proxy { status, body } => Ok(respond(status, body)),
            Self::Truncated => Ok(respond(200, first_half(real).await)),
            Self::Empty => Ok(respond(200, "")),
            Self::WrongChecksum => {
                let mut response = respond(200, whole(real).await);
                response.headers_mut().insert("x-amz-crc32", HeaderValue::from_static("1"));
                Ok(response)
            }
            Self::Hang => pending().await,
        }
    }
}

fn error(status: u16, code: &str, message: &str) -> Response {
    respond(status, error_body(code, message).to_string())
}

fn error_body(code: &str, message: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message })
}

fn throttle(code: &str, reasons: &[&str]) -> Response {
    const RESOURCE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/throttled";
    let mut body = error_body(code, "Rate of requests exceeds the allowed throughput.");
    // In the service's model this one exception, unlike the others, begins the name with a small letter.
    let field = if code == "ThrottlingException" { "throttlingReasons" } else { "ThrottlingReasons" };
    if !reasons.is_empty() {
        body[field] = reasons.iter().map(|reason| json!({ "reason": reason, "resource": RESOURCE })).collect();
    }
    respond(400, body.to_string())
}

async fn first_half(real: Option<Answer>) -> Bytes {
    let whole = whole(real).await;
    whole.slice(..whole.len() / 2)
}

async fn whole(real: Option<Answer>) -> Bytes {
    match real {
        Some(Ok(response)) => body_of(response).await,
        Some(Err(_)) | None => Bytes::from_static(b"{\"Attributes\":{\"pk\":{\"S\":\"key\"}}}"),
    }
}

fn reset_after(start: Bytes) -> Body {
    let frames = [Ok(Frame::data(start)), Err(Error::from(ErrorKind::ConnectionReset))];
    Body::new(StreamBody::new(stream::iter(frames)))
}
