use aws_sdk_dynamodb::types::CancellationReason;

use super::Validation;
use crate::driver::layout::Item;

/// Why one operation of a transaction cancelled it, or that it did not.
#[derive(Debug)]
pub(in crate::driver) struct Cancellation {
    pub(in crate::driver) kind: CancellationKind,
    /// The item as it is, where a condition failed.
    pub(in crate::driver) item: Option<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::driver) enum CancellationKind {
    None,
    ConditionFailed,
    Conflict,
    Throttled,
    ItemCollectionFull,
    /// The update does not fit the stored item, or would make it too large.
    NotApplicable,
    /// The table's key is not what we sent.
    OtherKeySchema,
    /// DynamoDB refused what we built, or an expression that the caller wrote.
    Refused,
}

impl From<CancellationReason> for Cancellation {
    /// The codes are listed under TransactionCanceledException in the API reference of TransactWriteItems.
    fn from(reason: CancellationReason) -> Self {
        let kind = match reason.code.as_deref() {
            None | Some("None") => CancellationKind::None,
            Some("ConditionalCheckFailed") => CancellationKind::ConditionFailed,
            Some("TransactionConflict") => CancellationKind::Conflict,
            Some("ProvisionedThroughputExceeded" | "ThrottlingError" | "RequestLimitExceeded") => {
                CancellationKind::Throttled
            }
            Some("ItemCollectionSizeLimitExceeded") => CancellationKind::ItemCollectionFull,
            Some("ValidationError") => match Validation::from_message(reason.message.as_deref().unwrap_or_default()) {
                Validation::ItemTooLarge | Validation::NotApplicable => CancellationKind::NotApplicable,
                Validation::OtherKeySchema => CancellationKind::OtherKeySchema,
                Validation::Request => CancellationKind::Refused,
            },
            Some(_) => CancellationKind::Refused,
        };
        Self { kind, item: reason.item }
    }
}
