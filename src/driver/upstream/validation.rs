/// Why DynamoDB answered with a ValidationException.
#[derive(Debug, Clone, Copy)]
pub(super) enum Validation {
    ItemTooLarge,
    /// The update does not fit the stored item.
    NotApplicable,
    OtherKeySchema,
    /// The request itself is not valid: a part that the driver built, or an expression of the caller.
    Request,
}

impl Validation {
    /// Errors that depend on stored data have no separate code. Only the message tells them apart.
    pub(super) fn from_message(message: &str) -> Self {
        const TOO_LARGE: &[&str] = &["Item size to update has exceeded", "Item size has exceeded"];
        const NOT_APPLICABLE: &[&str] = &[
            "An operand in the update expression has an incorrect data type",
            "The provided expression refers to an attribute that does not exist in the item",
            "The document path provided in the update expression is invalid for update",
            "Type mismatch for attribute to update",
            "Number overflow",
            "Nesting Levels have exceeded supported limits",
            "One or more parameter values were invalid: Type mismatch for Index Key",
            "A value specified for a secondary index key is not supported",
            "The update expression attempted to update a secondary index key",
            "The update expression attempted to update the secondary index key",
        ];
        const OTHER_KEY: &[&str] = &["The provided key element does not match the schema"];
        let says_any = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
        match () {
            () if says_any(TOO_LARGE) => Self::ItemTooLarge,
            () if says_any(NOT_APPLICABLE) => Self::NotApplicable,
            () if says_any(OTHER_KEY) => Self::OtherKeySchema,
            () => Self::Request,
        }
    }
}
