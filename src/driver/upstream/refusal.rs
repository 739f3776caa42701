/// An expression that a caller writes for a Query or a Scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expression {
    KeyCondition,
    Filter,
    Projection,
}

/// What DynamoDB does not like about a Query or a Scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// One of these expressions, most likely the first.
    Expression(&'static [Expression]),
    /// The table has no such index.
    NoSuchIndex,
    /// The index is being made.
    IndexNotActive,
    /// What we built.
    Ours,
}

const KEY_CONDITION: Refusal = Refusal::Expression(&[Expression::KeyCondition]);
const FILTER: Refusal = Refusal::Expression(&[Expression::Filter]);
const PROJECTION: Refusal = Refusal::Expression(&[Expression::Projection]);

/// What the messages say, in the order in which they are looked for.
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
    /// DynamoDB gives all of them the same code: its message is all there is.
    pub(crate) fn from_message(message: &str) -> Self {
        /// What it says of an expression may also be new to us.
        const ANY: Refusal =
            Refusal::Expression(&[Expression::KeyCondition, Expression::Filter, Expression::Projection]);
        PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map_or(ANY, |(_, refusal)| *refusal)
    }
}
