use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::http2::PREFACE;
use crate::tls::Tls;

/// What a connection sends before it falls silent.
#[derive(Debug, Clone)]
pub enum Silence {
    /// Nothing.
    AtOnce,
    /// Half of the preface.
    InThePreface,
    /// The preface, but no frame.
    AfterThePreface,
    /// The TLS handshake.
    AfterTheHandshake(Tls),
}

/// Silent connections, closed on drop.
#[derive(Debug, Default)]
pub struct Silent {
    /// One task per connection, which ends when the server closes it.
    open: JoinSet<()>,
}

impl Silent {
    /// Opens this many.
    pub async fn open(address: &str, count: usize, silence: &Silence) -> io::Result<Self> {
        let mut silent = Self::default();
        for _ in 0..count {
            silent.open_one(address, silence).await?;
        }
        Ok(silent)
    }

    /// Opens one more.
    pub async fn open_one(&mut self, address: &str, silence: &Silence) -> io::Result<()> {
        let said: &[u8] = match silence {
            Silence::AtOnce => &[],
            Silence::InThePreface => PREFACE.get(..12).unwrap_or_default(),
            Silence::AfterThePreface => &PREFACE[..],
            Silence::AfterTheHandshake(tls) => {
                let stream = tls.connect(address).await?;
                self.open.spawn(until_closed(stream));
                return Ok(());
            }
        };
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(said).await?;
        self.open.spawn(until_closed(stream));
        Ok(())
    }

    /// Starts to open this many that send nothing, without waiting for those that the server does not accept.
    pub fn begin_to_open(&mut self, address: &str, count: usize) {
        for _ in 0..count {
            let address = address.to_owned();
            self.open.spawn(async move {
                if let Ok(stream) = TcpStream::connect(address).await {
                    until_closed(stream).await;
                }
            });
        }
    }

    /// The number of connections that the server has not closed.
    pub fn still_open(&mut self) -> usize {
        while self.open.try_join_next().is_some() {}
        self.open.len()
    }

    /// Waits until the server has closed all of them.
    pub async fn closed(&mut self) {
        while self.open.join_next().await.is_some() {}
    }
}

async fn until_closed(mut stream: impl AsyncRead + Unpin) {
    let mut ignored = [0; 1024];
    while !matches!(stream.read(&mut ignored).await, Ok(0) | Err(_)) {}
}
