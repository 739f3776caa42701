//! Query, Scan and ListKeys when DynamoDB is slow, throttles or fails, and how much they read.

mod asking;
mod ending;
mod everything_once;
mod listing;
pub(super) mod readings;
mod refusals;

use dynakv_client::pb;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use tonic::transport::Channel;

use crate::support::World;

fn stub(world: &World) -> ItemServiceClient<Channel> {
    ItemServiceClient::new(world.channel.clone()).max_decoding_message_size(64 * 1024 * 1024)
}

/// A page of the default table.
async fn scan(world: &World, request: pb::ScanRequest) -> pb::ScanResponse {
    stub(world).scan(request).await.unwrap().into_inner()
}

/// The keys of a page, which are those of entries.
fn keys(items: &[pb::AttributeMap]) -> Vec<String> {
    let key = |item: &pb::AttributeMap| match &item.fields["pk"].kind {
        Some(pb::value::Kind::S(key)) => key.clone(),
        other => panic!("{other:?}"),
    };
    items.iter().map(key).collect()
}

/// Stores this many entries with values of this size and returns their keys in order.
async fn fill(world: &World, count: usize, bytes: usize) -> Vec<String> {
    let keys: Vec<String> = (0..count).map(|index| format!("key-{index:05}")).collect();
    let value = vec![7; bytes];
    for chunk in keys.chunks(20) {
        let sets = chunk.iter().map(|key| dynakv_client::BatchOperation::set(key, value.clone()));
        world.client.batch_write(sets).await.unwrap();
    }
    world.faults.reset_counts();
    keys
}

/// Reads all pages and returns their keys in order.
async fn rest(world: &World, mut request: pb::ScanRequest) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let page = scan(world, request.clone()).await;
        all.extend(keys(&page.items));
        if page.next_page_token.is_empty() {
            all.sort();
            return all;
        }
        request.page_token = page.next_page_token;
    }
}
