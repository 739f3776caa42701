//! The two forms of a time in a signature: the day, and the second.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// A second in UTC, by the day that it belongs to. Times before 1970 count as its first second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timestamp {
    /// Days since 1970-01-01.
    pub(super) day: u64,
    second_of_day: u64,
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self { day: seconds / SECONDS_PER_DAY, second_of_day: seconds % SECONDS_PER_DAY }
    }
}

impl Timestamp {
    /// `YYYYMMDD`, the form of the credential scope.
    pub(super) fn date(self) -> String {
        let (year, month, day) = civil(self.day);
        format!("{year:04}{month:02}{day:02}")
    }

    /// `YYYYMMDDTHHMMSSZ`, the form of `x-amz-date`. `date` is that of the same day.
    pub(super) fn date_time(self, date: &str) -> [u8; 16] {
        let mut text = *b"00000000T000000Z";
        for (to, from) in text.iter_mut().zip(date.bytes().take(8)) {
            *to = from;
        }
        let (hour, minute, second) = (self.second_of_day / 3600, self.second_of_day / 60 % 60, self.second_of_day % 60);
        let digits = [hour / 10, hour % 10, minute / 10, minute % 10, second / 10, second % 10];
        for (to, digit) in text.iter_mut().skip(9).zip(digits) {
            // A digit fits.
            *to = b'0' + u8::try_from(digit).unwrap_or_default();
        }
        text
    }
}

/// Year, month and day of a day since 1970-01-01. Source: "chrono-Compatible Low-Level Date Algorithms", Howard Hinnant,
/// `civil_from_days`, for days that are not negative.
fn civil(days: u64) -> (u64, u64, u64) {
    // The years begin in March, so that a leap day is the last of its year.
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}
