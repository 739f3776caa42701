//! The table of DynamoDB's validation errors.
//!
//! All of them have the code ValidationException. Only the words of the message tell them apart, and DynamoDB Local and the
//! embedded engine say the same words, or their own. Sources: the public captures of messages in the repositories
//! nubo-db/dynamodb-conformance and scylladb/scylladb (`test/alternator`), and the issues that the tests name.

/// A part of a request to DynamoDB that the caller wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Condition,
    Update,
    /// Typed actions, which the driver renders as an update expression.
    Actions,
    KeyCondition,
    Filter,
    Projection,
}

/// What DynamoDB refused with a ValidationException.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validation {
    /// The update would make the item too large.
    ItemTooLarge,
    /// The update does not fit the stored item, or its result cannot be stored.
    NotApplicable,
    /// A value that cannot be the key of an index of the table.
    IndexKey,
    /// The primary key of the table differs from the one sent.
    OtherKeySchema,
    /// The items of a transaction are larger than 4 MB together.
    TransactionTooLarge,
    /// The table has no such index.
    NoSuchIndex,
    /// The index is being created.
    IndexNotActive,
    /// An expression in one of these parameters; the most likely one comes first.
    Expression(&'static [Parameter]),
    /// The part of the request that the driver built.
    Ours,
    /// The words are not in the table. If the caller wrote an expression, that is the most likely cause.
    Unknown,
}

use Parameter::{Actions, Condition, Filter, KeyCondition, Projection, Update};
use Validation::{
    Expression, IndexKey, IndexNotActive, ItemTooLarge, NoSuchIndex, NotApplicable, OtherKeySchema, Ours,
    TransactionTooLarge,
};

/// Words of messages, each with what they mean. The first match counts.
const WORDS: &[(&str, Validation)] = &[
    // These messages quote the expression, which may contain any other words of the table. So they come first.
    ("Invalid ConditionExpression", Expression(&[Condition])),
    ("Invalid UpdateExpression: List index is not within", Expression(&[Update, Actions])),
    ("Invalid UpdateExpression", Expression(&[Update])),
    ("Invalid KeyConditionExpression", Expression(&[KeyCondition])),
    ("Invalid FilterExpression", Expression(&[Filter])),
    ("Invalid ProjectionExpression", Expression(&[Projection])),
    // Index keys. These messages name an attribute and an index.
    ("Type mismatch for Index Key", IndexKey),
    ("Size limit exceeded", IndexKey),
    ("Invalid attribute value type", IndexKey),
    ("A value specified for a secondary index key is not supported", IndexKey),
    ("attempted to update a secondary index key", IndexKey),
    ("attempted to update the secondary index key", IndexKey),
    // The primary key, or the key of an index that is queried.
    ("Size of hashkey has exceeded", Expression(&[KeyCondition])),
    ("Aggregated size of all range keys has exceeded", Expression(&[KeyCondition])),
    ("The AttributeValue for a key attribute", Expression(&[KeyCondition])),
    ("The provided key element does not match the schema", OtherKeySchema),
    ("Missing the key", OtherKeySchema),
    ("One of the required keys was not given a value", OtherKeySchema),
    ("Type mismatch for key", OtherKeySchema),
    ("The number of conditions on the keys is invalid", OtherKeySchema),
    ("This attribute is part of the key", Expression(&[Update, Actions])),
    // The words go on with "Key: a" or "IndexKey: a".
    ("Key attributes must be scalars", Expression(&[Condition, Filter, Projection, Update, Actions, KeyCondition])),
    // What depends on the stored item.
    ("Item size to update has exceeded", ItemTooLarge),
    ("Item size has exceeded", ItemTooLarge),
    ("An operand in the update expression has an incorrect data type", NotApplicable),
    ("The provided expression refers to an attribute that does not exist in the item", NotApplicable),
    ("The document path provided in the update expression is invalid for update", NotApplicable),
    ("Type mismatch for attribute to update", NotApplicable),
    ("Number overflow", NotApplicable),
    ("Number underflow", NotApplicable),
    ("Attempting to store more than 38 significant digits in a Number", NotApplicable),
    ("only supports precision up to 38 digits", NotApplicable),
    ("Nesting Levels have exceeded supported limits", NotApplicable),
    ("aggregate size of the items in the transaction", TransactionTooLarge),
    ("Payload in response is too large", TransactionTooLarge),
    // Reads.
    ("does not have the specified index", NoSuchIndex),
    ("Cannot read from backfilling", IndexNotActive),
    ("starting key", Ours),
    ("Exclusive Start Key", Ours),
    ("KeyConditionExpression", Expression(&[KeyCondition])),
    ("FilterExpression", Expression(&[Filter])),
    ("ProjectionExpression", Expression(&[Projection])),
    ("Query condition missed key schema element", Expression(&[KeyCondition])),
    ("Query key condition", Expression(&[KeyCondition])),
    ("Condition parameter type does not match schema type", Expression(&[KeyCondition])),
    ("Filter Expression can only contain non-primary key attributes", Expression(&[Filter])),
    ("does not project", Expression(&[Projection, Filter])),
];

impl Validation {
    /// Looks a message up in the table.
    pub(crate) fn of(message: &str) -> Self {
        WORDS.iter().find(|(words, _)| message.contains(words)).map_or(Self::Unknown, |(_, meaning)| *meaning)
    }
}

