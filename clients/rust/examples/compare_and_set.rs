//! A change that depends on what is there, made again when somebody else was faster.

// snippet: compare and set
use dynakv_client::{Client, Error, Expected, Swap};

async fn add_to_cart(client: &Client, key: &str, article: &str) -> Result<(), Error> {
    loop {
        let (cart, expected) = match client.get(key).consistent().await? {
            None => (String::new(), Expected::Absent),
            Some(entry) => {
                let cart = entry.text().unwrap_or_default().to_owned();
                (cart, entry.version.map_or(Expected::Present, Expected::Version))
            }
        };
        // A lost race is a result: somebody else has changed the cart in between.
        match client.compare_and_set(key, format!("{cart}{article};"), expected).await? {
            Swap::Swapped { .. } => return Ok(()),
            Swap::NotSwapped { .. } => {}
        }
    }
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    add_to_cart(client, "cart-1", "apples").await?;
    add_to_cart(client, "cart-1", "pears").await?;
    println!("{:?}", client.get("cart-1").await?.as_ref().and_then(|entry| entry.text()));
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
