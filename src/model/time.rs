use std::time::Duration;

use super::Invalid;

/// A time: milliseconds since the Unix epoch.
pub type Millis = i64;

/// The time to live of an entry: 1 millisecond to 100 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttl(i64);

impl Ttl {
    /// The maximum: 100 years of 365.25 days. Longer TTLs are usually mistakes of units.
    pub const MAX: Duration = Duration::from_hours(100 * 8766);

    /// A TTL of these seconds and nanoseconds, rounded up to the next millisecond.
    ///
    /// As in `google.protobuf.Duration`: both have the same sign, and the nanoseconds are less than a second.
    pub fn from_parts(seconds: i64, nanos: i32) -> Result<Self, Invalid> {
        let limit = || "1 ms..100 years";
        if nanos.unsigned_abs() >= 1_000_000_000 || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0) {
            return Err(Invalid::new(
                "is not a valid duration: nanos must be below a second and have the sign of seconds",
            ));
        }
        if seconds < 0 || nanos < 0 || (seconds == 0 && nanos == 0) {
            return Err(Invalid::limit("must be positive", limit()));
        }
        let millis =
            i128::from(seconds) * 1000 + i128::from(nanos).div_euclid(1_000_000) + i128::from(nanos % 1_000_000 != 0);
        match i64::try_from(millis) {
            Ok(millis) if i128::from(millis) <= i128::try_from(Self::MAX.as_millis()).unwrap_or(i128::MAX) => {
                Ok(Self(millis))
            }
            _ => Err(Invalid::limit("is longer than 100 years", limit())),
        }
    }

    /// The TTL in milliseconds.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }
}

/// The time at which an entry expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpireTime(Millis);

impl ExpireTime {
    /// The time `ttl` after `now`.
    #[must_use]
    pub fn after(now: Millis, ttl: Ttl) -> Self {
        Self(now.saturating_add(ttl.as_millis()))
    }

    /// The time at these milliseconds since the epoch.
    #[must_use]
    pub fn at(millis: Millis) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn as_millis(self) -> Millis {
        self.0
    }

    /// Whether the entry has expired.
    #[must_use]
    pub fn has_passed(self, now: Millis) -> bool {
        self.0 <= now
    }
}
