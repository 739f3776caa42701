//! Items with all their attributes, as structs.

use dynakv_client::{KeyAttribute, KeyType};

// snippet: items
use std::collections::BTreeSet;

use dynakv_client::{Client, ItemOutcome, Number, ReturnValues, Update, Value, attr, from_item, to_item};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    pk: String,
    number: u64,
    price: Number,
    #[serde(with = "dynakv_client::set")]
    tags: BTreeSet<String>,
}

async fn place(orders: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let order = Order { pk: "ada".into(), number: 1, price: "12.50".parse()?, tags: ["gift".into()].into() };
    match orders.put_item(to_item(&order)?).condition(attr("pk").not_exists()).return_current().await? {
        ItemOutcome::Applied(written) => println!("written as {}", written.version),
        ItemOutcome::ConditionFailed { current } => println!("there already: {current:?}"),
    }

    // Paths may go into maps and lists; names need no aliases.
    let fragile = Value::Ss(["fragile".into()].into());
    let update = Update::new().set("status", "paid").add("price", 5).add_to_set("tags", fragile);
    orders.update_item(("ada", 1), update).return_values(ReturnValues::AllNew).await?;

    if let Some(item) = orders.get_item(("ada", 1)).await? {
        println!("{:?}", from_item::<Order>(item)?);
    }
    Ok(())
}
// end

/// With a client whose table is `orders`.
pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    client.create_table().sort_key(KeyAttribute::new("number", KeyType::N)).await?;
    place(client).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&dynakv_client::Builder::from_env()?.table("orders").connect().await?).await
}
