use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tonic::transport::Endpoint;

use super::ask::{Ask, Client, Refusal};

const CONNECTIONS: usize = 8;

/// What is worth telling of late calls.
const LATE: Duration = Duration::from_millis(50);

/// Connections to the server.
#[derive(Debug, Clone)]
pub(super) struct Clients(Vec<Client>);

impl Clients {
    pub(super) async fn connect(address: &str) -> anyhow::Result<Self> {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
            clients.push(Client::new(endpoint.connect().await?));
        }
        Ok(Self(clients))
    }

    /// The connection of a call.
    pub(super) fn of(&self, nth: u32) -> anyhow::Result<Client> {
        let connection = nth as usize % CONNECTIONS;
        self.0.get(connection).cloned().context("no connection")
    }
}

/// Calls at a fixed rate: each begins when it is due, whether or not earlier ones have ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) per_second: u32,
    pub(super) time: Duration,
    /// Of each call.
    pub(super) deadline: Duration,
    /// How long refused callers come again when RetryInfo says so; never if zero.
    pub(super) patience: Duration,
}

/// The result of a call.
#[derive(Debug)]
pub(super) struct Answer {
    /// When it was due, from the beginning.
    due: Duration,
    /// From then on.
    took: Duration,
    /// How often it was sent.
    sent: u64,
    result: Result<(), Refusal>,
}

/// The results of a load.
#[derive(Debug, Default)]
pub(super) struct Answers {
    all: Vec<Answer>,
    /// How late a call began at most: on a machine that is too busy, nothing is measured.
    late: Duration,
}

impl Pace {
    /// All calls of so many seconds at so many a second.
    pub(super) async fn run(self, clients: &Clients, ask: impl Fn(u32) -> Ask) -> anyhow::Result<Answers> {
        let count = self.per_second * u32::try_from(self.time.as_secs())?;
        let begun = Instant::now();
        let (mut calls, mut late) = (JoinSet::new(), Duration::ZERO);
        for nth in 0..count {
            let due = Duration::from_secs(1) * nth / self.per_second;
            sleep_until(begun + due).await;
            late = late.max(begun.elapsed().saturating_sub(due));
            let (ask, client) = (ask(nth), clients.of(nth)?);
            calls.spawn(async move {
                let (sent, result) = ask.send_again(client, self.deadline, self.patience).await;
                Answer { due, took: begun.elapsed().saturating_sub(due), sent, result }
            });
        }
        Ok(Answers { all: calls.join_all().await, late })
    }
}

/// All calls at once.
pub(super) async fn at_once(
    clients: &Clients,
    count: u32,
    deadline: Duration,
    ask: impl Fn(u32) -> Ask,
) -> anyhow::Result<Answers> {
    let begun = Instant::now();
    let mut calls = JoinSet::new();
    for nth in 0..count {
        let (ask, client) = (ask(nth), clients.of(nth)?);
        calls.spawn(async move {
            let result = ask.send(client, deadline).await;
            Answer { due: Duration::ZERO, took: begun.elapsed(), sent: 1, result }
        });
    }
    Ok(Answers { all: calls.join_all().await, late: Duration::ZERO })
}

/// So many workers, each with one call after another, until this holds.
pub(super) async fn in_flight(
    clients: &Clients,
    workers: u32,
    deadline: Duration,
    ask: impl Fn(u32) -> Ask + Clone + Send + 'static,
    is_over: impl Fn() -> bool + Clone + Send + 'static,
) -> anyhow::Result<Answers> {
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for worker in 0..workers {
        let (client, ask, is_over) = (clients.of(worker)?, ask.clone(), is_over.clone());
        running.spawn(async move {
            let mut answers = Vec::new();
            for nth in (worker..).step_by(workers as usize) {
                if is_over() {
                    break;
                }
                let due = begun.elapsed();
                let result = ask(nth).send(client.clone(), deadline).await;
                answers.push(Answer { due, took: begun.elapsed().saturating_sub(due), sent: 1, result });
            }
            answers
        });
    }
    Ok(Answers { all: running.join_all().await.into_iter().flatten().collect(), late: Duration::ZERO })
}

impl Answers {
    pub(super) fn calls(&self) -> usize {
        self.all.len()
    }

    /// Calls, each as often as it was sent.
    pub(super) fn sent(&self) -> u64 {
        self.all.iter().map(|answer| answer.sent).sum()
    }

    pub(super) fn ok(&self) -> usize {
        self.all.iter().filter(|answer| answer.result.is_ok()).count()
    }

    pub(super) fn failed(&self) -> usize {
        self.calls() - self.ok()
    }

    /// Calls that ended well between these times, for each second.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(super) fn goodput(&self, from: Duration, to: Duration) -> f64 {
        let is_in = |answer: &&Answer| answer.result.is_ok() && (from..to).contains(&(answer.due + answer.took));
        self.all.iter().filter(is_in).count() as f64 / to.saturating_sub(from).as_secs_f64()
    }

    fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.all.iter().filter_map(|answer| answer.result.as_ref().err())
    }

    /// Calls that were refused for now, and how many of them with RetryInfo.
    pub(super) fn refused(&self) -> (usize, usize) {
        let refused = || self.refusals().filter(|refusal| refusal.is_for_now);
        (refused().count(), refused().filter(|refusal| refusal.retry_after.is_some()).count())
    }

    /// Calls that ended in this way.
    pub(super) fn named(&self, name: &str) -> usize {
        self.refusals().filter(|refusal| refusal.name == name).count()
    }

    /// The number of calls for each end, and the latency of those that ended well.
    pub(super) fn text(&self) -> String {
        let mut ends = BTreeMap::<&str, usize>::new();
        for refusal in self.refusals() {
            *ends.entry(&refusal.name).or_default() += 1;
        }
        let ends: Vec<String> = ends.iter().map(|(name, count)| format!(", {count} {name}")).collect();
        let (p50, p99) = (self.quantile(0.5), self.quantile(0.99));
        let late =
            if self.late > LATE { format!("; begun up to {} ms late", self.late.as_millis()) } else { String::new() };
        format!("{} OK (p50 {p50:.0} ms, p99 {p99:.0} ms){}{late}", self.ok(), ends.concat())
    }

    /// A quantile of the latencies of calls that ended well, in milliseconds; 0 if there are none.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "far below 2^52, and not negative"
    )]
    pub(super) fn quantile(&self, quantile: f64) -> f64 {
        let well = self.all.iter().filter(|answer| answer.result.is_ok());
        let mut took: Vec<Duration> = well.map(|answer| answer.took).collect();
        took.sort_unstable();
        let rank = (took.len().saturating_sub(1) as f64 * quantile).round() as usize;
        took.get(rank).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
    }
}
