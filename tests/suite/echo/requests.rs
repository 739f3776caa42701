//! Tests the longest input in every field of every request.

use std::collections::BTreeSet;

use dynakv_client::pb;
use dynakv_client::pb::value::Kind;
use futures_util::{FutureExt, StreamExt, stream};
use prost::Message;
use prost_reflect::MethodDescriptor;
use tonic::{Code, Streaming};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_types::StatusExt;

use super::sample::{Sample, samples};
use super::wire::{Ending, call};
use crate::support::World;
use crate::support::rpcs::{methods, writes};

/// Texts of 4 KB are past most limits; names of attributes may have 60 KB and are then echoed in paths; no item has 420 KB.
fn texts() -> [String; 5] {
    ["a".repeat(4300), "\u{1}".repeat(4300), "€".repeat(20_000), "😀".repeat(15_000), "é".repeat(210_000)]
}

/// Whether a field accepts texts of any length: nothing but DynamoDB checks the length of values that are compared or
/// stored.
fn takes_any_length(place: &str) -> bool {
    place.contains(".actions.") || place.ends_with(".expected.value")
}

fn name(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

/// Checks the end of a call and returns whether it was refused.
fn judge(method: &MethodDescriptor, sample: &Sample, text: &str, ending: &Ending) -> bool {
    let start: String = text.chars().take(2).collect();
    let what = format!("{}{} with {} bytes of {start:?}", name(method), sample.place, text.len());
    ending.check_size(&what);
    if ending.is_ok() {
        return false;
    }
    let info = ending.refusal(&what);
    let is_the_callers = matches!(ending.status.code(), Code::InvalidArgument | Code::FailedPrecondition);
    assert!(is_the_callers, "{what}: {:?}", ending.status);
    let outcome = info.metadata.get("outcome").map(String::as_str);
    assert_eq!(outcome, writes(method).then_some("NOT_APPLIED"), "{what}");
    true
}

#[tokio::test]
async fn every_refusal_fits_into_the_headers_of_a_client() {
    let world = World::embedded_in_memory().await;
    let mut connection = Unbroken::new(&world).await;
    let texts = texts();
    let all = methods()
        .into_iter()
        .flat_map(|method| samples(&method).into_iter().map(move |sample| (method.clone(), sample)));
    let all: Vec<_> = all.collect();
    assert!(all.len() > 200, "{}", all.len());
    let place = |method: &MethodDescriptor, sample: &Sample| format!("{}{}", name(method), sample.place);
    let mut never_refused: BTreeSet<String> = all.iter().map(|(method, sample)| place(method, sample)).collect();

    let calls = all.iter().flat_map(|(method, sample)| texts.iter().map(move |text| (method, sample, text)));
    let channel = &world.channel;
    let calls = calls.map(|(method, sample, text)| async move {
        let ending = call(channel, &name(method), &sample.filled_with(text), &[]).await;
        judge(method, sample, text, &ending).then(|| place(method, sample))
    });
    let mut endings = stream::iter(calls).buffer_unordered(8);
    while let Some(refused) = endings.next().await {
        never_refused.retain(|place| Some(place) != refused.as_ref());
    }
    never_refused.retain(|place| !takes_any_length(place));
    assert_eq!(never_refused, BTreeSet::new(), "nothing was refused there, so nothing was shown");
    connection.assert_still_there(&world).await;
}

/// As long as a message can be.
#[tokio::test]
async fn so_do_those_of_the_longest_messages() {
    const PLACES: [(&str, &str, char); 4] = [
        ("dynakv.v1.KeyValueService/Set", ".table", '"'),
        ("dynakv.v1.ItemService/PutItem", ".item{key}", 'é'),
        ("dynakv.v1.ItemService/Query", ".names{key}", '\u{1}'),
        ("dynakv.v1.KeyValueService/TransactWrite", ".operations[0].update_item.actions.actions[0].path", '€'),
    ];
    let world = World::embedded_in_memory().await;
    let mut connection = Unbroken::new(&world).await;
    for (method, place, character) in PLACES {
        let descriptor = methods().into_iter().find(|candidate| name(candidate) == method).unwrap();
        let sample = samples(&descriptor).into_iter().find(|sample| sample.place == place).unwrap();
        let text = String::from(character).repeat((16 * 1024 * 1024 - 1024) / character.len_utf8());
        call(&world.channel, method, &sample.filled_with(&text), &[]).await.refusal(method);
    }
    connection.assert_still_there(&world).await;
}

/// Nested names of maximum length.
#[tokio::test]
async fn so_does_that_of_the_longest_path() {
    let world = World::embedded_in_memory().await;
    let mut value = pb::Value { kind: Some(Kind::N("no number".to_owned())) };
    for _ in 0..31 {
        let fields = [("\u{1}".repeat(65_535), value)].into();
        value = pb::Value { kind: Some(Kind::M(pb::AttributeMap { fields })) };
    }
    let item = [("v".to_owned(), value)].into();
    let request = pb::PutItemRequest { item, ..Default::default() }.encode_to_vec();
    let refused = call(&world.channel, "dynakv.v1.ItemService/PutItem", &request, &[]).await;
    assert_eq!(refused.refusal("the longest path").reason, "INVALID_FIELD");
    let details = refused.status.get_error_details();
    let field = &details.bad_request().unwrap().field_violations[0].field;
    assert!(field.starts_with("item[\"v\"].m[\"") && field.ends_with("\"].n"), "{field}");
}

/// Detects a broken connection: its health stream ends with it.
struct Unbroken(Streaming<HealthCheckResponse>);

impl Unbroken {
    async fn new(world: &World) -> Self {
        let watch = HealthClient::new(world.channel.clone()).watch(HealthCheckRequest::default()).await;
        let mut watch = watch.unwrap().into_inner();
        watch.message().await.unwrap();
        Self(watch)
    }

    async fn assert_still_there(&mut self, world: &World) {
        world.client.set("key", "value").await.unwrap();
        assert!(self.0.message().now_or_never().is_none(), "the connection broke");
    }
}
