//! An upstream on which half of all calls fail.

use std::time::Duration;

use anyhow::ensure;
use dynakv_client::pb::batch_write_operation::Kind;
use dynakv_client::pb::batch_write_result::Outcome;
use dynakv_client::pb::{BatchSet, BatchWriteOperation, BatchWriteRequest};
use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::Scene;
use crate::trouble::ask::{Client, Refusal, VALUE, with_deadline};
use crate::trouble::report::{Bound, Row};
use crate::trouble::stage::Stage;
use crate::trouble::upstream::Mode;

const PARTS: u32 = 10_000;

const DEADLINE: Duration = Duration::from_mins(1);

const SEED: u64 = 1;

pub(super) fn all() -> Vec<Scene> {
    let scenes = [1, 100].map(|calls| {
        let name = format!("half: {PARTS} sets in {calls} BatchWrite, half of the calls upstream fail");
        Scene::new(name, move |stage, name| Box::pin(run(stage, name, calls)))
    });
    scenes.into_iter().collect()
}

async fn run(stage: &Stage, scene: String, calls: u32) -> anyhow::Result<Row> {
    let setting = stage.start(Mode::half(SEED)).await?;
    let begun = Instant::now();
    let each = PARTS / calls;
    let sending = (0..calls).map(|nth| Ok(write(setting.clients.of(nth)?, nth * each..(nth + 1) * each)));
    let applied: Vec<_> = try_join_all(sending.collect::<anyhow::Result<Vec<_>>>()?).await?;
    let took = begun.elapsed().as_secs_f64();
    let applied: usize = applied.into_iter().sum();
    let told = vec![format!("it took {took:.1} s"), format!("upstream: {}", setting.upstream.counts().text())];
    Ok(Row { scene, bounds: vec![Bound::all("applied", applied, PARTS as usize)], told })
}

/// How many of these are applied; none if the call fails.
async fn write(mut client: Client, parts: std::ops::Range<u32>) -> anyhow::Result<usize> {
    let (count, set) = (parts.len(), |nth| {
        let set = BatchSet { key: format!("half-{nth}"), value: VALUE, ..BatchSet::default() };
        BatchWriteOperation { kind: Some(Kind::Set(set)) }
    });
    let request = BatchWriteRequest { operations: parts.map(set).collect(), ..BatchWriteRequest::default() };
    match client.batch_write(with_deadline(request, DEADLINE)).await {
        Ok(answer) => {
            let results = answer.into_inner().results;
            ensure!(results.len() == count, "{} results for {count} parts", results.len());
            Ok(results.iter().filter(|result| result.outcome() == Outcome::Applied).count())
        }
        Err(status) => {
            eprintln!("a BatchWrite failed: {}", Refusal::from(status).name);
            Ok(0)
        }
    }
}
