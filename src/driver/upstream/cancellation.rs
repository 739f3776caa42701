use aws_sdk_dynamodb::types::CancellationReason;

use super::validation::Validation;
use crate::driver::store::Item;

/// DynamoDB's reason for one operation of a cancelled transaction.
#[derive(Debug)]
pub(crate) struct Cancellation {
    pub(crate) kind: CancellationKind,
    /// DynamoDB's words.
    pub(crate) message: Option<String>,
    /// The stored item, if the condition failed.
    pub(crate) item: Option<Item>,
}

/// Why an operation cancelled its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason {
    /// This operation did not cancel it.
    None,
    /// Its condition did not hold.
    ConditionFailed,
    /// Another transaction or write touched the item.
    Conflict,
    /// DynamoDB throttled it.
    Throttled,
    /// The item collection has reached 10 GB.
    ItemCollectionFull,
    /// The update does not fit the stored item, or the item has a version attribute that DynaKV did not write.
    NotApplicable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancellationKind {
    Reason(CancelReason),
    /// A value does not fit the key of an index.
    IndexKey,
    /// The primary key of the table differs from the one sent.
    OtherKeySchema,
    /// DynamoDB refused the request that the driver built, or an expression of the caller.
    Refused,
}

impl From<CancellationReason> for Cancellation {
    /// The codes are listed under TransactionCanceledException in the API reference of TransactWriteItems.
    fn from(reason: CancellationReason) -> Self {
        let kind = match reason.code.as_deref() {
            None | Some("None") => CancellationKind::Reason(CancelReason::None),
            Some("ConditionalCheckFailed") => CancellationKind::Reason(CancelReason::ConditionFailed),
            Some("TransactionConflict") => CancellationKind::Reason(CancelReason::Conflict),
            Some("ProvisionedThroughputExceeded" | "ThrottlingError" | "RequestLimitExceeded") => {
                CancellationKind::Reason(CancelReason::Throttled)
            }
            Some("ItemCollectionSizeLimitExceeded") => CancellationKind::Reason(CancelReason::ItemCollectionFull),
            Some("ValidationError") => of_validation(reason.message.as_deref().unwrap_or_default()),
            Some(_) => CancellationKind::Refused,
        };
        Self { kind, message: reason.message, item: reason.item }
    }
}

fn of_validation(message: &str) -> CancellationKind {
    match Validation::of(message) {
        Validation::ItemTooLarge | Validation::NotApplicable => CancellationKind::Reason(CancelReason::NotApplicable),
        Validation::IndexKey => CancellationKind::IndexKey,
        Validation::OtherKeySchema => CancellationKind::OtherKeySchema,
        Validation::TransactionTooLarge
        | Validation::NoSuchIndex
        | Validation::IndexNotActive
        | Validation::Expression(_)
        | Validation::Ours
        | Validation::Unknown => CancellationKind::Refused,
    }
}
