use std::future::IntoFuture;
use std::pin::Pin;

use uuid::Uuid;

use crate::method::LIST_TABLES;
use crate::{Call, Error, pb};

/// As many as one request gives at most.
const PAGE_SIZE: i32 = 1000;

/// The question for all tables.
#[derive(Debug, Clone, Copy)]
pub struct ListTables;

/// A table that the server serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTable {
    /// What requests call it.
    pub name: String,
    /// What DynamoDB calls it.
    pub physical_name: String,
    /// Whether it is the server's default table.
    pub is_default: bool,
}

impl Call<ListTables> {
    async fn run(self) -> Result<Vec<ListedTable>, Error> {
        let mut tables = Vec::new();
        let mut page_token = String::new();
        loop {
            let page = self.page(page_token).await?;
            tables.extend(page.tables.into_iter().map(ListedTable::from));
            if page.next_page_token.is_empty() {
                return Ok(tables);
            }
            page_token = page.next_page_token;
        }
    }

    /// One page, which has the time of a call and is retried like one.
    async fn page(&self, page_token: String) -> Result<pb::ListTablesResponse, Error> {
        let request = pb::ListTablesRequest { page_size: PAGE_SIZE, page_token };
        let attempt = |left| {
            let request = self.wrap(request.clone(), left);
            let mut stub = self.client.table_stub();
            async move { Ok(stub.list_tables(request).await?.into_inner()) }
        };
        let sent = self.client.sender().send(LIST_TABLES, self.time_allowed(), attempt).await;
        // A read has no id that anybody would ask for.
        sent.map(|answered| answered.answer).map_err(|given_up| given_up.into_error(LIST_TABLES, Uuid::nil()))
    }
}

impl IntoFuture for Call<ListTables> {
    type Output = Result<Vec<ListedTable>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl From<pb::ListedTable> for ListedTable {
    fn from(pb::ListedTable { name, physical_name, is_default }: pb::ListedTable) -> Self {
        Self { name, physical_name, is_default }
    }
}
