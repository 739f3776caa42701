//! Floods of frames.

use dynakv_abuse::attack::{Flood, Target};

use super::{assert_serves, in_time};
use crate::binary::Serve;

/// Enough to reach every limit of the HTTP/2 library.
const FRAMES: usize = 20_000;

#[tokio::test]
async fn a_flood_ends_nothing_but_its_connection() {
    let server = Serve::in_memory().start().await;
    for flood in Flood::ALL {
        if flood == Flood::Ping {
            // It would deadlock with a server that waits for it to read.
            continue;
        }
        in_time("the flood", flood.send(Target::at(server.address()), FRAMES)).await.unwrap();
        assert_serves(&server).await;
    }
}
