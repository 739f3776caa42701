/// What can be a part of a request.
pub(in super::super) trait Json {
    /// Whether the field that would hold it is left out.
    fn is_absent(&self) -> bool {
        false
    }

    fn write(&self, body: &mut Vec<u8>);
}
