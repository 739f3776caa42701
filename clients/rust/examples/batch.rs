//! Many reads and writes in one call.

// snippet: batch
use dynakv_client::{BatchOperation, BatchOutcome, Client, Error, Expected, Found};

async fn carts(client: &Client) -> Result<(), Error> {
    let operations: [BatchOperation; 3] = [
        BatchOperation::set("cart-1", "apples").into(),
        BatchOperation::set("cart-2", "pears").expected(Expected::Absent).into(),
        BatchOperation::delete("cart-3").into(),
    ];
    for outcome in client.batch_write(operations).await? {
        if let BatchOutcome::Failed(failure) | BatchOutcome::OutcomeUnknown(failure) = outcome {
            println!("{failure}");
        }
    }

    let mut answers = client.batch_get(["cart-1", "cart-2", "cart-3"]).consistent().stream();
    while let Some((position, found)) = answers.next().await {
        match found {
            Found::Entry(entry) => println!("{position}: {:?}", entry.text()),
            Found::Missing => println!("{position} is missing"),
            Found::Failed(failure) => println!("{position} could not be read: {failure}"),
        }
    }
    Ok(())
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    Ok(carts(client).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
