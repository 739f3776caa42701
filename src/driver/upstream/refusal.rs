/// An expression that a caller writes for a Query or a Scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expression {
    KeyCondition,
    Filter,
    Projection,
}

/// Why DynamoDB refused a Query or a Scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// One of these expressions; the most likely one comes first.
    Expression(&'static [Expression]),
    /// The table has no such index.
    NoSuchIndex,
    /// The index is being created.
    IndexNotActive,
    /// The part of the request that the driver built.
    Ours,
}

const KEY_CONDITION: Refusal = Refusal::Expression(&[Expression::KeyCondition]);
const FILTER: Refusal = Refusal::Expression(&[Expression::Filter]);
const PROJECTION: Refusal = Refusal::Expression(&[Expression::Projection]);

/// Phrases of DynamoDB's messages. The first match counts.
const PHRASES: &[(&str, Refusal)] = &[
    ("does not have the specified index", Refusal::NoSuchIndex),
    ("Cannot read from backfilling", Refusal::IndexNotActive),
    ("starting key", Refusal::Ours),
    ("KeyConditionExpression", KEY_CONDITION),
    ("FilterExpression", FILTER),
    ("ProjectionExpression", PROJECTION),
    ("Query condition missed key schema element", KEY_CONDITION),
    ("Query key condition", KEY_CONDITION),
    ("Condition parameter type does not match schema type", KEY_CONDITION),
    ("The AttributeValue for a key attribute", KEY_CONDITION),
    ("Filter Expression can only contain non-primary key attributes", FILTER),
    ("Key attributes must be scalars", Refusal::Expression(&[Expression::Filter, Expression::Projection])),
    ("does not project", Refusal::Expression(&[Expression::Projection, Expression::Filter])),
];

impl Refusal {
    /// All refusals have the same code. Only the message tells them apart.
    pub(crate) fn from_message(message: &str) -> Self {
        /// A message about an expression that is not in the list.
        const ANY: Refusal =
            Refusal::Expression(&[Expression::KeyCondition, Expression::Filter, Expression::Projection]);
        PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map_or(ANY, |(_, refusal)| *refusal)
    }
}
