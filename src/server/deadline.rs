//! The deadline of a call.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

use crate::driver::Deadline;

/// Maximum margin before the caller's deadline.
const MAX_MARGIN: Duration = Duration::from_millis(100);

/// The header `grpc-timeout` is malformed ("gRPC over HTTP2", the gRPC repository, PROTOCOL-HTTP2.md).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The deadlines of a call.
///
/// `work` and `answer` lie before the caller's own deadline, because a response after that is of no use to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time {
    /// When work ends: a tenth of the timeout before the deadline, but at most 100 ms. The call then returns what it
    /// knows.
    pub(super) work: Deadline,
    /// When a call fails whose work did not end in time, or whose request never arrived in full. It lies halfway
    /// between the end of work and the caller's deadline, so that the more precise response of the work comes first.
    pub(super) answer: Instant,
    /// The caller's deadline: the rest of the response is no longer sent.
    pub(super) deadline: Instant,
}

impl Time {
    /// The deadlines of a call that arrives `now`. `max` limits how long a call may hold resources.
    pub(super) fn of(headers: &HeaderMap, default: Duration, max: Duration, now: Instant) -> Result<Self, Malformed> {
        let given = headers.get("grpc-timeout").map(|value| parse(value.as_bytes()).ok_or(Malformed)).transpose()?;
        let total = given.unwrap_or(default).min(max);
        let margin = MAX_MARGIN.min(total / 10);
        let deadline = now + total;
        Ok(Self { work: Deadline::at(deadline - margin), answer: deadline - margin / 2, deadline })
    }
}

/// One to eight digits and a unit.
fn parse(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let amount: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    match unit {
        b'H' => Some(Duration::from_secs(amount * 3600)),
        b'M' => Some(Duration::from_secs(amount * 60)),
        b'S' => Some(Duration::from_secs(amount)),
        b'm' => Some(Duration::from_millis(amount)),
        b'u' => Some(Duration::from_micros(amount)),
        b'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_one_to_eight_digits_and_a_unit() {
        assert_eq!(parse(b"1H"), Some(Duration::from_hours(1)));
        assert_eq!(parse(b"2M"), Some(Duration::from_mins(2)));
        assert_eq!(parse(b"3S"), Some(Duration::from_secs(3)));
        assert_eq!(parse(b"4m"), Some(Duration::from_millis(4)));
        assert_eq!(parse(b"5u"), Some(Duration::from_micros(5)));
        assert_eq!(parse(b"99999999n"), Some(Duration::from_nanos(99_999_999)));
        assert_eq!(parse(b"99999999H"), Some(Duration::from_hours(99_999_999)));
        for malformed in ["", "S", "1", "1s", "1h", "-1S", "+1S", " 1S", "1.5S", "123456789S", "1Sm", "１S"] {
            assert_eq!(parse(malformed.as_bytes()), None, "{malformed}");
        }
    }

    #[test]
    fn work_ends_before_the_deadline_of_the_caller() {
        let now = Instant::now();
        let time = |timeout: &str| {
            let headers =
                HeaderMap::from_iter([(http::HeaderName::from_static("grpc-timeout"), timeout.parse().unwrap())]);
            Time::of(&headers, Duration::from_secs(30), Duration::from_mins(5), now)
        };
        let short = time("100m").unwrap();
        assert_eq!(short.work, Deadline::at(now + Duration::from_millis(90)));
        assert_eq!(short.answer, now + Duration::from_millis(95));
        assert_eq!(time("10S").unwrap().work, Deadline::at(now + Duration::from_millis(9_900)));
        assert_eq!(time("0n").unwrap().work, Deadline::at(now));
        assert_eq!(time("99999999H").unwrap().work, time("5M").unwrap().work, "capped");
        assert_eq!(time("soon").unwrap_err(), Malformed);
        let none = Time::of(&HeaderMap::new(), Duration::from_secs(30), Duration::from_mins(5), now).unwrap();
        assert_eq!(none.work, Deadline::at(now + Duration::from_millis(29_900)));
    }
}
