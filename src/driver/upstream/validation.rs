//! The table of DynamoDB's validation errors.
//!
//! All of them have the code ValidationException. Only the words of the message tell them apart, and DynamoDB Local and the
//! embedded engine say the same words, or their own. Sources: the public captures of messages in the repositories
//! nubo-db/dynamodb-conformance and scylladb/scylladb (`test/alternator`), and the issues that the tests name.

use super::fields::Parameter;

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
use Validation::{Expression, IndexKey, IndexNotActive, ItemTooLarge, NoSuchIndex, NotApplicable, OtherKeySchema, Ours};

/// Words of messages, each with what they mean. The first match counts.
const WORDS: &[(&str, Validation)] = &[
    // These messages quote the expression, which may contain any other words of the table. So they come first.
    ("Invalid ConditionExpression", Expression(&[Condition])),
    ("Invalid UpdateExpression", Expression(&[Update])),
    ("Invalid KeyConditionExpression", Expression(&[KeyCondition])),
    ("Invalid FilterExpression", Expression(&[Filter])),
    ("Invalid ProjectionExpression", Expression(&[Projection])),
    // Index keys. These messages name an attribute and an index.
    ("Type mismatch for Index Key", IndexKey),
    ("Size limit exceeded for Index Key", IndexKey),
    ("A value specified for a secondary index key is not supported", IndexKey),
    ("attempted to update a secondary index key", IndexKey),
    ("attempted to update the secondary index key", IndexKey),
    // The primary key, or the key of an index that is queried.
    ("Size of hashkey has exceeded", Expression(&[KeyCondition])),
    ("Aggregated size of all range keys has exceeded", Expression(&[KeyCondition])),
    ("The AttributeValue for a key attribute", Expression(&[KeyCondition])),
    ("The provided key element does not match the schema", OtherKeySchema),
    ("Missing the key", OtherKeySchema),
    ("Type mismatch for key", OtherKeySchema),
    ("The number of conditions on the keys is invalid", OtherKeySchema),
    ("This attribute is part of the key", Expression(&[Update, Actions])),
    // The words go on with "Key: a" or "IndexKey: a".
    ("Key attributes must be scalars", Expression(&[KeyCondition, Update, Actions, Condition, Filter, Projection])),
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
    ("Nesting Levels have exceeded supported limits", NotApplicable),
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
