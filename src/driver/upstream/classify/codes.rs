use crate::driver::upstream::failure::FailureKind;
use crate::driver::upstream::transport::{NOT_BEGUN, STORAGE_FULL};
use crate::driver::upstream::validation::Validation;

/// The failure of a listed error code.
pub(super) fn of_service(code: Option<&str>, message: Option<&str>) -> Option<FailureKind> {
    let says_any = |words: [&str; 2]| message.is_some_and(|message| words.iter().any(|word| message.contains(word)));
    Some(match code? {
        "ConditionalCheckFailedException" => FailureKind::ConditionFailed(None),
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "LimitExceededException" => FailureKind::Throttled,
        "TransactionConflictException" | "ReplicatedWriteConflictException" => FailureKind::Conflict,
        "TransactionCanceledException" => FailureKind::Cancelled(Vec::new()),
        "TransactionInProgressException" => FailureKind::InProgress,
        "ItemCollectionSizeLimitExceededException" => FailureKind::ItemCollectionFull,
        "ResourceNotFoundException" | "TableNotFoundException" => FailureKind::TableNotFound,
        "ResourceInUseException" | "TableInUseException" => FailureKind::TableNotActive,
        "AccessDeniedException" | "AccessDenied" | "NotAuthorized" | "OptInRequired" => FailureKind::AccessDenied,
        // The age of a signature, as AWS words it for each code: "Signature expired: ... is now earlier than ...", "Signature
        // not yet current: ... is still later than ...".
        "InvalidSignatureException" | "SignatureDoesNotMatch"
            if says_any(["Signature expired", "Signature not yet current"]) =>
        {
            FailureKind::WrongClock
        }
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => FailureKind::WrongClock,
        "UnrecognizedClientException"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "InvalidToken"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "SignatureDoesNotMatch" => FailureKind::Credentials,
        "ValidationException" | "ValidationError" => of_validation(message),
        // The server did not receive the whole request in time.
        "RequestTimeout" | "RequestTimeoutException" => FailureKind::NotSent,
        // AWS gave up before it answered, and does not say what happened until then.
        "RequestAbortedException" => FailureKind::Unavailable,
        STORAGE_FULL => FailureKind::StorageFull,
        NOT_BEGUN => FailureKind::NotSent,
        _ => return None,
    })
}

fn of_validation(message: Option<&str>) -> FailureKind {
    match Validation::of(message.unwrap_or_default()) {
        Validation::ItemTooLarge => FailureKind::ItemTooLarge,
        Validation::NotApplicable | Validation::IndexKey => FailureKind::UpdateNotApplicable,
        Validation::OtherKeySchema => FailureKind::OtherKeySchema,
        Validation::TransactionTooLarge
        | Validation::NoSuchIndex
        | Validation::IndexNotActive
        | Validation::Expression(_)
        | Validation::Ours
        | Validation::Unknown => FailureKind::Refused,
    }
}

/// The failure of an error code that is not listed, or of an answer without one.
pub(super) fn of_unlisted(is_refused_by_aws: bool) -> FailureKind {
    if is_refused_by_aws {
        FailureKind::Unlisted
    } else {
        // A 5xx, or an answer that may come from a proxy: DynamoDB may have carried the call out.
        FailureKind::Unavailable
    }
}
