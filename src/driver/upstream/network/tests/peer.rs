use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A host that tests talk to.
pub(super) struct Peer {
    pub(super) port: u16,
    seen: Arc<Seen>,
}

/// What a peer has seen.
#[derive(Default)]
pub(super) struct Seen {
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

/// A connection as the peer has it.
pub(super) struct Accepted<S = TcpStream> {
    pub(super) stream: S,
    /// Counted from 0.
    pub(super) number: usize,
    seen: Arc<Seen>,
}

impl Peer {
    /// Listens. Each connection gets its own `serve`.
    pub(super) async fn start<F>(serve: impl Fn(Accepted) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let of_peer = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = seen.connections.fetch_add(1, Ordering::SeqCst);
                let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
                seen.most_open.fetch_max(open, Ordering::SeqCst);
                let served = serve(Accepted { stream, number, seen: Arc::clone(&seen) });
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    served.await;
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, seen: of_peer }
    }

    /// A peer that answers each request with its body.
    pub(super) async fn echo() -> Self {
        Self::start(|mut accepted| async move { accepted.echo().await }).await
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub(super) fn https(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }

    /// How many connections there were.
    pub(super) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many connections are open.
    pub(super) fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// How many connections were open at the same time.
    pub(super) fn most_open(&self) -> usize {
        self.seen.most_open.load(Ordering::SeqCst)
    }

    /// The requests, with heads and bodies.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Accepted {
    /// The stream, and the rest for [`join`](Accepted::join).
    pub(super) fn split(self) -> (TcpStream, Accepted<()>) {
        (self.stream, Accepted { stream: (), number: self.number, seen: self.seen })
    }
}

impl Accepted<()> {
    /// The connection with another stream, for example with TLS.
    pub(super) fn join<S>(self, stream: S) -> Accepted<S> {
        Accepted { stream, number: self.number, seen: self.seen }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Accepted<S> {
    /// Reads a whole request. `None` is the end of the connection.
    pub(super) async fn request(&mut self) -> Option<String> {
        let mut request = String::new();
        while !request.contains("\r\n\r\n") {
            request.push(char::from(self.stream.read_u8().await.ok()?));
        }
        let length = request.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body).await.ok()?;
        request += std::str::from_utf8(&body).unwrap();
        self.seen.requests.lock().unwrap().push(request.clone());
        Some(request)
    }

    /// Sends bytes as they are.
    pub(super) async fn send(&mut self, bytes: &str) {
        // The client may have gone.
        let _ = self.stream.write_all(bytes.as_bytes()).await;
    }

    /// Answers with a body.
    pub(super) async fn answer(&mut self, body: &str) {
        self.send(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
    }

    /// Answers each request with its body.
    pub(super) async fn echo(&mut self) {
        while let Some(request) = self.request().await {
            self.answer(body(&request)).await;
        }
    }

    /// Waits until the client has closed the connection.
    pub(super) async fn closed(&mut self) {
        let mut ignored = [0; 1024];
        while self.stream.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
    }
}

/// The body of a request.
pub(super) fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}
