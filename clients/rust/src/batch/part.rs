//! What goes into one request, and whose fault it is if that is refused.

use std::ops::Range;

use tonic::Status;
use tonic_types::StatusExt as _;

/// The most keys or operations of one request.
const MAX_COUNT: usize = 10_000;

/// The largest request that the server reads.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The tag of a repeated field below 16, and the longest length that fits a request.
const BESIDE_BYTES: usize = 1 + 4;

/// Splits what has these sizes into parts of one request each. `beside` is what a request takes without any of them.
///
/// What is too large for any request has one of its own: the server's refusal names the limit.
pub(super) fn split(sizes: impl IntoIterator<Item = usize>, beside: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut end, mut bytes) = (0, 0, beside);
    for size in sizes {
        let size = size + BESIDE_BYTES;
        if end > start && (end - start == MAX_COUNT || bytes + size > MAX_BYTES) {
            parts.push(start..end);
            (start, bytes) = (end, beside);
        }
        end += 1;
        bytes += size;
    }
    if end > start {
        parts.push(start..end);
    }
    parts
}

/// Lets a refusal speak of the caller's `keys[10003]` instead of the request's `keys[3]`.
///
/// `position` is where the caller had what stands there in the request.
pub(super) fn in_callers_words(status: Status, position: impl Fn(usize) -> Option<usize>) -> Status {
    let mut details = status.get_error_details();
    let Some(mut bad_request) = details.bad_request().cloned() else { return status };
    let mut message = status.message().to_owned();
    for violation in &mut bad_request.field_violations {
        if let Some(moved) = moved(&violation.field, &position) {
            message = message.replace(&violation.field, &moved);
            violation.field = moved;
        }
    }
    details.set_bad_request(bad_request.field_violations);
    Status::with_error_details_and_metadata(status.code(), message, details, status.metadata().clone())
}

/// `operations[3].set.key` with another number.
fn moved(field: &str, position: impl Fn(usize) -> Option<usize>) -> Option<String> {
    let (list, rest) = field.split_once('[')?;
    let (index, rest) = rest.split_once(']')?;
    Some(format!("{list}[{}]{rest}", position(index.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn parts_end_at_the_count_and_at_the_size() {
        assert_eq!(split([], 100), []);
        assert_eq!(split(vec![1; 10_000], 100), vec![0..10_000]);
        assert_eq!(split(vec![1; 20_001], 100), [0..10_000, 10_000..20_000, 20_000..20_001]);

        let half = (MAX_BYTES - 100) / 2 - BESIDE_BYTES;
        assert_eq!(split([half, half, half], 100), [0..2, 2..3], "two halves fill a request");
        assert_eq!(split([half, half + 1, half], 100), [0..1, 1..2, 2..3], "one byte too many");
    }

    #[test]
    fn what_fits_no_request_has_one_of_its_own() {
        assert_eq!(split([1, MAX_BYTES + 1, 1], 0), [0..1, 1..2, 2..3]);
    }

    #[test]
    fn a_refusal_names_the_position_that_the_caller_knows() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("operations[3].set.key", "must not be empty");
        details.add_bad_request_violation("table", "is not configured");
        let message = "operations[3].set.key: must not be empty";
        let status = Status::with_error_details(Code::InvalidArgument, message, details);
        let status = in_callers_words(status, |index| Some(index + 10_000));
        assert_eq!(
            (status.code(), status.message()),
            (Code::InvalidArgument, "operations[10003].set.key: must not be empty")
        );
        let details = status.get_error_details();
        let fields: Vec<&str> =
            details.bad_request().unwrap().field_violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["operations[10003].set.key", "table"]);
    }
}
