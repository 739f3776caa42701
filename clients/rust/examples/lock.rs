//! A lock that expires by itself, and that only its holder releases.

// snippet: lock
use std::time::Duration;

use dynakv_client::{Client, Deletion, Error, Expected, Swap};

async fn work_alone(client: &Client, work: impl Future<Output = ()>) -> Result<bool, Error> {
    let lock = client.compare_and_set("lock", "worker-1", Expected::Absent);
    let Swap::Swapped { version, .. } = lock.ttl(Duration::from_secs(30)).await? else {
        return Ok(false); // Somebody else's.
    };
    work.await;
    // By the version, so that it is not another's lock that is released, if this one has expired meanwhile.
    match client.compare_and_delete("lock", Expected::Version(version)).await? {
        Deletion::Deleted => println!("released"),
        Deletion::NotDeleted { .. } => println!("too slow: the lock was somebody else's already"),
    }
    Ok(true)
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let done = work_alone(client, async { println!("working") }).await?;
    println!("{}", if done { "done" } else { "busy" });
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
