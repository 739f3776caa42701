use tonic::Status;

use super::{Page, Paged, token};
use crate::call::Operation;
use crate::point::{consistent, on_table, rpc};
use crate::{Call, Client, pb};

use pb::list_keys_request::Pattern;

on_table!(ListKeysRequest);
consistent!(ListKeysRequest);

impl Client {
    /// Reads the keys of entries, all or those of a pattern, in no order.
    ///
    /// `.await` reads one page, [`stream`](Call::stream) all keys one by one.
    pub fn list_keys(&self) -> Call<pb::ListKeysRequest> {
        self.call(pb::ListKeysRequest { table: self.table(), ..pb::ListKeysRequest::default() })
    }
}

impl Call<pb::ListKeysRequest> {
    /// Only keys that begin with this.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.with(|request| request.pattern = Some(Pattern::Prefix(prefix.into())))
    }

    /// Only keys that match this as a whole, such as `user:*:cart`: `*` stands for any characters, `?` for one, `[a-z]` and
    /// `[!a-z]` for one of those or of the others; a backslash takes the meaning off the next character.
    pub fn glob(self, glob: impl Into<String>) -> Self {
        self.with(|request| request.pattern = Some(Pattern::Glob(glob.into())))
    }
}

impl Operation for pb::ListKeysRequest {
    type Output = Page<String>;
    rpc!(LIST_KEYS, list_keys, ListKeysResponse);

    fn read(&self, response: pb::ListKeysResponse) -> Result<Page<String>, Status> {
        let pb::ListKeysResponse { keys, next_page_token, .. } = response;
        Ok(Page { count: keys.len() as u64, rows: keys, next_page_token: token(next_page_token) })
    }
}

impl Paged for pb::ListKeysRequest {
    type Row = String;

    fn page_size(&mut self) -> &mut i32 {
        &mut self.page_size
    }

    fn page_token(&mut self) -> &mut String {
        &mut self.page_token
    }
}
