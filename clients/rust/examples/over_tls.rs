//! TLS and a token.

// snippet: tls and token
use dynakv_client::{Client, ConnectError, Tls};

async fn over_tls(address: &str, ca_file: &str, token: &str) -> Result<Client, ConnectError> {
    Client::builder().address(address).tls(Tls::new().ca_file(ca_file)).token(token).connect().await
}
// end

pub(crate) async fn run(address: &str, ca_file: &str, token: &str) -> Result<(), Box<dyn std::error::Error>> {
    let client = over_tls(address, ca_file, token).await?;
    client.set("greeting", "hello").await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&std::env::var("DYNAKV_ADDRESS")?, &std::env::var("DYNAKV_CA_FILE")?, &std::env::var("DYNAKV_TOKEN")?).await
}
