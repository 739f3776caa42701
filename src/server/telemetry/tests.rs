use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::queue::MAX_LINE_BYTES;
use super::*;

/// A log that a test reads, with a clock that it moves.
struct Logged {
    queue: Arc<Queue>,
    samples: Arc<Samples>,
    dispatch: Dispatch,
    now_ms: Arc<AtomicU64>,
}

impl Logged {
    fn new(level: &str, format: LogFormat) -> Self {
        let log = Log {
            level: level.to_owned(),
            format,
            caller_lines_per_second: 5,
            lines_per_second: 100,
            queue_bytes: 1 << 20,
        };
        let queue = Arc::new(Queue::new(1 << 20));
        let now_ms = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&now_ms);
        let samples = Arc::new(Samples::new(
            log.caller_lines_per_second,
            log.lines_per_second,
            Box::new(move || Duration::from_millis(clock.load(Ordering::Relaxed))),
            Box::new(|| {}),
        ));
        let lines = Lines::new(Arc::clone(&queue), format);
        let dispatch = subscriber(&log, lines, Arc::clone(&samples), false).into();
        Self { queue, samples, dispatch, now_ms }
    }

    fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        tracing::dispatcher::with_default(&self.dispatch, work)
    }

    fn pass(&self, time: Duration) {
        self.now_ms.fetch_add(time.as_millis().try_into().unwrap(), Ordering::Relaxed);
    }

    /// The lines that were logged since the last call.
    fn lines(&self) -> Vec<String> {
        lines(&self.queue)
    }
}

fn lines(queue: &Queue) -> Vec<String> {
    let next = || {
        let line = queue.next(Some(Duration::ZERO))?;
        queue.written(false);
        Some(String::from_utf8(line.into_vec()).unwrap())
    };
    std::iter::from_fn(next).collect()
}

fn refuse_calls(count: usize) {
    for _ in 0..count {
        tracing::info!("refused");
    }
}

#[test]
fn a_caller_gets_a_few_lines_a_second_and_hears_how_many_were_left_out() {
    let log = Logged::new("info", LogFormat::Text);
    log.run(|| as_caller(1, || refuse_calls(1_000)));
    assert_eq!(log.lines().len(), 10);
    log.pass(Duration::from_secs(1));
    log.run(|| as_caller(1, || refuse_calls(1_000)));
    assert_eq!(log.lines().len(), 5);

    let reports = Reports::new(Arc::clone(&log.queue), Arc::clone(&log.samples));
    log.run(|| reports.make());
    let said = log.lines();
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("lines_left_out=1985"), "{said:?}");
    assert!(said[0].contains("most_at=\"dynakv::server::telemetry::tests:"), "{said:?}");
    log.run(|| reports.make());
    assert_eq!(log.lines(), [""; 0]);
}

#[test]
fn callers_do_not_displace_each_other_or_the_process() {
    let log = Logged::new("info", LogFormat::Text);
    log.run(|| {
        as_caller(1, || refuse_calls(1_000));
        as_caller(2, || refuse_calls(1));
        assert_eq!(log.lines().len(), 11);

        for caller in 3..1_000 {
            as_caller(caller, || refuse_calls(1));
        }
        let of_all = log.lines().len();
        assert!((150..=200).contains(&of_all), "{of_all}");
        tracing::error!("not ready");
        assert_eq!(log.lines().len(), 1);
    });
}

#[test]
fn the_process_may_say_much_at_once_but_not_for_ever() {
    let log = Logged::new("info", LogFormat::Text);
    log.run(|| refuse_calls(1_000));
    assert_eq!(log.lines().len(), 100);
    log.pass(Duration::from_secs(1));
    log.run(|| refuse_calls(1_000));
    assert_eq!(log.lines().len(), 5);
}

