//! A server whose standard error nobody reads.

use dynakv_abuse::http2::{Connection, Head, Manners};
use dynakv_abuse::message::{GET, framed};

use super::{assert_ends, assert_serves, in_time};
use crate::binary::Serve;

#[tokio::test]
async fn a_log_that_nobody_reads_stops_nothing() {
    let server = Serve::in_memory().unread().start().await;
    let mut connection = Connection::open(server.address(), Manners::GOOD).await.unwrap();
    for _ in 0..20 {
        let mut streams = Vec::new();
        for _ in 0..100 {
            // A Get without a key.
            streams.push(connection.call(&Head::grpc(GET), &framed(&[])).await.unwrap());
        }
        let refused = in_time("the refusals", connection.all_ended(&streams)).await;
        assert!(refused.iter().all(|stream| stream.grpc_status == Some(3)));
    }
    assert_serves(&server).await;
    assert_ends(server).await;
}
