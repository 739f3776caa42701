//! The JSON of DynamoDB's protocol (AWS JSON 1.0): requests from the SDK's input builders, answers into the SDK's outputs.
//!
//! # Requests
//! [`Action::write`] writes every parameter that the SDK would write, the legacy ones from before expressions included, so that
//! no parameter is ever lost in silence. There are two differences:
//!
//! - The SDK makes up a `ClientRequestToken` for a TransactWriteItems without one. Here the caller sets it, or there is none.
//! - The SDK refuses to send an [`AttributeValue::Unknown`], and an action on one table without a table's name. Here the value is
//!   `{}` and the name is left out: DynamoDB refuses both.
//!
//! # Answers
//! [`Action::read`] builds the output in one pass over the body. [`read_page`] and [`read_batch`] do the same without a map for each
//! item, and read the form that DynamoDB sends by a faster reader of its own. They read what the SDK reads, field by field: an unknown
//! field is skipped, of two fields with one name the last counts, and a null is an absent field. They are stricter where the body is no
//! valid JSON or where nothing can be meant by it:
//!
//! - An empty body is unreadable. The SDK takes it for `{}`, so that a cut answer would be a success, or an absent item.
//! - An attribute value of an unknown type is unreadable. It is [`AttributeValue::Unknown`] in the SDK, which alone can make one.
//! - A number has to be one of JSON, without a leading zero and with digits around the point. A count is written without point,
//!   exponent or minus zero. Beside numbers, a capacity may be "NaN", "Infinity" or "-Infinity", in this spelling.
//! - Strings of skipped fields are checked as well: for invalid escapes and, in a name, for half a surrogate pair.
//!
//! They are more lenient in one way: a skipped value may be nested deeper than 512 levels. Skipping takes no stack. What is read may
//! be nested 127 levels deep in JSON, which has room for over 60 levels of lists and maps; DynamoDB allows 32.
//!
//! [`AttributeValue::Unknown`]: aws_sdk_dynamodb::types::AttributeValue::Unknown

mod actions;
mod error_body;
#[cfg(any(test, feature = "fuzz-internals"))]
mod fuzz;
mod read;
#[cfg(test)]
mod tests;
mod unreadable;
mod write;

pub(in crate::driver::upstream) use actions::Action;
pub(in crate::driver::upstream) use error_body::{ErrorBody, error_code, read_error};
#[cfg(any(test, feature = "fuzz-internals"))]
pub(crate) use fuzz::lean_answers;
pub(in crate::driver::upstream) use read::{read_batch, read_page};
pub(in crate::driver::upstream) use unreadable::Unreadable;
