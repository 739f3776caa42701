//! Messages that are small on the wire and large in memory.

use dynakv_abuse::http2::{Connection, Head, Manners};
use dynakv_abuse::message::{crowded, framed};

use super::{assert_serves, assert_settled, in_time};
use crate::binary::Serve;

const BYTES: usize = 2 << 20;

/// More than such a message and its decoding need, and far less than its decoded elements would take.
const GROWTH_MIB: u64 = 48;

#[tokio::test]
async fn messages_of_empty_parts_do_not_grow() {
    let server = Serve::in_memory().start().await;
    assert_serves(&server).await;
    let before = server.peak_mib();
    for crowded in crowded() {
        let mut connection = Connection::open(server.address(), Manners::GOOD).await.unwrap();
        let stream = connection.call(&Head::grpc(crowded.path), &framed(&crowded.message(BYTES))).await.unwrap();
        // A health watch stays open after its request.
        if !crowded.path.ends_with("/Watch") {
            assert_settled(&[in_time(crowded.path, connection.ended(stream)).await]);
        }
        let growth = server.peak_mib() - before;
        assert!(growth <= GROWTH_MIB, "{}, {}: {growth} MiB", crowded.path, crowded.parts);
    }
    assert_serves(&server).await;
}
