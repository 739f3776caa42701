//! Moves the parts of a file to the server: threads read and encode them, and several are in flight.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::keys::KeysInFlight;
use super::parts::{Part, Parts};
use super::position::Position;
use super::request::{EncodedPart, Encoder};
use super::send::{Sender, Sent};
use crate::cli::error::Error;
use crate::cli::progress::Progress;
use crate::cli::transfer::task::joined;

/// How many parts are encoded at the same time, and how many more are read ahead.
const AHEAD: usize = 2;

/// How many parts, for each request in flight, may be done before one that is not: what is done after it is sent again if the
/// import is interrupted.
const PARTS_AHEAD: u64 = 4;

/// How often progress is saved.
const SAVE_PERIOD: Duration = Duration::from_secs(1);

/// Saves the position up to which everything is imported.
pub(super) trait Save {
    fn save(&mut self, position: &Position) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Moves parts to the server.
pub(super) struct Pipeline {
    pub(super) encoder: Arc<Encoder>,
    pub(super) sender: Arc<Sender>,
    /// The most requests in flight.
    pub(super) concurrency: usize,
}

/// What is imported.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) items: u64,
    /// Of their lines.
    pub(super) bytes: u64,
    pub(super) capacity_units: f64,
}

/// The parts that are in flight, or done but not all before them.
struct Flight {
    tasks: JoinSet<(u64, EncodedPart, Sent)>,
    keys: KeysInFlight,
    /// The number of the next part.
    next: u64,
    done: BTreeMap<u64, Done>,
    /// The first part that is not done.
    first: u64,
    /// All lines before it are imported.
    position: Position,
    /// Why no more is imported.
    stopped: Option<Error>,
    /// Whether no more parts are to be sent.
    is_ending: bool,
    tally: Tally,
}

/// A part that is done.
struct Done {
    /// After the last line that is imported.
    position: Position,
    items: u64,
    bytes: u64,
    bytes_read: u64,
    /// Why no line after it is imported.
    error: Option<Error>,
}

impl Pipeline {
    /// Imports all lines from the position of `parts` on. In any case, the position up to which all are imported is saved.
    pub(super) async fn run<R: Read + Send + 'static>(
        self,
        parts: Parts<R>,
        from: Position,
        mut saver: impl Save,
        progress: &Progress,
    ) -> Result<Tally, Error> {
        let mut encoded = std::pin::pin!(encoded(Arc::clone(&self.encoder), read_ahead(parts)));
        let mut flight = Flight::new(from);
        let (mut waiting, mut has_more) = (None, true);
        let mut ticks = interval_at(Instant::now() + SAVE_PERIOD, SAVE_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut saved = flight.position.line();
        loop {
            if let Some(part) = waiting.take_if(|part| flight.has_room(part, self.concurrency)) {
                flight.start(part, &self.sender);
            }
            if flight.is_ending {
                (waiting, has_more) = (None, false);
            }
            if waiting.is_none() && !has_more && flight.tasks.is_empty() {
                break;
            }
            tokio::select! {
                part = encoded.next(), if waiting.is_none() && has_more => match part {
                    Some(part) => waiting = Some(part),
                    None => has_more = false,
                },
                Some(task) = flight.tasks.join_next() => flight.finish(joined(task)?, progress),
                _ = ticks.tick() => if saved < flight.position.line() {
                    saver.save(&flight.position).await?;
                    saved = flight.position.line();
                },
            }
        }
        let Flight { position, stopped, tally, .. } = flight;
        let Some(error) = stopped else { return Ok(tally) };
        // If this fails, the import resumes from an earlier position, which does no harm.
        let _saved = saver.save(&position).await;
        Err(error)
    }
}

impl Flight {
    fn new(position: Position) -> Self {
        Self {
            tasks: JoinSet::new(),
            keys: KeysInFlight::default(),
            next: 0,
            done: BTreeMap::new(),
            first: 0,
            position,
            stopped: None,
            is_ending: false,
            tally: Tally::default(),
        }
    }

    /// Whether a part may be sent now. One with the key of another in flight waits, so that the later line wins.
    fn has_room(&self, part: &EncodedPart, concurrency: usize) -> bool {
        let room = match &part.keys {
            Some(keys) if self.keys.has_none_of(keys) => concurrency,
            Some(_) | None => 1,
        };
        let ahead = self.next - self.first;
        self.tasks.len() < room && ahead < PARTS_AHEAD * concurrency as u64
    }

    fn start(&mut self, part: EncodedPart, sender: &Arc<Sender>) {
        self.keys.add(part.keys.as_deref().unwrap_or_default());
        let (number, sender) = (self.next, Arc::clone(sender));
        self.next += 1;
        self.is_ending |= part.part.problem.is_some();
        self.tasks.spawn(async move {
            let sent = sender.send(&part).await;
            (number, part, sent)
        });
    }

    fn finish(&mut self, (number, encoded, sent): (u64, EncodedPart, Sent), progress: &Progress) {
        let EncodedPart { part, keys, .. } = encoded;
        self.keys.remove(keys.as_deref().unwrap_or_default());
        self.is_ending |= sent.error.is_some();
        self.tally.capacity_units += sent.capacity_units;
        let done = Done {
            position: part.after(sent.lines),
            items: sent.lines as u64,
            bytes: part.length(sent.lines) as u64,
            bytes_read: part.bytes_read,
            error: sent.error.or(part.problem),
        };
        self.done.insert(number, done);
        self.advance(progress);
    }

    /// Moves the position past the parts that are done, up to the first that is not.
    fn advance(&mut self, progress: &Progress) {
        while self.stopped.is_none()
            && let Some(done) = self.done.remove(&self.first)
        {
            self.first += 1;
            self.position = done.position;
            self.tally.items += done.items;
            self.tally.bytes += done.bytes;
            self.stopped = done.error;
            progress.reach(done.bytes_read, self.tally.items);
        }
    }
}

/// Reads parts in a thread of its own.
fn read_ahead<R: Read + Send + 'static>(parts: Parts<R>) -> mpsc::Receiver<Part> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    spawn_blocking(move || {
        for part in parts {
            // Nobody receives it after an error.
            if sender.blocking_send(part).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Encodes parts in threads of their own, in their order.
fn encoded(encoder: Arc<Encoder>, parts: mpsc::Receiver<Part>) -> impl Stream<Item = EncodedPart> {
    let parts = stream::unfold(parts, async |mut parts| parts.recv().await.map(|part| (part, parts)));
    let encode = move |part| {
        let encoder = Arc::clone(&encoder);
        spawn_blocking(move || encoder.encode(part))
    };
    // A thread that does not end is one of a runtime that ends.
    parts.map(encode).buffered(AHEAD).filter_map(async |encoded| joined(encoded).ok())
}
