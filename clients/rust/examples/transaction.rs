//! All operations, or none.

// snippet: transaction
use dynakv_client::{Client, Error, Expected, TransactOperation, Transaction, Update, attr};

async fn order(client: &Client) -> Result<(), Error> {
    let operations: [TransactOperation; 3] = [
        TransactOperation::set("order-1", "apples").expected(Expected::Absent).into(),
        TransactOperation::update_item("stock-apples", Update::new().add("left", -1))
            .condition(attr("left").gt(0))
            .return_current()
            .into(),
        TransactOperation::delete("cart-1").into(),
    ];
    match client.transact_write(operations).await? {
        Transaction::Committed(_) => println!("ordered"),
        Transaction::Cancelled(reasons) => println!("not ordered: {reasons:?}"),
    }
    Ok(())
}
// end

pub(crate) async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    client.update_item("stock-apples", Update::new().set("left", 3)).await?;
    Ok(order(client).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env().await?).await
}
