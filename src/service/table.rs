use tonic::{Request, Response, Status};

use super::{Failure, respond};
use crate::driver::{Driver, TableState};
use crate::model::TableDraft;
use crate::pb;
use crate::pb::table_service_server::TableService;
use crate::wire::OnTable;
use crate::wire::page_token;
use crate::wire::status::Access;
use crate::wire::table::{self, ListTables, PageToken};

/// `dynakv.v1.TableService`.
#[derive(Debug, Clone)]
pub struct Tables {
    driver: Driver,
    allow_delete_table: bool,
}

impl Tables {
    /// The service on a driver.
    #[must_use]
    pub fn new(driver: Driver, allow_delete_table: bool) -> Self {
        Self { driver, allow_delete_table }
    }

    fn table(&self, state: TableState) -> pb::Table {
        table::table(state, self.driver.backend(), self.allow_delete_table)
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl TableService for Tables {
    async fn create_table(&self, request: Request<pb::CreateTableRequest>) -> Reply<pb::CreateTableResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<TableDraft> { table, command: draft } = request.try_into()?;
            let state = self.driver.create_table(&table, draft, deadline).await?;
            Ok(pb::CreateTableResponse { table: Some(self.table(state)) })
        })
        .await
    }

    async fn describe_table(&self, request: Request<pb::DescribeTableRequest>) -> Reply<pb::DescribeTableResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let OnTable { table, command: () } = request.into();
            let state = self.driver.describe_table(&table, deadline).await?;
            Ok(pb::DescribeTableResponse { table: Some(self.table(state)) })
        })
        .await
    }

    async fn list_tables(&self, request: Request<pb::ListTablesRequest>) -> Reply<pb::ListTablesResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let ListTables { size, after } = request.try_into()?;
            let decode = |token: PageToken| {
                let is_name = |name: &String| self.driver.table(name).is_ok();
                token.decode().filter(is_name).ok_or(page_token::Error::NotValid)
            };
            let after = after.map(decode).transpose()?;
            Ok(self.driver.list_tables(after.as_deref(), size, deadline).await?.into())
        })
        .await
    }

    async fn enable_ttl(&self, request: Request<pb::EnableTtlRequest>) -> Reply<pb::EnableTtlResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable { table, command: () } = request.into();
            let ttl = self.driver.enable_ttl(&table, deadline).await?;
            Ok(pb::EnableTtlResponse { time_to_live: Some(ttl.into()) })
        })
        .await
    }

    async fn delete_table(&self, request: Request<pb::DeleteTableRequest>) -> Reply<pb::DeleteTableResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            if !self.allow_delete_table {
                return Err(Failure::Disabled("DeleteTable is switched off; the setting is allow_delete_table"));
            }
            let OnTable::<()> { table, command: () } = request.try_into()?;
            self.driver.delete_table(&table, deadline).await?;
            Ok(pb::DeleteTableResponse {})
        })
        .await
    }
}
