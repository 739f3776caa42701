//! Reserves memory for DynamoDB's responses before it reads their bodies.
//!
//! Without this, many calls could read large responses at the same time. The `content-length` of a response says how
//! much memory it needs. A read waits until its connection's share has that much; until then the body stays in the
//! socket buffer. A write never waits: to drop its response would lose its outcome.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::driver::transport::{Body, Request, Response, Transport, TransportError};
use crate::memory::{self, Pool, Reservation, Share};

/// Responses up to this size are covered by what each call reserves anyway.
const COVERED_BYTES: usize = 4 << 10;

/// Copies of a response while it is decoded: the JSON and the decoded value.
const COPIES_WHILE_DECODING: usize = 2;

/// DynamoDB actions that only read.
const READS: [&str; 5] = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];

/// Wraps a transport so that its responses are counted against `memory`.
#[must_use]
pub fn metered(transport: Arc<dyn Transport>, memory: &Pool) -> Arc<dyn Transport> {
    Arc::new(Metered { transport, own: memory.unlimited_share() })
}

#[derive(Debug)]
struct Metered {
    transport: Arc<dyn Transport>,
    /// For requests on behalf of several callers or of the server.
    own: Share,
}

impl Transport for Metered {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let is_read = is_read(&request);
        let response = self.transport.send(request);
        let own = self.own.clone();
        Box::pin(async move { account(response.await?, is_read, own).await })
    }
}

fn is_read(request: &Request) -> bool {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let action = target.and_then(|target| target.rsplit('.').next());
    action.is_some_and(|action| READS.contains(&action))
}

async fn account(response: Response, is_read: bool, own: Share) -> Result<Response, TransportError> {
    let arrived = response.body().bytes().map(Bytes::len);
    let announced = || response.headers().get("content-length")?.to_str().ok()?.parse().ok();
    // Without a length, assume a small one: DynamoDB always sends `content-length`.
    let length = arrived.or_else(announced).unwrap_or(COVERED_BYTES);
    if length <= COVERED_BYTES {
        return Ok(response);
    }
    let bytes = length.saturating_mul(COPIES_WHILE_DECODING);
    let Some(account) = memory::current() else {
        let hold = own.wait_for(bytes).await;
        return collect(response, length, hold).await;
    };
    let share = account.share().clone();
    let hold = match (is_read, arrived) {
        (false, _) => share.force_reserve(bytes),
        (true, None) => share.wait_for(bytes).await,
        // The body is in memory already: a wait would hold the memory that others wait for.
        (true, Some(_)) => share.try_reserve(bytes).map_err(TransportError::NoRoom)?,
    };
    account.absorb(hold);
    Ok(response)
}

/// Reads a response for several callers. Its memory is returned when it has been decoded; each caller then reserves
/// memory for its own part.
async fn collect(response: Response, length: usize, hold: Reservation) -> Result<Response, TransportError> {
    struct WithReservation {
        response: Bytes,
        _hold: Reservation,
    }
    impl AsRef<[u8]> for WithReservation {
        fn as_ref(&self) -> &[u8] {
            &self.response
        }
    }
    let (head, body) = response.into_parts();
    let collected = body.collect(length).await?;
    let body = Body::from(Bytes::from_owner(WithReservation { response: collected, _hold: hold }));
    Ok(Response::from_parts(head, body))
}
