//! Cancelled calls: by an honest client, in bursts, and as an attack.

use dynakv_abuse::attack::{burst, rapid_reset};
use dynakv_abuse::http2::{Connection, ENHANCE_YOUR_CALM, Ended, Head, Manners};
use dynakv_abuse::message::{GET, field, framed};

use super::{assert_serves, in_time};
use crate::binary::Serve;

#[tokio::test]
async fn calls_whose_deadlines_pass_end_no_other_on_their_connection() {
    let server = Serve::in_memory().start().await;
    let mut connection = Connection::open(server.address(), Manners::GOOD).await.unwrap();
    let message = field(2, b"key");
    for _ in 0..50 {
        let neighbour = connection.call(&Head::grpc(GET), &framed(&message)).await.unwrap();
        burst(&mut connection, &Head::grpc(GET).with_timeout("1m"), &message, 100).await.unwrap();
        let answered = in_time("the neighbour's answer", connection.ended(neighbour)).await;
        assert_eq!((answered.ended, answered.grpc_status), (Some(Ended::Answered), Some(0)));
    }
    assert_eq!(connection.seen().goaway, None);
}

#[tokio::test]
async fn rapid_reset_ends_the_connection() {
    let server = Serve::in_memory().start().await;
    let mut connection = Connection::open(server.address(), Manners::GOOD).await.unwrap();
    rapid_reset(&mut connection, &Head::grpc(GET), 60_000).await;
    assert_eq!(in_time("the end of the connection", connection.closed()).await, Some(ENHANCE_YOUR_CALM));
    assert_serves(&server).await;
}
