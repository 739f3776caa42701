use std::cmp::Ordering;
use std::fmt;

use super::Invalid;

/// A DynamoDB number, compared by value: `1`, `1.0` and `10E-1` are equal.
///
/// Source: "Supported data types and naming rules in Amazon DynamoDB", numbers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    is_negative: bool,
    /// The significant digits, without leading and trailing zeros; empty for 0.
    digits: String,
    /// The power of ten of the first digit.
    magnitude: i64,
}

/// Maximum number of significant digits.
const MAX_DIGITS: usize = 38;
/// Longer texts than this must have superfluous zeros: 38 digits after the maximum number of zeros fit.
const MAX_TEXT_BYTES: usize = 256;
/// The range of the first digit's power of ten.
const MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;

impl Number {
    /// Parses decimal text: an optional sign, digits with an optional point, an optional exponent.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::new("is not a number as DynamoDB writes it, such as -12.5 or 1E+20");
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_| malformed())?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let written = [whole, fraction].concat();
        if written.is_empty() || !written.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        let from_first = written.trim_start_matches('0');
        let digits = from_first.trim_end_matches('0');
        if digits.len() > MAX_DIGITS {
            let problem = format!("has {} significant digits, at most {MAX_DIGITS} are allowed", digits.len());
            return Err(Invalid::limit(problem, format!("{MAX_DIGITS} digits")));
        }
        if digits.is_empty() {
            return Ok(Self { is_negative: false, digits: String::new(), magnitude: 0 });
        }
        let first = length(from_first.len());
        let magnitude = exponent.saturating_add(first).saturating_sub(length(fraction.len()) + 1);
        if !MAGNITUDES.contains(&magnitude) {
            let limit = "1E-130..9.9999999999999999999999999999999999999E+125, or 0";
            return Err(Invalid::limit("is outside of the range of DynamoDB's numbers", limit));
        }
        Ok(Self { is_negative: text.starts_with('-'), digits: digits.to_owned(), magnitude })
    }

    /// The order of the values.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        // Without leading and trailing zeros, digits of one magnitude compare like text.
        let size = self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then(if self.is_negative { size.reverse() } else { size })
    }
}

/// In a form that DynamoDB and its libraries read; 0 has no exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.digits.split_at_checked(1) else { return f.write_str("0") };
        let (sign, point) = (if self.is_negative { "-" } else { "" }, if rest.is_empty() { "" } else { "." });
        write!(f, "{sign}{first}{point}{rest}E{}", self.magnitude)
    }
}

/// Removes padding from the text of a number, which may consist of megabytes of zeros, and writes a zero with an exponent as 0.
///
/// Arithmetic on the text, as in the embedded engine, takes quadratic time. And the engine refuses a zero whose exponent is out of
/// range, while DynamoDB Local takes 0E500 for 0.
pub(crate) fn without_padding(text: String) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let is_padded_zero = mantissa.len() < text.len() && !mantissa.contains(|digit: char| matches!(digit, '1'..='9'));
    if text.len() <= MAX_TEXT_BYTES && !is_padded_zero {
        return text;
    }
    match Number::parse(&text) {
        Ok(number) => number.to_string(),
        Err(_) => text,
    }
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use bigdecimal::BigDecimal;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_limits_hold_on_both_sides() {
        let nines = "9".repeat(38);
        let accepted =
            ["0", "-0", "+5", "5.", ".5", "00042", "1e+2", "1E-130", "-1E-130", "0e125", "1E125", "0E500", "-0.0e-500"];
        for text in
            accepted.into_iter().chain([nines.as_str(), &format!("{nines}E+88"), &format!("1{}", "0".repeat(125))])
        {
            assert!(Number::parse(text).is_ok(), "{text}");
        }
        let refused =
            ["", "+", ".", "e5", "1e", "1e+", "1e+-5", "1_000", " 5", "5 ", "++5", "1.2.3", "NaN", "inf", "0x10"];
        for text in refused {
            assert_eq!(Number::parse(text).err().and_then(|invalid| invalid.limit), None, "{text}");
            assert!(Number::parse(text).is_err(), "{text}");
        }
        let beyond = ["1E126", "1E-131", "-0.1E-130", "1e9223372036854775807", "1e-9223372036854775808"];
        for text in beyond.into_iter().chain([format!("{nines}9").as_str(), &format!("{nines}E+89")]) {
            assert!(Number::parse(text).is_err_and(|invalid| invalid.limit.is_some()), "{text}");
        }
    }

    #[test]
    fn padding_is_dropped_from_long_texts_only() {
        let zeros = "0".repeat(1_000_000);
        assert_eq!(without_padding(format!("-{zeros}12.50{zeros}")), "-1.25E1");
        assert_eq!(without_padding(zeros), "0");
        assert_eq!(without_padding("-0.0e-500".to_owned()), "0");
        for text in ["00012.50", "-0", "1E-130", "one"] {
            assert_eq!(without_padding(text.to_owned()), text);
        }
        assert_eq!(without_padding("x".repeat(300)), "x".repeat(300));
    }

    fn decimal() -> impl Strategy<Value = String> {
        "[+-]?[0-9]{1,3}(\\.[0-9]{0,3})?(e-?[0-9])?"
    }

    proptest! {
        #[test]
        fn equality_is_that_of_the_value(a in decimal(), b in decimal()) {
            let same = a.parse::<BigDecimal>().unwrap() == b.parse::<BigDecimal>().unwrap();
            prop_assert_eq!(Number::parse(&a).unwrap() == Number::parse(&b).unwrap(), same);
        }

        #[test]
        fn the_order_is_that_of_the_value(a in decimal(), b in decimal()) {
            let order = a.parse::<BigDecimal>().unwrap().cmp(&b.parse::<BigDecimal>().unwrap());
            prop_assert_eq!(Number::parse(&a).unwrap().compare(&Number::parse(&b).unwrap()), order);
        }

        #[test]
        fn trailing_zeros_change_nothing(digits in "[1-9][0-9]{0,30}", zeros in 0usize..8) {
            let padded = format!("000{digits}.{}", "0".repeat(zeros));
            let shifted = format!("{digits}{}E-{zeros}", "0".repeat(zeros));
            prop_assert!(Number::parse(&padded).unwrap() == Number::parse(&digits).unwrap());
            prop_assert!(Number::parse(&shifted).unwrap() == Number::parse(&digits).unwrap());
        }

        #[test]
        fn what_is_printed_is_read_back(text in decimal()) {
            let number = Number::parse(&text).unwrap();
            prop_assert!(Number::parse(&number.to_string()).unwrap() == number);
            prop_assert_eq!(number.to_string().parse::<BigDecimal>().unwrap(), text.parse::<BigDecimal>().unwrap());
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+.eE0-9]{0,12}|\\PC{0,12}") {
            let _parsed = Number::parse(&text);
        }
    }
}
