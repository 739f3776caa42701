//! Writes requests. Writing into memory cannot fail, and most of a request is fixed text: names with their quotes and colons.

mod inputs;
mod object;
mod text;
mod types;
mod value;

/// What can be a part of a request.
pub(super) trait Json {
    /// Whether the field that would hold it is left out.
    fn is_absent(&self) -> bool {
        false
    }

    fn write(&self, body: &mut Vec<u8>);
}
