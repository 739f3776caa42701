//! The examples of the Rust client, run against a real server.

use dynakv_client::{Builder, Client};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use crate::binary::{Serve, Serving};

#[path = "../../clients/rust/examples/batch.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod batch;
#[path = "../../clients/rust/examples/compare_and_set.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod compare_and_set;
#[path = "../../clients/rust/examples/errors.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod errors;
#[path = "../../clients/rust/examples/items.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod items;
#[path = "../../clients/rust/examples/lock.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod lock;
#[path = "../../clients/rust/examples/over_tls.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod over_tls;
#[path = "../../clients/rust/examples/query.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod query;
#[path = "../../clients/rust/examples/tables.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod tables;
#[path = "../../clients/rust/examples/transaction.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod transaction;
#[path = "../../clients/rust/examples/ttl.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod ttl;
#[path = "../../clients/rust/examples/unknown_outcome.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod unknown_outcome;

#[tokio::test]
async fn entries() {
    let server = Serve::in_memory().start().await;
    let client = server.client().await;
    ttl::run(&client).await.unwrap();
    assert_eq!(client.get("session").await.unwrap().unwrap().expire_time, None);
    compare_and_set::run(&client).await.unwrap();
    assert_eq!(client.get("cart-1").await.unwrap().unwrap().text(), Some("apples;pears;"));
    batch::run(&client).await.unwrap();
    errors::run(&client).await.unwrap();
    unknown_outcome::run(&client).await.unwrap();
    assert_eq!(client.get("orders").await.unwrap().unwrap().text(), Some("1"));
}

#[tokio::test]
async fn a_lock_is_released_after_the_work() {
    let server = Serve::in_memory().start().await;
    let client = server.client().await;
    lock::run(&client).await.unwrap();
    assert_eq!(client.get("lock").await.unwrap(), None);
}

#[tokio::test]
async fn an_order_takes_from_the_stock() {
    let server = Serve::in_memory().start().await;
    let client = server.client().await;
    transaction::run(&client).await.unwrap();
    assert_eq!(client.get_item("stock-apples").await.unwrap().unwrap()["left"], 2.into());
    assert_eq!(client.get("order-1").await.unwrap().unwrap().text(), Some("apples"));
}

#[tokio::test]
async fn items_and_tables() {
    let server = Serve::in_memory().start().await;
    tables::run(&server.client().await).await.unwrap();
    items::run(&on_table(&server, "orders").await).await.unwrap();
    query::run(&on_table(&server, "invoices").await).await.unwrap();
}

#[tokio::test]
async fn tls_and_a_token() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, cert.pem()).unwrap();
    std::fs::write(&key, signing_key.serialize_pem()).unwrap();
    let serve =
        Serve::in_memory().env("DYNAKV__TLS__CERT", certificate.as_os_str()).env("DYNAKV__TLS__KEY", key.as_os_str());
    let server = serve.env("DYNAKV__AUTH__TOKENS", "[{name = 'orders', token = 's3cret'}]").start().await;
    let port = server.address().strip_prefix("127.0.0.1:").unwrap();
    over_tls::run(&format!("localhost:{port}"), certificate.to_str().unwrap(), "s3cret").await.unwrap();
}

async fn on_table(server: &Serving, table: &str) -> Client {
    Builder::default().address(server.address()).table(table).connect().await.unwrap()
}
