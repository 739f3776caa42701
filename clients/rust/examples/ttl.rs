//! Entries that expire.

// snippet: ttl
use std::time::Duration;

use dynakv_client::{Client, Error, TtlOutcome};

async fn remember(client: &Client) -> Result<(), Error> {
    client.set("session", "ada").ttl(Duration::from_mins(1)).await?;
    client.expire("session", Duration::from_hours(1)).await?;
    match client.get_ttl("session").await? {
        TtlOutcome::Ttl { ttl, .. } => println!("{} s left", ttl.as_secs()),
        TtlOutcome::NoTtl => println!("for ever"),
        TtlOutcome::NotFound => println!("gone"),
    }
    client.persist("session").await?;
    Ok(())
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    Ok(remember(client).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
