use std::time::Duration;

/// Timeouts and bounds of the connections to DynamoDB.
///
/// None of them bounds a whole attempt: a body may arrive slowly. The caller needs a timeout of its own for that.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Most time for a new connection: DNS, TCP, the tunnel of a proxy and TLS together. A call also waits no longer than this for
    /// a connection while all are in use; then it was not sent.
    pub connect_timeout: Duration,
    /// Most time from handing the request to a connection until the head of the response.
    pub read_timeout: Duration,
    /// How long a connection may stay unused. It has to be shorter than what the peer allows. Otherwise requests meet a
    /// connection that the peer is closing, and nobody knows whether they have been carried out.
    pub idle_timeout: Duration,
    /// How long a connection is used. New connections look the address up again, so this is how long an old address is used.
    /// Each connection has a random part of it, at least four fifths, so that they are not replaced all at once.
    pub max_age: Duration,
    /// Most connections open to one host at the same time. Calls that find all of them in use wait, first come first served.
    pub max_connections: usize,
    /// Most connections to one host that are being opened at the same time. It bounds the work of TLS handshakes and the
    /// threads that look addresses up. Calls that wait for a connection take one that another call has returned, too.
    pub max_connecting: usize,
    /// Most unused connections that are kept open to one host.
    pub max_idle: usize,
    /// Most hosts with open connections.
    pub max_hosts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            read_timeout: Duration::from_secs(5),
            // DynamoDB closes connections after 60 s without a request, as users of the AWS SDK for Java have measured:
            // <https://github.com/aws/aws-sdk-java/issues/1365>.
            idle_timeout: Duration::from_secs(50),
            max_age: Duration::from_mins(5),
            max_connections: 1024,
            max_connecting: 32,
            max_idle: 256,
            max_hosts: 16,
        }
    }
}
