/// A parameter of DynamoDB's that holds an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::driver) enum Parameter {
    Condition,
    Update,
    Projection,
}

impl Parameter {
    /// The parameter that a ValidationException is about, where its message says so: "Invalid UpdateExpression: ...".
    pub(in crate::driver) fn named_in(message: &str) -> Option<Self> {
        [
            (Self::Condition, "Invalid ConditionExpression"),
            (Self::Update, "Invalid UpdateExpression"),
            (Self::Projection, "Invalid ProjectionExpression"),
        ]
        .into_iter()
        .find(|(_, phrase)| message.contains(phrase))
        .map(|(parameter, _)| parameter)
    }
}
