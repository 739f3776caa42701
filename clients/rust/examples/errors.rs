//! What may go wrong with a call, and what there is to know of it.

// snippet: errors
use dynakv_client::{Client, Reason};

async fn remember(client: &Client, key: &str) {
    let Err(error) = client.set(key, "value").await else { return };
    match (error.reason(), error.failure()) {
        (Some(Reason::InvalidField), Some(failure)) => println!("wrong: {:?}", failure.fields()),
        (Some(Reason::Throttled), Some(failure)) => println!("come back in {:?}", failure.retry_delay()),
        _ if error.is_outcome_unknown() => println!("it may be written, or not"),
        _ => println!("{error}"),
    }
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    remember(client, "").await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
