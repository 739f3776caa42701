//! A write whose answer is lost, and how to find out what became of it.

// snippet: unknown outcome
use dynakv_client::{Client, Counter, Error};

async fn count_order(client: &Client) -> Result<Counter, Error> {
    match client.increment("orders").await {
        // It has counted, or not. The same call under the same id tells.
        Err(Error::OutcomeUnknown { request_id, .. }) => client.increment("orders").request_id(request_id).await,
        known => known,
    }
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    println!("{} orders", count_order(client).await?.value);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