#[tokio::test]
async fn a_future_keeps_its_caller_across_its_pauses() {
    let log = Logged::new("info", LogFormat::Text);
    let _default = tracing::dispatcher::set_default(&log.dispatch);
    caller_scope(7, async {
        refuse_calls(8);
        tokio::task::yield_now().await;
        refuse_calls(8);
    })
    .await;
    assert_eq!(log.lines().len(), 10);
}

#[test]
fn what_the_operator_asked_for_in_detail_is_not_sampled() {
    let log = Logged::new("debug", LogFormat::Text);
    log.run(|| as_caller(1, || (0..1_000).for_each(|call| tracing::debug!(call))));
    assert_eq!(log.lines().len(), 1_000);
}

#[test]
fn libraries_stay_at_a_level_that_shows_no_payload() {
    for (filter, of_libraries) in [("info", 1), ("trace,dynakv=trace", 3), ("info,h2=trace,dynakv=trace", 3)] {
        let log = Logged::new(filter, LogFormat::Text);
        log.run(|| {
            tracing::trace!(target: "h2::codec", "s3cret");
            tracing::debug!(target: "aws_smithy_runtime::client", "s3cret");
            tracing::debug!(target: "dynakvx", "s3cret");
            let _span = tracing::debug_span!(target: "h2", "connection", s3cret = 1).entered();
            tracing::info!(target: "h2", "harmless");
            tracing::warn!(target: "h2", "harmless");
            tracing::error!(target: "h2", "harmless");
        });
        let lines = log.lines();
        assert_eq!(lines.len(), of_libraries, "{filter}: {lines:?}");
        assert!(!lines.concat().contains("s3cret"), "{lines:?}");
    }
}

#[test]
fn a_line_is_cut_and_stays_one_object_in_json() {
    let long = "ä".repeat(MAX_LINE_BYTES);
    for format in [LogFormat::Text, LogFormat::Json] {
        let log = Logged::new("info", format);
        log.run(|| tracing::info!(long));
        let [line] = &log.lines()[..] else { panic!("not one line") };
        assert!(line.len() <= MAX_LINE_BYTES && line.ends_with('\n') && line.lines().count() == 1, "{}", line.len());
        if format == LogFormat::Json {
            let cut: Value = serde_json::from_str(line).unwrap();
            assert!(cut["bytes"].as_u64().unwrap() > MAX_LINE_BYTES.try_into().unwrap());
        }
    }
}

#[test]
fn a_full_queue_drops_lines_counts_them_and_says_so_when_there_is_room() {
    let queue = Queue::new(10_000);
    for _ in 0..1_000 {
        queue.push(&[b'x'; 36]);
    }
    assert!(queue.has_dropped());
    assert_eq!(queue.take_dropped(), None, "no room for the report");
    assert_eq!(lines(&queue).len(), 100);
    assert_eq!(queue.take_dropped(), Some(900));
    assert_eq!(queue.take_dropped(), None);

    queue.push(b"lost");
    assert!(queue.next(None).is_some());
    queue.written(true);
    assert_eq!(queue.take_dropped(), Some(1), "what cannot be written is lost, too");
}

#[test]
fn the_end_does_not_wait_for_a_reader_that_does_not_read() {
    let queue = Queue::new(10_000);
    queue.push(b"unread");
    queue.flush(Duration::ZERO);
    assert_eq!(lines(&queue), ["unread"]);
    queue.flush(Duration::from_hours(1));
}

#[test]
fn a_panic_is_logged_without_its_message() {
    let log = Logged::new("info", LogFormat::Text);
    // Panics of other tests meanwhile are not printed.
    let printing = panic::take_hook();
    panics::log_locations_only();
    let panicked = log.run(|| panic::catch_unwind(|| panic!("s3cret")));
    panic::set_hook(printing);
    assert!(panicked.is_err());
    let lines = log.lines().concat();
    assert!(lines.contains("a thread panicked") && lines.contains("file=\"src/server/telemetry/tests.rs\""), "{lines}");
    assert!(!lines.contains("s3cret"), "{lines}");
}
