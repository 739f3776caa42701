//! Responses that nobody reads.

use std::time::Duration;

use dynakv_abuse::attack::{Held, Unread};
use dynakv_abuse::http2::Manners;
use dynakv_abuse::message::{BATCH_GET, GET, GET_ITEM, field};
use tokio::time::timeout;

use super::{Attack, BUDGET_MIB, SMALL_BUDGET_MIB};
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::{RELEASE_TIME, Stage};
use crate::abuse::server::Setting;

const DEADLINE: Duration = Duration::from_secs(5);

/// The deadline as `grpc-timeout`.
const TIMEOUT: &str = "5S";

#[derive(Debug, Clone)]
struct Unanswered {
    path: &'static str,
    message: Vec<u8>,
    connections: usize,
    streams: usize,
    manners: Manners,
    /// Extends the window byte by byte until the deadline.
    trickles: bool,
}

pub(super) fn all() -> Vec<Attack> {
    let batch = Unanswered {
        path: BATCH_GET,
        message: (0..1_000).flat_map(|nth| field(2, format!("102400-{nth:05}").as_bytes())).collect(),
        connections: 1,
        streams: 500,
        manners: Manners::taking(0),
        trickles: false,
    };
    let get = Unanswered {
        path: GET,
        message: field(2, b"400000-00001"),
        connections: 2,
        streams: 1_000,
        manners: Manners::taking(0),
        trickles: false,
    };
    let item = Unanswered { path: GET_ITEM, message: field(2, &field(1, &field(1, b"400000-00001"))), ..get.clone() };
    let named = [
        ("500 unread BatchGets of 100 MB, window 0", batch.clone()),
        ("500 unread BatchGets of 100 MB, window 1", Unanswered { manners: Manners::taking(1), ..batch.clone() }),
        (
            "500 BatchGets of 100 MB, read a byte at a time",
            Unanswered { manners: Manners::taking(1), trickles: true, ..batch.clone() },
        ),
        ("500 BatchGets of 100 MB on sockets that are not read", Unanswered { manners: Manners::DEAF, ..batch }),
        ("2 × 1,000 unread Gets of 400 KB, window 0", get.clone()),
        ("2 × 1,000 unread Gets of 400 KB, window 1", Unanswered { manners: Manners::taking(1), ..get.clone() }),
        ("2 × 1,000 Gets of 400 KB on sockets that are not read", Unanswered { manners: Manners::DEAF, ..get }),
        ("2 × 1,000 unread GetItems of 400 KB, window 0", item),
    ];
    let mut all = Vec::new();
    for (name, unanswered) in named {
        let small = (format!("{name}, budget 128 MiB"), Setting::stub().with_small_budget(), SMALL_BUDGET_MIB);
        for (name, setting, growth) in [(name.to_owned(), Setting::stub(), BUDGET_MIB), small] {
            let unanswered = unanswered.clone();
            all.push(Attack::new(name, move |stage, name| {
                Box::pin(run(stage, name, setting.clone(), unanswered.clone(), growth))
            }));
        }
    }
    all
}

async fn run(
    stage: &Stage,
    name: String,
    setting: Setting,
    unanswered: Unanswered,
    growth_mib: f64,
) -> anyhow::Result<Row> {
    let Unanswered { path, ref message, connections, streams, manners, trickles } = unanswered;
    let scene = stage.scene_of_gets(&setting).await?;
    let unread = Unread { path, message, connections, streams, manners, timeout: TIMEOUT };
    // The server may close a connection that reads nothing before all calls are made. If the server itself fails, the
    // checks below show it.
    let mut held = match timeout(DEADLINE, unread.open(scene.target())).await {
        Ok(Ok(held)) => held,
        Ok(Err(_)) | Err(_) => Held::default(),
    };
    if trickles {
        let trickling = async {
            while held.trickle().await.is_ok() {
                scene.until(Duration::from_millis(50), || false).await;
            }
        };
        let _until_the_deadline = timeout(DEADLINE, trickling).await;
    }
    let limit = DEADLINE + RELEASE_TIME;
    let took = scene.until(limit, || held.open_streams() == 0).await;
    scene.until(limit.saturating_sub(took), || false).await;
    let mut bounds = Vec::new();
    if manners.reads {
        bounds.push(Bound::none("call is not taken", connections * streams - held.streams(), connections * streams));
        bounds.push(Bound::none("stream left", held.open_streams(), held.streams()));
    }
    let row = scene.finish_and_end(name, growth_mib, bounds).await;
    drop(held);
    row
}
