//! A minimal client: it sends the same bytes one call after another, decodes the first response and compares the others
//! with it.

use std::future::poll_fn;
use std::net::SocketAddr;

use anyhow::{Context, ensure};
use bytes::Bytes;
use h2::client::{self, SendRequest};
use http::{HeaderMap, Request, StatusCode};
use tokio::net::TcpStream;
use tokio::runtime;

use crate::operation::Operation;
use crate::outcome::{Fingerprint, check};
use crate::request::framed;
use crate::server;

/// Starts a server and calls it this many times, on this thread alone.
///
/// # Errors
/// A response is not as expected.
pub(crate) fn make_calls(operation: Operation, calls: u32) -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let address = server::start(operation).await?;
        let mut client = Client::connect(address, operation).await?;
        let mut answer = Vec::new();
        client.call(&mut answer).await?;
        check(operation, &answer)?;
        let first = Fingerprint::of(&answer);
        for call in 1..calls {
            client.call(&mut answer).await?;
            ensure!(Fingerprint::of(&answer) == first, "the response to call {call} differs");
        }
        Ok(())
    })
}

/// A connection and its request.
struct Client {
    requests: SendRequest<Bytes>,
    head: Request<()>,
    message: Bytes,
}

impl Client {
    async fn connect(address: SocketAddr, operation: Operation) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (requests, connection) = client::handshake(stream).await?;
        tokio::spawn(connection);
        let head = Request::post(format!("http://{address}{}", operation.path()))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            // A call may take seconds on a busy machine and under valgrind.
            .header("grpc-timeout", "5M")
            .body(())?;
        Ok(Self { requests, head, message: framed(operation)? })
    }

    /// Makes one call and writes the framed messages of the response to `answer`.
    async fn call(&mut self, answer: &mut Vec<u8>) -> anyhow::Result<()> {
        poll_fn(|cx| self.requests.poll_ready(cx)).await?;
        let (response, mut sending) = self.requests.send_request(self.head.clone(), false)?;
        sending.send_data(self.message.clone(), true)?;
        let (head, mut body) = response.await?.into_parts();
        ensure!(head.status == StatusCode::OK, "HTTP status {}", head.status);
        answer.clear();
        while let Some(data) = body.data().await {
            let data = data?;
            body.flow_control().release_capacity(data.len())?;
            answer.extend_from_slice(&data);
        }
        succeeded(&body.trailers().await?.unwrap_or(head.headers))
    }
}

fn succeeded(trailers: &HeaderMap) -> anyhow::Result<()> {
    let status = trailers.get("grpc-status").context("an answer without a status")?;
    ensure!(status == "0", "status {status:?}, {:?}", trailers.get("grpc-message"));
    Ok(())
}
