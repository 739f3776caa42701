use std::io;

use super::{Held, Target};
use crate::http2::frame::Frame;
use crate::http2::{Head, Manners};
use crate::message::framed;

/// Complete requests whose responses are not read.
#[derive(Debug, Clone, Copy)]
pub struct Unread<'a> {
    /// The method.
    pub path: &'a str,
    /// The request.
    pub message: &'a [u8],
    /// Connections.
    pub connections: usize,
    /// Requests on each of them.
    pub streams: usize,
    /// How the connections read responses.
    pub manners: Manners,
    /// The deadline in the notation of `grpc-timeout`.
    pub timeout: &'a str,
}

impl Unread<'_> {
    /// Opens the connections and makes the calls.
    pub async fn open(&self, target: Target<'_>) -> io::Result<Held> {
        let head = Head::grpc(self.path).with_token(target.token).with_timeout(self.timeout);
        let body = framed(self.message);
        let mut held = Held::default();
        for _ in 0..self.connections {
            let mut connection = target.connect(self.manners).await?;
            let mut streams = Vec::new();
            for _ in 0..self.streams {
                streams.push(connection.call(&head, &body).await?);
            }
            held.connections.push((connection, streams));
        }
        Ok(held)
    }
}

impl Held {
    /// Extends the window of every open stream by one byte.
    pub async fn trickle(&mut self) -> io::Result<()> {
        for (connection, streams) in &mut self.connections {
            for stream in streams.iter() {
                if connection.seen().stream(*stream).ended.is_none() {
                    connection.send(&Frame::window_update(*stream, 1)).await?;
                }
            }
        }
        Ok(())
    }
}
