//! Reads the HTTP/2 preface of a connection.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

/// What every HTTP/2 client sends first (RFC 9113, section 3.4).
const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Reads the preface and returns it for HTTP/2 to read again. Refuses another protocol at the first byte that differs.
pub(super) async fn read<I: AsyncRead + Unpin>(io: &mut I) -> io::Result<Bytes> {
    let mut read = [0; PREFACE.len()];
    let mut length = 0;
    while let Some(rest) = read.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match io.read(rest).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => length += more,
        }
        if read.get(..length) != PREFACE.get(..length) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the client does not speak HTTP/2"));
        }
    }
    Ok(Bytes::from_static(&PREFACE))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn nothing_behind_the_preface_is_taken() {
        let mut sent: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore";
        assert_eq!(read(&mut sent).now_or_never().unwrap().unwrap(), &PREFACE[..]);
        assert_eq!(sent, b"more");
    }

    #[test]
    fn another_protocol_is_refused_before_it_is_complete() {
        for other in [&b"GET / HTTP/1.1\r\n"[..], b"\x16\x03\x01", b"PRI * HTTP/1"] {
            let (mut ours, mut theirs) = tokio::io::duplex(64);
            let refused = async {
                tokio::io::AsyncWriteExt::write_all(&mut theirs, other).await.unwrap();
                read(&mut ours).await.unwrap_err().kind()
            };
            assert_eq!(refused.now_or_never().unwrap(), io::ErrorKind::InvalidData);
        }
    }
}
