use std::time::Duration;

/// Parses `60ms`, `5s`, `1h`, `7d` and sums such as `1h30m`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write a number and a unit, such as 60ms, 5s, 1h30m or 7d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_read() {
        for (text, ms) in [
            ("60ms", 60),
            ("5s", 5_000),
            ("1h", 3_600_000),
            ("7d", 604_800_000),
            ("1h30m", 5_400_000),
            ("1m 1s", 61_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["", "5", "-5s", "1x", "soon"] {
            assert!(parse(text).unwrap_err().contains("1h30m"), "{text}");
        }
    }
}
