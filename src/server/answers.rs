//! The answers of DynamoDB, accounted for before they are taken in.
//!
//! Many calls may wait for large answers at once, and all of them would be taken in together. So the head of an answer, which
//! says how large the rest is, is looked at first: a read then waits for memory in its caller's share, and its answer stays
//! with the operating system until there is some. A write never waits for what others hold: its outcome would be lost.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;

use crate::driver::transport::{Transport, layered};
use crate::memory::{self, Hold, Pool, Share};

/// Smaller answers are not accounted for beyond what each call holds.
const FREE_BYTES: usize = 4 << 10;

/// How often an answer is held at once while it is decoded: as JSON, and as what it becomes.
const COPIES: usize = 2;

/// The actions that only read.
const READS: [&str; 5] = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];

/// The same client, with answers that are accounted for.
#[must_use]
pub fn metered(client: SharedHttpClient, memory: &Pool) -> SharedHttpClient {
    let own = memory.unlimited_share();
    layered(client, move |transport| Arc::new(Metered { transport, own: own.clone() }))
}

#[derive(Debug)]
struct Metered {
    transport: Arc<dyn Transport>,
    /// For calls to DynamoDB that are made for no caller in particular.
    own: Share,
}

impl Transport for Metered {
    fn send(&self, request: HttpRequest) -> BoxFuture<'static, Result<HttpResponse, ConnectorError>> {
        let is_read = is_read(&request);
        let answer = self.transport.send(request);
        let own = self.own.clone();
        Box::pin(async move { account(answer.await?, is_read, own).await })
    }
}

fn is_read(request: &HttpRequest) -> bool {
    let action = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    action.is_some_and(|action| READS.contains(&action))
}

async fn account(answer: HttpResponse, is_read: bool, own: Share) -> Result<HttpResponse, ConnectorError> {
    let arrived = answer.body().bytes().map(<[u8]>::len);
    let announced = || answer.headers().get("content-length")?.parse().ok();
    // An answer of unknown length is as large as one can be in the worst case, and none of DynamoDB's is.
    let length = arrived.or_else(announced).unwrap_or(FREE_BYTES);
    if length <= FREE_BYTES {
        return Ok(answer);
    }
    let bytes = length.saturating_mul(COPIES);
    let Some(account) = memory::current() else {
        let hold = own.wait_for(bytes).await;
        return take_in(answer, hold).await;
    };
    let hold = match (is_read, arrived) {
        (false, _) => account.share().take_anyway(bytes),
        (true, None) => account.share().wait_for(bytes).await,
        // It is here already: waiting with it would hold what is waited for.
        (true, Some(_)) => account.share().take(bytes).map_err(|full| ConnectorError::user(full.into()))?,
    };
    account.absorb(hold);
    Ok(answer)
}

/// Takes in an answer that is for several callers. The memory is free again when it has been decoded; each caller accounts for
/// what it gets of it.
async fn take_in(answer: HttpResponse, hold: Hold) -> Result<HttpResponse, ConnectorError> {
    struct Held {
        answer: Bytes,
        _hold: Hold,
    }
    impl AsRef<[u8]> for Held {
        fn as_ref(&self) -> &[u8] {
            &self.answer
        }
    }
    let mut answer = answer;
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let collected = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
    *answer.body_mut() = SdkBody::from(Bytes::from_owner(Held { answer: collected, _hold: hold }));
    Ok(answer)
}
