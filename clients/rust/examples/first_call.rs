//! The first Set and Get.

// snippet: first call
use dynakv_client::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env().await?;
    client.set("greeting", "hello").await?;
    let entry = client.get("greeting").await?;
    println!("{:?}", entry.as_ref().and_then(|entry| entry.text()));
    Ok(())
}
// end
