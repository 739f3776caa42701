use super::*;

const SINGLE: Turn = Turn { longest: Duration::from_millis(500), is_of_batch: false };
const SECOND: Duration = Duration::from_secs(1);

fn call<'a>(pacer: &'a Pacer, key: &'a str) -> Paced<'a> {
    Paced::new(pacer, Some(key), 1)
}

/// Makes two hundred calls of a key within two seconds. DynamoDB takes ten per second. Returns how many were refused.
fn throttle_for_two_seconds(pacer: &Pacer, key: &str, upstream: &Upstream, start: Instant) -> usize {
    let (mut refused, mut next_taken) = (0, start);
    for index in 0..200 {
        let now = start + SECOND * index / 100;
        match call(pacer, key).reserve(now, SINGLE) {
            Err(_) => refused += 1,
            Ok(wait) if now + wait >= next_taken => {
                next_taken = now + wait + SECOND / 10;
                call(pacer, key).answered(0, now);
            }
            Ok(_) => call(pacer, key).throttled(1, upstream, now),
        }
    }
    refused
}

fn is_free(pacer: &Pacer, key: &str, now: Instant) -> bool {
    (0..1000).all(|_| call(pacer, key).reserve(now, SINGLE) == Ok(Duration::ZERO))
}

#[test]
fn a_hot_key_is_paced_and_no_other() {
    let key_range = || Upstream::default().throttled_by(vec!["TableWriteKeyRangeThroughputExceeded".to_owned()]);
    let (pacer, start) = (Pacer::default(), Instant::now());
    let refused = throttle_for_two_seconds(&pacer, "hot", &key_range(), start);
    assert!(refused > 40, "{refused} refused of 200");
    assert!(is_free(&pacer, "cold", start + 2 * SECOND));
}

#[test]
fn a_throttled_table_is_paced_for_all_keys() {
    let table = || Upstream::default().throttled_by(vec!["TableReadProvisionedThroughputExceeded".to_owned()]);
    let (pacer, start) = (Pacer::default(), Instant::now());
    throttle_for_two_seconds(&pacer, "one", &table(), start);
    assert!(!is_free(&pacer, "other", start + 2 * SECOND));
}

#[test]
fn without_reasons_many_throttled_keys_mean_the_table() {
    let (pacer, start) = (Pacer::default(), Instant::now());
    for index in 0..800 {
        let (now, key) = (start + SECOND * index / 400, format!("key-{index}"));
        call(&pacer, &key).throttled(1, &Upstream::default(), now);
    }
    assert!(!is_free(&pacer, "other", start + 2 * SECOND));
    let keys = pacer.with_state(|state| state.keys.len());
    assert!(keys <= MAX_KEYS, "{keys}");
}

#[test]
fn nothing_is_paced_any_more_some_seconds_after_the_last_throttle() {
    let (pacer, start) = (Pacer::default(), Instant::now());
    throttle_for_two_seconds(&pacer, "key", &Upstream::default(), start);
    assert!(is_free(&pacer, "key", start + 20 * SECOND));
    assert!(!pacer.is_active.load(Ordering::Relaxed));
}
