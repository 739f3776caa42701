//! What the parts cost that do nothing but compute: requests decoded and checked, items laid out, expressions rendered.
//!
//! `cargo bench --bench parts --features bench-internals`. They are private, and no part of the library's promises; the
//! feature shows them to this file alone.

use std::error::Error;
use std::hint::black_box;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput};
use dynakv::driver::benchmarks::Parts;
use dynakv::model::{
    AttributeNames, Change, ExpireTime, ItemUpdate, Path, Placeholders, UpdateAction, UpdateActions, Version,
};
use dynakv::pb;
use dynakv::wire::benchmarks as wire;
use prost::Message;

const NOW: i64 = 1_800_000_000_123;
const KEYS: u32 = 1_000;

fn decoding(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let mut group = criterion.benchmark_group("decoding");
    let get = pb::GetRequest { key: "user-000042".to_owned(), ..Default::default() };
    let get = Bytes::from(get.encode_to_vec());
    wire::get(get.clone())?;
    group.bench_function("get", |bencher| bencher.iter(|| wire::get(black_box(&get).clone())));
    for bytes in [100, 4 << 10, 100 << 10] {
        let value = Bytes::from(vec![7; bytes]);
        let set = pb::SetRequest { key: "user-000042".to_owned(), value, ..Default::default() };
        let set = Bytes::from(set.encode_to_vec());
        wire::set(set.clone())?;
        group.bench_function(format!("set of {bytes} bytes"), |bencher| {
            bencher.iter(|| wire::set(black_box(&set).clone()));
        });
    }
    let keys = (0..KEYS).map(|index| format!("user-{index:06}")).collect();
    let batch = Bytes::from(pb::BatchGetRequest { keys, ..Default::default() }.encode_to_vec());
    wire::batch_get(batch.clone())?;
    group.throughput(Throughput::Elements(u64::from(KEYS)));
    group.bench_function(format!("batch get of {KEYS}"), |bencher| {
        bencher.iter(|| wire::batch_get(black_box(&batch).clone()));
    });
    Ok(())
}

fn layout(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let parts = Parts::new(AttributeNames::default());
    let value = Bytes::from(vec![7; 100]);
    let set = pb::SetRequest { key: "user-000042".to_owned(), value, ..Default::default() };
    let set = wire::set(set.encode_to_vec().into())?;
    let expire = Some(ExpireTime::at(NOW + 60_000));
    let mut group = criterion.benchmark_group("layout");
    group.bench_function("entry to item", |bencher| bencher.iter(|| parts.item(black_box(&set), expire)));
    let item = parts.item(&set, expire);
    parts.entry(item.clone(), NOW).ok_or("the item holds no entry")?;
    group.bench_function("item to entry", |bencher| {
        bencher.iter_batched(|| item.clone(), |item| parts.entry(item, NOW), BatchSize::SmallInput);
    });
    Ok(())
}

fn rendering(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let parts = Parts::new(AttributeNames::default());
    let version = Version::try_from("1234567890123456789".to_owned())?;
    let mut group = criterion.benchmark_group("expressions");
    group.bench_function("condition on a version", |bencher| {
        bencher.iter(|| parts.version_condition(black_box(&version), NOW));
    });
    let text = "#state = :open AND size(lines) < :most";
    let read = || {
        let mut placeholders = Placeholders::default();
        placeholders.define_name("#state".to_owned(), "state".to_owned())?;
        placeholders.define_value(":open".to_owned(), AttributeValue::S("open".to_owned()))?;
        placeholders.define_value(":most".to_owned(), AttributeValue::N("100".to_owned()))?;
        placeholders.condition(black_box(text))
    };
    let condition = read()?;
    group.bench_function("condition of a caller, read", |bencher| bencher.iter(read));
    let set = |path| {
        Path::parse(path).map(|path| UpdateAction { path, change: Change::Set(AttributeValue::S("x".to_owned())) })
    };
    let actions = vec![set("state")?, set("lines[0].note")?, set("address.city")?];
    let update = ItemUpdate::Actions(UpdateActions::new(actions)?);
    group.bench_function("update of three paths under a condition", |bencher| {
        bencher.iter(|| parts.update(black_box(&update), condition.clone(), NOW));
    });
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    decoding(&mut criterion)?;
    layout(&mut criterion)?;
    rendering(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
