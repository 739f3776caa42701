//! The load generators. Closed: a fixed number of callers, each waiting for its response. Open: calls arrive at a fixed
//! rate, whether or not earlier ones have been answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::keyspace::Draw;
use crate::plan::{Load, Skew, Timing, Workload};
use crate::target::Target;

/// Maximum number of calls in flight in an open load. Further calls are dropped and counted.
const MAX_IN_FLIGHT: u32 = 10_000;

/// How long the remaining calls may take at the end.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum latency of the histogram in microseconds.
const MAX_LATENCY_US: u64 = 60_000_000;

/// The results of a load.
#[derive(Debug)]
pub(crate) struct Loaded<T> {
    /// The duration of the measurement.
    pub(crate) window: Duration,
    /// Latencies in microseconds. Closed load: of calls answered in the window. Open load: of calls due in the window.
    pub(crate) latencies: Histogram<u64>,
    /// Calls that were not made.
    pub(crate) dropped: u64,
    /// The meter at the start and the end of the window.
    pub(crate) readings: (T, T),
}

/// Loads the targets and measures after a warm-up. Each caller keeps to one target.
///
/// # Errors
/// A call fails.
pub(crate) async fn load<T>(
    targets: &[Target],
    workload: Workload,
    timing: Timing,
    seed: u64,
    meter: impl Fn() -> anyhow::Result<T>,
) -> anyhow::Result<Loaded<T>> {
    let recorder = Arc::new(Recorder::new(targets.len())?);
    match workload.load {
        Load::Closed { callers } => closed(targets, workload, callers, timing, seed, recorder, meter).await,
        Load::Open { per_second } => open(targets, workload, per_second, timing, seed, recorder, meter).await,
    }
}

async fn closed<T>(
    targets: &[Target],
    workload: Workload,
    callers: usize,
    timing: Timing,
    seed: u64,
    recorder: Arc<Recorder>,
    meter: impl Fn() -> anyhow::Result<T>,
) -> anyhow::Result<Loaded<T>> {
    let mut calling = JoinSet::new();
    for ((caller, shard), seed) in (0..targets.len()).cycle().enumerate().take(callers).zip(seed..) {
        let target = targets.get(shard).with_context(|| format!("caller {caller} has no target"))?.clone();
        let home = target.home();
        let calls = call_repeatedly(target, workload, draw(workload, seed), Arc::clone(&recorder), shard);
        calling.spawn_on(calls, &home);
    }
    let (window, readings) = tokio::select! {
        measured = recorder.measure(timing, meter) => measured?,
        // Callers only end if they fail.
        Some(ended) = calling.join_next() => { ended??; bail!("a caller has stopped") }
    };
    recorder.stop();
    while let Some(ended) = calling.join_next().await {
        ended??;
    }
    Ok(Loaded { window, latencies: recorder.latencies()?, dropped: 0, readings })
}

async fn call_repeatedly(
    mut target: Target,
    workload: Workload,
    mut draw: Draw,
    recorder: Arc<Recorder>,
    shard: usize,
) -> anyhow::Result<()> {
    while !recorder.is_stopped() {
        let entry = draw.entry(workload.value_bytes);
        let begun = Instant::now();
        target.call(workload.operation, entry).await?;
        if recorder.is_open() {
            recorder.record(shard, begun.elapsed());
        }
    }
    Ok(())
}

async fn open<T>(
    targets: &[Target],
    workload: Workload,
    per_second: u32,
    timing: Timing,
    seed: u64,
    recorder: Arc<Recorder>,
    meter: impl Fn() -> anyhow::Result<T>,
) -> anyhow::Result<Loaded<T>> {
    let arrivals = Arrivals {
        targets: targets.to_vec(),
        workload,
        draw: draw(workload, seed),
        per_second: f64::from(per_second),
        recorder: Arc::clone(&recorder),
        in_flight: Arc::new(Semaphore::new(usize::try_from(MAX_IN_FLIGHT)?)),
        failed: Arc::default(),
    };
    let (in_flight, failed) = (Arc::clone(&arrivals.in_flight), Arc::clone(&arrivals.failed));
    let arriving = tokio::task::spawn_blocking(move || arrivals.run());
    let measured = recorder.measure(timing, meter).await;
    recorder.stop();
    let dropped = arriving.await?;
    let (window, readings) = measured?;
    // Wait for slow calls: they are the point of this measurement.
    let left_over = in_flight.acquire_many(MAX_IN_FLIGHT);
    let _all = tokio::time::timeout(DRAIN_TIMEOUT, left_over).await.context("calls remain unanswered")??;
    if let Some(error) = failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    Ok(Loaded { window, latencies: recorder.latencies()?, dropped, readings })
}

