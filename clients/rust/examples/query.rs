//! Queries and scans, in pages.

use dynakv_client::{KeyAttribute, KeyType};

// snippet: query
use dynakv_client::{Client, Error, attr};

async fn orders(client: &Client) -> Result<(), Error> {
    // All of them, one page read ahead while the other is used.
    let of_ada = attr("pk").eq("ada").and(attr("number").ge(10));
    let mut found = client.query(of_ada).filter(attr("status").ne("cancelled")).descending().stream();
    while let Some(item) = found.next().await {
        println!("{:?}", item?.get("number"));
    }

    // One page, and how to go on. The expression may be DynamoDB's own text as well.
    let mut page = client.query("pk = :p").value(":p", "ada").page_size(50).await?;
    while let Some(token) = page.next_page_token {
        page = client.query("pk = :p").value(":p", "ada").page_size(50).page_token(token).await?;
    }

    let paid = client.scan().filter(attr("status").eq("paid")).segments(4).count().await?;
    println!("{paid} are paid");
    Ok(())
}
// end

/// With a client whose table is `invoices`.
pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    client.create_table().sort_key(KeyAttribute::new("number", KeyType::N)).await?;
    for number in 0..120 {
        let status = if number % 2 == 0 { "paid" } else { "open" };
        client
            .put_item([("pk", "ada".into()), ("number", dynakv_client::Value::from(number)), ("status", status.into())])
            .await?;
    }
    Ok(orders(client).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&dynakv_client::Builder::from_env()?.table("invoices").connect().await?).await
}
