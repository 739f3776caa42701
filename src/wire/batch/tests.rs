use std::sync::Arc;

use prost::Message;
use tonic_types::RpcStatusExt;

use super::answers::{MESSAGE_BYTES, messages};
use super::count::MAX_BATCH;
use super::failures::{FULL_STATUSES_BYTES, StatusBudget};
use super::results::write_response;
use crate::driver::{BatchOutcome, BatchWritten, Capacity, Error, Found};
use crate::model::Invalid;
use crate::pb;
use crate::wire::{Violation, status};

/// More failures than a batch can have, each with a long message of its own.
fn failures() -> impl Iterator<Item = Arc<Error>> {
    (0..MAX_BATCH).map(|index| {
        let invalid = Invalid::limit("€".repeat(5000), "9".repeat(5000));
        Arc::new(Error::Invalid(Violation { field: format!("operations[{index}].{}", "é".repeat(5000)), invalid }))
    })
}

/// The first one is detailed, the last one brief; both have a reason.
fn assert_bounded(statuses: &[tonic_types::Status], outcome: Option<&str>) {
    assert_eq!(statuses.len(), MAX_BATCH);
    for status in statuses {
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("INVALID_FIELD", status::DOMAIN));
        assert_eq!(info.metadata.get("outcome").map(String::as_str), outcome);
    }
    assert!(statuses.first().unwrap().get_error_details().bad_request().is_some());
    assert!(statuses.last().unwrap().get_error_details().bad_request().is_none());
}

#[test]
fn ten_thousand_failures_fit_into_a_response() {
    let outcomes = failures().map(BatchOutcome::Failed).chain([BatchOutcome::Deleted(None)]).collect();
    let written = BatchWritten { outcomes, consumed: Capacity::default() };
    let response: pb::BatchWriteResponse = write_response(written, false, false).unwrap();
    let bytes = response.encoded_len();
    assert!(bytes < FULL_STATUSES_BYTES + MAX_BATCH * 320, "{bytes}");
    let statuses: Vec<_> = response.results.into_iter().filter_map(|result| result.failed).collect();
    assert_bounded(&statuses, Some("NOT_APPLIED"));
}

#[test]
fn ten_thousand_failures_are_streamed_in_small_messages() {
    let mut of_call = StatusBudget::default();
    let mut statuses = Vec::new();
    let mut bytes = 0;
    let failures: Vec<_> = failures().collect();
    for answers in failures.chunks(100) {
        let answers = answers.iter().map(|error| (0, Found::Failed(Arc::clone(error)))).collect();
        for message in messages::<pb::BatchGetResponse>(answers, &mut of_call) {
            assert!(message.encoded_len() <= MESSAGE_BYTES + 5 * 1024);
            bytes += message.encoded_len();
            statuses.extend(message.results.into_iter().map(|result| match result.result {
                Some(pb::batch_get_result::Result::Failed(status)) => status,
                other => panic!("{other:?}"),
            }));
        }
    }
    assert!(bytes < FULL_STATUSES_BYTES + MAX_BATCH * 320, "{bytes}");
    assert_bounded(&statuses, None);
}

#[test]
fn failures_that_are_short_are_all_told_in_full() {
    let error = || Arc::new(Error::TableShape("orders".to_owned()));
    let outcomes = (0..MAX_BATCH).map(|_| BatchOutcome::Failed(error())).chain([BatchOutcome::Deleted(None)]).collect();
    let written = BatchWritten { outcomes, consumed: Capacity::default() };
    let response: pb::BatchWriteResponse = write_response(written, false, false).unwrap();
    let messages: std::collections::HashSet<_> =
        response.results.into_iter().filter_map(|result| result.failed).map(|status| status.message).collect();
    assert_eq!(messages.len(), 1);
}