/// Calls that arrive at random moments (a Poisson process).
struct Arrivals {
    targets: Vec<Target>,
    workload: Workload,
    draw: Draw,
    per_second: f64,
    recorder: Arc<Recorder>,
    in_flight: Arc<Semaphore>,
    failed: Arc<Mutex<Option<anyhow::Error>>>,
}

impl Arrivals {
    /// Makes each call when it is due. Runs on its own thread, because tokio's timer has a resolution of a millisecond.
    fn run(mut self) -> u64 {
        let mut dropped = 0;
        let mut due = Instant::now();
        let mut shards = (0..self.targets.len()).cycle();
        while !self.recorder.is_stopped() {
            due += Duration::from_secs_f64(-(1.0 - self.draw.fraction()).ln() / self.per_second);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let counts = self.recorder.is_open();
            let Ok(permit) = Arc::clone(&self.in_flight).try_acquire_owned() else {
                dropped += u64::from(counts);
                continue;
            };
            let shard = shards.next().unwrap_or_default();
            let Some(mut target) = self.targets.get(shard).cloned() else { return dropped };
            let entry = self.draw.entry(self.workload.value_bytes);
            let (recorder, failed) = (Arc::clone(&self.recorder), Arc::clone(&self.failed));
            let operation = self.workload.operation;
            target.home().spawn(async move {
                match target.call(operation, entry).await {
                    // Measure from the due time, not from when the call was made: otherwise a stall would show in one
                    // call only.
                    Ok(()) if counts => recorder.record(shard, due.elapsed()),
                    Ok(()) => {}
                    Err(error) => *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
                }
                drop(permit);
            });
        }
        dropped
    }
}

fn draw(workload: Workload, seed: u64) -> Draw {
    match workload.skew {
        Skew::Uniform => Draw::uniform(seed),
        Skew::Zipf => Draw::zipf(seed),
    }
}

/// Records latencies in shards, to avoid contention.
struct Recorder {
    is_open: AtomicBool,
    is_stopped: AtomicBool,
    shards: Vec<Mutex<Histogram<u64>>>,
}

impl Recorder {
    fn new(shards: usize) -> anyhow::Result<Self> {
        let shards = (0..shards).map(|_| Ok(Mutex::new(empty()?))).collect::<anyhow::Result<_>>()?;
        Ok(Self { is_open: AtomicBool::new(false), is_stopped: AtomicBool::new(false), shards })
    }

    /// Waits for the warm-up, then measures.
    async fn measure<T>(
        &self,
        timing: Timing,
        meter: impl Fn() -> anyhow::Result<T>,
    ) -> anyhow::Result<(Duration, (T, T))> {
        tokio::time::sleep(timing.warm_up).await;
        let before = meter()?;
        let begun = Instant::now();
        self.is_open.store(true, Ordering::Relaxed);
        tokio::time::sleep(timing.run).await;
        self.is_open.store(false, Ordering::Relaxed);
        let window = begun.elapsed();
        Ok((window, (before, meter()?)))
    }

    fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn record(&self, shard: usize, latency: Duration) {
        if let Some(shard) = self.shards.get(shard) {
            let latency = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
            shard.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(latency);
        }
    }

    fn latencies(&self) -> anyhow::Result<Histogram<u64>> {
        let mut all = empty()?;
        for shard in &self.shards {
            all.add(&*shard.lock().unwrap_or_else(PoisonError::into_inner))?;
        }
        Ok(all)
    }
}

fn empty() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, MAX_LATENCY_US, 3)?)
}
