//! Histories: two servers over one backend with faults, clients on few keys, and a check that what they saw is
//! linearizable. docs/histories.md says what that means and how to read a failure.

mod backend;
mod batches;
mod checker;
mod copies;
mod group;
mod ledger;
mod record;
mod settings;
mod upstream;
mod worker;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dynakv_client::Client;
use tokio::task::JoinSet;

use self::backend::{Backend, Kind};
use self::checker::Verdict;
use self::copies::Copies;
use self::group::Group;
use self::ledger::Ledger;
use self::record::Operation;
use self::settings::{Settings, Wrong, number, seed};
use self::upstream::Upstream;
use self::worker::Worker;

/// A pause of the world outside of the servers: nothing that is checked depends on its length.
#[expect(clippy::disallowed_methods, reason = "real processes take real time")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Makes a history, and checks it.
async fn run(settings: Settings) -> Verdict {
    println!("history with seed {}: {}", settings.seed, settings.name());
    let backend = Backend::open(settings.backend).await;
    let table = backend.table.clone();
    let ledger = Arc::new(Ledger::default());
    let upstream = Upstream::start(backend, settings, Arc::clone(&ledger)).await;
    let mut copies = Copies::start(upstream.address, &table).await;

    let begun = Instant::now();
    // One connection for each group and server.
    let clients = (0..settings.groups).map(|_| copies.clients()).collect();
    let made = Arc::new(AtomicUsize::new(0));
    let clients = work(clients, settings, &made);
    let operations = tokio::select! {
        operations = clients => operations,
        () = copies.keep_killing(settings.kill_every, &made) => unreachable!("it never ends"),
    };
    let took = begun.elapsed();
    let file = checker::folder().join(format!("history-{table}.jsonl"));
    record::write(&file, &settings.header(), begun, operations, &ledger);
    let Verdict { is_linearizable, mut report } = checker::check(&file).await;
    if is_linearizable && std::env::var_os("HISTORIES_KEEP").is_none() {
        std::fs::remove_file(&file).unwrap();
    }
    write!(report, "made in {took:.1?}, {} kills; {}", copies.kills, upstream.fates()).unwrap();
    println!("{report}");
    Verdict { is_linearizable, report }
}

/// Runs all clients until there are enough operations, or no more time.
async fn work(clients: Vec<Vec<Client>>, settings: Settings, made: &Arc<AtomicUsize>) -> Vec<Operation> {
    let until = Instant::now() + settings.time;
    let mut tasks = JoinSet::new();
    for (index, clients) in clients.into_iter().enumerate() {
        let group = Arc::new(Group::new(settings.seed, index));
        for client in 0..settings.clients {
            let number = index * settings.clients + client;
            let random = fastrand::Rng::with_seed(settings.seed.wrapping_add(u64::try_from(number).unwrap() << 32));
            let mut worker = Worker { number, clients: clients.clone(), group: Arc::clone(&group), random };
            let made = Arc::clone(made);
            tasks.spawn(async move {
                let mut operations = Vec::new();
                while made.load(Ordering::Relaxed) < settings.operations && Instant::now() < until {
                    if let Some(operation) = worker.operate().await {
                        made.fetch_add(usize::from(operation.outcome.is_counted()), Ordering::Relaxed);
                        operations.push(operation);
                    }
                }
                operations
            });
        }
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

async fn is_linearizable(settings: Settings) {
    let Verdict { is_linearizable, report } = run(settings).await;
    assert!(is_linearizable, "{report}");
}

async fn is_found_out(wrong: Wrong) {
    let Verdict { is_linearizable, report } = run(Settings::wrong(wrong, seed())).await;
    assert!(!is_linearizable && report.contains("NOT LINEARIZABLE"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_see_of_the_engine_in_memory_is_linearizable() {
    is_linearizable(Settings::short(Kind::InMemory, seed())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_see_of_the_engine_on_disk_is_linearizable() {
    is_linearizable(Settings::short(Kind::OnDisk, seed())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_see_of_dynamodb_local_is_linearizable() {
    is_linearizable(Settings::short(Kind::DynamoDbLocal, seed())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_writes_that_are_sent_again_there_is_no_exception() {
    let settings = Settings { repeats: false, ..Settings::short(Kind::InMemory, seed()) };
    let Verdict { is_linearizable, report } = run(settings).await;
    assert!(is_linearizable, "{report}");
    assert!(report.contains(" 0 Sets and Deletes carried out again"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_reads_are_found_out() {
    is_found_out(Wrong::StaleRead).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_writes_are_found_out() {
    is_found_out(Wrong::LostWrite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ignored_conditions_are_found_out() {
    is_found_out(Wrong::NoCondition).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_increments_are_found_out() {
    is_found_out(Wrong::SecondIncrement).await;
}

/// `make histories`. Every third seed is on DynamoDB Local and every third on disk.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes long; make histories runs it"]
async fn soak() {
    let first = number("HISTORIES_SEED", 1);
    let mut wrong = Vec::new();
    for seed in first..first + number("HISTORIES_SEEDS", 20) {
        let backend = match seed % 3 {
            0 => Kind::DynamoDbLocal,
            1 => Kind::InMemory,
            _ => Kind::OnDisk,
        };
        let Verdict { is_linearizable, report } = run(Settings::soak(backend, seed)).await;
        wrong.extend((!is_linearizable).then_some(report));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
