//! The attacks, with configurable sizes.

mod bodies;
mod flood;
mod resets;
mod silent;
mod unread;

use std::io;

pub use bodies::{HeadersOnly, UnfinishedBodies};
pub use flood::{Flood, Flooded};
pub use resets::{burst, rapid_reset};
pub use silent::{Silence, Silent};
pub use unread::Unread;

use crate::http2::{Connection, Manners, Stream};

/// The server to attack.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// `HOST:PORT`, without TLS.
    pub address: &'a str,
    /// The caller's token, if it has one.
    pub token: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// A target without a token.
    #[must_use]
    pub fn at(address: &'a str) -> Self {
        Self { address, token: None }
    }

    async fn connect(&self, manners: Manners) -> io::Result<Connection> {
        Connection::open(self.address, manners).await
    }
}

/// The open connections and streams of an attack, closed on drop.
#[derive(Debug, Default)]
pub struct Held {
    /// Connections, each with its streams.
    pub connections: Vec<(Connection, Vec<u32>)>,
}

impl Held {
    /// The number of streams that the server has not ended.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.connections.iter().map(|(connection, streams)| connection.open_among(streams)).sum()
    }

    /// The number of opened streams.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.connections.iter().map(|(_, streams)| streams.len()).sum()
    }

    /// Waits until the server has ended every stream, and returns their results.
    pub async fn ended(&mut self) -> Vec<Stream> {
        let mut all = Vec::new();
        for (connection, streams) in &mut self.connections {
            all.extend(connection.all_ended(streams).await);
        }
        all
    }
}
