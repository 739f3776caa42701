use std::io;

use super::{Held, Target};
use crate::http2::{Head, Manners};
use crate::message::announced;

/// Requests with bodies that never end: each announces one byte more than it sends.
#[derive(Debug, Clone, Copy)]
pub struct UnfinishedBodies<'a> {
    /// The method.
    pub path: &'a str,
    /// Connections.
    pub connections: usize,
    /// Requests on each of them.
    pub streams: usize,
    /// Bytes to send of each body.
    pub bytes: usize,
    /// The deadline in the notation of `grpc-timeout`.
    pub timeout: &'a str,
}

impl UnfinishedBodies<'_> {
    /// Opens the connections and the streams.
    pub async fn open(&self, target: Target<'_>) -> io::Result<Held> {
        let headers_only = HeadersOnly {
            path: self.path,
            connections: self.connections,
            streams: self.streams,
            timeout: self.timeout,
        };
        headers_only.open(target).await
    }

    /// Sends the bodies as far as the server's windows allow, which may be never in full.
    pub async fn fill(&self, held: &mut Held) -> io::Result<()> {
        let mut body = announced(self.bytes + 1).to_vec();
        // Zeros are not a valid field, but the server cannot know before the message is complete.
        body.resize(body.len() + self.bytes, 0);
        for (connection, streams) in &mut held.connections {
            connection.bodies(streams, &body).await?;
        }
        Ok(())
    }
}

/// Requests without a body after the headers.
#[derive(Debug, Clone, Copy)]
pub struct HeadersOnly<'a> {
    /// The method.
    pub path: &'a str,
    /// Connections.
    pub connections: usize,
    /// Requests on each of them.
    pub streams: usize,
    /// The deadline in the notation of `grpc-timeout`.
    pub timeout: &'a str,
}

impl HeadersOnly<'_> {
    /// Opens the connections and the streams.
    pub async fn open(&self, target: Target<'_>) -> io::Result<Held> {
        let head = Head::grpc(self.path).with_token(target.token).with_timeout(self.timeout);
        let mut held = Held::default();
        for _ in 0..self.connections {
            let mut connection = target.connect(Manners::GOOD).await?;
            let mut streams = Vec::new();
            for _ in 0..self.streams {
                streams.push(connection.begin(&head).await?);
            }
            held.connections.push((connection, streams));
        }
        Ok(held)
    }
}