/// The attribute that a message about the key of an index names.
pub(crate) fn index_key_in(message: &str) -> Option<&str> {
    /// What stands before and behind the name.
    const AROUND: &[(&str, &str)] =
        &[("Index Key ", " Expected: "), ("Index Key ", " Actual Size: "), ("IndexKey: ", "")];
    AROUND.iter().find_map(|(before, behind)| {
        let (_, name) = message.split_once(before)?;
        if behind.is_empty() { Some(name) } else { name.rsplit_once(behind).map(|(name, _)| name) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: Validation = Expression(&[KeyCondition]);

    /// Messages as they were recorded, with their public source.
    const RECORDED: &[(&str, Validation)] = &[
        // AWS: the list of messages under TransactionCanceledException in the API reference of TransactWriteItems.
        ("The update expression attempted to update the secondary index key beyond allowed size limits.", IndexKey),
        ("The update expression attempted to update the secondary index key to unsupported type.", IndexKey),
        ("An operand in the update expression has an incorrect data type.", NotApplicable),
        ("Item size to update has exceeded the maximum allowed size.", ItemTooLarge),
        ("Number overflow. Attempting to store a number with magnitude larger than supported range.", NotApplicable),
        ("Type mismatch for attribute to update.", NotApplicable),
        ("Nesting Levels have exceeded supported limits.", NotApplicable),
        ("The document path provided in the update expression is invalid for update.", NotApplicable),
        ("The provided expression refers to an attribute that does not exist in the item.", NotApplicable),
        // AWS: issue 35 of architect/dynalite.
        (
            "One or more parameter values were invalid: Size limit exceeded for Index Key c Actual Size: 43398 bytes Max \
             Size: 2048 bytes IndexName: index4",
            IndexKey,
        ),
        // AWS: issue 2285 of wellcomecollection/platform.
        (
            "One or more parameter values were invalid: Size limit exceeded for Index Key componentId Actual Size: 2175 \
             bytes Max Size: 2048 bytes IndexName: work-sets-index",
            IndexKey,
        ),
        // AWS: issue 3073 of floci-io/floci.
        (
            "1 validation error detected: Invalid UpdateExpression: List index is not within the allowable range; index: \
             [4294967295]",
            Expression(&[Update, Actions]),
        ),
        // AWS: issue 25947 of scylladb/scylladb.
        (
            "Invalid ProjectionExpression: List index is not within the allowable range; index: [99999999999999]",
            Expression(&[Projection]),
        ),
        // AWS: issue 5827 of nextauthjs/next-auth, issue 271 of formkiq/formkiq-core.
        (
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
            QUERY,
        ),
        (
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of \
             1024 bytes",
            QUERY,
        ),
        // AWS: test/alternator/test_gsi.py in scylladb/scylladb.
        (
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: x",
            Expression(&[Condition, Filter, Projection, Update, Actions, KeyCondition]),
        ),
        // AWS: tests/tier3 and captures in nubo-db/dynamodb-conformance.
        (
            "One or more parameter values are not valid. The update expression attempted to update a secondary index key \
             to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string \
             value.",
            IndexKey,
        ),
        (
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
            Expression(&[Update, Actions]),
        ),
        (
            "1 validation error detected: Invalid UpdateExpression: Syntax error; token: \"INVALID\", near: \"INVALID \
             SYNTAX\"",
            Expression(&[Update]),
        ),
        (
            "1 validation error detected: Invalid ConditionExpression: The expression has redundant parentheses;",
            Expression(&[Condition]),
        ),
        // DynamoDB Local 3.1.0.
        ("One or more parameter values were invalid: Type mismatch for Index Key", IndexKey),
        ("One or more parameter values were invalid: Size limit exceeded", IndexKey),
        ("Invalid attribute value type", IndexKey),
        (
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The \
             AttributeValue for a key attribute cannot contain an empty string value. IndexName: by_status, IndexKey: \
             status",
            IndexKey,
        ),
        ("DynamoDB only supports precision up to 38 digits", NotApplicable),
        ("Payload in response is too large.4290122", TransactionTooLarge),
        ("One of the required keys was not given a value", OtherKeySchema),
        ("The number of conditions on the keys is invalid", OtherKeySchema),
        ("Query condition missed key schema element", QUERY),
        ("The provided starting key is invalid", Ours),
        // The embedded engine, dynoxide-rs 3.2.0.
        ("Attempting to store more than 38 significant digits in a Number", NotApplicable),
        ("Number underflow. Attempting to store a number with magnitude smaller than supported range", NotApplicable),
        (
            "One or more parameter values were invalid: Type mismatch for Index Key status Expected: S Actual: NULL \
             IndexName: by_status",
            IndexKey,
        ),
        (
            "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the \
             transaction exceeding the 4MB limit",
            TransactionTooLarge,
        ),
        ("One or more parameter values were invalid: Missing the key sk in the item", OtherKeySchema),
        ("Something that nobody has recorded", Validation::Unknown),
    ];

    #[test]
    fn recorded_messages_have_their_meaning() {
        for (message, meaning) in RECORDED {
            assert_eq!(Validation::of(message), *meaning, "{message}");
        }
    }

    /// A caller's expression, which some messages quote, does not change what they mean.
    #[test]
    fn words_in_an_expression_do_not_count() {
        for (words, _) in WORDS {
            let message =
                format!("Invalid FilterExpression: Syntax error; token: \"{words}\", near: \"{words} {words}\"");
            let is_quoted_alone = !words.starts_with("Invalid ") || words.contains("attribute value");
            assert!(!is_quoted_alone || Validation::of(&message) == Expression(&[Filter]), "{words}");
        }
    }

    #[test]
    fn the_attribute_is_found_in_messages_about_index_keys() {
        let named = RECORDED.iter().filter_map(|(message, _)| index_key_in(message));
        assert_eq!(named.collect::<Vec<_>>(), ["c", "componentId", "x", "status", "status"]);
        let odd = "Type mismatch for Index Key a Expected: b Expected: S Actual: N IndexName: i";
        assert_eq!(index_key_in(odd), Some("a Expected: b"));
    }
}
