//! Tables, where the server lets callers make them.

// snippet: tables
use dynakv_client::{Client, Error, Index, KeyAttribute, KeyType};

async fn make(client: &Client) -> Result<(), Error> {
    let placed = KeyAttribute::new("placed", KeyType::N);
    let by_state = Index::global("by-state", "state").sort_key(placed).include(["customer"]);
    let table = client.create_table().table("deliveries").sort_key("number").index(by_state).await?;
    println!("{} is {}", table.name, table.status);
    for table in client.list_tables().await? {
        println!("{}", table.name);
    }
    Ok(())
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    Ok(make(client).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
